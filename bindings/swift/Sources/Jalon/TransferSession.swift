import Storage
import JalonGenerated

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Moves the bytes of a refresh or a download by `URLSession`, where an app wants the system's proxies, its Wi-Fi rules, or
/// transfers that go on while it sleeps.
///
/// ```swift
/// let session = TransferSession()
/// let transfers = try await companion.packs.planDownload("park", .trek(id: 31))
/// let result = try await session.run(transfers)
/// ```
///
/// The process may die at any step: planned and run again, it goes on where it was. Keep one session for as long as the app
/// runs.
public final class TransferSession: Sendable {
    /// Exchanges that are on their way at once.
    private static let max = 2

    private let session: URLSession
    private let courier: Courier
    /// Bodies come as files, the only way of sessions in the background; else piece by piece, and a file that is cut goes on
    /// at its byte.
    private let usesFiles: Bool
    private let allowsPlainHTTP: Bool

    /// A session while the app runs. Plain http is asked only on this machine, unless it is allowed; App Transport Security
    /// has its own word on Apple's systems. `usesFiles` has each body come as a file, as in the background.
    public init(
        configuration: URLSessionConfiguration = .ephemeral, usesFiles: Bool = false, allowsPlainHTTP: Bool = false
    ) {
        self.usesFiles = usesFiles
        self.allowsPlainHTTP = allowsPlainHTTP
        courier = Courier(followsRedirects: true) { task, news in
            // The exchange was planned by a process that is gone: it is asked for again.
            if case .file(let file) = news { try? FileManager.default.removeItem(at: file) }
            if task.state == .running { task.cancel() }
        }
        // What is here and how old it is the catalogue knows better.
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        session = URLSession(configuration: configuration, delegate: courier, delegateQueue: nil)
    }

    deinit {
        // A session keeps its delegate until it is told that it ends.
        session.finishTasksAndInvalidate()
    }

    #if !os(Linux)
        /// A session whose exchanges go on while the app sleeps. `identifier` is the app's own, the same at each start. Hand
        /// over what `application(_:handleEventsForBackgroundURLSession:completionHandler:)` is given to
        /// ``whenAllIsTold(_:)``, plan the same work again and run it.
        public convenience init(background identifier: String) {
            let configuration = URLSessionConfiguration.background(withIdentifier: identifier)
            configuration.sessionSendsLaunchEvents = true
            self.init(configuration: configuration, usesFiles: true)
        }

        /// Called when the system has told all that happened while the app slept: call the system's completion handler there,
        /// on the main queue.
        public func whenAllIsTold(_ call: @escaping @Sendable () -> Void) {
            courier.whenAllIsTold(call)
        }
    #endif

    /// Runs a refresh or a download to its end. Cancelled or failed, what had come is kept for the next time; the plan itself
    /// is let go, so plan it again.
    @discardableResult
    public func run(_ transfers: Transfers, progress: ProgressStream? = nil) async throws -> TransferResult {
        defer { progress?.continuation.finish() }
        do {
            return try await move(transfers, progress)
        } catch {
            try? await transfers.release()
            throw Task.isCancelled ? CancellationError() : error
        }
    }

    private func move(_ transfers: Transfers, _ progress: ProgressStream?) async throws -> TransferResult {
        try await withThrowingTaskGroup(of: Void.self) { exchanges in
            var running = 0
            let oneHasEnded = { (exchanges: inout ThrowingTaskGroup<Void, any Error>) in
                try await exchanges.next()
                running -= 1
                if let progress { progress.continuation.yield(try transfers.progress()) }
            }
            while true {
                try Task.checkCancellation()
                if running == Self.max { try await oneHasEnded(&exchanges) }
                switch try await transfers.next() {
                case .start(let exchange):
                    exchanges.addTask { try await self.make(exchange, of: transfers) }
                    running += 1
                case .finished where running == 0:
                    return try await transfers.finish()
                case _ where running > 0:
                    try await oneHasEnded(&exchanges)
                case .wait(let milliseconds):
                    try await Task.sleep(nanoseconds: milliseconds * 1_000_000)
                case .held(let reason):
                    throw Self.held(reason)
                case .inFlight, .finished:
                    throw JalonError.Busy(what: "somebody else has these transfers")
                }
            }
        }
    }

    /// Makes one exchange, and says how it ended.
    private func make(_ first: HttpRequest, of transfers: Transfers) async throws {
        var exchange = first
        while let again = try await ask(exchange, of: transfers) { exchange = again }
    }

    /// Asks once. Gives what to ask again, where the library wants that.
    private func ask(_ exchange: HttpRequest, of transfers: Transfers) async throws -> HttpRequest? {
        guard let url = URL(string: exchange.url), mayBeAsked(url) else {
            try await transfers.refused(id: exchange.id, detail: "its address is neither https nor on this machine")
            return nil
        }
        var request = URLRequest(url: url)
        for header in exchange.headers { request.setValue(header.value, forHTTPHeaderField: header.name) }
        let task = usesFiles ? session.downloadTask(with: request) : session.dataTask(with: request)
        var hasHead = false
        for await news in courier.begin(task) {
            switch news {
            case .head(let head):
                hasHead = true
                switch try await transfers.head(
                    id: exchange.id, status: UInt16(clamping: head.statusCode), headers: headers(of: head))
                {
                case .body: continue
                case .ended: return nil
                case .again(let exchange): return exchange
                }
            case .piece(let bytes):
                switch try transfers.piece(id: exchange.id, bytes: bytes) {
                case .body: continue
                case .ended, .again: return nil
                }
            case .file(let file):
                defer { try? FileManager.default.removeItem(at: file) }
                try await transfers.bodyFile(id: exchange.id, path: file.path, isWhole: true)
                return nil
            case .end(let error):
                if hasHead {
                    try await transfers.endBody(id: exchange.id, isWhole: error == nil)
                } else {
                    try await transfers.failed(id: exchange.id, detail: said(error))
                }
                return nil
            }
        }
        // Only a cancelled task hears of no end.
        throw CancellationError()
    }

    private func mayBeAsked(_ url: URL) -> Bool {
        url.scheme == "https" || url.scheme == "http" && (allowsPlainHTTP || isThisMachine(url.host))
    }

    private static func held(_ reason: BlockReason) -> any Error {
        switch reason {
        case .paused, .budget: JalonError.Cancelled
        case .noNetwork: JalonError.Offline(detail: "there is no network")
        case .metered: JalonError.Offline(detail: "the network is metered, and only others are allowed")
        }
    }
}

func isThisMachine(_ host: String?) -> Bool {
    host == "localhost" || host == "::1" || host?.hasPrefix("127.") == true
}

/// An error of the network in its own words, without the address, which the library knows, and which may be personal.
func said(_ error: (any Error)?) -> String {
    guard let error = error as? URLError else { return "the connection failed" }
    return "the connection failed (\(error.code.rawValue))"
}

private func headers(of head: HTTPURLResponse) -> [Header] {
    head.allHeaderFields.compactMap { name, value in
        guard let name = name as? String, let value = value as? String else { return nil }
        return Header(name: name.lowercased(), value: value)
    }
}
