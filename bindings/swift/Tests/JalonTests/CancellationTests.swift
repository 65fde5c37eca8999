import Foundation
import Jalon
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Cancelling a task stops the work in the library: its connection closes and its locks are released. The server does not
/// respond and the timeouts are long, so work that is not cancelled would exceed the time limit.
@Suite(.timeLimit(.minutes(2))) struct CancellationTests {
    let directory: TemporaryDirectory
    let listener: Listener

    init() throws {
        directory = try TemporaryDirectory()
        listener = try Listener()
    }

    @Test func refreshCancelledClosesConnection() async throws {
        let companion = try await companion(in: directory, url: listener.url)
        let refresh = Task { try await companion.refresh("park") }
        let connection = try await listener.accept()
        refresh.cancel()
        await #expect(throws: CancellationError.self) { try await refresh.value }
        try await connection.waitForClose()
        try await companion.removeTerritory("park")
    }

    @Test func refreshInCancelledGroupClosesConnection() async throws {
        let companion = try await companion(in: directory, url: listener.url)
        let outer = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await companion.refresh("park") }
                try await group.waitForAll()
            }
        }
        let connection = try await listener.accept()
        outer.cancel()
        await #expect(throws: CancellationError.self) { try await outer.value }
        try await connection.waitForClose()
    }

    @Test func refreshCancelledBeforeStartSendsNothing() async throws {
        let companion = try await companion(in: directory, url: listener.url)
        let (startSignal, start) = AsyncStream.makeStream(of: Void.self)
        let progress = ProgressStream()
        let refresh = Task {
            for await _ in startSignal {}
            return try await companion.refresh("park", progress: progress)
        }
        refresh.cancel()
        start.finish()
        await #expect(throws: CancellationError.self) { try await refresh.value }
        for await _ in progress { Issue.record("the refresh reported progress") }
    }

    @Test func sendCancelledCompletesCurrentReportOnly() async throws {
        let companion = try await companion(in: directory, url: listener.url)
        var ids: [String] = []
        for comment in ["Arbre tombé", "Passerelle emportée"] {
            let content = ReportContent(comment: comment, email: "walker@example.org")
            ids.append(try await queueReport(content, with: companion).id)
        }
        let send = Task { try await companion.reports.send() }
        let connection = try await listener.accept()
        send.cancel()
        // The body of the first report may have been sent, so the call waits for the response. The second report is not
        // started.
        await connection.respond("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        if case .failure(let error) = await send.result { #expect(error is CancellationError) }
        let after = try await companion.reports.list()
        #expect(after.map(\.id) == ids && after[1].state == .queued && after[1].attemptCount == 0)
    }

    @Test(arguments: [false, true]) func transferSessionCancelledClosesConnection(usesFiles: Bool) async throws {
        let companion = try await companion(in: directory, url: listener.url)
        let transfers = try await companion.planRefresh("park")
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 3_600
        let session = TransferSession(configuration: configuration, usesFiles: usesFiles)
        let run = Task { try await session.run(transfers) }
        let connection = try await listener.accept()
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        try await connection.waitForClose()
        // A new plan starts the cancelled request again.
        let again = try await companion.planRefresh("park")
        guard case .start = try await again.next() else { throw TestFailure() }
        try await again.release()
        // The lock of the territory is released.
        try await companion.removeTerritory("park")
    }

    @Test func suspendDuringRefreshCancelsIt() async throws {
        let companion = try await companion(in: directory, url: listener.url)
        let refresh = Task { try await companion.refresh("park") }
        let connection = try await listener.accept()
        try await companion.suspend()
        await #expect(throws: JalonError.Cancelled) { try await refresh.value }
        try await connection.waitForClose()
        await #expect(throws: JalonError.Closed) { try await companion.territories() }
        try await companion.resume()
        #expect(try await companion.territories().count == 1)
    }
}
