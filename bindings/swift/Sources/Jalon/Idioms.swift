import Storage
import JalonGenerated

/// Unix milliseconds, as the library counts.
func milliseconds(_ date: Date) -> Int64 {
    Int64((date.timeIntervalSince1970 * 1_000).rounded())
}

private func date(_ milliseconds: Int64) -> Date {
    Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
}

extension Territory {
    /// When it was last refreshed.
    public var refreshed: Date? { refreshedMs.map(date) }
}

extension Pack {
    /// Of when what it has is; nil where it never was whole.
    public var asOf: Date? { asOfMs.map(date) }
}

extension Change {
    /// When the refresh that brought it was made.
    public var at: Date { date(atMs) }
}

extension Report {
    /// When it was begun.
    public var created: Date { date(createdMs) }
    /// When the server's answer came.
    public var accepted: Date? { acceptedMs.map(date) }
}

extension ReportPosition {
    /// A place without a word on how well it is known: one that was chosen on a map.
    public init(_ position: Position) {
        self.init(lon: position.lon, lat: position.lat)
    }
}

extension Note {
    /// When it was written.
    public var created: Date { date(createdMs) }
}

extension Picture {
    /// Where it is on the device; nil where no pack brought it.
    public var file: URL? { path.map { URL(fileURLWithPath: $0) } }
}

extension Highlight {
    /// The same place in the text that it was told for.
    public func range(in text: String) -> Range<String.Index>? {
        let units = text.utf16
        guard let start = units.index(units.startIndex, offsetBy: Int(start), limitedBy: units.endIndex),
            let end = units.index(units.startIndex, offsetBy: Int(end), limitedBy: units.endIndex), start <= end
        else { return nil }
        return start..<end
    }
}

extension TrekDetails {
    /// The line to walk; nil where the server gave none. Throws `Corrupt` where it cannot be read.
    public func line() throws -> Geometry? { try geometry.map(Geometry.init(wkb:)) }
}

extension Object {
    /// Where it is. Throws `Corrupt` where it cannot be read.
    public func place() throws -> Geometry? { try geometry.map(Geometry.init(wkb:)) }
}

extension Kind {
    /// The word for it, as it stands in exports and in the shell: `sensitive_area`.
    public var word: String { (try? kindWord(kind: self)) ?? "" }
}
