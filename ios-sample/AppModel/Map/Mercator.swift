import Foundation
import Jalon

/// A point on the screen or in the plane of the map.
struct MapPoint: Hashable {
    var x: Double
    var y: Double
}

/// The part of the map that is on the screen.
struct MapCamera: Equatable {
    var centre: Position
    /// 0 shows the world in one tile of 256 points. Each step doubles the scale.
    var zoom: Double

    static let zooms = 3.0...18.0

    /// The camera that shows all positions in a view of this size.
    static func fitting(_ positions: [Position], width: Double, height: Double) -> MapCamera? {
        guard let first = positions.first else { return nil }
        let bounds = positions.reduce(into: (min: first, max: first)) { bounds, position in
            bounds.min = Position(lon: min(bounds.min.lon, position.lon), lat: min(bounds.min.lat, position.lat))
            bounds.max = Position(lon: max(bounds.max.lon, position.lon), lat: max(bounds.max.lat, position.lat))
        }
        let (southWest, northEast) = (Mercator.point(bounds.min), Mercator.point(bounds.max))
        let scale = min(
            0.85 * width / max(northEast.x - southWest.x, 1e-9), 0.85 * height / max(southWest.y - northEast.y, 1e-9))
        let centre = MapPoint(x: (southWest.x + northEast.x) / 2, y: (southWest.y + northEast.y) / 2)
        return MapCamera(centre: Mercator.position(centre), zoom: log2(scale / 256).clamped(to: zooms.lowerBound...15))
    }
}

/// The projection of web maps, with the world from 0 to 1.
enum Mercator {
    static func point(_ position: Position) -> MapPoint {
        let latitude = position.lat.clamped(to: -85...85) * .pi / 180
        return MapPoint(x: (position.lon + 180) / 360, y: (1 - asinh(tan(latitude)) / .pi) / 2)
    }

    static func position(_ point: MapPoint) -> Position {
        Position(lon: point.x * 360 - 180, lat: atan(sinh(.pi * (1 - 2 * point.y))) * 180 / .pi)
    }
}

/// A tile of the map: row 0 is in the north.
struct TileKey: Hashable {
    let z: UInt8
    let x: UInt32
    let y: UInt32
}

/// Converts between positions and points of a view that shows a camera.
struct MapProjection: Equatable {
    let camera: MapCamera
    let width: Double
    let height: Double

    private var scale: Double { 256 * exp2(camera.zoom) }

    func point(_ position: Position) -> MapPoint {
        let (centre, point) = (Mercator.point(camera.centre), Mercator.point(position))
        return MapPoint(x: width / 2 + (point.x - centre.x) * scale, y: height / 2 + (point.y - centre.y) * scale)
    }

    func position(_ point: MapPoint) -> Position {
        let centre = Mercator.point(camera.centre)
        return Mercator.position(
            MapPoint(x: centre.x + (point.x - width / 2) / scale, y: centre.y + (point.y - height / 2) / scale))
    }

    /// The box that the view shows.
    var bounds: Bounds {
        let (northWest, southEast) = (position(MapPoint(x: 0, y: 0)), position(MapPoint(x: width, y: height)))
        return Bounds(
            west: max(northWest.lon, -180), south: southEast.lat, east: min(southEast.lon, 180), north: northWest.lat)
    }

    /// The length on the screen of a distance on the ground at the centre.
    func points(metres: Double) -> Double {
        metres * scale / (40_075_016.7 * cos(camera.centre.lat * .pi / 180))
    }

    /// The tiles of a zoom level that the view shows.
    func tiles(zoom: UInt8) -> [TileKey] {
        let count = exp2(Double(zoom))
        let centre = Mercator.point(camera.centre)
        let (halfWidth, halfHeight) = (width / 2 / scale, height / 2 / scale)
        func indices(_ middle: Double, _ half: Double) -> ClosedRange<UInt32> {
            func index(_ value: Double) -> UInt32 { UInt32((value * count).clamped(to: 0...(count - 1))) }
            return index(middle - half)...index(middle + half)
        }
        return indices(centre.y, halfHeight).flatMap { y in
            indices(centre.x, halfWidth).map { x in TileKey(z: zoom, x: x, y: y) }
        }
    }

    /// The corner and the side of a tile on the screen.
    func frame(_ tile: TileKey) -> (origin: MapPoint, side: Double) {
        let count = exp2(Double(tile.z))
        let corner = Mercator.position(MapPoint(x: Double(tile.x) / count, y: Double(tile.y) / count))
        return (point(corner), scale / count)
    }
}
