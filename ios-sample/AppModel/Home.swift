import Foundation
import Observation

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
