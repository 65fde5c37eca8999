import Foundation
import Jalon
import Observation

/// The app: opens the files at its start, and closes them while it is suspended.
@MainActor @Observable
final class AppModel {
    enum Phase {
        case opening
        case ready(Home)
        case failed(Failure)
    }

    /// What the app gets from the system, or from a test.
    struct Ports {
        let directories: Directories
        let defaults: UserDefaults
        let position: any PositionSource
        let speaker: any Speaker
        let transfers: any TransferRunner
        /// The archive of the territory that ships in the app.
        let bundledArchive: URL?
        let configuration: Configuration
    }

    private(set) var phase = Phase.opening
    let settings: Settings

    private let ports: Ports
    private var opening: Task<Void, Never>?
    private var isActive = false

    init(_ ports: Ports) {
        self.ports = ports
        settings = Settings(ports.defaults)
    }

    var home: Home? {
        if case .ready(let home) = phase { home } else { nil }
    }

    /// Opens the files. The first start unpacks the territory that ships in the app, so it needs no network.
    func start() async {
        if case .ready = phase { return }
        let opening = opening ?? Task { await open() }
        self.opening = opening
        await opening.value
        self.opening = nil
    }

    private func open() async {
        phase = .opening
        do {
            let (archive, catalogue) = (ports.bundledArchive, ports.directories.catalogue)
            if let archive { try await Task.detached { try BundledTerritory(archive).unpack(to: catalogue) }.value }
            let companion = try await Companion.open(ports.directories, languages: settings.languages)
            let library = Library(
                companion, settings: settings, position: PositionModel(ports.position), transfers: ports.transfers,
                configuration: ports.configuration)
            let store = GuideStore(file: ports.directories.journal.appendingPathComponent("walk.json"))
            let home = Home(library, speaker: ports.speaker, store: store)
            await home.guide.restore()
            phase = .ready(home)
        } catch {
            phase = .failed(Failure(error))
        }
    }

    /// Opens the files again with the texts of another language.
    func changeLanguage(_ language: String?) async {
        settings.language = language
        guard let home else { return }
        let router = home.router
        await home.guide.pause()
        phase = .opening
        try? await home.library.companion.close()
        await start()
        self.home?.router = router
    }

    /// The app is on the screen.
    func resume() async {
        isActive = true
        try? await home?.library.resume()
        home?.guide.resume()
    }

    /// The app is no longer on the screen, and the system will suspend it.
    func suspend() async {
        isActive = false
        await releaseFiles()
    }

    /// Sends the reports that wait and updates the territories, when the system lets the app work in the background. Returns
    /// whether all of it succeeded.
    func refreshInBackground() async -> Bool {
        await start()
        guard let library = home?.library else { return false }
        var isDone = false
        do {
            try await library.resume()
            _ = try await library.transfers.send(library.companion)
            for territory in try await library.companion.territories() {
                try await library.transfers.refresh(territory.name, with: library.companion)
                try await library.companion.packs.update(territory.name, options: RefreshOptions(unmeteredOnly: true))
            }
            isDone = true
        } catch {
            // What is left is done in the next refresh, or when the person asks for it.
        }
        // The person may have opened the app meanwhile.
        if !isActive { await releaseFiles() }
        return isDone
    }

    /// The system ends an app that it suspends while it holds locks of files. A walk keeps the app running, and needs the files for
    /// its track.
    private func releaseFiles() async {
        guard let home, home.guide.walk == nil else { return }
        try? await home.library.companion.suspend()
    }
}
