// Calls per second of a folder's territory `demo`, one call at a time: a line `NAME<TAB>CALLS_PER_SECOND` each.

import Storage
import Jalon
import JalonGenerated

let warmUp = 200
let seconds = 2.0

func measure(_ name: String, _ call: (Int) async throws -> Void) async throws {
    for number in 0..<warmUp { try await call(number) }
    let since = DispatchTime.now().uptimeNanoseconds
    var (calls, passed) = (0, 0.0)
    while passed < seconds {
        try await call(calls)
        calls += 1
        passed = Double(DispatchTime.now().uptimeNanoseconds - since) / 1_000_000_000
    }
    print("\(name)\t\(Int(Double(calls) / passed))")
}

guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: figures DATA\n".utf8))
    exit(64)
}
let data = URL(fileURLWithPath: CommandLine.arguments[1], isDirectory: true)
let companion = try await Jalon.Companion.open(Directories(within: data), languages: ["fr", "en"])
try await companion.nearby.warmUp()
let page = TrekQuery(limit: 50)
let treks = try await companion.catalogue.treks(page).items
let near = NearbyQuery(kinds: [.trek], limit: 50)
let places = try companion.nearby.nearest(to: Position(lon: 6.2, lat: 44.8), near).map(\.point)
let ten = NearbyQuery(limit: 10)
let token = try CancelToken()

try await measure("page of 50 treks") { _ in _ = try await companion.catalogue.treks(page) }
try await measure("nearest 10") { _ = try companion.nearby.nearest(to: places[$0 % places.count], ten) }
try await measure("sheet") { _ = try await companion.catalogue.sheet("demo", treks[$0 % 20].id) }
try await measure("empty call") { _ in _ = try token.isCancelled() }
