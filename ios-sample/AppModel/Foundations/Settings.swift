import Foundation
import Jalon
import Observation

/// The choices of the person, kept in the user defaults.
@MainActor @Observable
final class Settings {
    enum Units: String, CaseIterable {
        case metric, imperial
    }

    /// `fr` or `en`; nil is the language of the phone.
    var language: String? {
        didSet { defaults.set(language, forKey: languageDefaultsKey) }
    }

    var units: Units {
        didSet { defaults.set(units.rawValue, forKey: "units") }
    }

    var speaksAnnouncements: Bool {
        didSet { defaults.set(!speaksAnnouncements, forKey: "isMuted") }
    }

    private let defaults: UserDefaults

    init(_ defaults: UserDefaults) {
        self.defaults = defaults
        language = defaults.string(forKey: languageDefaultsKey)
        let system: Units = Locale.current.measurementSystem == .metric ? .metric : .imperial
        units = defaults.string(forKey: "units").flatMap(Units.init) ?? system
        speaksAnnouncements = !defaults.bool(forKey: "isMuted")
    }

    /// The languages in which the library returns texts, in the order of preference.
    var languages: [String] {
        (language.map { [$0] } ?? []) + Companion.systemLanguages.filter { $0 != language }
    }

    /// The format of values. The region of the phone decides about the details if it speaks the chosen language.
    var format: Format {
        let current = currentLanguage()
        let isSystems = Locale.current.language.languageCode?.identifier == current
        return Format(locale: isSystems ? .current : Locale(identifier: current), usesMiles: units == .imperial)
    }
}
