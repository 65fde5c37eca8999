import Storage
import Jalon
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The same story with `URLSession` as the driver, piece by piece and by files, as in the background.
@Suite struct SessionTests {
    let place: Place

    init() throws {
        place = try Place()
    }

    @Test(arguments: [false, true]) func theWholeStory(usesFiles: Bool) async throws {
        let companion = try await companion(at: place, url: geotrek())
        let session = TransferSession(usesFiles: usesFiles)
        let progress = ProgressStream()
        let planned = try await companion.planRefresh("park")
        async let run = session.run(planned, progress: progress)
        var last: TransferProgress?
        for await step in progress { last = step }
        guard case .refresh(let result) = try await run else { throw Failed() }
        #expect(result.isFull && result.requests > 0 && result.problems == [])
        #expect(last.map { $0.done == $0.planned && $0.bytes > 0 } == true)

        // The same as by the library's own driver.
        let other = try Place()
        let own = try await park(at: other)
        let query = TrekQuery(sort: .name)
        #expect(try await companion.catalogue.treks(query).items == own.catalogue.treks(query).items)

        let trek = try #require(try await companion.catalogue.treks(query).items.first)
        let transfers = try await companion.packs.planDownload("park", .trek(id: trek.id))
        guard case .download(let pack) = try await session.run(transfers) else { throw Failed() }
        #expect(pack.state == .ready && pack.missing.isEmpty)
        let ownPack = try await own.packs.download("park", .trek(id: trek.id))
        #expect(pack.bytes == ownPack.bytes && pack.files == ownPack.files)

        // What nothing changed in costs little.
        guard case .refresh(let second) = try await session.run(companion.planRefresh("park")) else { throw Failed() }
        #expect(!second.isFull && second.requests < result.requests)

        let written = try await write(report(in: companion), to: companion)
        let reports = ReportSession(companion.reports)
        #expect(try await reports.reconcile().isEmpty)
        let sent = try await reports.send()
        #expect(sent.map(\.id) == [written.id])
        #expect(sent.first?.state == .accepted, "\(String(describing: sent.first?.lastError))")
        #expect(try await reports.send().isEmpty)
    }

    /// `bindings/swift/test` starts a test Geotrek that cuts its first pictures.
    @Test(arguments: [false, true]) func aFileThatIsCutComesWholeInTheEnd(usesFiles: Bool) async throws {
        let url = try #require(ProcessInfo.processInfo.environment["JALON_GEOTREK_CUTTING"], "bindings/swift/test sets it")
        let companion = try await companion(at: place, url: url)
        let session = TransferSession(usesFiles: usesFiles)
        try await session.run(companion.planRefresh("park"))
        let trek = try #require(try await companion.catalogue.treks().items.first)
        let transfers = try await companion.packs.planDownload("park", .trek(id: trek.id), pictures: .large)
        guard case .download(let pack) = try await session.run(transfers) else { throw Failed() }
        #expect(pack.state == .ready && pack.missing.isEmpty)
        for picture in try await companion.catalogue.sheet("park", trek.id).pictures {
            let bytes = try Data(contentsOf: #require(picture.file))
            // The end of a JPEG: nothing is missing, and nothing twice.
            #expect(bytes.starts(with: [0xFF, 0xD8]) && bytes.suffix(2) == Data([0xFF, 0xD9]))
        }
    }

    @Test(arguments: [false, true]) func withoutAServerItIsOffline(usesFiles: Bool) async throws {
        let companion = try await companion(at: place, url: "http://127.0.0.1:1")
        let transfers = try await companion.planRefresh("park", options: once)
        let error = try await failure {
            try await TransferSession(usesFiles: usesFiles).run(transfers)
        }
        guard case .Offline = error else { throw error }
        try await companion.removeTerritory("park")
    }

    @Test func whatTheAppDoesNotAllowIsNotStarted() async throws {
        let companion = try await companion(at: place, url: geotrek())
        let metered = RefreshOptions(network: .metered, unmeteredOnly: true)
        let transfers = try await companion.planRefresh("park", options: metered)
        await #expect(throws: JalonError.self) { try await TransferSession().run(transfers) }
        // The network became another.
        let again = try await companion.planRefresh("park", options: metered)
        try again.setNetwork(network: .unmetered)
        try await TransferSession().run(again)
        #expect(try await companion.catalogue.treks().total > 0)
    }

    @Test func plainHTTPIsAskedOnlyOnThisMachine() async throws {
        let companion = try await companion(at: place, url: "http://geotrek.example.org")
        let transfers = try await companion.planRefresh("park", options: once)
        await #expect(throws: JalonError.self) { try await TransferSession().run(transfers) }
    }

    @Test func aReportWithoutAConnectionIsQueuedAgain() async throws {
        let companion = try await companion(at: place, url: "http://127.0.0.1:1")
        let written = try await write(ReportContent(comment: "Arbre tombé", email: "walker@example.org"), to: companion)
        let sent = try await ReportSession(companion.reports).send()
        #expect(sent.map(\.id) == [written.id] && sent.map(\.state) == [.queued])
        #expect(sent.first?.tries == 1 && sent.first?.nextAttemptMs != nil)
    }

    @Test func aReportWhoseAnswerWasLostIsInDoubt() async throws {
        let listener = try Listener()
        let companion = try await companion(at: place, url: listener.url)
        let written = try await write(ReportContent(comment: "Arbre tombé", email: "walker@example.org"), to: companion)
        async let sending = ReportSession(companion.reports).send()
        // It hears all of it, and goes without a word.
        try await listener.accept().leave()
        let sent = try await sending
        #expect(sent.map(\.state) == [.inDoubt])
        let resolved = try await companion.reports.resolve(written.id, .arrived(serverId: 7))
        #expect(resolved.state == .accepted && resolved.serverId == 7)
    }

    @Test func aRedirectTakesNoReportAlong() async throws {
        let (listener, elsewhere) = (try Listener(), try Listener())
        let companion = try await companion(at: place, url: listener.url)
        _ = try await write(ReportContent(comment: "Arbre tombé", email: "walker@example.org"), to: companion)
        let answering = listener.answerAll(
            "HTTP/1.1 302 Found\r\nLocation: \(elsewhere.url)/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        defer { answering.cancel() }
        let sent = try await ReportSession(companion.reports).send()
        #expect(sent.count == 1 && sent.first?.state != .accepted)
        // The first who asks there is this test.
        let own = Task { try await URLSession.shared.data(from: URL(string: elsewhere.url + "/own")!) }
        let first = try await elsewhere.accept()
        #expect(first.request.hasPrefix("GET /own "))
        await first.answer("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        _ = try await own.value
    }

    @Test func whatAnEarlierProcessWasSendingIsInDoubt() async throws {
        let listener = try Listener()
        let companion = try await companion(at: place, url: listener.url)
        let written = try await write(ReportContent(comment: "Arbre tombé", email: "walker@example.org"), to: companion)
        let first = ReportSession(companion.reports)
        let sending = Task { try await first.send() }
        let connection = try await listener.accept()
        // Another session knows nothing of that upload, as after the death of the process.
        let gone = try await ReportSession(companion.reports).reconcile()
        #expect(gone.map(\.id) == [written.id] && gone.map(\.state) == [.inDoubt])
        await connection.leave()
        _ = await sending.result
    }
}
