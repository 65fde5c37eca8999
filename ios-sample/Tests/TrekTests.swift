import Foundation
import Jalon
import SwiftUI
import Testing

@testable import JalonSample

@MainActor @Suite(.timeLimit(.minutes(1))) struct TrekTests {
    @Test func fingerOnTheProfileMovesTheMap() async throws {
        let test = try TestApp(archive: Sample.territory)
        let screen = Screen(test.app)
        try await screen.see(Texts.tabTreks)
        let home = try test.home
        home.router.open(.trek(PackKey(territory: "demo", trek: 1)))
        try await screen.see(Texts.trekProfileSlide)
        let chart = try await screen.profile()
        chart.drag?(.zero, CGPoint(x: 375.0 / 2, y: 10), CGSize(width: 5, height: 0))
        let model = home.trek(PackKey(territory: "demo", trek: 1))
        await model.load()
        model.slide = 0.5
        let place = try #require(model.slidePlace)
        let format = home.library.format
        let spoken = Texts.trekProfileAt(format.distance(place.distanceM), format.elevation(place.elevationM))
        try await screen.see(spoken)
        try await screen.see(Texts.mapDescribed(try #require(model.contents).details.name))
        // A screen reader moves the place in steps.
        try await screen.profile().type?("+")
        try await screen.seeNot(spoken)
        screen.close()
    }

    @Test func trekHasWhatTheParkWrote() async throws {
        let library = try await TestLibrary.refreshed().library
        let companion = library.companion
        var (withStages, withZones) = (0, 0)
        for item in try await companion.catalogue.treks().items {
            // The months of the generated areas are those of summer.
            let summer = try Date("2026-06-15T12:00:00Z", strategy: .iso8601)
            let winter = try Date("2026-12-15T12:00:00Z", strategy: .iso8601)
            let download = DownloadModel(item.key, library)
            let model = TrekModel(item.key, download: download, library, now: { summer })
            await model.load()
            let contents = try #require(model.contents)
            let along = model.places.map(\.alongM)
            #expect(along == along.sorted() && !along.isEmpty)
            let later = TrekModel(item.key, download: download, library, now: { winter })
            await later.load()
            let closed = try #require(later.contents).zones
            if contents.zones.contains(where: { !closed.contains($0) }) { withZones += 1 }
            if !contents.details.stages.isEmpty { withStages += 1 }
            #expect(contents.zones.allSatisfy { $0.months.isEmpty || $0.months.contains(6) })
        }
        #expect(withStages > 0 && withZones > 0)
    }

    @Test func gpxHasRouteAndPlaces() async throws {
        let library = try await TestLibrary.refreshed().library
        let key = PackKey(territory: "park", trek: 1)
        let model = TrekModel(key, download: DownloadModel(key, library), library)
        #expect(await model.gpxFile() == nil)
        await model.load()
        let file = try #require(await model.gpxFile())
        let gpx = try String(contentsOf: file, encoding: .utf8)
        #expect(gpx.contains("<trkpt") && gpx.contains("<wpt") && file.pathExtension == "gpx")
        try FileManager.default.removeItem(at: file)
    }

    @Test func favouriteIsKeptAndRemoved() async throws {
        let test = try await TestApp.refreshed()
        let screen = Screen(test.app)
        try await screen.see(Texts.tabTreks)
        try test.home.router.open(.trek(PackKey(territory: "park", trek: 1)))
        try await screen.tap(Texts.trekFavouriteAdd)
        try await screen.see(Texts.trekFavouriteRemove)
        let name = try await test.home.library.companion.catalogue.object("park", .trek, 1).name
        try await screen.tap(Texts.tabMe)
        try await screen.tap(Texts.meFavourites)
        try await screen.tap(name)
        try await screen.tap(Texts.trekFavouriteRemove)
        try await screen.see(Texts.trekFavouriteAdd)
        screen.close()
    }

    @Test func polylineFindsPlacesByFraction() {
        let line = Polyline([Position(lon: 0, lat: 0), Position(lon: 0, lat: 1), Position(lon: 0, lat: 4)])
        #expect(line.position(at: 0.5)?.lat == 2 && line.position(at: 0)?.lat == 0 && line.position(at: 7)?.lat == 4)
        #expect(Polyline([]).position(at: 0.5) == nil && Polyline([]).isEmpty)
    }
}

extension Screen {
    /// The profile that a finger slides on.
    func profile() async throws -> Node {
        _ = try await node(Texts.trekProfile)
        return try #require(nodes.last { $0.label == Texts.trekProfile && $0.type != nil })
    }
}
