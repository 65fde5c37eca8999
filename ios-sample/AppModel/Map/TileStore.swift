import Foundation
import Jalon
import Observation

/// Reads the raster tiles of the downloaded maps.
@MainActor @Observable
final class TileStore {
    private(set) var tiles: [TileKey: Data] = [:]
    /// The tiles that no downloaded map has.
    @ObservationIgnored private var absent: Set<TileKey> = []
    private var maps: [Pack] = []

    private let library: Library
    /// Enough for some screens of tiles.
    private let limit = 160

    init(_ library: Library) {
        self.library = library
    }

    /// The zoom levels of the downloaded maps.
    var zooms: ClosedRange<UInt8>? {
        let levels = maps.compactMap(\.map)
        guard let first = levels.map(\.minZoom).min(), let last = levels.map(\.maxZoom).max(), first <= last else { return nil }
        return first...last
    }

    /// The zoom level of the tiles that a camera shows: the one whose tiles are drawn at least at their own size. Nil if the camera
    /// is so far away that the first level would be thousands of tiny tiles.
    func zoom(for camera: MapCamera) -> UInt8? {
        guard let zooms, camera.zoom > Double(zooms.lowerBound) - 2 else { return nil }
        return UInt8(camera.zoom.rounded(.down)).clamped(to: zooms)
    }

    /// Reads which maps are downloaded.
    func loadMaps() async throws {
        let packs = try await library.companion.packs.list().filter { $0.map?.path != nil }
        guard packs != maps else { return }
        (maps, tiles, absent) = (packs, [:], [])
    }

    /// Reads the tiles that a view shows and that were not read yet.
    func load(_ projection: MapProjection) async throws {
        guard let zoom = zoom(for: projection.camera) else { return }
        let wanted = projection.tiles(zoom: zoom)
        for key in wanted where tiles[key] == nil && !absent.contains(key) {
            try Task.checkCancellation()
            if let data = try await read(key) { tiles[key] = data } else { absent.insert(key) }
        }
        if tiles.count > limit { tiles = tiles.filter { wanted.contains($0.key) } }
    }

    private func read(_ key: TileKey) async throws -> Data? {
        for pack in maps {
            let tile = try await library.companion.packs.mapTile(pack.territory, pack.subject, z: key.z, x: key.x, y: key.y)
            if let tile, tile.mediaType.hasPrefix("image/") { return tile.bytes }
        }
        return nil
    }
}
