import Foundation
import Jalon
import Observation

/// Something on the map that a tap opens.
struct MapMarker: Hashable {
    let name: String
    let position: Position
    let route: Route
    let isTrek: Bool
}

/// A map of all treks, or of one trek with its line, the places along it and its sensitive areas.
@MainActor @Observable
final class MapModel {
    /// What is drawn over the tiles.
    struct Contents: Equatable {
        var title = ""
        var lines: [[Position]] = []
        var markers: [MapMarker] = []
        var zones: [[Position]] = []
    }

    /// The trek of the map; nil for all treks.
    let trek: PackKey?
    let tiles: TileStore
    private(set) var contents = Contents()
    private(set) var camera = MapCamera(centre: Position(lon: 0, lat: 30), zoom: MapCamera.zooms.lowerBound)
    private(set) var size = MapPoint(x: 0, y: 0)
    private(set) var isFollowing = false
    private(set) var failure: Failure?
    /// A place to show, such as that under the finger on the profile.
    var highlight: Position? {
        didSet { if let highlight { camera.centre = highlight } }
    }

    private let library: Library
    private let opensMarkers: Bool
    private var hasCamera = false

    /// `opensMarkers` is false for a map on which the person only chooses a place.
    init(_ trek: PackKey?, _ library: Library, opensMarkers: Bool = true) {
        self.trek = trek
        self.opensMarkers = opensMarkers
        self.library = library
        tiles = TileStore(library)
    }

    var request: Library.Versions { library.versions }
    var fix: Fix? { library.position.latest }
    var projection: MapProjection { MapProjection(camera: camera, width: size.x, height: size.y) }
    /// Whether the map has a picture below its lines.
    var hasTiles: Bool { tileFrames.contains { tiles.tiles[$0.key] != nil } }

    /// The tiles of the screen with their places.
    var tileFrames: [(key: TileKey, origin: MapPoint, side: Double)] {
        guard let zoom = tiles.zoom(for: camera) else { return [] }
        return projection.tiles(zoom: zoom).map { key in
            let frame = projection.frame(key)
            return (key, frame.origin, frame.side)
        }
    }

    func load() async {
        do {
            try await tiles.loadMaps()
            if let trek {
                contents = try await read(trek)
            } else if !hasCamera {
                contents = try await readTreks()
            }
            showAll()
            try await readScreen()
            failure = nil
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
    }

    /// Reads the tiles of the screen, and for the map of all treks the features of the screen. The view calls it in a task whose
    /// identity is ``projection``.
    func loadScreen() async {
        do {
            try await readScreen()
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
    }

    /// All treks, for a first look.
    private func readTreks() async throws -> Contents {
        let world = Bounds(west: -180, south: -90, east: 180, north: 90)
        return try await read(world, FeatureQuery(kinds: [.trek], toleranceM: 50, limit: 5_000))
    }

    private func readScreen() async throws {
        if trek == nil, hasCamera { contents = try await readFeatures() }
        try await tiles.load(projection)
    }

    /// Reads the features of the screen. Places are among them only at a scale at which they do not cover each other.
    private func readFeatures() async throws -> Contents {
        let metres = 1 / projection.points(metres: 1)
        let places: [Kind] = metres < 12 ? [.poi, .touristicContent, .service, .informationDesk] : []
        let query = FeatureQuery(kinds: [.trek, .sensitiveArea] + places, toleranceM: metres)
        return try await read(projection.bounds, query)
    }

    private func read(_ bounds: Bounds, _ query: FeatureQuery) async throws -> Contents {
        var contents = Contents(title: Texts.tabMap)
        for item in try await library.companion.catalogue.features(in: bounds, query).items {
            let geometry = try item.decodedGeometry()
            if item.kind == .sensitiveArea {
                contents.zones += geometry.rings
            } else if let position = geometry.positions.first {
                let key = PackKey(territory: item.territory, trek: item.id)
                let object = ObjectKey(territory: item.territory, kind: item.kind, id: item.id, trek: nil)
                let route = item.kind == .trek ? Route.trek(key) : .object(object)
                let marker = MapMarker(name: item.name, position: position, route: route, isTrek: item.kind == .trek)
                contents.markers.append(marker)
                contents.lines += geometry.lines
            }
        }
        return contents
    }

    private func read(_ trek: PackKey) async throws -> Contents {
        let catalogue = library.companion.catalogue
        let details = try await catalogue.trekDetails(trek.territory, trek.trek)
        var contents = Contents(title: details.name, lines: try details.decodedGeometry()?.lines ?? [])
        for item in details.routeItems {
            if item.kind == .sensitiveArea {
                let area = try await catalogue.object(trek.territory, .sensitiveArea, item.id)
                contents.zones += try area.decodedGeometry()?.rings ?? []
            } else if let position = item.point {
                let key = ObjectKey(territory: trek.territory, kind: item.kind, id: item.id, trek: trek)
                contents.markers.append(MapMarker(name: item.name, position: position, route: .object(key), isTrek: false))
            }
        }
        return contents
    }

    // MARK: Gestures

    func resize(width: Double, height: Double) {
        size = MapPoint(x: width, y: height)
        showAll()
    }

    /// Moves the map with the finger, and stops following.
    func pan(dx: Double, dy: Double) {
        isFollowing = false
        camera.centre = projection.position(MapPoint(x: size.x / 2 - dx, y: size.y / 2 - dy))
    }

    func zoom(by steps: Double) {
        camera.zoom = (camera.zoom + steps).clamped(to: MapCamera.zooms)
    }

    /// The marker under the finger: the nearest one within 22 points, half of the smallest target that Apple recommends.
    func marker(at point: MapPoint) -> MapMarker? {
        guard opensMarkers else { return nil }
        let projection = projection
        func distance(_ marker: MapMarker) -> Double {
            let place = projection.point(marker.position)
            return hypot(place.x - point.x, place.y - point.y)
        }
        return contents.markers.filter { distance($0) <= 22 }.min { distance($0) < distance($1) }
    }

    // MARK: Position

    func setFollowing(_ follows: Bool) {
        isFollowing = follows
        if follows, let fix { camera.centre = fix.position }
    }

    /// Reads positions until the task is cancelled, and keeps the map at them while it follows.
    func followPosition() async {
        await library.position.follow { fix in
            if isFollowing { camera.centre = fix.position }
        }
    }

    /// Shows everything once, when both the size and the contents are known. Then the camera is the person's.
    private func showAll() {
        guard !hasCamera, size.x > 0 else { return }
        let positions = contents.lines.flatMap { $0 } + (contents.lines.isEmpty ? contents.markers.map(\.position) : [])
        guard let camera = MapCamera.fitting(positions, width: size.x, height: size.y) else { return }
        (self.camera, hasCamera) = (camera, true)
    }
}

extension Geometry {
    /// The outer rings of the polygons.
    var rings: [[Position]] {
        switch self {
        case .polygon(let rings): Array(rings.prefix(1))
        case .multiPolygon(let polygons): polygons.compactMap(\.first)
        case .collection(let parts): parts.flatMap(\.rings)
        default: []
        }
    }
}
