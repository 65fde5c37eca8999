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
    /// The versions of the data. A screen that has them in its request reads again when something changes.
    private(set) var versions: DataVersions?

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
        for await versions in changes { self.versions = versions }
    }
}
