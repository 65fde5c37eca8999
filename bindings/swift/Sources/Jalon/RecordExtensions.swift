import Foundation
import JalonGenerated

extension Date {
    /// The time in Unix milliseconds, the format of the library.
    var unixMs: Int64 { Int64((timeIntervalSince1970 * 1_000).rounded()) }

    init(unixMs: Int64) {
        self.init(timeIntervalSince1970: Double(unixMs) / 1_000)
    }
}

extension Territory {
    /// The time of the last refresh.
    public var refreshed: Date? { refreshedMs.map(Date.init(unixMs:)) }
}

extension Pack {
    /// The date of the pack's data; nil if the pack was never complete.
    public var asOf: Date? { asOfMs.map(Date.init(unixMs:)) }
}

extension ChangeRecord {
    /// The time of the refresh that downloaded the change.
    public var date: Date { Date(unixMs: atMs) }
}

extension Report {
    /// The time when the report was created.
    public var created: Date { Date(unixMs: createdMs) }
    /// The time when the server accepted the report.
    public var accepted: Date? { acceptedMs.map(Date.init(unixMs:)) }
}

extension ReportPosition {
    /// A position without accuracy and time, such as one that the user chose on a map.
    public init(_ position: Position) {
        self.init(lon: position.lon, lat: position.lat)
    }
}

extension Note {
    /// The time when the note was created.
    public var created: Date { Date(unixMs: createdMs) }
}

extension Picture {
    /// The file of the picture; nil if no pack has downloaded it.
    public var file: URL? { path.map { URL(fileURLWithPath: $0) } }
}

extension AttachedFile {
    /// The attached file; nil if no pack has downloaded it.
    public var file: URL? { path.map { URL(fileURLWithPath: $0) } }
}

extension Highlight {
    /// Returns the range in the text that the highlight belongs to; nil if it does not fit into the text.
    public func range(in text: String) -> Range<String.Index>? {
        let units = text.utf16
        guard let start = units.index(units.startIndex, offsetBy: Int(start), limitedBy: units.endIndex),
            let end = units.index(units.startIndex, offsetBy: Int(end), limitedBy: units.endIndex), start <= end
        else { return nil }
        return start..<end
    }
}

extension TrekDetails {
    /// Decodes the line of the trek; nil if the server has none. Throws `Corrupt` if the bytes are not a geometry.
    public func decodedGeometry() throws -> Geometry? { try geometry.map(Geometry.init(wkb:)) }
}

extension Object {
    /// Decodes the geometry of the object; nil if it has none. Throws `Corrupt` if the bytes are not a geometry.
    public func decodedGeometry() throws -> Geometry? { try geometry.map(Geometry.init(wkb:)) }
}

extension FeatureItem {
    /// Decodes the geometry. Throws `Corrupt` if the bytes are not a geometry.
    public func decodedGeometry() throws -> Geometry { try Geometry(wkb: geometry) }
}

extension GuideUpdate {
    /// The time of arrival at the hiker's own pace, without breaks; nil until the route was near.
    public var eta: Date? { etaMs.map(Date.init(unixMs:)) }
}

extension Kind {
    /// The name of the kind in exports and on the command line, such as `sensitive_area`.
    public var name: String { (try? kindName(kind: self)) ?? "" }
}
