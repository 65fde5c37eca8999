import Foundation
import Jalon
import Testing

@testable import JalonSample

extension FaultStories {
    /// Reports are written offline, sent, and resolved when nobody knows whether they arrived.
    @MainActor @Suite(.timeLimit(.minutes(5))) struct ReportStories {
        /// A place in the generated territory.
        static let here = Fix(position: Position(lon: 6.2, lat: 44.9), timeMs: 1_780_000_000_000, accuracyM: 8)

        private func app() async throws -> (TestApp, Screen) {
            try Faults.reset()
            let test = try await TestApp.refreshed(Faults.url())
            return (test, Screen(test.app))
        }

        /// Fills the form and queues the report.
        private func write(_ comment: String, email: String = "", _ test: TestApp, _ screen: Screen) async throws {
            try await screen.tap(Texts.tabReport)
            try await screen.tap(Texts.reportNew)
            try await screen.type(comment, in: Texts.reportComment)
            try await screen.type(email, in: Texts.reportEmail)
            try await screen.tap(Texts.reportPlaceHere)
            try await test.position.waitForReader()
            test.position.move(to: Self.here)
            try await screen.seeNot(Texts.reportPlaceMissing)
            let category = try await test.home.library.companion.catalogue.vocabulary("park", "feedback_category")[0]
            try await screen.tap(category.label)
            try await screen.tap(Texts.reportQueue)
            try await screen.see(Texts.reportSaved)
            try await screen.tap(Texts.actionClose)
            try await screen.seeNot(Texts.reportSaved)
        }

        @Test func reportWaitsForNetworkAndGetsReceipt() async throws {
            let (test, screen) = try await app()
            try Faults.send("stop")
            try await write("Passerelle emportée", test, screen)
            try await screen.see(Texts.reportStateQueued)
            try await screen.tap(Texts.actionSend)
            try await screen.see(Texts.errorOffline)
            #expect(screen.text.contains(Texts.reportStateQueued))

            try Faults.send("start")
            try await screen.tap(Texts.actionSend)
            try await screen.see(Texts.reportStateAccepted)
            #expect(screen.isEnabled(Texts.actionSend) == false && screen.isEnabled(Texts.reportExportUnsent) == false)
            #expect(try Faults.send("reports").contains("1"))
            try await screen.tap("Passerelle emportée")
            let report = try #require(test.home.reports.reports.first)
            try await screen.see(try #require(test.home.reports.receiptText(report)))

            let privacy = PrivacyModel(try test.home.library)
            await privacy.load()
            #expect(privacy.entries?.contains { $0.contains("http://127.0.0.1") } == true)
            screen.close()
        }

        @Test(arguments: [Texts.reportDoubtReceived, Texts.reportDoubtSendAgain, Texts.reportDoubtDiscard])
        func reportInDoubtHasThreeChoices(choice: String) async throws {
            let (test, screen) = try await app()
            // The server stores the report, and its answer never comes.
            try Faults.send("mail-outage")
            try await write("Balise arrachée", email: "walker@example.org", test, screen)
            try await screen.tap(Texts.actionSend)
            try await screen.see(Texts.reportStateInDoubt)
            try await screen.tap("Balise arrachée")
            try await screen.see(Texts.reportDoubtHint)
            try Faults.send("repair")
            try await screen.tap(choice)
            try await screen.seeNot(Texts.reportDoubtHint)
            if choice == Texts.reportDoubtDiscard { try await screen.see(Texts.reportStateGivenUp) }
            if choice == Texts.reportDoubtSendAgain {
                try await screen.tap(Texts.actionRetry)
                try await screen.see(Texts.reportStateAccepted)
            }
            screen.close()
        }

        @Test func placeIsChosenOnTheMap() async throws {
            let (test, screen) = try await app()
            try await screen.tap(Texts.tabReport)
            try await screen.tap(Texts.reportNew)
            try await screen.see(Texts.reportPlaceMissing)
            try await screen.tap(Texts.tabMap)
            try await screen.tap(Texts.actionSave)
            try await screen.seeNot(Texts.reportPlaceMissing)
            try await screen.tap(Texts.actionCancel)
            try await screen.see(Texts.reportQueueEmpty)
            #expect(try await test.home.library.companion.reports.list().isEmpty)
            screen.close()
        }

        @Test func refusedReportIsCorrectedAndSent() async throws {
            let (test, screen) = try await app()
            try Faults.send("status 400 feedback_report")
            try await write("Panneau cassé", test, screen)
            let reports = try test.home.reports
            try await screen.tap(Texts.actionSend)
            try await wait { reports.reports.first?.state == .refused }
            try await screen.see(reports.stateText(try #require(reports.reports.first)))
            try Faults.send("repair")
            try await screen.tap("Panneau cassé")
            try await screen.tap(Texts.actionRetry)
            try await screen.see(Texts.reportComment)
            try await screen.type("Panneau cassé au col", in: Texts.reportComment)
            try await screen.tap(Texts.reportQueue)
            try await screen.see(Texts.reportSaved)
            try await screen.tap(Texts.actionClose)
            try await screen.see(Texts.reportStateQueued)
            try await screen.tap(Texts.actionRetry)
            try await screen.see(Texts.reportStateAccepted)
            #expect(reports.reports.map(\.content.comment) == ["Panneau cassé au col"])
            screen.close()
        }

        @Test func exportHasUnsentReportsWithPhotos() async throws {
            let (test, _) = try await app()
            let home = try test.home
            let form = ReportFormModel(home.library, about: PackKey(territory: "park", trek: 1))
            await form.load()
            await form.queue()
            #expect(form.problems == [Texts.reportPlaceMissing, Texts.reportCommentMissing] && !form.isQueued)
            (form.comment, form.email) = ("Arbre en travers", "no address")
            form.choose(Self.here.position)
            form.category = form.categories.first?.id
            form.addPhoto(try Data(contentsOf: Sample.icon))
            await form.queue()
            #expect(form.problems == [Texts.reportEmailInvalid] && form.failure == nil)
            form.addPhoto(Data("no photo".utf8))
            form.email = ""
            await form.queue()
            // A file that is no photo stops the report, and leaves no half of it.
            #expect(form.failure != nil && !form.isQueued)
            #expect(try await home.library.companion.reports.list().isEmpty)
            form.removePhoto(at: 1)
            await form.queue()
            #expect(form.isQueued)

            await home.reports.load()
            #expect(home.reports.reports.first?.photos.count == 1)
            let file = try #require(await home.reports.export())
            #expect(home.reports.exported == 1 && FileManager.default.fileExists(atPath: file.path))
            try FileManager.default.removeItem(at: file)
        }
    }
}
