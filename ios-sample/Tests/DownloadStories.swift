import Foundation
import Jalon
import Testing

@testable import JalonSample

extension FaultStories {
    /// A trek is downloaded with a cut in the middle, resumed, read without a server, and removed.
    @MainActor @Suite(.timeLimit(.minutes(5))) struct DownloadStories {
        @Test func downloadSurvivesCutAndIsRemoved() async throws {
            try Faults.reset()
            let test = try await TestApp.refreshed(Faults.url())
            let (screen, home) = (Screen(test.app), try test.home)
            home.router.open(.trek(PackKey(territory: "park", trek: 1)))
            let download = home.download(PackKey(territory: "park", trek: 1))
            try await screen.see(Texts.trekNotDownloadedHint)
            guard case .notDownloaded(let bytes) = download.state else { throw UnexpectedState(download.state) }
            #expect(bytes > 0)

            try Faults.send("cut 3000 /media/ 3")
            try await screen.tap(Texts.trekDownloadSize(home.library.format.size(bytes)))
            try await screen.see(Texts.trekIsPartial)
            try await screen.see(Texts.trekDownloadFailed(Texts.errorOffline))
            try Faults.send("repair")
            try await screen.tap(Texts.actionResume)
            try await screen.see(Texts.trekIsOffline)

            // A refused removal changes nothing, a confirmed one removes.
            try await screen.tap(Texts.actionRemove)
            try await screen.tap(Texts.actionCancel)
            try await screen.seeNot(Texts.actionCancel)
            #expect(screen.text.contains(Texts.trekIsOffline))
            try await screen.tap(Texts.actionRemove)
            let name = try await home.library.companion.catalogue.object("park", .trek, 1).name
            #expect(screen.text.contains(Texts.trekRemoveQuestion(name)))
            try await screen.tap(Texts.actionRemove)
            try await screen.see(Texts.trekNotDownloadedHint)
            screen.close()
        }

        @Test func pausedDownloadResumes() async throws {
            try Faults.reset()
            let test = try await TestApp.refreshed(Faults.url())
            let download = try test.home.download(PackKey(territory: "park", trek: 2))
            // The server holds the pictures back until the download is paused.
            try Faults.send("stall 100 /media/")
            download.start()
            try await wait { if case .running(_, let total) = download.state { total > 0 } else { false } }
            await download.pause()
            #expect(!download.isRunning && download.failure == nil)
            #expect(!download.isComplete && download.state != .unknown)
            if case .running = download.state { throw UnexpectedState(download.state) }

            try Faults.send("repair")
            download.start()
            await download.finished()
            guard case .complete = download.state else { throw UnexpectedState(download.state) }
            #expect(download.failure == nil)
        }

        @Test func withoutServerTheSentenceSaysSo() async throws {
            try Faults.reset()
            let test = try await TestApp.refreshed(Faults.url())
            try Faults.send("stop")
            let home = try test.home
            let download = home.download(PackKey(territory: "park", trek: 1))
            download.start()
            await download.finished()
            #expect(download.failure?.sentence == Texts.errorOffline)

            let territories = TerritoriesModel(home.library)
            await territories.load()
            await territories.refresh(try #require(territories.territories.first))
            #expect(territories.problem == Texts.errorOffline && territories.territories.count == 1)
            try Faults.send("start")
        }
    }
}
