import Foundation
import Jalon
import Observation

/// The tabs, in their order.
enum AppTab: String, CaseIterable, Codable {
    case treks, map, guide, report, me
}

/// An object other than a trek. `trek` is the trek beside whose route the person found it.
struct ObjectKey: Hashable {
    let territory: String
    let kind: Kind
    let id: Int64
    var trek: PackKey?
}

/// A screen that is pushed on the stack of a tab.
enum Route: Hashable {
    case trek(PackKey)
    case object(ObjectKey)
    case trekMap(PackKey)
    case report(String)
    case favourites, tracks, storage, territories, privacy, licences
}

/// A screen that covers the tabs.
enum Sheet: Identifiable, Hashable {
    case emergency
    case newReport(PackKey?)
    case editReport(Report)

    var id: Self { self }
}

/// Where the person is in the app.
@MainActor @Observable
final class Router {
    var tab = AppTab.treks
    var paths: [AppTab: [Route]] = [:]
    var sheet: Sheet?

    /// Pushes a screen on the current tab.
    func open(_ route: Route) {
        paths[tab, default: []].append(route)
    }

    /// Shows a tab with its first screen.
    func show(_ tab: AppTab) {
        self.tab = tab
        paths[tab] = []
    }

    subscript(tab: AppTab) -> [Route] {
        get { paths[tab, default: []] }
        set { paths[tab] = newValue }
    }
}
