import Foundation
import Jalon
import Testing

@Suite struct StreamTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func progressIncreasesAndEndsWithCall() async throws {
        let companion = try await companion(in: directory, url: serverURL())
        let progress = ProgressStream()
        async let summary = companion.refresh("park", progress: progress)
        var updates: [TransferProgress] = []
        for await update in progress { updates.append(update) }
        #expect(try await summary.requests > 0)
        let last = try #require(updates.last)
        #expect(last.done == last.planned && last.objects > 0 && last.bytes > 0)
        #expect(zip(updates, updates.dropFirst()).allSatisfy { $0.done <= $1.done })
    }

    @Test func progressEndsWhenCallFails() async throws {
        let companion = try await companion(in: directory, url: "http://127.0.0.1:1")
        let progress = ProgressStream()
        let refresh = Task { try await companion.refresh("park", options: noRetries, progress: progress) }
        for await _ in progress {}
        await #expect(throws: JalonError.self) { try await refresh.value }
    }

    @Test func watchChangesReachesAllReadersAndEndsOnClose() async throws {
        let companion = try await companion(in: directory, url: serverURL())
        var first = try companion.watchChanges().makeAsyncIterator()
        var second = try companion.watchChanges().makeAsyncIterator()
        let before = try #require(await first.next())
        #expect(before.journal == 0)
        #expect(await second.next() == before)
        try await companion.journal.addNote("Source à sec")
        #expect(await first.next()?.journal == 1)
        #expect(await second.next()?.journal == 1)
        try await companion.refresh("park")
        let after = try #require(await first.next())
        #expect(after.journal == 1 && after.catalogue > before.catalogue)
        try await companion.close()
        while await first.next() != nil {}
    }

    @Test func watchChangesEndsWhenCompanionIsReleased() async throws {
        var companion: Companion? = try await companion(in: directory, url: serverURL())
        let changes = try #require(try companion?.watchChanges())
        companion = nil
        for await _ in changes {}
    }

    @Test func watchChangesCancelledReaderReturns() async throws {
        let companion = try await companion(in: directory, url: serverURL())
        let changes = try companion.watchChanges()
        let reader = Task { for await _ in changes {} }
        reader.cancel()
        await reader.value
    }
}
