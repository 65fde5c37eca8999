import Storage
import JalonGenerated

/// A geometry as maps take it: longitude and latitude in degrees on WGS84, elevation in metres where it is known.
///
/// The library hands geometries over as bytes (ISO WKB), as a track of ten thousand positions would cost a call's time per
/// position otherwise. Decode them where they are drawn, off the main actor if they are long.
public indirect enum Geometry: Sendable, Hashable {
    case point(Position)
    case lineString([Position])
    /// The outer ring first, then the holes.
    case polygon([[Position]])
    case multiPoint([Position])
    case multiLineString([[Position]])
    case multiPolygon([[[Position]]])
    case collection([Geometry])

    /// Reads ISO WKB. Throws `JalonError` `Corrupt` where the bytes are none.
    public init(wkb: Data) throws {
        var reader = WKBReader(bytes: [UInt8](wkb))
        self = try reader.geometry(depth: 0)
        guard reader.isAtEnd else { throw WKBReader.damage("bytes after its end") }
    }

    /// Every position, in the order of the file: for a bounding box, or the line of a trek.
    public var positions: [Position] {
        switch self {
        case .point(let position): [position]
        case .lineString(let line), .multiPoint(let line): line
        case .polygon(let lines), .multiLineString(let lines): lines.flatMap { $0 }
        case .multiPolygon(let polygons): polygons.flatMap { $0.flatMap { $0 } }
        case .collection(let parts): parts.flatMap(\.positions)
        }
    }

    /// The lines of it that can be drawn: a line, the parts of a multi-line, the rings of polygons.
    public var lines: [[Position]] {
        switch self {
        case .point, .multiPoint: []
        case .lineString(let line): [line]
        case .polygon(let lines), .multiLineString(let lines): lines
        case .multiPolygon(let polygons): polygons.flatMap { $0 }
        case .collection(let parts): parts.flatMap(\.lines)
        }
    }

    /// A GeoJSON geometry (RFC 7946), as UTF-8: what MapLibre takes by `MLNShape(data:encoding:)`.
    public var geoJSON: Data {
        var text = ""
        write(&text)
        return Data(text.utf8)
    }

    private func write(_ text: inout String) {
        if case .collection(let parts) = self {
            text += #"{"type":"GeometryCollection","geometries":"#
            list(parts, &text) { $0.write(&$1) }
            text += "}"
            return
        }
        text += #"{"type":""# + type + #"","coordinates":"#
        let line = { (line: [Position], text: inout String) in list(line, &text, position) }
        let lines = { (lines: [[Position]], text: inout String) in list(lines, &text, line) }
        switch self {
        case .point(let one): position(one, &text)
        case .lineString(let one), .multiPoint(let one): line(one, &text)
        case .polygon(let several), .multiLineString(let several): lines(several, &text)
        case .multiPolygon(let polygons): list(polygons, &text, lines)
        case .collection: break
        }
        text += "}"
    }

    private var type: String {
        switch self {
        case .point: "Point"
        case .lineString: "LineString"
        case .polygon: "Polygon"
        case .multiPoint: "MultiPoint"
        case .multiLineString: "MultiLineString"
        case .multiPolygon: "MultiPolygon"
        case .collection: "GeometryCollection"
        }
    }
}

private func list<Item>(_ items: [Item], _ text: inout String, _ write: (Item, inout String) -> Void) {
    text += "["
    for (index, item) in items.enumerated() {
        if index > 0 { text += "," }
        write(item, &text)
    }
    text += "]"
}

private func position(_ position: Position, _ text: inout String) {
    text += "[\(position.lon),\(position.lat)"
    if let elevation = position.elevation { text += ",\(elevation)" }
    text += "]"
}

/// Reads ISO WKB, of either byte order.
private struct WKBReader {
    /// More than any real geometry, and less than a stack.
    private static let mostDepth = 16

    let bytes: [UInt8]
    private var at = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { at == bytes.count }

    static func damage(_ what: String) -> JalonError {
        .Corrupt(detail: "not a geometry in ISO WKB: \(what)")
    }

    mutating func geometry(depth: Int) throws -> Geometry {
        guard depth < Self.mostDepth else { throw Self.damage("nested too deep") }
        guard let order = try take(1).first, order <= 1 else { throw Self.damage("an unknown byte order") }
        let isLittle = order == 1
        let code = try number(isLittle)
        guard code < 2_000 else { throw Self.damage("measures") }
        let hasElevation = code >= 1_000
        switch code % 1_000 {
        case 1: return .point(try position(isLittle, hasElevation))
        case 2: return .lineString(try line(isLittle, hasElevation))
        case 3: return .polygon(try several(isLittle) { try $0.line(isLittle, hasElevation) })
        case 4:
            return .multiPoint(
                try several(isLittle) {
                    guard case .point(let one) = try $0.geometry(depth: depth + 1) else { throw Self.damage("not a point") }
                    return one
                })
        case 5:
            return .multiLineString(
                try several(isLittle) {
                    guard case .lineString(let one) = try $0.geometry(depth: depth + 1) else {
                        throw Self.damage("not a line")
                    }
                    return one
                })
        case 6:
            return .multiPolygon(
                try several(isLittle) {
                    guard case .polygon(let one) = try $0.geometry(depth: depth + 1) else {
                        throw Self.damage("not a polygon")
                    }
                    return one
                })
        case 7: return .collection(try several(isLittle) { try $0.geometry(depth: depth + 1) })
        default: throw Self.damage("an unknown type")
        }
    }

    private mutating func several<Item>(
        _ isLittle: Bool, _ read: (inout WKBReader) throws -> Item
    ) throws -> [Item] {
        let count = Int(try number(isLittle))
        // Every item takes some bytes: a count that cannot be true reserves nothing.
        guard count <= bytes.count - at else { throw Self.damage("it ends too early") }
        var items: [Item] = []
        items.reserveCapacity(count)
        for _ in 0..<count { items.append(try read(&self)) }
        return items
    }

    private mutating func line(_ isLittle: Bool, _ hasElevation: Bool) throws -> [Position] {
        try several(isLittle) { try $0.position(isLittle, hasElevation) }
    }

    private mutating func position(_ isLittle: Bool, _ hasElevation: Bool) throws -> Position {
        let lon = try double(isLittle)
        let lat = try double(isLittle)
        guard lon.isFinite, lat.isFinite else { throw Self.damage("a position that is no number") }
        guard hasElevation else { return Position(lon: lon, lat: lat) }
        let elevation = try double(isLittle)
        // WKB has no other way to say that one is unknown.
        return Position(lon: lon, lat: lat, elevation: elevation.isFinite ? elevation : nil)
    }

    private mutating func number(_ isLittle: Bool) throws -> UInt32 {
        let value = try take(4).withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
        return isLittle ? UInt32(littleEndian: value) : UInt32(bigEndian: value)
    }

    private mutating func double(_ isLittle: Bool) throws -> Double {
        let value = try take(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        return Double(bitPattern: isLittle ? UInt64(littleEndian: value) : UInt64(bigEndian: value))
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard bytes.count - at >= count else { throw Self.damage("it ends too early") }
        defer { at += count }
        return bytes[at..<at + count]
    }
}
