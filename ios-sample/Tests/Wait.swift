import Observation

/// Waits until a model that no screen shows meets a condition.
@MainActor
func wait(until condition: @escaping @MainActor () -> Bool) async throws {
    while true {
        try Task.checkCancellation()
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self)
        let isMet = withObservationTracking {
            condition()
        } onChange: {
            continuation.yield()
        }
        if isMet { return }
        for await _ in changes { break }
        // The change is announced before it is made.
        await Task.yield()
    }
}
