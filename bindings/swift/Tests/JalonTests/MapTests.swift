import Foundation
import Jalon
import Testing

/// Offline maps: estimated, downloaded by ranges, read, used by a style.
@Suite struct MapTests {
    /// The HTTP client of a test.
    enum Client: CaseIterable {
        case own, chunks, files
    }

    let directory: TemporaryDirectory
    let trek = PackSubject.trek(id: 1)

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(arguments: Client.allCases) func mapOfPackIsReadWithoutNetwork(client: Client) async throws {
        let companion = try await refreshedCompanion(in: directory)
        let packs = companion.packs
        let source = MapSource(url: try "\(serverURL())/files/map.pmtiles")
        let session = TransferSession(usesFiles: client == .files)

        let estimate: MapEstimate
        if client == .own {
            estimate = try await packs.fetchMapEstimate("park", trek, source)
        } else {
            let planned = try await packs.planMapEstimate("park", trek, source)
            guard case .mapEstimate(let size) = try await session.run(planned) else { throw TestFailure() }
            estimate = size
        }
        #expect(estimate.tiles > 0 && estimate.downloadBytes >= estimate.bytes)
        let missing = try await jalonError { try await packs.downloadMap("park", trek, source) }
        guard case .NotFound = missing else { throw missing }

        try await packs.download("park", trek, pictures: .none)
        let pack: Pack
        if client == .own {
            pack = try await packs.downloadMap("park", trek, source)
        } else {
            let planned = try await packs.planMap("park", trek, source)
            guard case .map(let downloaded) = try await session.run(planned) else { throw TestFailure() }
            pack = downloaded
        }
        let map = try #require(pack.map)
        #expect(map.source == source && map.tiles == estimate.tiles && map.asOf != nil)
        let archive = try #require(map.file)
        #expect(try UInt64(Data(contentsOf: archive).count) == map.bytes)

        // The tile of zoom level 6 that has 6.2° E, 44.8° N.
        let tile = try #require(try await packs.mapTile("park", trek, z: 6, x: 33, y: 23))
        #expect(tile.contentEncoding == "gzip" && tile.bytes.starts(with: [0x1F, 0x8B]))
        #expect(try await packs.mapTile("park", trek, z: 6, x: 0, y: 0) == nil)
        #expect(try await packs.mapAttribution("park", trek) == "© Map makers")
        let invalid = try await jalonError { try await packs.mapTile("park", trek, z: 6, x: 64, y: 0) }
        guard case .InvalidInput = invalid else { throw invalid }
    }

    @Test func styleUsesLocalFiles() async throws {
        let style = """
            {"version": 8, "glyphs": "https://fonts.example.org/{fontstack}/{range}.pbf",
            "sources": {"map": {"type": "vector", "url": "https://tiles.example.org/map.json"}},
            "layers": [{"id": "names", "type": "symbol", "source": "map", "source-layer": "land",
            "layout": {"text-field": "a", "text-font": ["Noto Sans Regular"]}}]}
            """
        let companion = try await refreshedCompanion(in: directory)
        let packs = companion.packs
        let withoutMap = try await jalonError { try await packs.mapStyle("park", trek, style: style) }
        guard case .NotFound = withoutMap else { throw withoutMap }
        try await packs.download("park", trek, pictures: .none)
        let source = MapSource(url: try "\(serverURL())/files/map.pmtiles")
        let map = try #require(try await packs.downloadMap("park", trek, source).map)
        let glyphs = directory.url.appendingPathComponent("glyphs", isDirectory: true)
        let localized = try await packs.mapStyle("park", trek, style: style, glyphs: glyphs)
        let path = try #require(map.path)
        #expect(localized.contains("\"url\":\"pmtiles://file://\(path)\""), "\(localized)")
        #expect(localized.contains("\(glyphs.path)/{fontstack}/{range}.pbf"), "\(localized)")
        let paths = try await packs.styleFiles(style, glyphBlocks: [30]).glyphs.map(\.path)
        #expect(paths == ["0-255", "256-511", "7680-7935"].map { "Noto Sans Regular/\($0).pbf" })
    }

    /// The host sends the whole archive in the place of a range, and does not end. A client that reads the body reports that the
    /// request timed out.
    @Test(arguments: Client.allCases) func hostWithoutRangesIsRefusedWithoutBody(client: Client) async throws {
        let companion = try await refreshedCompanion(in: directory)
        try await companion.packs.download("park", trek, pictures: .none)
        let listener = try Listener()
        let source = MapSource(url: "\(listener.url)/map.pmtiles")
        let responding = Task {
            let connection = try await listener.accept()
            await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nPMTiles")
            // The client closes the connection.
            try await connection.waitForClose()
        }
        let error = try await jalonError {
            if client == .own {
                _ = try await companion.packs.downloadMap("park", trek, source, options: noRetries)
            } else {
                let planned = try await companion.packs.planMap("park", trek, source, options: noRetries)
                _ = try await TransferSession(usesFiles: client == .files).run(planned)
            }
        }
        guard case .ServerError(_, let detail) = error, detail.contains("range") else { throw error }
        try await responding.value
    }
}
