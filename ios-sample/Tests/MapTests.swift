import Foundation
import Jalon
import SwiftUI
import Testing

@testable import JalonSample

@MainActor @Suite(.timeLimit(.minutes(5))) struct MapTests {
    @Test func projectionAndItsInverseAgree() {
        let projection = MapProjection(
            camera: MapCamera(centre: Position(lon: 6.2, lat: 44.9), zoom: 12.4), width: 375, height: 600)
        for position in [Position(lon: 6.2, lat: 44.9), Position(lon: 6.15, lat: 44.95), Position(lon: 6.3, lat: 44.8)] {
            let back = projection.position(projection.point(position))
            #expect(abs(back.lon - position.lon) < 1e-9 && abs(back.lat - position.lat) < 1e-9)
        }
        let centre = projection.point(projection.camera.centre)
        #expect(abs(centre.x - 187.5) < 1e-6 && abs(centre.y - 300) < 1e-6)
        // One degree of latitude is about 111 km.
        let north = projection.point(Position(lon: 6.2, lat: 44.91))
        #expect(abs(projection.points(metres: 1_111) - (centre.y - north.y)) < 1)
    }

    @Test func tilesCoverTheScreen() {
        let projection = MapProjection(
            camera: MapCamera(centre: Position(lon: 6.2, lat: 44.9), zoom: 12.4), width: 375, height: 600)
        let frames = projection.tiles(zoom: 12).map { projection.frame($0) }
        #expect(frames.map(\.origin.x).min()! <= 0 && frames.map { $0.origin.x + $0.side }.max()! >= 375)
        #expect(frames.map(\.origin.y).min()! <= 0 && frames.map { $0.origin.y + $0.side }.max()! >= 600)
        // The tile of zoom level 6 that has 6.2° E, 44.8° N.
        let far = MapProjection(camera: MapCamera(centre: Position(lon: 6.2, lat: 44.8), zoom: 6), width: 10, height: 10)
        #expect(far.tiles(zoom: 6) == [TileKey(z: 6, x: 33, y: 23)])
    }

    @Test func mapOfTrekIsDrawnMovedAndTapped() async throws {
        let test = try TestApp(archive: Sample.territory)
        let screen = Screen(test.app)
        try await screen.see(Texts.tabTreks)
        let home = try test.home
        let key = PackKey(territory: "demo", trek: 1)
        home.router.open(.trek(key))
        try await screen.tap(Texts.trekShowOnMap)
        let name = try await home.library.companion.catalogue.object("demo", .trek, 1).name
        let canvas = try await screen.node(Texts.mapDescribed(name))
        try await screen.seeNot(Texts.mapNoTiles)
        let drawn = try await screen.node(Texts.mapDescribed(name)).hint
        #expect(drawn.contains("image") && drawn.contains("stroke") && drawn.contains("fill"), "\(drawn)")

        try await screen.tap(Texts.mapFollow)
        try await screen.see(Texts.mapPositionUnknown)
        try await test.position.waitForReader()
        let here = Position(lon: 6.21, lat: 44.91)
        test.position.move(to: Fix(position: here, timeMs: 1, accuracyM: 12, bearingDeg: 45))
        try await screen.see(Texts.mapAccuracy(home.library.format.distance(12)))
        // A finger on the map stops following.
        try await screen.node(Texts.mapDescribed(name)).drag?(.zero, CGPoint(x: 30, y: 0), CGSize(width: 30, height: 0))
        try await screen.seeNot(Texts.mapFree)
        #expect(screen.isEnabled(Texts.mapFollow) == true)
        #expect(canvas.tapAt != nil)
        screen.close()
    }

    @Test func tapOnTheMapOpensTheTrek() async throws {
        let test = try TestApp(archive: Sample.territory)
        let screen = Screen(test.app)
        try await screen.tap(Texts.tabMap)
        try await screen.see(Texts.mapZoomIn)
        try await wait { test.app.home?.map.contents.markers.isEmpty == false }
        let map = try test.home.map
        let marker = try #require(map.contents.markers.first)
        let place = map.projection.point(marker.position)
        // Another trek may start at the same place.
        let nearest = try #require(map.marker(at: place))
        try await screen.node(Texts.mapDescribed(Texts.tabMap)).tapAt?(CGPoint(x: place.x, y: place.y))
        try await screen.see(nearest.name)
        screen.close()
    }

    @Test func mapOfAllTreksShowsPlacesWhereItIsNearEnough() async throws {
        let test = try await TestLibrary.refreshed()
        let map = MapModel(nil, test.library)
        map.resize(width: 375, height: 600)
        await map.load()
        let all = map.contents
        #expect(all.markers.allSatisfy(\.isTrek) && all.lines.count >= all.markers.count && !all.zones.isEmpty)
        let first = try #require(all.markers.first)
        let place = map.projection.point(first.position)
        map.pan(dx: map.size.x / 2 - place.x, dy: map.size.y / 2 - place.y)
        map.zoom(by: 14 - map.camera.zoom)
        await map.loadScreen()
        #expect(map.contents.markers.contains(first) && map.contents.markers.contains { !$0.isTrek })
        #expect(map.contents.markers.filter(\.isTrek).count < all.markers.count && map.failure == nil)
    }

    @Test func tapFindsTheNearestMarker() async throws {
        let test = try await TestLibrary.refreshed()
        let library = test.library
        let map = MapModel(nil, library)
        map.resize(width: 375, height: 600)
        await map.load()
        #expect(map.contents.markers.count > 5 && map.failure == nil)
        let marker = try #require(map.contents.markers.first)
        let place = map.projection.point(marker.position)
        let found = try #require(map.marker(at: MapPoint(x: place.x + 3, y: place.y - 3)))
        #expect(map.projection.point(found.position).x - place.x < 22)
        #expect(map.tiles.zoom(for: map.camera) == nil)
        map.zoom(by: 6)
        map.pan(dx: 10_000, dy: 0)
        #expect(map.marker(at: MapPoint(x: 187, y: 300)) == nil)
        #expect(!map.hasTiles && !map.isFollowing)
    }
}
