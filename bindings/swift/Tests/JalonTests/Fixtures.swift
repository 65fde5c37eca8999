import Foundation
import Jalon
import Testing

/// A directory for one test. It is deleted with this object.
final class TemporaryDirectory: Sendable {
    let url: URL

    init(within parent: URL = FileManager.default.temporaryDirectory) throws {
        url = parent.appendingPathComponent("jalon-test-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    var directories: Directories { Directories(within: url) }
}

/// The URL of the test server, which `bindings/swift/test` starts.
func serverURL() throws -> String {
    try #require(ProcessInfo.processInfo.environment["JALON_GEOTREK"], "JALON_GEOTREK is not set: run bindings/swift/test")
}

/// The directory that the test server has below `/files/`. It also has a map of the territory, `map.pmtiles`.
func filesDirectory() throws -> URL {
    let path = try #require(ProcessInfo.processInfo.environment["JALON_FILES"], "JALON_FILES is not set: run bindings/swift/test")
    return URL(fileURLWithPath: path, isDirectory: true)
}

/// Opens a companion with an empty territory named `park`.
func companion(in directory: TemporaryDirectory, url: String) async throws -> Companion {
    let companion = try await Companion.open(directory.directories)
    try await companion.addTerritory("park", url: url)
    return companion
}

/// Opens a companion and refreshes the territory `park` from the test server.
func refreshedCompanion(in directory: TemporaryDirectory) async throws -> Companion {
    let companion = try await companion(in: directory, url: serverURL())
    try await companion.refresh("park")
    return companion
}

/// Makes the first error final.
let noRetries = RefreshOptions(maxAttempts: 1)

func queueReport(_ content: ReportContent, with companion: Companion) async throws -> Report {
    let draft = try await companion.reports.newReport("park", content)
    return try await companion.reports.queue(draft.id).report
}

/// The content of a report that the server accepts.
func validContent(in companion: Companion, _ comment: String = "Passerelle emportée") async throws -> ReportContent {
    let category = try await companion.catalogue.vocabulary("park", "feedback_category").first
    let trek = try #require(try await companion.catalogue.treks().items.first)
    let point = try #require(
        try await companion.nearby.nearest(to: Position(lon: 6.2, lat: 44.9), NearbyQuery(kinds: [.trek], limit: 1))
            .first?.point)
    return ReportContent(
        comment: comment, email: "walker@example.org", category: category?.id,
        position: ReportPosition(lon: point.lon, lat: point.lat), trek: trek.id)
}

/// Returns the `JalonError` that a closure throws. Records an issue if it does not throw one.
func jalonError<Value>(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Value
) async throws -> JalonError {
    do {
        _ = try await body()
    } catch let error as JalonError {
        return error
    }
    Issue.record("the call did not throw", sourceLocation: sourceLocation)
    throw TestFailure()
}
