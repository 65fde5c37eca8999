import Foundation
import JalonGenerated

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Sends reports with `URLSession`. In a background session, an upload continues while the app is suspended, or after the
/// system has ended the app.
///
/// ```swift
/// let session = ReportSession(companion.reports, background: "org.example.app.reports")
/// try await session.reconcile()      // when the app starts, before anything is sent
/// try await session.send()
/// ```
///
/// Create the session at every start of the app, before other calls about reports, because the system then reports the
/// results of uploads that completed while the app did not run. Keep one session while the app runs.
public final class ReportSession: Sendable {
    /// `countOfBytesSent` lags behind the bytes that left the device. If more bytes than this remain, the body was not sent
    /// completely.
    fileprivate static let maxSentLagBytes: Int64 = 256 << 10
    /// The maximum number of attempts for one report in one call of `send`: a server may ask for the report at another URL.
    private static let maxAttempts = 2

    private let reports: JalonGenerated.Reports
    private let session: URLSession
    private let delegate: SessionDelegate
    /// Requests the versions of servers. A background session has no data tasks.
    private let versionSession: URLSession
    private let versionDelegate: SessionDelegate
    private let orphanedUploads: OrphanedUploads
    private let allowsPlainHTTP: Bool

    /// Creates a session for uploads while the app runs.
    ///
    /// - Parameters:
    ///   - reports: the reports of the companion.
    ///   - configuration: the configuration of the `URLSession`.
    ///   - allowsPlainHTTP: true to allow plain HTTP to other hosts than this device.
    public init(
        _ reports: Reports, configuration: URLSessionConfiguration = .ephemeral, allowsPlainHTTP: Bool = false
    ) {
        self.reports = reports.inner
        self.allowsPlainHTTP = allowsPlainHTTP
        let orphanedUploads = OrphanedUploads(reports: reports.inner)
        self.orphanedUploads = orphanedUploads
        // After a redirect, URLSession would send an empty GET request, or the report a second time.
        delegate = SessionDelegate(followsRedirects: false) { task, event in orphanedUploads.receive(task, event) }
        configuration.urlCache = nil
        session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
        versionDelegate = SessionDelegate(followsRedirects: false) { _, _ in }
        versionSession = URLSession(configuration: .ephemeral, delegate: versionDelegate, delegateQueue: nil)
    }

    deinit {
        // A session retains its delegate until it is invalidated.
        session.finishTasksAndInvalidate()
        versionSession.finishTasksAndInvalidate()
    }

    #if !os(Linux)
        /// Creates a background session, whose uploads continue while the app is suspended. `identifier` is chosen by the
        /// app and must be the same at every start.
        public convenience init(_ reports: Reports, background identifier: String) {
            let configuration = URLSessionConfiguration.background(withIdentifier: identifier)
            configuration.sessionSendsLaunchEvents = true
            self.init(reports, configuration: configuration)
        }

        /// Sets a handler that is called when the session has processed the events of the time when the app was suspended.
        /// Call the completion handler of `application(_:handleEventsForBackgroundURLSession:completionHandler:)` in it, on
        /// the main queue.
        public func setBackgroundCompletionHandler(_ handler: @escaping @Sendable () -> Void) {
            delegate.setBackgroundCompletionHandler(handler)
        }
    #endif

    /// Compares the uploads that the journal has as in progress with those of the system. Call it when the app starts.
    /// Returns the reports whose uploads were lost; they are in doubt now.
    @discardableResult
    public func reconcile() async throws -> [Report] {
        let inFlightIds = await withCheckedContinuation { (continuation: CheckedContinuation<[String], Never>) in
            session.getAllTasks { continuation.resume(returning: $0.compactMap(\.taskDescription)) }
        }
        // Uploads that completed while the app did not run are being written to the journal.
        await orphanedUploads.waitForCompletions()
        return try await reports.reconcile(inFlightIds: inFlightIds)
    }

