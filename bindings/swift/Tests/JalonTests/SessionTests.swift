import Foundation
import Jalon
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Refreshes, downloads and uploads with `URLSession`: in chunks, and with files as in a background session.
@Suite struct SessionTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(arguments: [false, true]) func walkthroughWithURLSessionMatchesOwnClient(usesFiles: Bool) async throws {
        let companion = try await companion(in: directory, url: serverURL())
        let session = TransferSession(usesFiles: usesFiles)
        let progress = ProgressStream()
        let planned = try await companion.planRefresh("park")
        async let run = session.run(planned, progress: progress)
        var last: TransferProgress?
        for await update in progress { last = update }
        guard case .refresh(let summary) = try await run else { throw TestFailure() }
        #expect(summary.isFull && summary.requests > 0 && summary.problems == [])
        #expect(last.map { $0.done == $0.planned && $0.bytes > 0 } == true)

        // The library's own HTTP client has the same result.
        let other = try TemporaryDirectory()
        let own = try await refreshedCompanion(in: other)
        let query = TrekQuery(sort: .name)
        #expect(try await companion.catalogue.treks(query).items == own.catalogue.treks(query).items)

        let trek = try #require(try await companion.catalogue.treks(query).items.first)
        let transfers = try await companion.packs.planDownload("park", .trek(id: trek.id))
        guard case .download(let pack) = try await session.run(transfers) else { throw TestFailure() }
        #expect(pack.state == .ready && pack.missing.isEmpty)
        let ownPack = try await own.packs.download("park", .trek(id: trek.id))
        #expect(pack.bytes == ownPack.bytes && pack.files == ownPack.files)

        let plannedSizes = try await companion.packs.planFileSizes("park", .trek(id: 1))
        guard case .fileSizes(let sizes) = try await session.run(plannedSizes) else { throw TestFailure() }
        #expect(sizes.files >= 2 && sizes.bytes > 0 && sizes.unknown == 0)
        let ownSizes = try await own.packs.fetchFileSizes("park", .trek(id: 1))
        #expect(sizes.files == ownSizes.files && sizes.unknown == ownSizes.unknown)

        // A refresh without changes sends fewer requests.
        guard case .refresh(let second) = try await session.run(companion.planRefresh("park")) else { throw TestFailure() }
        #expect(!second.isFull && second.requests < summary.requests)

