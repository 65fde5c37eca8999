import Foundation
import Jalon
import Testing

@testable import JalonSample

extension FaultStories {
    /// What people reported as broken in the offline treks of Geotrek's apps: a downloaded trek must open whatever happened since.
    @MainActor @Suite(.timeLimit(.minutes(5))) struct OfflineStories {
        /// An itinerary with stages, and an ordinary trek.
        private func downloaded() async throws -> TestApp {
            try Faults.reset()
            let test = try await TestApp.refreshed(Faults.url())
            let home = try test.home
            for trek in try await treks(home) {
                let download = home.download(trek)
                download.start()
                await download.finished()
                guard case .complete = download.state else { throw UnexpectedState(download.state) }
            }
            return test
        }

        private func treks(_ home: Home) async throws -> [PackKey] {
            let catalogue = home.library.companion.catalogue
            var found: [PackKey] = []
            for item in try await catalogue.treks().items {
                let stages = try await catalogue.trekDetails("park", item.id).stages
                if !stages.isEmpty || item.id == 1 { found.append(item.key) }
            }
            return found
        }

        /// The process is killed, and the next one starts with a copy of its files: in another place, as after an update of the app.
        private func restart(_ test: TestApp) async throws -> TestApp {
            let next = try TestApp(in: test.directory.copy())
            await next.app.start()
            return next
        }

        /// Opens everything of the downloaded treks, some days later, and finds nothing missing.
        private func openEverything(_ home: Home, daysLater: Double = 0) async throws {
            let list = TrekListModel(home.library)
            list.isOffline = true
            await list.load()
            guard case .treks(let treks) = list.state else { throw UnexpectedState(list.state) }
            #expect(!treks.isEmpty)
            for trek in treks {
                let model = TrekModel(
                    trek.key, download: home.download(trek.key), home.library,
                    now: { Date(timeIntervalSinceNow: daysLater * 86_400) })
                await model.load()
                let contents = try #require(model.contents, "\(trek.name) does not open: \(model.state)")
                #expect(model.download.isComplete, "\(trek.name) is offered as offline, but it is \(model.download.state)")
                try expectFiles(contents.details.pictures)
                for place in model.places { try await open(place.kind, place.id, trek.key, home) }
                for desk in contents.details.informationDesks { try await open(.informationDesk, desk.id, trek.key, home) }
                for stage in contents.details.stages {
                    let opened = home.trek(PackKey(territory: trek.territory, trek: stage.id))
                    await opened.load()
                    let stageContents = try #require(opened.contents, "the stage \(stage.name) does not open: \(opened.state)")
                    try expectFiles(stageContents.details.pictures)
                    for place in opened.places { try await open(place.kind, place.id, trek.key, home) }
                }
            }
        }

        private func open(_ kind: Kind, _ id: Int64, _ trek: PackKey, _ home: Home) async throws {
            let model = home.object(ObjectKey(territory: trek.territory, kind: kind, id: id, trek: trek))
            await model.load()
            guard case .loaded(let object) = model.state else { throw UnexpectedState(model.state) }
            #expect(!model.isIncomplete, "\(object.name) has pictures that are not downloaded")
            try expectFiles(object.pictures)
        }

        private func expectFiles(_ pictures: [Picture]) throws {
            // The generated data has some pictures on a server that does not exist.
            for picture in pictures where picture.url.hasPrefix(try Faults.url()) {
                let path = try #require(picture.path, "\(picture.url) is not downloaded")
                #expect(FileManager.default.fileExists(atPath: path))
            }
        }

        @Test func downloadedTrekOpensAfterTheAppWasKilledWithoutNetwork() async throws {
            let first = try await downloaded()
            try Faults.send("stop")
            let next = try await restart(first)
            try await openEverything(next.home)
            try await openEverything(next.home, daysLater: 90)
            // A failed refresh takes nothing away.
            let territories = TerritoriesModel(try next.home.library)
            await territories.load()
            await territories.refresh(territories.territories[0])
            #expect(territories.problem == Texts.errorOffline)
            try await openEverything(next.home)
        }

        @Test func downloadedTrekOpensWhileTheServerFails() async throws {
            let first = try await downloaded()
            try Faults.send("status 500")
            let territories = TerritoriesModel(try first.home.library)
            await territories.load()
            await territories.refresh(territories.territories[0])
            #expect(territories.problem == Texts.errorServer)
            try await openEverything(first.home)
        }

        @Test func downloadedTrekOpensAfterTheServerChanged() async throws {
            let before = try OwnServer(treks: 12)
            let test = try await TestApp.refreshed(before.url)
            let home = try test.home
            let last = try #require(
                try await home.library.companion.catalogue.treks(TrekQuery(limit: 200)).items.map(\.id).max())
            let treks = [1, last].map { PackKey(territory: "park", trek: $0) }
            for trek in treks {
                home.download(trek).start()
                await home.download(trek).finished()
                #expect(home.download(trek).isComplete)
            }
            // At the same address, a park that publishes other treks.
            let port = try #require(URL(string: before.url)?.port)
            await before.stop()
            let after = try OwnServer(treks: 3, seed: 7, port: port)
            try await home.library.companion.refresh("park")
            let next = try await restart(test)
            for trek in treks {
                let model = try next.home.trek(trek)
                await model.load()
                #expect(try #require(model.contents, "\(trek.trek) does not open: \(model.state)").hasRoute)
            }
            let withdrawn = try next.home.trek(treks[1])
            await withdrawn.load()
            let details = try #require(withdrawn.contents).details
            #expect(details.withdrawnMs != nil)
            for picture in details.pictures where picture.url.hasPrefix(before.url) {
                #expect(FileManager.default.fileExists(atPath: try #require(picture.path)))
            }
            // What changed can be downloaded again.
            let changed = try next.home.download(treks[0])
            await changed.load()
            #expect(!changed.isComplete)
            changed.start()
            await changed.finished()
            #expect(changed.isComplete)
            await after.stop()
        }

