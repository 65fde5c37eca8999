import Foundation
import Jalon
import Testing

@Suite struct GuideTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Fixes at the vertices of the line of a trek, one a minute, and some at its end, one a second.
    private func fixes(along trek: Int64, in companion: Companion) async throws -> [Fix] {
        let start: Int64 = 1_780_000_000_000
        let details = try await companion.catalogue.trekDetails("park", trek)
        let line = try #require(try details.decodedGeometry()).positions
        let walk = line.enumerated().map { index, position in
            Fix(position: position, timeMs: start + Int64(index) * 60_000, accuracyM: 5)
        }
        let last = try #require(walk.last)
        return walk + (1..<30).map { Fix(position: last.position, timeMs: last.timeMs + $0 * 1_000, accuracyM: 5) }
    }

    @Test func guideFollowsDownloadedTrekToItsEnd() async throws {
        let companion = try await refreshedCompanion(in: directory)
        let trek = try #require(try await companion.catalogue.treks().items.first).id
        try await companion.packs.download("park", .trek(id: trek))
        let walk = try await fixes(along: trek, in: companion)
        var session: GuideSession? = try await companion.guide("park", trek, startMs: walk[0].timeMs)
        // The guide needs no files.
        try await companion.suspend()
        let events = try #require(session?.events())
        var (told, log): ([GuideEvent], [String]) = ([], [try #require(try session?.logHead())])
        for fix in walk.prefix(walk.count / 2) {
            let update = try #require(try session?.update(fix))
            told += update.events
            log.append(try #require(try session?.logEntry(fix, update)))
        }
        #expect(try session?.contents().places.isEmpty == false)
        #expect(log[0].hasPrefix(#"{"jalon_guide_log":"#) && log[1].hasPrefix(#"{"fix":"#))
        let snapshot = try #require(try session?.snapshot())

        // The stream has the events of the updates, in order, and ends with the session.
        session = nil
        var streamed: [GuideEvent] = []
        for await event in events { streamed.append(event) }
        #expect(streamed == told && !told.isEmpty)

        // The app was ended; the next process goes on.
        try await companion.resume()
        let restored = try await companion.guide("park", trek, startMs: walk[0].timeMs)
        #expect(try restored.restore("") == false)
        #expect(try restored.restore(snapshot))
        var last: GuideUpdate?
        for fix in walk.dropFirst(walk.count / 2) {
            last = try restored.update(fix)
            told += last?.events ?? []
        }
        #expect(last?.state == .arrived && (last?.leftM ?? .infinity) < 50)
        #expect(told.contains { $0.kind == .arrived } && told.allSatisfy { !$0.text.isEmpty })
    }

    @Test func eventsCancelledReaderReturns() async throws {
        let companion = try await refreshedCompanion(in: directory)
        let trek = try #require(try await companion.catalogue.treks().items.first).id
        let events = try await companion.guide("park", trek).events()
        let reader = Task { for await _ in events {} }
        reader.cancel()
        await reader.value
    }
}
