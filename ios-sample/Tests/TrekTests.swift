import Foundation
import Jalon
import SwiftUI
import Testing

@testable import JalonSample

@MainActor @Suite(.timeLimit(.minutes(5))) struct TrekTests {
    @Test func fingerOnTheProfileMovesTheMap() async throws {
        let test = try TestApp(archive: Sample.territory)
        let screen = Screen(test.app)
        try await screen.see(Texts.tabTreks)
        let home = try test.home
        home.router.open(.trek(PackKey(territory: "demo", trek: 1)))
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
        let test = try await TestLibrary.refreshed()
        let library = test.library
        let companion = library.companion
        var (withStages, withSeason) = (0, 0)
        for item in try await companion.catalogue.treks().items {
            var zones: [UInt32: [GuideZone]] = [:]
            let areas = try await companion.catalogue.trekDetails(item.territory, item.id, kinds: [.sensitiveArea]).routeItems
            let months: ClosedRange<UInt32> = areas.isEmpty ? 6...6 : 1...12
            for month in months {
                let date = try Date("2026-\(month < 10 ? "0" : "")\(month)-15T12:00:00Z", strategy: .iso8601)
                let model = TrekModel(item.key, download: DownloadModel(item.key, library), library, now: { date })
                await model.load()
                let contents = try #require(model.contents)
                let along = model.places.map(\.alongM)
                #expect(along == along.sorted() && !along.isEmpty)
                if !contents.details.stages.isEmpty { withStages += 1 }
                zones[month] = contents.zones
            }
            // An area is shown in its months, and in no other.
            for zone in Set(zones.values.flatMap { $0 }) where !zone.months.isEmpty {
                let shown = zones.filter { $0.value.contains(zone) }.map(\.key).sorted()
                #expect(shown == zone.months.sorted())
                if shown.count < 12 { withSeason += 1 }
            }
        }
        #expect(withStages > 0 && withSeason > 0)
    }

    @Test func gpxHasRouteAndPlaces() async throws {
        let test = try await TestLibrary.refreshed()
        let library = test.library
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

}

extension Screen {
    /// The profile that a finger slides on.
    func profile() async throws -> Node {
        _ = try await node(Texts.trekProfile)
        return try #require(nodes.last { $0.label == Texts.trekProfile && $0.type != nil })
    }
}
