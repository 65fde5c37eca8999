import Foundation

/// A stand-in for the compiled string catalogue on Linux, which has no compiler for it: reads the source, App/Localizable.xcstrings.
public enum StringCatalogue {
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
        var sample = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { sample.deleteLastPathComponent() }
        let file = sample.appendingPathComponent("App/Localizable.xcstrings")
        guard let data = try? Data(contentsOf: file), let catalogue = try? JSONDecoder().decode(File.self, from: data) else {
            fatalError("App/Localizable.xcstrings cannot be read: run tests/samples/texts --write")
        }
        return catalogue.strings
    }()

    public static func text(_ key: String, _ language: String) -> String {
        format(key, language, [])
    }

    /// Fills `%1$@` and `%1$lld`: `String(format:)` on Linux does not accept a Swift string for `%@`.
    public static func format(_ key: String, _ language: String, _ arguments: [any CVarArg]) -> String {
        var result = pattern(key, language, count: arguments.first as? Int)
        if arguments.isEmpty { return result }
        for (index, argument) in arguments.enumerated() {
            let number = (argument as? Int)?.formatted(.number.locale(Locale(identifier: language)))
            let value = number ?? "\(argument)"
            for type in ["@", "lld"] { result = result.replacingOccurrences(of: "%\(index + 1)$\(type)", with: value) }
        }
        return result.replacingOccurrences(of: "%%", with: "%")
    }

    private static func pattern(_ key: String, _ language: String, count: Int?) -> String {
        let localization = strings[key]?.localizations[language]
        // French uses the singular for zero too.
        let isOne = count == 1 || (count == 0 && language == "fr")
        let plural = localization?.variations?.plural[isOne ? "one" : "other"]?["stringUnit"]
        return (localization?.stringUnit ?? plural)?.value ?? key
    }
}
