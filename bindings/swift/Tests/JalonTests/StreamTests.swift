import Storage
import Jalon
import Testing

@Suite struct StreamTests {
    let place: Place

    init() throws {
        place = try Place()
    }

    @Test func progressGoesUpAndEndsWithItsCall() async throws {
        let companion = try await companion(at: place, url: geotrek())
        let progress = ProgressStream()
        async let result = companion.refresh("park", progress: progress)
        var told: [TransferProgress] = []
        for await step in progress { told.append(step) }
        #expect(try await result.requests > 0)
        let last = try #require(told.last)
        #expect(last.done == last.planned && last.objects > 0 && last.bytes > 0)
        #expect(zip(told, told.dropFirst()).allSatisfy { $0.done <= $1.done })
    }

    @Test func progressEndsWhereItsCallFails() async throws {
        let companion = try await companion(at: place, url: "http://127.0.0.1:1")
        let progress = ProgressStream()
        let refresh = Task { try await companion.refresh("park", options: once, progress: progress) }
        for await _ in progress {}
        await #expect(throws: JalonError.self) { try await refresh.value }
    }

    @Test func changesAreToldToEverybodyAndEndWithTheCompanion() async throws {
        let companion = try await companion(at: place, url: geotrek())
        var ones = try companion.changes().makeAsyncIterator()
        var others = try companion.changes().makeAsyncIterator()
        let before = try #require(await ones.next())
        #expect(before.journal == 0)
        #expect(await others.next() == before)
        try await companion.journal.addNote("Source à sec")
        #expect(await ones.next()?.journal == 1)
        #expect(await others.next()?.journal == 1)
        try await companion.refresh("park")
        let after = try #require(await ones.next())
        #expect(after.journal == 1 && after.catalogue > before.catalogue)
        try await companion.shutdown()
        while await ones.next() != nil {}
    }

    @Test func changesEndWithACompanionThatIsLetGo() async throws {
        var companion: Companion? = try await companion(at: place, url: geotrek())
        let changes = try #require(try companion?.changes())
        companion = nil
        for await _ in changes {}
    }

    @Test func whoeverListensNoMoreIsWokenAtOnce() async throws {
        let companion = try await companion(at: place, url: geotrek())
        let changes = try companion.changes()
        let listening = Task { for await _ in changes {} }
        listening.cancel()
        await listening.value
    }
}
