import SwiftUI
import UIKit

/// The tabs, once the files are open.
struct RootView: View {
    let app: AppModel

    @Environment(\.scenePhase) private var scenePhase

    var body: some View {
        content
            .environment(\.locale, app.settings.format.locale)
            .environment(app)
            .task { await app.start() }
            .onChange(of: scenePhase) { followScene() }
    }

    @ViewBuilder private var content: some View {
        switch app.phase {
        case .opening:
            ProgressView()
        case .ready(let home):
            TabsView(home: home)
                .environment(home)
                // Texts in another language need new screens.
                .id(currentLanguage())
        case .failed(let failure):
            FailureView(failure: failure) { await app.start() }
        }
    }

    /// Releases the files before the system suspends the app, in a task that the system waits for.
    private func followScene() {
        if scenePhase == .active {
            Task { await app.resume() }
        } else if scenePhase == .background {
            let task = UIApplication.shared.beginBackgroundTask()
            Task {
                await app.suspend()
                UIApplication.shared.endBackgroundTask(task)
            }
        }
    }
}

struct TabsView: View {
    let home: Home

    var body: some View {
        @Bindable var router = home.router
        TabView(selection: $router.tab) {
            tab(.treks, Texts.tabTreks, "figure.hiking") { TrekListView(model: home.treks) }
            tab(.map, Texts.tabMap, "map") { MapScreen(model: home.map) }
            tab(.guide, Texts.tabGuide, "location.north.line") { GuideView(model: home.guide) }
            tab(.report, Texts.tabReport, "exclamationmark.bubble") { ReportListView(model: home.reports) }
            tab(.me, Texts.tabMe, "person") { MeView() }
        }
        .sheet(item: $router.sheet) { sheet in
            switch sheet {
            case .emergency: EmergencyView(model: EmergencyModel(home.library))
            case .newReport(let trek): ReportFormView(model: ReportFormModel(home.library, about: trek))
            case .editReport(let report): ReportFormView(model: ReportFormModel(home.library, editing: report))
            }
        }
        .task { await home.library.watchChanges() }
    }

    private func tab(_ tab: AppTab, _ title: String, _ symbol: String, @ViewBuilder root: () -> some View) -> some View {
        @Bindable var router = home.router
        return NavigationStack(path: $router[tab]) {
            root()
                .navigationDestination(for: Route.self) { RouteView(route: $0, home: home) }
        }
        .tabItem { Label(title, systemImage: symbol) }
        .tag(tab)
    }
}

/// The screen of a route.
struct RouteView: View {
    let route: Route
    let home: Home

    var body: some View {
        let library = home.library
        switch route {
        case .trek(let key): TrekView(model: home.trek(key))
        case .trekMap(let key): MapScreen(model: MapModel(key, library))
        case .object(let key): ObjectView(model: home.object(key))
        case .report(let id): ReportView(id: id, model: home.reports)
        case .favourites: FavouritesView(model: FavouritesModel(library))
        case .tracks: TracksView(model: TracksModel(library))
        case .storage: StorageView(model: StorageModel(library))
        case .territories: TerritoriesView(model: TerritoriesModel(library))
        case .privacy: PrivacyView(model: PrivacyModel(library))
        case .licences: LicencesView(model: LicencesModel(library))
        }
    }
}
