import JalonGenerated

/// The progress of a long call. Create a stream, pass it to the call, and read it while the call runs:
///
/// ```swift
/// let progress = ProgressStream()
/// async let result = companion.refresh("park", progress: progress)
/// for await update in progress { bar.progress = Double(update.done) / Double(update.planned) }
/// try await result
/// ```
///
/// The stream ends with its call, also if the call fails. Use a stream for one call and one reader. A slow reader sees only
/// the latest progress.
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

    /// Returns a watch of the library that forwards to this stream. The stream ends with the call that gets the watch.
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
