import Storage

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

#if canImport(FoundationNetworking)
    typealias Handler<Value> = (Value) -> Void
#else
    // Where it may be called from anywhere, which the method must repeat, or it is another.
    typealias Handler<Value> = @Sendable (Value) -> Void
#endif

/// Turns the callbacks of a `URLSession` into a stream of news a task, and lets no redirect leave https.
///
/// All callbacks come one after the other on the session's own queue, which the lock makes known to the compiler.
final class Courier: NSObject, URLSessionDataDelegate, URLSessionDownloadDelegate, @unchecked Sendable {
    enum News: Sendable {
        /// The head of an answer.
        case head(HTTPURLResponse)
        /// A piece of its body.
        case piece(Data)
        /// All of its body, in a file that is ours.
        case file(URL)
        /// The exchange has ended.
        case end((any Error)?)
    }

    private let followsRedirects: Bool
    private let lock = NSLock()
    private var listeners: [Int: AsyncStream<News>.Continuation] = [:]
    private var whenAllIsTold: (@Sendable () -> Void)?
    private let orphan: @Sendable (URLSessionTask, News) -> Void

    /// `orphan` gets the news of tasks that nobody here began: another process did.
    init(followsRedirects: Bool, orphan: @escaping @Sendable (URLSessionTask, News) -> Void) {
        self.followsRedirects = followsRedirects
        self.orphan = orphan
    }

    /// Begins a task, and gives its news. Whoever lets the stream go cancels the task.
    func begin(_ task: URLSessionTask) -> AsyncStream<News> {
        let (news, continuation) = AsyncStream.makeStream(of: News.self)
        lock.withLock { listeners[task.taskIdentifier] = continuation }
        continuation.onTermination = { reason in
            if case .cancelled = reason { task.cancel() }
        }
        task.resume()
        return news
    }

    /// Called once everything that the system has kept for this session has been told.
    func whenAllIsTold(_ call: @escaping @Sendable () -> Void) {
        lock.withLock { whenAllIsTold = call }
    }

    private func tell(_ task: URLSessionTask, _ news: News) {
        let listener = lock.withLock {
            if case .end = news { listeners.removeValue(forKey: task.taskIdentifier) } else { listeners[task.taskIdentifier] }
        }
        guard let listener else { return orphan(task, news) }
        if case .terminated = listener.yield(news), case .file(let file) = news {
            try? FileManager.default.removeItem(at: file)
        }
        if case .end = news { listener.finish() }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping Handler<URLSession.ResponseDisposition>
    ) {
        if let response = response as? HTTPURLResponse { tell(dataTask, .head(response)) }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        tell(dataTask, .piece(data))
    }

    func urlSession(
        _ session: URLSession, downloadTask: URLSessionDownloadTask, didFinishDownloadingTo location: URL
    ) {
        // The system takes its file back when this returns.
        let own = FileManager.default.temporaryDirectory.appendingPathComponent("jalon-\(UUID().uuidString)")
        do {
            try FileManager.default.moveItem(at: location, to: own)
            if let response = downloadTask.response as? HTTPURLResponse { tell(downloadTask, .head(response)) }
            tell(downloadTask, .file(own))
        } catch {
            downloadTask.cancel()
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        tell(task, .end(error))
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
            lock.withLock { whenAllIsTold }?()
        }
    #endif
}
