import Foundation
import Jalon
import Testing

@testable import JalonSample

/// The first start, with the territory that ships in the app and without a network.
@MainActor @Suite(.timeLimit(.minutes(5))) struct FirstStartTests {
    @Test func firstStartHasTreksPicturesAndMap() async throws {
        let test = try TestApp(archive: Sample.territory)
        let screen = Screen(test.app)
        try await screen.tap(Texts.treksOffline)
        try await screen.see(Texts.trekIsOffline)
        try await screen.tap(Texts.tabMe)
        try await screen.tap(Texts.meTerritories)
        try await screen.see(Texts.meTerritoryDemo)

        let home = try test.home
        guard case .treks(let treks) = home.treks.state else { throw UnexpectedState(home.treks.state) }
        #expect(treks.count >= 2 && treks.allSatisfy(\.offline))
        for trek in treks {
            let model = home.trek(trek.key)
            await model.load()
            #expect(model.contents?.details.pictures.allSatisfy { $0.path != nil } == true)
            #expect(model.contents?.profile != nil)
            let map = MapModel(trek.key, home.library)
            map.resize(width: 375, height: 600)
            await map.load()
            let far = MapCamera(centre: map.camera.centre, zoom: 3)
            #expect(map.tiles.zoom(for: far) == nil)
            #expect(map.hasTiles && map.failure == nil && !map.contents.lines.isEmpty)
        }
        screen.close()
    }

    @Test func removedTerritoryDoesNotComeBack() async throws {
        let first = try TestApp(archive: Sample.territory)
        await first.app.start()
        try await first.home.library.companion.removeTerritory("demo")
        try await first.home.library.companion.close()
        let second = try TestApp(in: first.directory, archive: Sample.territory)
        await second.app.start()
        #expect(try await second.home.library.companion.territories().isEmpty)
    }

    @Test func interruptedUnpackingIsRepeated() async throws {
        let first = try TestApp(archive: Sample.territory)
        // A process that died while it unpacked leaves some files, but no catalogue.
        let media = first.directory.url.appendingPathComponent("catalogue/media")
        try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
        try Data("half".utf8).write(to: media.appendingPathComponent("half"))
        await first.app.start()
        #expect(try await first.home.library.companion.territories().map(\.name) == ["demo"])
    }

    @Test func archiveThatIsNoZipIsAnErrorWithASentence() async throws {
        let test = try TestApp(archive: Sample.icon)
        let screen = Screen(test.app)
        try await screen.see(Texts.errorDamaged)
        #expect(screen.isEnabled(Texts.actionRetry) == true)
        screen.close()
    }
}