    /// Tries once to send each report that is due, and returns these reports with their new state. Before the first report to
    /// a server, and after a server error, its version is requested: if the application is down, its reports stay queued.
    /// Cancelling the task stops the upload; the report is then queued again, or in doubt if its body may have been sent
    /// completely.
    @discardableResult
    public func send() async throws -> [Report] {
        var attempts: [String: Int] = [:]
        var sent: [String: Report] = [:]
        // Servers by their version URL.
        var readyServers: Set<String> = []
        var unavailableServers: Set<String> = []
        while let upload = try await reports.nextUpload(
            excludedIds: attempts.filter { $0.value >= Self.maxAttempts }.map(\.key))
        {
            try Task.checkCancellation()
            let server = upload.versionUrl
            if unavailableServers.contains(server) {
                attempts[upload.id] = Self.maxAttempts
                continue
            }
            if !readyServers.contains(server) {
                if let postponed = try await checkServer(upload) {
                    sent[upload.id] = postponed
                    unavailableServers.insert(server)
                    continue
                }
                readyServers.insert(server)
            }
            attempts[upload.id, default: 0] += 1
            let (report, status) = try await send(upload)
            sent[upload.id] = report
            if status >= 500 {
                // A server error puts at most one report in doubt in each pass.
                readyServers.remove(server)
                if report.state == .inDoubt { unavailableServers.insert(server) }
            }
        }
        try Task.checkCancellation()
        return sent.values.sorted { $0.createdMs < $1.createdMs }
    }

    private func allowedURL(_ text: String) -> URL? {
        guard let url = URL(string: text), url.scheme == "https" || allowsPlainHTTP || isLoopback(url.host) else {
            return nil
        }
        return url
    }

    /// Requests the version of a server. Returns the report, queued for a later attempt, if the server cannot take it.
    private func checkServer(_ upload: ReportUpload) async throws -> Report? {
        guard let url = allowedURL(upload.versionUrl) else {
            return try await reports.postponeUpload(id: upload.id, detail: Self.notAllowed)
        }
        var request = URLRequest(url: url)
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        let task = versionSession.dataTask(with: request)
        var response = UploadResponse()
        for await event in versionDelegate.start(task) { response.receive(event) }
        try Task.checkCancellation()
        return try await response.check(upload.id, task, reports)
    }

    private static let notAllowed = "the URL must be https, or on this device"

    /// Sends a report. Returns it with its new state, and the status of the response, or 0 if there is none.
    private func send(_ upload: ReportUpload) async throws -> (Report, Int) {
        _ = try await reports.markUploadStarted(id: upload.id)
        guard let url = allowedURL(upload.url) else {
            return (try await reports.uploadNotSent(id: upload.id, detail: Self.notAllowed), 0)
        }
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue(upload.contentType, forHTTPHeaderField: "Content-Type")
        request.setValue(upload.language, forHTTPHeaderField: "Accept-Language")
        request.setValue(String(upload.contentLength), forHTTPHeaderField: "Content-Length")
        let task = session.uploadTask(with: request, fromFile: URL(fileURLWithPath: upload.bodyPath))
        task.taskDescription = upload.id
        let events = delegate.start(task)
        // Reads all events in a task of its own, because the result of the upload is needed even if this task is cancelled.
        let reader = Task {
            var response = UploadResponse()
            for await event in events { response.receive(event) }
            return response
        }
        let response = await withTaskCancellationHandler {
            await reader.value
        } onCancel: {
            task.cancel()
        }
        return (try await response.complete(upload.id, task, reports), response.status(task))
    }
}

/// The server's response to one upload, or to the request for its version.
private struct UploadResponse: Sendable {
    private var head: HTTPURLResponse?
    private var body = Data()
    private var error: (any Error)?

    mutating func receive(_ event: SessionDelegate.Event) {
        switch event {
        case .head(let head): self.head = head
        case .chunk(let bytes): body += bytes
        case .file(let file): try? FileManager.default.removeItem(at: file)
        case .completed(let error): self.error = error
        }
    }

