import Foundation

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
    let language = currentLanguage()
    let pattern = StringCatalogue.pattern(key, language, count: arguments.first as? Int)
    return StringCatalogue.fill(pattern, arguments, Locale(identifier: language))
}

#if canImport(Darwin)
    /// Reads the compiled string catalogue of the app.
    private enum StringCatalogue {
        static func text(_ key: String, _ language: String) -> String {
            bundle(language).localizedString(forKey: key, value: nil, table: nil)
        }

        /// The pattern of a plural is resolved by the system when it is filled.
        static func pattern(_ key: String, _ language: String, count: Int?) -> String {
            text(key, language)
        }

        static func fill(_ pattern: String, _ arguments: [any CVarArg], _ locale: Locale) -> String {
            String(format: pattern, locale: locale, arguments: arguments)
        }

        private static func bundle(_ language: String) -> Bundle {
            Bundle.main.url(forResource: language, withExtension: "lproj").flatMap(Bundle.init(url:)) ?? .main
        }
    }
#else
    /// Reads the source of the string catalogue, because Linux has no compiler for it.
    private enum StringCatalogue {
        private struct File: Decodable {
            let strings: [String: Entry]
        }

        private struct Entry: Decodable {
            let localizations: [String: Localization]
        }

        private struct Localization: Decodable {
            let stringUnit: Unit?
            let variations: Variations?
        }

        private struct Variations: Decodable {
            let plural: [String: [String: Unit]]
        }

        private struct Unit: Decodable {
            let value: String
        }

        private static let strings: [String: Entry] = {
            let sample = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let file = sample.appendingPathComponent("App/Localizable.xcstrings")
            guard let data = try? Data(contentsOf: file), let catalogue = try? JSONDecoder().decode(File.self, from: data)
            else {
                fatalError("App/Localizable.xcstrings cannot be read: run tests/samples/texts --write")
            }
            return catalogue.strings
        }()

        static func text(_ key: String, _ language: String) -> String {
            pattern(key, language, count: nil)
        }

        static func pattern(_ key: String, _ language: String, count: Int?) -> String {
            let localization = strings[key]?.localizations[language]
            // French uses the singular for zero too.
            let isOne = count == 1 || (count == 0 && language == "fr")
            let plural = localization?.variations?.plural[isOne ? "one" : "other"]?["stringUnit"]
            return (localization?.stringUnit ?? plural)?.value ?? key
        }

        /// Fills `%1$@` and `%1$lld`: `String(format:)` on Linux does not accept a Swift string for `%@`.
        static func fill(_ pattern: String, _ arguments: [any CVarArg], _ locale: Locale) -> String {
            var result = pattern
            for (index, argument) in arguments.enumerated() {
                let number = (argument as? Int)?.formatted(.number.locale(locale))
                let value = number ?? "\(argument)"
                for type in ["@", "lld"] { result = result.replacingOccurrences(of: "%\(index + 1)$\(type)", with: value) }
            }
            return result.replacingOccurrences(of: "%%", with: "%")
        }
    }
#endif
