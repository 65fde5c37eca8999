import Foundation
import JalonGenerated

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Runs refreshes and downloads with `URLSession`, for apps that need the proxies of the system, its Wi-Fi settings, or
/// transfers that continue while the app is suspended.
///
/// ```swift
/// let session = TransferSession()
/// let transfers = try await companion.packs.planDownload("park", .trek(id: 31))
/// let result = try await session.run(transfers)
/// ```
///
/// If the process ends at any point, plan the work again and run it: it resumes. Keep one session while the app runs.
public final class TransferSession: Sendable {
    /// The maximum number of concurrent requests.
    private static let maxConcurrentRequests = 2

    private let session: URLSession
    private let delegate: SessionDelegate
    /// True if bodies are received as files, as background sessions require. Otherwise they are received in chunks, and an
    /// interrupted file resumes with a Range request.
    private let usesFiles: Bool
    private let allowsPlainHTTP: Bool

    /// Creates a session for transfers while the app runs.
    ///
    /// - Parameters:
    ///   - configuration: the configuration of the `URLSession`.
    ///   - usesFiles: true to receive each body as a file, as in a background session.
    ///   - allowsPlainHTTP: true to allow plain HTTP to other hosts than this device. On Apple platforms, App Transport Security also
    ///     applies.
    public init(
        configuration: URLSessionConfiguration = .ephemeral, usesFiles: Bool = false, allowsPlainHTTP: Bool = false
    ) {
        self.usesFiles = usesFiles
        self.allowsPlainHTTP = allowsPlainHTTP
        delegate = SessionDelegate(followsRedirects: true) { task, event in
            // An earlier process started this request. The new plan repeats it.
            if case .file(let file) = event { try? FileManager.default.removeItem(at: file) }
            if task.state == .running { task.cancel() }
        }
        // The catalogue caches responses and sends conditional requests itself.
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
    }

    deinit {
        // A session retains its delegate until it is invalidated.
        session.finishTasksAndInvalidate()
    }

    #if !os(Linux)
        /// Creates a background session, whose requests continue while the app is suspended. `identifier` is chosen by the
        /// app and must be the same at every start. In
        /// `application(_:handleEventsForBackgroundURLSession:completionHandler:)`, call
        /// ``setBackgroundCompletionHandler(_:)``, plan the same work again and run it.
        public convenience init(background identifier: String) {
            let configuration = URLSessionConfiguration.background(withIdentifier: identifier)
            configuration.sessionSendsLaunchEvents = true
            self.init(configuration: configuration, usesFiles: true)
        }

        /// Sets a handler that is called when the session has processed the events of the time when the app was suspended.
        /// Call the completion handler of `application(_:handleEventsForBackgroundURLSession:completionHandler:)` in it, on
        /// the main queue.
        public func setBackgroundCompletionHandler(_ handler: @escaping @Sendable () -> Void) {
            delegate.setBackgroundCompletionHandler(handler)
        }
    #endif

    /// Runs a planned refresh or download to its end. If the call is cancelled or fails, completed and partial files are
    /// kept, and the plan is released: plan the work again to resume it.
    @discardableResult
    public func run(_ transfers: Transfers, progress: ProgressStream? = nil) async throws -> TransferResult {
        defer { progress?.continuation.finish() }
        do {
            return try await runRequests(transfers, progress)
        } catch {
            try? await transfers.release()
            throw Task.isCancelled ? CancellationError() : error
        }
    }

    private func runRequests(_ transfers: Transfers, _ progress: ProgressStream?) async throws -> TransferResult {
        try await withThrowingTaskGroup(of: Void.self) { requests in
            var running = 0
            let waitForOne = { (requests: inout ThrowingTaskGroup<Void, any Error>) in
                try await requests.next()
                running -= 1
                if let progress { progress.continuation.yield(try transfers.progress()) }
            }
            while true {
                try Task.checkCancellation()
                if running == Self.maxConcurrentRequests { try await waitForOne(&requests) }
                switch try await transfers.next() {
                case .start(let request):
                    requests.addTask { try await self.runRequest(request, of: transfers) }
                    running += 1
                case .finished where running == 0:
                    return try await transfers.finish()
                case _ where running > 0:
                    try await waitForOne(&requests)
                case .wait(let milliseconds):
                    try await Task.sleep(nanoseconds: milliseconds * 1_000_000)
                case .blocked(let reason):
                    throw Self.error(for: reason)
                case .inFlight, .finished:
                    throw JalonError.Busy(detail: "another driver runs these transfers")
                }
            }
        }
    }

    /// Sends a request, and repeats it as long as the library asks for that.
    private func runRequest(_ first: HttpRequest, of transfers: Transfers) async throws {
        var request = first
        while let next = try await send(request, of: transfers) { request = next }
    }

    /// Sends one request. Returns the request with which to repeat it, if the library asks for that.
    private func send(_ httpRequest: HttpRequest, of transfers: Transfers) async throws -> HttpRequest? {
        guard let url = URL(string: httpRequest.url), isAllowed(url) else {
            try await transfers.rejected(id: httpRequest.id, detail: "the URL must be https, or on this device")
            return nil
        }
        var request = URLRequest(url: url)
        for header in httpRequest.headers { request.setValue(header.value, forHTTPHeaderField: header.name) }
        let task = usesFiles ? session.downloadTask(with: request) : session.dataTask(with: request)
        var hasHead = false
        for await event in delegate.start(task) {
            switch event {
            case .head(let head):
                hasHead = true
                switch try await transfers.onHead(
                    id: httpRequest.id, status: UInt16(clamping: head.statusCode), headers: headers(of: head))
                {
                case .write: continue
                case .ended: return nil
                case .retry(let request): return request
                }
            case .chunk(let bytes):
                switch try transfers.writeChunk(id: httpRequest.id, bytes: bytes) {
                case .write: continue
                case .ended, .retry: return nil
                }
            case .file(let file):
                defer { try? FileManager.default.removeItem(at: file) }
                try await transfers.writeFile(id: httpRequest.id, path: file.path, isComplete: true)
                return nil
            case .completed(let error):
                if hasHead {
                    try await transfers.finishBody(id: httpRequest.id, isComplete: error == nil)
                } else {
                    try await transfers.failed(id: httpRequest.id, detail: describe(error))
                }
                return nil
            }
        }
        // The stream of a cancelled task ends without `completed`.
        throw CancellationError()
    }

    private func isAllowed(_ url: URL) -> Bool {
        url.scheme == "https" || url.scheme == "http" && (allowsPlainHTTP || isLoopback(url.host))
    }

    private static func error(for reason: BlockReason) -> any Error {
        switch reason {
        case .paused, .budget: JalonError.Cancelled
        case .offline: JalonError.Offline(detail: "there is no network")
        case .metered: JalonError.Offline(detail: "the network is metered, and the options exclude it")
        }
    }
}

func isLoopback(_ host: String?) -> Bool {
    host == "localhost" || host == "::1" || host?.hasPrefix("127.") == true
}

/// Describes a network error without its URL, which may contain personal data.
func describe(_ error: (any Error)?) -> String {
    guard let error = error as? URLError else { return "the connection failed" }
    return "the connection failed (\(error.code.rawValue))"
}

private func headers(of head: HTTPURLResponse) -> [Header] {
    head.allHeaderFields.compactMap { name, value in
        guard let name = name as? String, let value = value as? String else { return nil }
        return Header(name: name.lowercased(), value: value)
    }
}
