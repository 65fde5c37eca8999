import Foundation
import Jalon
import Observation
import Testing

@testable import JalonSample

/// A directory for one test. It is deleted with this object.
final class TemporaryDirectory: Sendable {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("ios-sample-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    /// A copy of the files as they are now, which is what a process that is killed leaves.
    func copy() throws -> TemporaryDirectory {
        let copy = try TemporaryDirectory()
        try FileManager.default.removeItem(at: copy.url)
        try FileManager.default.copyItem(at: url, to: copy.url)
        return copy
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }
}

/// The URL of the test server, which `ios-sample/test` starts.
func serverURL() throws -> String {
    try #require(ProcessInfo.processInfo.environment["JALON_GEOTREK"], "JALON_GEOTREK is not set: run ios-sample/test")
}

/// A receiver that the test moves.
@MainActor @Observable
final class FakePosition: PositionSource {
    var permission = Permission.notAsked
    var answer = Permission.allowed
    private var continuations: [UUID: AsyncStream<Fix>.Continuation] = [:]

    func requestPermission() async -> Permission {
        permission = answer
        return answer
    }

    func fixes(inBackground: Bool) -> AsyncStream<Fix> {
        let (stream, continuation) = AsyncStream.makeStream(of: Fix.self)
        let id = UUID()
        continuations[id] = continuation
        continuation.onTermination = { [weak self] _ in
            Task { @MainActor in self?.continuations[id] = nil }
        }
        return stream
    }

    /// Waits until the app reads positions.
    func waitForReader() async throws {
        try await wait { !self.continuations.isEmpty }
    }

    func move(to fix: Fix) {
        for continuation in continuations.values { continuation.yield(fix) }
    }
}

/// The parts of an app for one test, with an empty data directory.
@MainActor
struct TestLibrary {
    let directory: TemporaryDirectory
    let position = FakePosition()
    let library: Library

    init(in directory: TemporaryDirectory? = nil) async throws {
        self.directory = try directory ?? TemporaryDirectory()
        let companion = try await Companion.open(Directories(within: self.directory.url), languages: ["en", "fr"])
        let defaults = try #require(UserDefaults(suiteName: self.directory.url.lastPathComponent))
        library = Library(
            companion, settings: Settings(defaults), position: PositionModel(position),
            transfers: LibraryTransferRunner(options: RefreshOptions(maxAttempts: 1)))
    }

    /// A library with the territory of the test server.
    static func refreshed() async throws -> TestLibrary {
        let test = try await TestLibrary()
        try await test.library.companion.addTerritory("park", url: serverURL())
        try await test.library.companion.refresh("park")
        return test
    }
}

/// Files of the sample.
enum Sample {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    static let icon = directory.appendingPathComponent("App/Assets.xcassets/AppIcon.appiconset/icon.png")
    static let territory = directory.appendingPathComponent("App/demo-territory.zip")
}