        @Test func damagedCatalogueIsExplained() async throws {
            let first = try await downloaded()
            try await first.home.library.companion.close()
            let file = first.directory.url.appendingPathComponent("catalogue/catalogue.gpkg")
            try Data("no database".utf8).write(to: file)
            let next = try TestApp(in: first.directory)
            await next.app.start()
            let list = try next.home.treks
            await list.load()
            if case .failed(let failure) = list.state { throw UnexpectedState(failure) }
        }

        @Test func whatIsNotDownloadedSaysSoAndOffersTo() async throws {
            let test = try await TestApp.refreshed()
            let (screen, home) = (Screen(test.app), try test.home)
            try await screen.see(Texts.tabTreks)
            let trek = PackKey(territory: "park", trek: 1)
            let model = home.trek(trek)
            await model.load()
            let candidates = model.places.filter { $0.kind == .poi }
            var place: Object?
            for candidate in candidates {
                let object = try await home.library.companion.catalogue.object("park", .poi, candidate.id)
                if !object.pictures.isEmpty { place = object }
            }
            let poi = try #require(place)
            home.router.open(.object(ObjectKey(territory: "park", kind: .poi, id: poi.id, trek: trek)))
            try await screen.see(Texts.trekNotDownloadedTitle(poi.name))
            try await screen.tap(Texts.actionDownload)
            try await screen.see(Texts.trekNotDownloadedHint)

            // What no longer exists is no dead end.
            home.router.open(.object(ObjectKey(territory: "park", kind: .poi, id: 999_999)))
            try await screen.see(Texts.errorNotFound)
            try await screen.tap(Texts.actionBack)
            try await screen.see(Texts.trekNotDownloadedHint)

            // The list of what is offline is empty, and says what to do.
            home.router.show(.treks)
            try await screen.tap(Texts.treksOffline)
            try await screen.see(Texts.treksEmptyOffline)
            screen.close()
        }
    }
}
