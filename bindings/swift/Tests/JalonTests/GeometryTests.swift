import Foundation
import Jalon
import Testing

@Suite struct GeometryTests {
    static func bytes(_ hexadecimal: String) -> Data {
        let digits = Array(hexadecimal.filter { !$0.isWhitespace })
        return Data(stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16)! })
    }

    static let six = "0000000000001840"
    static let fortyFive = "0000000000804640"
    static let hundred = "0000000000005940"
    static let nan = "000000000000F87F"

    static let known: [(String, String)] = [
        ("01 01000000 \(six)\(fortyFive)", #"{"type":"Point","coordinates":[6.0,45.0]}"#),
        ("00 00000001 4018000000000000 4046800000000000", #"{"type":"Point","coordinates":[6.0,45.0]}"#),
        (
            "01 EA030000 02000000 \(six)\(fortyFive)\(hundred) \(six)\(six)\(nan)",
            #"{"type":"LineString","coordinates":[[6.0,45.0,100.0],[6.0,6.0]]}"#
        ),
        (
            "01 03000000 01000000 01000000 \(six)\(fortyFive)",
            #"{"type":"Polygon","coordinates":[[[6.0,45.0]]]}"#
        ),
        (
            "01 04000000 01000000 01 01000000 \(six)\(fortyFive)",
            #"{"type":"MultiPoint","coordinates":[[6.0,45.0]]}"#
        ),
        (
            "01 05000000 01000000 01 02000000 01000000 \(six)\(fortyFive)",
            #"{"type":"MultiLineString","coordinates":[[[6.0,45.0]]]}"#
        ),
        (
            "01 06000000 01000000 01 03000000 01000000 01000000 \(six)\(fortyFive)",
            #"{"type":"MultiPolygon","coordinates":[[[[6.0,45.0]]]]}"#
        ),
        (
            "01 07000000 02000000 01 01000000 \(six)\(fortyFive) 01 02000000 00000000",
            #"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[6.0,45.0]},{"type":"LineString","coordinates":[]}]}"#
        ),
    ]

    @Test(arguments: known) func geoJSONOfEachType(wkb: String, geoJSON: String) throws {
        let geometry = try Geometry(wkb: Self.bytes(wkb))
        #expect(String(decoding: geometry.geoJSON, as: UTF8.self) == geoJSON)
        _ = try JSONSerialization.jsonObject(with: geometry.geoJSON)
    }

    @Test(arguments: known) func truncatedWKBThrows(wkb: String, _: String) {
        let complete = Self.bytes(wkb)
        for end in 0..<complete.count {
            #expect(throws: JalonError.self) { try Geometry(wkb: complete.prefix(end)) }
        }
        #expect(throws: JalonError.self) { try Geometry(wkb: complete + [0]) }
    }

    @Test func hugeCountOrDeepNestingThrows() {
        #expect(throws: JalonError.self) { try Geometry(wkb: Self.bytes("01 02000000 FFFFFFFF")) }
        let nested = String(repeating: "01 07000000 01000000", count: 100_000)
        #expect(throws: JalonError.self) { try Geometry(wkb: Self.bytes(nested)) }
    }

    @Test func nanCoordinateThrows() {
        #expect(throws: JalonError.self) { try Geometry(wkb: Self.bytes("01 01000000 \(Self.nan)\(Self.six)")) }
    }

    @Test func positionsKeepTheirOrder() throws {
        let line = try Geometry(
            wkb: Self.bytes("01 02000000 02000000 \(Self.six)\(Self.fortyFive) \(Self.fortyFive)\(Self.six)"))
        #expect(line.positions == [Position(lon: 6, lat: 45), Position(lon: 45, lat: 6)])
        #expect(line.lines == [line.positions])
    }
}
