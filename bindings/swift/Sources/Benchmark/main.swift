// Calls per second on the territory `demo` of a directory, one call at a time. Prints NAME<TAB>CALLS_PER_SECOND lines.

import Foundation
import Jalon
import JalonGenerated

let warmUpCalls = 200
let seconds = 2.0

func measure(_ name: String, _ call: (Int) async throws -> Void) async throws {
    for index in 0..<warmUpCalls { try await call(index) }
    let start = DispatchTime.now().uptimeNanoseconds
    var (calls, elapsed) = (0, 0.0)
    while elapsed < seconds {
        try await call(calls)
        calls += 1
        elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1_000_000_000
    }
    print("\(name)\t\(Int(Double(calls) / elapsed))")
}

/// The same for a call that does not wait: the clock and the runtime of tasks would cost more than it.
func measurePlain(_ name: String, _ call: (Int) throws -> Void) throws {
    for index in 0..<warmUpCalls { try call(index) }
    let start = DispatchTime.now().uptimeNanoseconds
    var (calls, elapsed) = (0, 0.0)
    while elapsed < seconds {
        for index in calls..<calls + 100 { try call(index) }
        calls += 100
        elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1_000_000_000
    }
    print("\(name)\t\(Int(Double(calls) / elapsed))")
}

guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: benchmark DATA\n".utf8))
    exit(64)
}
let directory = URL(fileURLWithPath: CommandLine.arguments[1], isDirectory: true)
let companion = try await Jalon.Companion.open(Directories(within: directory), languages: ["fr", "en"])
try await companion.nearby.warmUp()
let page = TrekQuery(limit: 50)
let treks = try await companion.catalogue.treks(page).items
let nearbyTreks = NearbyQuery(kinds: [.trek], limit: 50)
let points = try await companion.nearby.nearest(to: Position(lon: 6.2, lat: 44.8), nearbyTreks).map(\.point)
let nearestTen = NearbyQuery(limit: 10)
// The first trek with a line.
let walked = treks.first { $0.lengthM != nil }?.id ?? 1
let vertices = try await companion.catalogue.trekDetails("demo", walked).decodedGeometry()?.positions ?? []
let guide = try await companion.guide("demo", walked)
let token = try CancelToken()

try await measure("page of 50 treks") { _ in _ = try await companion.catalogue.treks(page) }
try await measure("nearest 10") { _ = try await companion.nearby.nearest(to: points[$0 % points.count], nearestTen) }
try await measure("trek details") { _ = try await companion.catalogue.trekDetails("demo", treks[$0 % 20].id) }
try measurePlain("guide update") {
    _ = try guide.update(Fix(position: vertices[$0 % vertices.count], timeMs: Int64($0) * 10_000, accuracyM: 5))
}
try measurePlain("empty call") { _ in _ = try token.isCancelled() }
