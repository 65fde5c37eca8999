import Foundation

#if !canImport(Darwin)
    import LinuxStringCatalogue
#endif

/// The key of the person's choice of language in the user defaults. It holds `fr` or `en`; without it the system decides.
let languageDefaultsKey = "language"

/// The languages of the texts.
let appLanguages = ["en", "fr"]

/// A language that replaces the choice of the person, for the tests.
enum LanguageOverride {
    @TaskLocal static var current: String?
}

/// The language of the texts: the person's choice, else the first language of the system that the app has, else English.
func currentLanguage() -> String {
    let chosen = LanguageOverride.current ?? UserDefaults.standard.string(forKey: languageDefaultsKey)
    let preferred = (chosen.map { [$0] } ?? []) + Locale.preferredLanguages.map { String($0.prefix(2)) }
    return preferred.first(where: appLanguages.contains) ?? "en"
}

/// Returns a text without arguments in the current language. `Texts` has a property for each key.
func text(_ key: String) -> String {
    StringCatalogue.text(key, currentLanguage())
}

/// Returns a text with its arguments in the current language. A number as the first argument selects the plural form.
func format(_ key: String, _ arguments: any CVarArg...) -> String {
    StringCatalogue.format(key, currentLanguage(), arguments)
}

#if canImport(Darwin)
    /// Reads the compiled string catalogue of the app.
    private enum StringCatalogue {
        static func text(_ key: String, _ language: String) -> String {
            let folder = Bundle.main.url(forResource: language, withExtension: "lproj")
            let bundle = folder.flatMap(Bundle.init(url:)) ?? .main
            return bundle.localizedString(forKey: key, value: nil, table: nil)
        }

        static func format(_ key: String, _ language: String, _ arguments: [any CVarArg]) -> String {
            String(format: text(key, language), locale: Locale(identifier: language), arguments: arguments)
        }
    }
#endif
