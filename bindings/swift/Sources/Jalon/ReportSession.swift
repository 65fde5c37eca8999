import Storage
import JalonGenerated

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Sends reports by `URLSession`, in the background too: an upload that was begun goes on while the app sleeps, or when the
/// system has ended it.
///
/// ```swift
/// let session = ReportSession(companion.reports, background: "org.example.app.reports")
/// try await session.reconcile()      // at the start of the app, before anything is sent
/// try await session.send()
/// ```
///
/// Make it at every start, before the app does anything else with reports: the system tells it then how uploads ended while
/// the app was gone. Keep one for as long as the app runs.
public final class ReportSession: Sendable {
    /// What a client says to have sent lags behind what has left: a body of which more than this was still to go has surely
    /// not left whole.
    fileprivate static let lag: Int64 = 256 << 10
    /// Times that one report is tried in one go: a server may want another address.
    private static let max = 2

    private let reports: JalonGenerated.Reports
    private let session: URLSession
    private let courier: Courier
    private let orphans: Orphans
    private let allowsPlainHTTP: Bool

    /// A session while the app runs. Plain http is asked only on this machine, unless it is allowed.
    public init(
        _ reports: Reports, configuration: URLSessionConfiguration = .ephemeral, allowsPlainHTTP: Bool = false
    ) {
        self.reports = reports.inner
        self.allowsPlainHTTP = allowsPlainHTTP
        let orphans = Orphans(reports: reports.inner)
        self.orphans = orphans
        // A report that follows a redirect arrives as an empty GET, or twice.
        courier = Courier(followsRedirects: false) { task, news in orphans.hear(task, news) }
        configuration.urlCache = nil
        session = URLSession(configuration: configuration, delegate: courier, delegateQueue: nil)
    }

    deinit {
        // A session keeps its delegate until it is told that it ends.
        session.finishTasksAndInvalidate()
    }

    #if !os(Linux)
        /// A session whose uploads go on while the app sleeps. `identifier` is the app's own, the same at each start.
        public convenience init(_ reports: Reports, background identifier: String) {
            let configuration = URLSessionConfiguration.background(withIdentifier: identifier)
            configuration.sessionSendsLaunchEvents = true
            self.init(reports, configuration: configuration)
        }

        /// Called when the system has told all that happened while the app slept: call the system's completion handler there,
        /// on the main queue.
        public func whenAllIsTold(_ call: @escaping @Sendable () -> Void) {
            courier.whenAllIsTold(call)
        }
    #endif

    /// At the start of the app: tells the journal which uploads the system still has. Reports that it has not, though it had
    /// them, are in doubt now, and are given.
    @discardableResult
    public func reconcile() async throws -> [Report] {
        let tasks = await withCheckedContinuation { (found: CheckedContinuation<[String], Never>) in
            session.getAllTasks { found.resume(returning: $0.compactMap(\.taskDescription)) }
        }
        // Those that have ended since the app was gone are on their way to the journal, not lost.
        await orphans.allEnded()
        return try await reports.reconcile(alive: tasks)
    }

    /// Goes once over the reports that are due, and gives each as it is then. A task that is cancelled stops the upload; the
    /// report is then queued again, or in doubt if all of it may have left.
    @discardableResult
    public func send() async throws -> [Report] {
        var tries: [String: Int] = [:]
        var sent: [String: Report] = [:]
        while let outgoing = try await reports.nextUpload(but: tries.filter { $0.value >= Self.max }.map(\.key)) {
            try Task.checkCancellation()
            tries[outgoing.id, default: 0] += 1
            sent[outgoing.id] = try await send(outgoing)
        }
        try Task.checkCancellation()
        return sent.values.sorted { $0.createdMs < $1.createdMs }
    }

    private func send(_ outgoing: ReportUpload) async throws -> Report {
        _ = try await reports.started(id: outgoing.id)
        guard let url = URL(string: outgoing.url),
            url.scheme == "https" || allowsPlainHTTP || isThisMachine(url.host)
        else {
            return try await reports.notSent(
                id: outgoing.id, detail: "its address is neither https nor on this machine")
        }
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue(outgoing.contentType, forHTTPHeaderField: "Content-Type")
        request.setValue(outgoing.language, forHTTPHeaderField: "Accept-Language")
        request.setValue(String(outgoing.contentLength), forHTTPHeaderField: "Content-Length")
        let task = session.uploadTask(with: request, fromFile: URL(fileURLWithPath: outgoing.bodyPath))
        task.taskDescription = outgoing.id
        var answer = Answer()
        let news = courier.begin(task)
        // Its end is heard even when this task is cancelled, as the report must know.
        let heard = Task {
            for await news in news { answer.hear(news) }
            return answer
        }
        answer = await withTaskCancellationHandler {
            await heard.value
        } onCancel: {
            task.cancel()
        }
        return try await answer.end(outgoing.id, task, reports)
    }
}

/// What came back of one upload.
private struct Answer: Sendable {
    private var head: HTTPURLResponse?
    private var body = Data()
    private var error: (any Error)?

    mutating func hear(_ news: Courier.News) {
        switch news {
        case .head(let head): self.head = head
        case .piece(let bytes): body += bytes
        case .file(let file): try? FileManager.default.removeItem(at: file)
        case .end(let error): self.error = error
        }
    }

    /// Says how it ended.
    func end(_ id: String, _ task: URLSessionTask, _ reports: JalonGenerated.Reports) async throws -> Report {
        if let head = head ?? task.response as? HTTPURLResponse {
            return try await reports.answered(
                id: id, status: UInt16(clamping: head.statusCode),
                retryAfter: head.value(forHTTPHeaderField: "Retry-After"),
                body: String(decoding: body, as: UTF8.self), isWhole: error == nil)
        }
        if let error = error as? URLError, Self.withoutConnection.contains(error.code) {
            return try await reports.notSent(id: id, detail: said(error))
        }
        let left = task.countOfBytesExpectedToSend - task.countOfBytesSent
        return try await reports.lost(id: id, wholeBody: left <= ReportSession.lag, detail: said(error))
    }

    /// Where nobody was there to take a byte.
    private static let withoutConnection: Set<URLError.Code> = [
        .cannotFindHost, .cannotConnectToHost, .dnsLookupFailed, .notConnectedToInternet, .secureConnectionFailed,
        .serverCertificateUntrusted, .serverCertificateHasBadDate, .serverCertificateNotYetValid,
        .serverCertificateHasUnknownRoot, .appTransportSecurityRequiresSecureConnection,
    ]
}

/// Uploads that an earlier process began: how they ended is said without anybody waiting for it.
private final class Orphans: @unchecked Sendable {
    private let reports: JalonGenerated.Reports
    private let lock = NSLock()
    private var answers: [Int: Answer] = [:]
    private var ending: [Task<Void, Never>] = []

    init(reports: JalonGenerated.Reports) {
        self.reports = reports
    }

    func hear(_ task: URLSessionTask, _ news: Courier.News) {
        let answer = lock.withLock {
            var answer = answers.removeValue(forKey: task.taskIdentifier) ?? Answer()
            answer.hear(news)
            answers[task.taskIdentifier] = answer
            if case .end = news { answers.removeValue(forKey: task.taskIdentifier) }
            return answer
        }
        guard case .end = news, let id = task.taskDescription else { return }
        let end = Task { [reports] in _ = try? await answer.end(id, task, reports) }
        lock.withLock { ending.append(end) }
    }

    func allEnded() async {
        for end in lock.withLock({ ending }) { await end.value }
    }
}
