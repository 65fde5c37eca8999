import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

#if canImport(FoundationNetworking)
    typealias Handler<Value> = (Value) -> Void
#else
    // The handlers of Apple's Foundation are Sendable. A method must repeat that to implement the protocol.
    typealias Handler<Value> = @Sendable (Value) -> Void
#endif

/// The delegate of a `URLSession`. Converts the callbacks of each task to a stream of events, and rejects redirects from
/// HTTPS to HTTP.
///
/// The session makes all callbacks on its delegate queue, one after the other. The lock protects the state for the compiler
/// and for calls from other threads.
final class SessionDelegate: NSObject, URLSessionDataDelegate, URLSessionDownloadDelegate, @unchecked Sendable {
    enum Event: Sendable {
        /// The head of the response.
        case head(HTTPURLResponse)
        /// A part of the body.
        case chunk(Data)
        /// The complete body, in a temporary file that the receiver must delete.
        case file(URL)
        /// The task has completed, with an error or without.
        case completed((any Error)?)
    }

    private let followsRedirects: Bool
    private let lock = NSLock()
    private var continuations: [Int: AsyncStream<Event>.Continuation] = [:]
    /// The download tasks whose head was sent.
    private var hasHead: Set<Int> = []
    private var backgroundCompletionHandler: (@Sendable () -> Void)?
    private let onOrphanedEvent: @Sendable (URLSessionTask, Event) -> Void

    /// `onOrphanedEvent` gets the events of tasks that an earlier process started.
    init(followsRedirects: Bool, onOrphanedEvent: @escaping @Sendable (URLSessionTask, Event) -> Void) {
        self.followsRedirects = followsRedirects
        self.onOrphanedEvent = onOrphanedEvent
    }

    /// Starts a task and returns its events. Cancelling the iteration of the stream cancels the task.
    func start(_ task: URLSessionTask) -> AsyncStream<Event> {
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        lock.withLock { continuations[task.taskIdentifier] = continuation }
        continuation.onTermination = { reason in
            if case .cancelled = reason { task.cancel() }
        }
        task.resume()
        return events
    }

    /// Sets the handler that is called after the last event of a background session.
    func setBackgroundCompletionHandler(_ handler: @escaping @Sendable () -> Void) {
        lock.withLock { backgroundCompletionHandler = handler }
    }

    private func send(_ task: URLSessionTask, _ event: Event) {
        let continuation = lock.withLock {
            if case .completed = event {
                hasHead.remove(task.taskIdentifier)
                return continuations.removeValue(forKey: task.taskIdentifier)
            }
            return continuations[task.taskIdentifier]
        }
        guard let continuation else { return onOrphanedEvent(task, event) }
        if case .terminated = continuation.yield(event), case .file(let file) = event {
            try? FileManager.default.removeItem(at: file)
        }
        if case .completed = event { continuation.finish() }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping Handler<URLSession.ResponseDisposition>
    ) {
        if let response = response as? HTTPURLResponse { send(dataTask, .head(response)) }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        send(dataTask, .chunk(data))
    }

    /// Sends the head of a download task before its body is complete, so that a response that is not wanted, such as a whole
    /// archive in the place of a range, is cancelled after its first bytes.
    func urlSession(
        _ session: URLSession, downloadTask: URLSessionDownloadTask, didWriteData bytesWritten: Int64,
        totalBytesWritten: Int64, totalBytesExpectedToWrite: Int64
    ) {
        let length = max(totalBytesWritten, totalBytesExpectedToWrite)
        if let response = downloadTask.response as? HTTPURLResponse {
            sendHead(response, of: downloadTask)
        } else if let requested = requestedLength(of: downloadTask), length > requested, let url = downloadTask.originalRequest?.url,
            let response = HTTPURLResponse(url: url, statusCode: 200, httpVersion: nil, headerFields: nil)
        {
            // On Linux, the response is not known before the end. A body longer than the range is that of a status 200.
            sendHead(response, of: downloadTask)
        }
    }

    /// The length of the range that a task requests; nil if it requests none, or one without an end.
    private func requestedLength(of task: URLSessionTask) -> Int64? {
        guard let range = task.originalRequest?.value(forHTTPHeaderField: "Range"), range.hasPrefix("bytes=") else { return nil }
        let ends = range.dropFirst("bytes=".count).split(separator: "-").map { Int64($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1] else { return nil }
        return last - first + 1
    }

    private func sendHead(_ response: HTTPURLResponse, of task: URLSessionDownloadTask) {
        let isFirst = lock.withLock { hasHead.insert(task.taskIdentifier).inserted }
        if isFirst { send(task, .head(response)) }
    }

    func urlSession(
        _ session: URLSession, downloadTask: URLSessionDownloadTask, didFinishDownloadingTo location: URL
    ) {
        // The system deletes the file when this method returns.
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("jalon-\(UUID().uuidString)")
        do {
            try FileManager.default.moveItem(at: location, to: file)
            if let response = downloadTask.response as? HTTPURLResponse { sendHead(response, of: downloadTask) }
            send(downloadTask, .file(file))
        } catch {
            downloadTask.cancel()
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        send(task, .completed(error))
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping Handler<URLRequest?>
    ) {
        let leavesHTTPS = response.url?.scheme == "https" && request.url?.scheme != "https"
        completionHandler(followsRedirects && !leavesHTTPS ? request : nil)
    }

    #if !os(Linux)
        func urlSessionDidFinishEvents(forBackgroundURLSession session: URLSession) {
            lock.withLock { backgroundCompletionHandler }?()
        }
    #endif
}
