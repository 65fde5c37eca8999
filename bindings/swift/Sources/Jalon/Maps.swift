import Foundation
import JalonGenerated

extension Packs {
    /// Downloads the map of a pack, resumes its download, or replaces it: the tiles along the trek, or of the box, are cut out of
    /// a PMTiles archive on a web server by range requests. The pack must have been downloaded. It keeps its previous map until
    /// the new one is complete. Tiles that another map on the device has are copied, not downloaded. If the source has a
    /// `styleUrl`, a MapLibre style is downloaded too, with its glyphs and sprites.
    ///
    /// Throws `Offline`, `ServerError`, `Busy`, `StorageFull`, `NotFound` and `InvalidInput`.
    @discardableResult
    public func downloadMap(
        _ territory: String, _ subject: PackSubject, _ source: MapSource, options: RefreshOptions? = nil,
        progress: ProgressStream? = nil
    ) async throws -> Pack {
        try await withCancelToken(progress) { token, watch in
            try await inner.downloadMap(
                territory: territory, subject: subject, source: source, options: options, cancel: token, progress: watch)
        }
    }

    /// Returns the size of the map of a pack before it is downloaded, from the index of the remote archive. The pack itself need
    /// not have been downloaded.
    ///
    /// Throws the same errors as ``downloadMap(_:_:_:options:progress:)``.
    public func fetchMapEstimate(
        _ territory: String, _ subject: PackSubject, _ source: MapSource, options: RefreshOptions? = nil
    ) async throws -> MapEstimate {
        try await withCancelToken(nil) { token, _ in
            try await inner.fetchMapEstimate(
                territory: territory, subject: subject, source: source, options: options, cancel: token)
        }
    }

    /// Plans the download of a map for the HTTP client of the platform, or resumes an interrupted one: pass it to a
    /// ``TransferSession``.
    public func planMap(
        _ territory: String, _ subject: PackSubject, _ source: MapSource, options: RefreshOptions? = nil
    ) async throws -> Transfers {
        try await inner.planMap(territory: territory, subject: subject, source: source, options: options)
    }

    /// Plans the requests of ``fetchMapEstimate(_:_:_:options:)`` for the HTTP client of the platform: pass them to a
    /// ``TransferSession``.
    public func planMapEstimate(
        _ territory: String, _ subject: PackSubject, _ source: MapSource, options: RefreshOptions? = nil
    ) async throws -> Transfers {
        try await inner.planMapEstimate(territory: territory, subject: subject, source: source, options: options)
    }

    /// Returns a tile of the map of a pack by its zoom level, column and row (row 0 is in the north); nil if the map does not
    /// have it. For map views that cannot open a PMTiles archive: MapLibre opens the file of the map itself.
    public func mapTile(_ territory: String, _ subject: PackSubject, z: UInt8, x: UInt32, y: UInt32) async throws -> Tile? {
        try await inner.mapTile(territory: territory, subject: subject, z: z, x: x, y: y)
    }

    /// Returns the attribution of the map of a pack as plain text, which must be shown wherever the map is shown; nil if it has
    /// none.
    public func mapAttribution(_ territory: String, _ subject: PackSubject) async throws -> String? {
        try await inner.mapAttribution(territory: territory, subject: subject)
    }

    /// Returns the MapLibre style, as JSON, that was downloaded with the map of a pack: it draws the map without a network, with
    /// the glyphs and sprites on the device. Sources that need a network are left out, with their layers.
    ///
    /// Throws `NotFound` if the map was downloaded without a `styleUrl`.
    public func downloadedStyle(_ territory: String, _ subject: PackSubject) async throws -> String {
        try await inner.downloadedStyle(territory: territory, subject: subject)
    }

    /// Returns a MapLibre style that draws the map of a pack without a network: its tiles are those of the local archive.
    ///
    /// Throws `NotFound` if the pack has no map, and `InvalidInput` for a style or a source that cannot be used.
    ///
    /// - Parameters:
    ///   - territory: the name of the territory.
    ///   - subject: the subject of the pack.
    ///   - style: the style, as JSON.
    ///   - source: the name of the source of the map in the style. If it is nil, the map is that of the sources with the URL that
    ///     it was downloaded from, or else of the only source of tiles.
    ///   - glyphs: the folder with the glyphs of ``styleFiles(_:glyphBlocks:)``; if nil, the style keeps its address.
    ///   - sprites: the folder with the sprites of ``styleFiles(_:glyphBlocks:)``; if nil, the style keeps its addresses.
    public func mapStyle(
        _ territory: String, _ subject: PackSubject, style: String, source: String? = nil, glyphs: URL? = nil,
        sprites: URL? = nil
    ) async throws -> String {
        try await inner.mapStyle(
            territory: territory, subject: subject, style: style, source: source, glyphs: glyphs?.path,
            sprites: sprites?.path)
    }

    /// Returns the URLs of the glyphs and sprites that a MapLibre style needs, and their paths in local folders. Glyphs are those
    /// of Latin scripts and of `glyphBlocks`: block `n` has the code points 256·n to 256·n + 255.
    public func styleFiles(_ style: String, glyphBlocks: [UInt16] = []) async throws -> StyleFiles {
        try await inner.styleFiles(style: style, glyphBlocks: glyphBlocks)
    }
}

extension PackMap {
    /// The PMTiles archive of the map, which MapLibre opens; nil until it is downloaded.
    public var file: URL? { path.map { URL(fileURLWithPath: $0) } }
    /// The MapLibre style that draws the map with local files only; nil if none was downloaded. Its paths are absolute, and an
    /// update of the app may move them: ``Packs/downloadedStyle(_:_:)`` has those of now.
    public var styleFile: URL? { stylePath.map { URL(fileURLWithPath: $0) } }
    /// The time of the download.
    public var asOf: Date? { asOfMs.map(Date.init(unixMs:)) }
}
