import Foundation
import Jalon
import SwiftUI
import Testing

@testable import JalonSample

/// The app in the hands of a test: it sees texts and controls, taps and types.
@MainActor
final class Screen {
    let app: AppModel
    private let host: ViewHost

    init(_ app: AppModel) {
        self.app = app
        host = ViewHost(RootView(app: app))
    }

    /// Waits until a text is on the screen.
    func see(_ text: String) async throws {
        try await wait("see \(text)") { $0.text.contains(text) }
    }

    /// Waits until a text is no longer on the screen.
    func seeNot(_ text: String) async throws {
        try await wait("no longer see \(text)") { !$0.text.contains(text) }
    }

    /// Waits for a control that can be used, and taps it. The label is that of the control, or its first line.
    func tap(_ label: String) async throws {
        let screen = try await wait("tap \(label)") { self.control(label, in: $0)?.isEnabled == true }
        control(label, in: screen)?.tap?()
    }

    /// Waits for a field, and replaces its text.
    func type(_ text: String, in label: String) async throws {
        func field(_ screen: Node) -> Node? { screen.all.last { $0.label == label && $0.type != nil } }
        let screen = try await wait("type in \(label)") { field($0) != nil }
        field(screen)?.type?(text)
    }

    /// Whether a control is there and can be used; nil if it is not there.
    func isEnabled(_ label: String) -> Bool? {
        control(label, in: host.render())?.isEnabled
    }

    /// The part of the screen with this label.
    func node(_ label: String) async throws -> Node {
        let screen = try await wait("find \(label)") { $0.all.contains { $0.label == label } }
        return screen.all.last { $0.label == label } ?? screen
    }

    /// Waits until the screen meets a condition, or the time of the test is over.
    @discardableResult
    private func wait(_ action: String, until condition: @escaping @MainActor (Node) -> Bool) async throws -> Node {
        let (screen, isMet) = await host.wait(until: condition)
        if !isMet {
            Issue.record("could not \(action); the screen had:\n\(screen.text)")
            throw CancellationError()
        }
        return screen
    }

    var text: String { host.render().text }
    var nodes: [Node] { host.render().all }

    /// Ends the tasks of the screen, as the end of the process does.
    func close() {
        host.close()
    }

    /// The last control with a label: a sheet or a dialog is above the screen, and after it in the tree.
    private func control(_ label: String, in root: Node) -> Node? {
        root.all.last { $0.tap != nil && ($0.label == label || $0.label.hasPrefix("\(label)\n")) }
    }
}

/// Hears what the guide says.
@MainActor
final class FakeSpeaker: Speaker {
    private(set) var spoken: [String] = []

    func speak(_ text: String, language: String) {
        spoken.append(text)
    }

    func stop() {}
}

/// An app for one test, with a data directory that outlives it.
@MainActor
struct TestApp {
    let directory: TemporaryDirectory
    let position = FakePosition()
    let speaker = FakeSpeaker()
    let app: AppModel

    init(in directory: TemporaryDirectory? = nil, archive: URL? = nil, mapURL: String? = nil) throws {
        self.directory = try directory ?? TemporaryDirectory()
        let url = self.directory.url
        var configuration = Configuration()
        configuration.mapURL = mapURL
        app = AppModel(
            AppModel.Ports(
                directories: Directories(
                    catalogue: url.appendingPathComponent("catalogue"), journal: url.appendingPathComponent("journal")),
                defaults: try #require(UserDefaults(suiteName: url.lastPathComponent)), position: position, speaker: speaker,
                transfers: LibraryTransferRunner(options: RefreshOptions(maxAttempts: 1)), bundledArchive: archive,
                configuration: configuration))
    }

    /// An app that has the territory of the test server, or of another one.
    static func refreshed(_ url: String? = nil, mapURL: String? = nil) async throws -> TestApp {
        let test = try TestApp(mapURL: mapURL)
        await test.app.start()
        let companion = try #require(test.app.home).library.companion
        try await companion.addTerritory("park", url: url ?? serverURL())
        try await companion.refresh("park")
        return test
    }

    var home: Home {
        get throws { try #require(app.home, "the app has not opened its files") }
    }
}
