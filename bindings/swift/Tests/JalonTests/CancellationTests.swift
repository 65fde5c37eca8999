import Storage
import Jalon
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A cancelled task stops the library's own work: its connection closes, and what it held is free. Nobody answers, and no
/// timeout is near, so whatever goes on hangs.
@Suite(.timeLimit(.minutes(2))) struct CancellationTests {
    let place: Place
    let listener: Listener

    init() throws {
        place = try Place()
        listener = try Listener()
    }

    @Test func ofARefresh() async throws {
        let companion = try await companion(at: place, url: listener.url)
        let refresh = Task { try await companion.refresh("park") }
        let connection = try await listener.accept()
        refresh.cancel()
        await #expect(throws: CancellationError.self) { try await refresh.value }
        try await connection.gone()
        try await companion.removeTerritory("park")
    }

    @Test func ofAChildTask() async throws {
        let companion = try await companion(at: place, url: listener.url)
        let outer = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await companion.refresh("park") }
                try await group.waitForAll()
            }
        }
        let connection = try await listener.accept()
        outer.cancel()
        await #expect(throws: CancellationError.self) { try await outer.value }
        try await connection.gone()
    }

    @Test func beforeItBegan() async throws {
        let companion = try await companion(at: place, url: listener.url)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let progress = ProgressStream()
        let refresh = Task {
            for await _ in gate {}
            return try await companion.refresh("park", progress: progress)
        }
        refresh.cancel()
        open.finish()
        await #expect(throws: CancellationError.self) { try await refresh.value }
        for await _ in progress { Issue.record("nothing was begun") }
    }

    @Test func ofSending() async throws {
        let companion = try await companion(at: place, url: listener.url)
        var written: [String] = []
        for comment in ["Arbre tombé", "Passerelle emportée"] {
            let content = ReportContent(comment: comment, email: "walker@example.org")
            written.append(try await write(content, to: companion).id)
        }
        let send = Task { try await companion.reports.send() }
        let connection = try await listener.accept()
        send.cancel()
        // All of the first may have left, so its answer is waited for; the second is not begun.
        await connection.answer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        if case .failure(let error) = await send.result { #expect(error is CancellationError) }
        let after = try await companion.reports.list()
        #expect(after.map(\.id) == written && after[1].state == .queued && after[1].tries == 0)
    }

    @Test(arguments: [false, true]) func ofTheURLSessionDriver(usesFiles: Bool) async throws {
        let companion = try await companion(at: place, url: listener.url)
        let transfers = try await companion.planRefresh("park")
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 3_600
        let session = TransferSession(configuration: configuration, usesFiles: usesFiles)
        let run = Task { try await session.run(transfers) }
        let connection = try await listener.accept()
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        try await connection.gone()
        // Planned again, what was on its way is to be started, and not waited for.
        let again = try await companion.planRefresh("park")
        guard case .start = try await again.next() else { throw Failed() }
        try await again.release()
        // It let go of the territory.
        try await companion.removeTerritory("park")
    }

    @Test func suspendingStopsWhatIsOnItsWay() async throws {
        let companion = try await companion(at: place, url: listener.url)
        let refresh = Task { try await companion.refresh("park") }
        let connection = try await listener.accept()
        try await companion.suspend()
        await #expect(throws: JalonError.Cancelled) { try await refresh.value }
        try await connection.gone()
        await #expect(throws: JalonError.Closed) { try await companion.territories() }
        try await companion.resume()
        #expect(try await companion.territories().count == 1)
    }
}
