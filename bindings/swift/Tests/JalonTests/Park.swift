import Storage
import Jalon
import Testing

/// A folder of its own for one test, which goes with it.
final class Place: Sendable {
    let folder: URL

    init(within parent: URL = FileManager.default.temporaryDirectory) throws {
        folder = parent.appendingPathComponent("jalon-test-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var directories: Directories { Directories(within: folder) }
}

/// The test Geotrek, which runs beside the tests: `bindings/swift/test` starts it.
func geotrek() throws -> String {
    try #require(
        ProcessInfo.processInfo.environment["JALON_GEOTREK"], "JALON_GEOTREK names no test Geotrek: bindings/swift/test")
}

/// A companion with an empty territory of the name `park`.
func companion(at place: Place, url: String) async throws -> Companion {
    let companion = try await Companion.open(place.directories)
    try await companion.addTerritory("park", url: url)
    return companion
}

/// A companion that has taken the test Geotrek in.
func park(at place: Place) async throws -> Companion {
    let companion = try await companion(at: place, url: geotrek())
    try await companion.refresh("park")
    return companion
}

let once = RefreshOptions(maxAttempts: 1)

func write(_ report: ReportContent, to companion: Companion) async throws -> Report {
    let draft = try await companion.reports.begin("park", report)
    return try await companion.reports.queue(draft.id).report
}

/// A report that its server takes.
func report(in companion: Companion, _ comment: String = "Passerelle emportée") async throws -> ReportContent {
    let category = try await companion.catalogue.vocabulary("park", "feedback_category").first
    let trek = try #require(try await companion.catalogue.treks().items.first)
    let point = try #require(
        try companion.nearby.nearest(to: Position(lon: 6.2, lat: 44.9), NearbyQuery(kinds: [.trek], limit: 1)).first?.point)
    return ReportContent(
        comment: comment, email: "walker@example.org", category: category?.id,
        place: ReportPosition(lon: point.lon, lat: point.lat), trek: trek.id)
}

/// The error of Jalon's with which something ends.
func failure<Value>(
    sourceLocation: SourceLocation = #_sourceLocation, _ work: () async throws -> Value
) async throws -> JalonError {
    do {
        _ = try await work()
    } catch let error as JalonError {
        return error
    }
    Issue.record("it did not fail", sourceLocation: sourceLocation)
    throw Failed()
}
