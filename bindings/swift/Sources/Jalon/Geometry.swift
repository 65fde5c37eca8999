import Foundation
import JalonGenerated

/// A decoded geometry: longitude and latitude in degrees on WGS84, elevation in metres if it is known.
///
/// Records have geometries as bytes (ISO WKB), because passing ten thousand positions one by one would be slow. Decode long
/// geometries off the main actor.
public indirect enum Geometry: Sendable, Hashable {
    case point(Position)
    case lineString([Position])
    /// The outer ring first, then the holes.
    case polygon([[Position]])
    case multiPoint([Position])
    case multiLineString([[Position]])
    case multiPolygon([[[Position]]])
    case collection([Geometry])

    /// Decodes ISO WKB. Throws `Corrupt` if the bytes are not exactly one geometry.
    public init(wkb: Data) throws {
        var reader = WKBReader(bytes: [UInt8](wkb))
        self = try reader.geometry(depth: 0)
        guard reader.isAtEnd else { throw WKBReader.corrupt("bytes after the end") }
    }

    /// All positions, in the order of the bytes: for a bounding box, or for the line of a trek.
    public var positions: [Position] {
        switch self {
        case .point(let position): [position]
        case .lineString(let line), .multiPoint(let line): line
        case .polygon(let lines), .multiLineString(let lines): lines.flatMap { $0 }
        case .multiPolygon(let polygons): polygons.flatMap { $0.flatMap { $0 } }
        case .collection(let parts): parts.flatMap(\.positions)
        }
    }

    /// All lines to draw: line strings and the rings of polygons.
    public var lines: [[Position]] {
        switch self {
        case .point, .multiPoint: []
        case .lineString(let line): [line]
        case .polygon(let lines), .multiLineString(let lines): lines
        case .multiPolygon(let polygons): polygons.flatMap { $0 }
        case .collection(let parts): parts.flatMap(\.lines)
        }
    }

    /// The geometry as GeoJSON (RFC 7946) in UTF-8, for MapLibre's `MLNShape(data:encoding:)`.
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
        case .point(let point): position(point, &text)
        case .lineString(let positions), .multiPoint(let positions): line(positions, &text)
        case .polygon(let rings), .multiLineString(let rings): lines(rings, &text)
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

/// Decodes ISO WKB of either byte order.
private struct WKBReader {
    /// Limits the recursion, so that a nested collection cannot overflow the stack.
    private static let maxDepth = 16

    let bytes: [UInt8]
    private var offset = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset == bytes.count }

    static func corrupt(_ reason: String) -> JalonError {
        .Corrupt(detail: "not a geometry in ISO WKB: \(reason)")
    }

    mutating func geometry(depth: Int) throws -> Geometry {
        guard depth < Self.maxDepth else { throw Self.corrupt("nested too deeply") }
        guard let order = try take(1).first, order <= 1 else { throw Self.corrupt("an unknown byte order") }
        let isLittleEndian = order == 1
        let code = try number(isLittleEndian)
        guard code < 2_000 else { throw Self.corrupt("measures are not supported") }
        let hasElevation = code >= 1_000
        switch code % 1_000 {
        case 1: return .point(try position(isLittleEndian, hasElevation))
        case 2: return .lineString(try line(isLittleEndian, hasElevation))
        case 3: return .polygon(try items(isLittleEndian) { try $0.line(isLittleEndian, hasElevation) })
        case 4:
            return .multiPoint(
                try items(isLittleEndian) {
                    guard case .point(let member) = try $0.geometry(depth: depth + 1) else {
                        throw Self.corrupt("a member is not a point")
                    }
                    return member
                })
        case 5:
            return .multiLineString(
                try items(isLittleEndian) {
                    guard case .lineString(let member) = try $0.geometry(depth: depth + 1) else {
                        throw Self.corrupt("a member is not a line string")
                    }
                    return member
                })
        case 6:
            return .multiPolygon(
                try items(isLittleEndian) {
                    guard case .polygon(let member) = try $0.geometry(depth: depth + 1) else {
                        throw Self.corrupt("a member is not a polygon")
                    }
                    return member
                })
        case 7: return .collection(try items(isLittleEndian) { try $0.geometry(depth: depth + 1) })
        default: throw Self.corrupt("an unknown type")
        }
    }

    private mutating func items<Item>(
        _ isLittleEndian: Bool, _ read: (inout WKBReader) throws -> Item
    ) throws -> [Item] {
        let count = Int(try number(isLittleEndian))
        // Each item has at least one byte, which limits the memory that a wrong count reserves.
        guard count <= bytes.count - offset else { throw Self.corrupt("unexpected end") }
        var items: [Item] = []
        items.reserveCapacity(count)
        for _ in 0..<count { items.append(try read(&self)) }
        return items
    }

    private mutating func line(_ isLittleEndian: Bool, _ hasElevation: Bool) throws -> [Position] {
        try items(isLittleEndian) { try $0.position(isLittleEndian, hasElevation) }
    }

    private mutating func position(_ isLittleEndian: Bool, _ hasElevation: Bool) throws -> Position {
        let lon = try double(isLittleEndian)
        let lat = try double(isLittleEndian)
        guard lon.isFinite, lat.isFinite else { throw Self.corrupt("a coordinate is not finite") }
        guard hasElevation else { return Position(lon: lon, lat: lat) }
        let elevation = try double(isLittleEndian)
        // An unknown elevation is NaN.
        return Position(lon: lon, lat: lat, elevation: elevation.isFinite ? elevation : nil)
    }

    private mutating func number(_ isLittleEndian: Bool) throws -> UInt32 {
        let value = try take(4).withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
        return isLittleEndian ? UInt32(littleEndian: value) : UInt32(bigEndian: value)
    }

    private mutating func double(_ isLittleEndian: Bool) throws -> Double {
        let value = try take(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        return Double(bitPattern: isLittleEndian ? UInt64(littleEndian: value) : UInt64(bigEndian: value))
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard bytes.count - offset >= count else { throw Self.corrupt("unexpected end") }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }
}