    private func head(_ task: URLSessionTask) -> HTTPURLResponse? {
        head ?? task.response as? HTTPURLResponse
    }

    /// The status of the response; 0 if there is none.
    func status(_ task: URLSessionTask) -> Int {
        head(task)?.statusCode ?? 0
    }

    /// Whether the server can take reports: the report, queued for a later attempt, if it cannot.
    func check(_ id: String, _ task: URLSessionTask, _ reports: JalonGenerated.Reports) async throws -> Report? {
        guard let head = head(task) else {
            return try await reports.postponeUpload(id: id, detail: describe(error))
        }
        return try await reports.checkServer(
            id: id, status: UInt16(clamping: head.statusCode), headers: Self.headers(head),
            body: String(decoding: body, as: UTF8.self))
    }

    private static func headers(_ head: HTTPURLResponse) -> [Header] {
        ["Retry-After", "Date", "Location"].compactMap { name in
            head.value(forHTTPHeaderField: name).map { Header(name: name, value: $0) }
        }
    }

    /// Writes the result of the upload to the journal.
    func complete(_ id: String, _ task: URLSessionTask, _ reports: JalonGenerated.Reports) async throws -> Report {
        if let head = head(task) {
            var (status, headers) = (UInt16(clamping: head.statusCode), Self.headers(head))
            // A background session follows redirects. The response to the report is then the redirect, unless the report was
            // sent again (307, 308) and accepted.
            if let url = head.url, let original = task.originalRequest?.url, status != 201,
                url.absoluteString.lowercased() != original.absoluteString.lowercased()
            {
                (status, headers) = (303, [Header(name: "Location", value: url.absoluteString)])
            }
            return try await reports.uploadResponse(
                id: id, status: status, headers: headers, body: String(decoding: body, as: UTF8.self),
                isComplete: error == nil)
        }
        if let error = error as? URLError, Self.connectionErrors.contains(error.code) {
            return try await reports.uploadNotSent(id: id, detail: describe(error))
        }
        let remaining = task.countOfBytesExpectedToSend - task.countOfBytesSent
        return try await reports.uploadLost(
            id: id, finalChunkSent: remaining <= ReportSession.maxSentLagBytes, detail: describe(error))
    }

    /// Errors that occur before the first byte of the request is sent.
    private static let connectionErrors: Set<URLError.Code> = [
        .cannotFindHost, .cannotConnectToHost, .dnsLookupFailed, .notConnectedToInternet, .secureConnectionFailed,
        .serverCertificateUntrusted, .serverCertificateHasBadDate, .serverCertificateNotYetValid,
        .serverCertificateHasUnknownRoot, .appTransportSecurityRequiresSecureConnection,
    ]
}

/// Uploads that an earlier process started. Their results are written to the journal, although no call waits for them.
private final class OrphanedUploads: @unchecked Sendable {
    private let reports: JalonGenerated.Reports
    private let lock = NSLock()
    private var responses: [Int: UploadResponse] = [:]
    private var completions: [Task<Void, Never>] = []

    init(reports: JalonGenerated.Reports) {
        self.reports = reports
    }

    func receive(_ task: URLSessionTask, _ event: SessionDelegate.Event) {
        let response = lock.withLock {
            var response = responses.removeValue(forKey: task.taskIdentifier) ?? UploadResponse()
            response.receive(event)
            responses[task.taskIdentifier] = response
            if case .completed = event { responses.removeValue(forKey: task.taskIdentifier) }
            return response
        }
        guard case .completed = event, let id = task.taskDescription else { return }
        let completion = Task { [reports] in _ = try? await response.complete(id, task, reports) }
        lock.withLock { completions.append(completion) }
    }

    func waitForCompletions() async {
        for completion in lock.withLock({ completions }) { await completion.value }
    }
}