        let queued = try await queueReport(validContent(in: companion), with: companion)
        let reports = ReportSession(companion.reports)
        #expect(try await reports.reconcile().isEmpty)
        let sent = try await reports.send()
        #expect(sent.map(\.id) == [queued.id])
        #expect(sent.first?.state == .accepted, "\(String(describing: sent.first?.lastError))")
        #expect(try await reports.send().isEmpty)
    }

    /// `bindings/swift/test` starts a test server that closes the connection during the first three pictures.
    @Test(arguments: [false, true]) func interruptedFilesAreCompleted(usesFiles: Bool) async throws {
        let url = try #require(
            ProcessInfo.processInfo.environment["JALON_GEOTREK_DISCONNECTING"], "bindings/swift/test sets it")
        let companion = try await companion(in: directory, url: url)
        let session = TransferSession(usesFiles: usesFiles)
        try await session.run(companion.planRefresh("park"))
        let trek = try #require(try await companion.catalogue.treks().items.first)
        let transfers = try await companion.packs.planDownload("park", .trek(id: trek.id), pictures: .large)
        guard case .download(let pack) = try await session.run(transfers) else { throw TestFailure() }
        #expect(pack.state == .ready && pack.missing.isEmpty)
        for picture in try await companion.catalogue.trekDetails("park", trek.id).pictures {
            let bytes = try Data(contentsOf: #require(picture.file))
            // The start and end markers of a JPEG.
            #expect(bytes.starts(with: [0xFF, 0xD8]) && bytes.suffix(2) == Data([0xFF, 0xD9]))
        }
    }

    @Test(arguments: [false, true]) func runWithoutServerThrowsOffline(usesFiles: Bool) async throws {
        let companion = try await companion(in: directory, url: "http://127.0.0.1:1")
        let transfers = try await companion.planRefresh("park", options: noRetries)
        let error = try await jalonError {
            try await TransferSession(usesFiles: usesFiles).run(transfers)
        }
        guard case .Offline = error else { throw error }
        try await companion.removeTerritory("park")
    }

    @Test func runOnExcludedNetworkThrowsUntilNetworkChanges() async throws {
        let companion = try await companion(in: directory, url: serverURL())
        let metered = RefreshOptions(network: .metered, unmeteredOnly: true)
        let transfers = try await companion.planRefresh("park", options: metered)
        await #expect(throws: JalonError.self) { try await TransferSession().run(transfers) }
        // The network changes.
        let again = try await companion.planRefresh("park", options: metered)
        try again.setNetwork(network: .unmetered)
        try await TransferSession().run(again)
        #expect(try await companion.catalogue.treks().total > 0)
    }

    @Test func plainHTTPToAnotherHostThrows() async throws {
        let companion = try await companion(in: directory, url: "http://geotrek.example.org")
        let transfers = try await companion.planRefresh("park", options: noRetries)
        await #expect(throws: JalonError.self) { try await TransferSession().run(transfers) }
    }

    @Test func reportWithoutServerStaysQueued() async throws {
        let companion = try await companion(in: directory, url: "http://127.0.0.1:1")
        let written = try await queueReport(ReportContent(comment: "Arbre tombé", email: "walker@example.org"), with: companion)
        let sent = try await ReportSession(companion.reports).send()
        #expect(sent.map(\.id) == [written.id] && sent.map(\.state) == [.queued])
        #expect(sent.first?.attemptCount == 1 && sent.first?.nextAttemptMs != nil)
    }

    @Test func reportWithoutResponseIsInDoubt() async throws {
        let listener = try Listener()
        let companion = try await companion(in: directory, url: listener.url)
        let written = try await queueReport(ReportContent(comment: "Arbre tombé", email: "walker@example.org"), with: companion)
        async let sending = ReportSession(companion.reports).send()
        // The server receives the report and closes the connection without a response.
        try await listener.acceptAfterVersion().disconnect()
        let sent = try await sending
        #expect(sent.map(\.state) == [.inDoubt])
        let resolved = try await companion.reports.resolve(written.id, .delivered(serverId: 7))
        #expect(resolved.state == .accepted && resolved.serverId == 7)
    }

    @Test func redirectedReportIsNotSentToNewHost() async throws {
        let (listener, elsewhere) = (try Listener(), try Listener())
        let companion = try await companion(in: directory, url: listener.url)
        _ = try await queueReport(ReportContent(comment: "Arbre tombé", email: "walker@example.org"), with: companion)
        let responder = listener.respondToAll(
            "HTTP/1.1 302 Found\r\nLocation: \(elsewhere.url)/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            exceptVersion: true)
        defer { responder.cancel() }
        let sent = try await ReportSession(companion.reports).send()
        #expect(sent.count == 1 && sent.first?.state != .accepted)
        // The first request to the other server is the one of this test.
        let own = Task { try await URLSession.shared.data(from: URL(string: elsewhere.url + "/own")!) }
        let first = try await elsewhere.accept()
        #expect(first.request.hasPrefix("GET /own "))
        await first.respond("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        _ = try await own.value
    }

    @Test func reportsToProxyWithoutApplicationStayQueued() async throws {
        let listener = try Listener()
        let companion = try await companion(in: directory, url: listener.url)
        for _ in 0..<3 {
            _ = try await queueReport(ReportContent(comment: "Arbre tombé", email: "walker@example.org"), with: companion)
        }
        async let sending = ReportSession(companion.reports).send()
        let version = try await listener.accept()
        #expect(version.isForVersion)
        await version.respond("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        let sent = try await sending
        #expect(sent.map(\.state) == [.queued])
        #expect(try await companion.reports.list().allSatisfy { $0.state == .queued })
    }

    @Test func reconcileLostUploadIsInDoubt() async throws {
        let listener = try Listener()
        let companion = try await companion(in: directory, url: listener.url)
        let written = try await queueReport(ReportContent(comment: "Arbre tombé", email: "walker@example.org"), with: companion)
        let first = ReportSession(companion.reports)
        let sending = Task { try await first.send() }
        let connection = try await listener.acceptAfterVersion()
        // Another session does not know the upload, as after the end of the process.
        let lost = try await ReportSession(companion.reports).reconcile()
        #expect(lost.map(\.id) == [written.id] && lost.map(\.state) == [.inDoubt])
        await connection.disconnect()
        _ = await sending.result
    }
}
