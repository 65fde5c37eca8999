import Foundation
import Jalon
import Observation

/// What the screens share: the open files, the versions of their data, the position, the settings and the ports.
@MainActor @Observable
final class Library {
    let companion: Companion
    let settings: Settings
    let position: PositionModel
    @ObservationIgnored let transfers: any TransferRunner
    let configuration: Configuration
    /// A screen that has these in its request reads again when something changes.
    private(set) var versions = Versions()

    struct Versions: Hashable {
        var data: DataVersions?
        /// How often the files were opened again after the app was suspended: a screen may have tried to read meanwhile.
        var resumes = 0
    }

    init(
        _ companion: Companion, settings: Settings, position: PositionModel, transfers: any TransferRunner,
        configuration: Configuration = Configuration()
    ) {
        self.configuration = configuration
        self.companion = companion
        self.settings = settings
        self.position = position
        self.transfers = transfers
    }

    var format: Format { settings.format }
    /// Where the map of a trek is downloaded from; nil if the app has no map.
    var mapSource: MapSource? { configuration.mapURL.map { MapSource(url: $0) } }

    /// Keeps ``versions`` up to date until the task is cancelled.
    func watchChanges() async {
        guard let changes = try? companion.watchChanges() else { return }
        for await data in changes { versions.data = data }
    }

    /// Opens the files again after the app was suspended.
    func resume() async throws {
        try await companion.resume()
        versions.resumes += 1
    }
}
