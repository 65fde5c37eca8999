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
        phase = .opening
        do {
            let (archive, directories) = (ports.bundledArchive, ports.directories)
            try await Task.detached { try Self.unpackTerritory(archive, directories) }.value
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

    /// Releases the files before the system suspends the app. A walk keeps the app running, and needs the files for its track.
    func suspend() async {
        guard let home, home.guide.walk == nil else { return }
        try? await home.library.companion.suspend()
    }

    func resume() async {
        try? await home?.library.companion.resume()
        home?.guide.resume()
    }

    /// Sends the reports that wait and updates the territories, when the system lets the app work in the background. Returns
    /// whether all of it succeeded.
    func refreshInBackground() async -> Bool {
        guard let library = home?.library else { return false }
        do {
            try await library.companion.resume()
            _ = try await library.transfers.send(library.companion)
            for territory in try await library.companion.territories() {
                try await library.transfers.refresh(territory.name, with: library.companion)
                try await library.companion.packs.update(territory.name, options: RefreshOptions(unmeteredOnly: true))
            }
            await suspend()
            return true
        } catch {
            await suspend()
            return false
        }
    }

    /// Does nothing if there is a catalogue, even an empty one: the person may have removed the territory.
    nonisolated private static func unpackTerritory(_ archive: URL?, _ directories: Directories) throws {
        let files = FileManager.default
        let catalogue = directories.catalogue
        guard let archive, !files.fileExists(atPath: catalogue.appendingPathComponent("catalogue.gpkg").path) else { return }
        // The catalogue's file is moved last: with it, the territory is there.
        let unpacked = catalogue.deletingLastPathComponent().appendingPathComponent("unpacking", isDirectory: true)
        try? files.removeItem(at: unpacked)
        try Zip(archive).unpack(to: unpacked)
        try files.createDirectory(at: catalogue, withIntermediateDirectories: true)
        let names = try files.contentsOfDirectory(atPath: unpacked.path)
        for name in names.filter({ $0 != "catalogue.gpkg" }) + ["catalogue.gpkg"] {
            let target = catalogue.appendingPathComponent(name)
            try? files.removeItem(at: target)
            try files.moveItem(at: unpacked.appendingPathComponent(name), to: target)
        }
        try? files.removeItem(at: unpacked)
    }
}

/// The screens of the tabs, which share the library.
@MainActor @Observable
final class Home {
    let library: Library
    var router = Router()
    let treks: TrekListModel
    let map: MapModel
    let guide: GuideModel
    let reports: ReportQueueModel

    @ObservationIgnored private var downloads: [PackKey: DownloadModel] = [:]

    init(_ library: Library, speaker: any Speaker, store: GuideStore) {
        self.library = library
        treks = TrekListModel(library)
        map = MapModel(nil, library)
        guide = GuideModel(library, speaker: speaker, store: store)
        reports = ReportQueueModel(library)
    }

    /// The download of a trek. There is one, so that it goes on when a screen is closed and opened again.
    func download(_ key: PackKey) -> DownloadModel {
        if let download = downloads[key] { return download }
        let download = DownloadModel(key, library)
        downloads[key] = download
        return download
    }

    func trek(_ key: PackKey) -> TrekModel {
        TrekModel(key, download: download(key), library)
    }

    func object(_ key: ObjectKey) -> ObjectModel {
        ObjectModel(key, download: key.trek.map(download), library)
    }

    /// Starts to follow a trek and shows the guide.
    func follow(_ key: PackKey) async {
        router.show(.guide)
        await guide.start(key)
    }
}
