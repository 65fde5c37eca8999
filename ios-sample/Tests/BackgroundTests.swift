import Foundation
import Jalon
import Testing

@testable import JalonSample

/// The app in the background: the system suspends it, and sometimes lets it work.
@MainActor @Suite(.timeLimit(.minutes(5))) struct BackgroundTests {
    @Test func suspendedAppGoesOn() async throws {
        let test = try await TestApp.refreshed()
        let home = try test.home
        await test.app.suspend()
        await home.treks.load()
        // Nothing can be read, and nobody sees it. The list reads again when the app comes back.
        #expect(home.treks.state == .loading)
        let request = home.treks.request
        await test.app.resume()
        #expect(home.treks.request != request)
        await home.treks.load()
        #expect(home.treks.count == 12)
    }

    @Test func backgroundRefreshSendsReportsAndSuspendsAgain() async throws {
        let test = try await TestApp.refreshed()
        let home = try test.home
        let form = ReportFormModel(home.library)
        await form.load()
        form.comment = "Source tarie"
        form.choose(Position(lon: 6.2, lat: 44.9))
        form.category = form.categories.first?.id
        await form.queue()
        await test.app.suspend()
        #expect(await test.app.refreshInBackground())
        await home.reports.load()
        #expect(home.reports.reports.isEmpty)

        await test.app.resume()
        await home.reports.load()
        #expect(home.reports.reports.map(\.state) == [.accepted])
    }

    @Test func walkKeepsTheFilesOpen() async throws {
        let test = try await TestApp.refreshed()
        let home = try test.home
        await home.guide.start(PackKey(territory: "park", trek: 1), recording: true)
        await test.app.suspend()
        await home.treks.load()
        #expect(home.treks.count == 12)
        await home.guide.stop()
    }
}
