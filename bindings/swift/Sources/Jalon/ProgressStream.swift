import JalonGenerated

/// How far a call is. Make one, give it to the call, and read it beside it:
///
/// ```swift
/// let progress = ProgressStream()
/// async let result = companion.refresh("park", progress: progress)
/// for await step in progress { bar.progress = Double(step.done) / Double(step.planned) }
/// try await result
/// ```
///
/// It ends when its call does, however that ends. One call and one reader each; what comes faster than it is read is told
/// once.
public struct ProgressStream: AsyncSequence, Sendable {
    public typealias Element = TransferProgress

    let stream: AsyncStream<TransferProgress>
    let continuation: AsyncStream<TransferProgress>.Continuation

    public init() {
        (stream, continuation) = AsyncStream.makeStream(of: TransferProgress.self, bufferingPolicy: .bufferingNewest(1))
    }

    public func makeAsyncIterator() -> AsyncStream<TransferProgress>.Iterator {
        stream.makeAsyncIterator()
    }

    /// A watch of the library's whose news come here. It ends with the call that it is given to.
    func watch() throws -> ProgressWatch {
        let watch = try ProgressWatch()
        Task {
            while let progress = try? await watch.next() {
                continuation.yield(progress)
            }
            continuation.finish()
        }
        return watch
    }
}
