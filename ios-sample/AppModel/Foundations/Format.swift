import Foundation
import Jalon

/// Formats values for the person's language and units. Missing values are nil.
struct Format: Equatable {
    var locale: Locale
    var usesMiles: Bool
    var timeZone = TimeZone.current

    /// A length of a trek or a distance to walk.
    func distance(_ metres: Double) -> String {
        if usesMiles {
            let miles = metres / 1_609.344
            return miles < 0.2 ? "\(number(metres / 0.3048, step: 50)) ft" : "\(number(miles, digits: 1)) mi"
        }
        return metres < 950 ? "\(number(metres, step: metres < 100 ? 5 : 10)) m" : "\(number(metres / 1_000, digits: 1)) km"
    }

    /// An elevation, or a difference of elevations.
    func elevation(_ metres: Double) -> String {
        usesMiles ? "\(number(metres / 0.3048, step: 10)) ft" : "\(number(metres, step: 1)) m"
    }

    func duration(hours: Double) -> String {
        let minutes = (hours * 60 / 5).rounded() * 5
        let style = Duration.UnitsFormatStyle.units(allowed: [.hours, .minutes], width: .narrow).locale(locale)
        return Duration.seconds(max(minutes, hours > 0 ? 5 : 0) * 60).formatted(style)
    }

    func size(_ bytes: UInt64) -> String {
        Int64(clamping: bytes).formatted(.byteCount(style: .file).locale(locale))
    }

    func date(_ ms: Int64) -> String {
        date(ms, Date.FormatStyle(date: .abbreviated, time: .omitted, locale: locale, timeZone: timeZone))
    }

    func time(_ ms: Int64) -> String {
        date(ms, Date.FormatStyle(date: .omitted, time: .shortened, locale: locale, timeZone: timeZone))
    }

    /// One of the eight points of the compass, such as NE.
    func direction(_ bearingDeg: Double) -> String {
        let points = Texts.guideCompass.split(separator: " ")
        let turns = Int((bearingDeg / 45).rounded()) % points.count
        return String(points[turns < 0 ? turns + points.count : turns])
    }

    private func date(_ ms: Int64, _ style: Date.FormatStyle) -> String {
        Date(timeIntervalSince1970: Double(ms) / 1_000).formatted(style)
    }

    private func number(_ value: Double, digits: Int) -> String {
        value.formatted(.number.precision(.fractionLength(0...digits)).locale(locale))
    }

    private func number(_ value: Double, step: Double) -> String {
        number((value / step).rounded() * step, digits: 0)
    }
}
