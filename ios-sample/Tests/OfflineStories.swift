import Foundation
import Jalon
import Testing

@testable import JalonSample

extension FaultStories {
    /// What people reported as broken in the offline treks of Geotrek's apps: a downloaded trek must open whatever happened since.
    @MainActor @Suite(.timeLimit(.minutes(1))) struct OfflineStories {
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

        /// Ends the process: only its files remain for the next one.
        private func restart(_ test: TestApp) async throws -> TestApp {
            try await test.home.library.companion.close()
            let next = try TestApp(in: test.directory)
            await next.app.start()
            return next
        }

        /// Opens everything of the downloaded treks, and finds nothing missing.
        private func openEverything(_ home: Home) async throws {
            let list = TrekListModel(home.library)
            list.isOffline = true
            await list.load()
            guard case .treks(let treks) = list.state else { throw UnexpectedState(list.state) }
            #expect(!treks.isEmpty)
            for trek in treks {
                let model = home.trek(trek.key)
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

        @Test func downloadedTrekOpensAfterRestartWithoutNetwork() async throws {
            let first = try await downloaded()
            try Faults.send("stop")
            let next = try await restart(first)
            try await openEverything(next.home)
            // A failed refresh takes nothing away.
            let territories = TerritoriesModel(try next.home.library)
            await territories.load()
            await territories.refresh(territories.territories[0])
            #expect(territories.problem == Texts.errorOffline)
            try await openEverything(next.home)
            try Faults.send("start")
        }

        @Test func downloadedTrekOpensAfterTheServerLostIt() async throws {
            let first = try await downloaded()
            // The server answers with errors, and then publishes another territory.
            try Faults.send("status 500")
            let territories = TerritoriesModel(try first.home.library)
            await territories.load()
            await territories.refresh(territories.territories[0])
            #expect(territories.problem == Texts.errorServer)
            try Faults.send("repair")
            try await openEverything(first.home)
            let next = try await restart(first)
            try await openEverything(next.home)
        }

        @Test func downloadedTrekOpensAfterTheAppMoved() async throws {
            // An update of the app, or a restored backup, gives the container of the app another path.
            let first = try await downloaded()
            try await first.home.library.companion.close()
            let moved = try TemporaryDirectory()
            try FileManager.default.removeItem(at: moved.url)
            try FileManager.default.moveItem(at: first.directory.url, to: moved.url)
            let next = try TestApp(in: moved)
            await next.app.start()
            try await openEverything(next.home)
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
