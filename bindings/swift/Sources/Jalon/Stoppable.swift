import JalonGenerated

/// Does what takes long, and stops it when its task is cancelled: Swift does not tell a foreign call by itself.
func stoppable<Value: Sendable>(
    _ progress: ProgressStream?, _ call: (CancelToken, ProgressWatch?) async throws -> Value
) async throws -> Value {
    // Ends the stream where the call is not even begun.
    var isBegun = false
    defer { if !isBegun { progress?.continuation.finish() } }
    try Task.checkCancellation()
    let token = try CancelToken()
    let watch = try progress?.watch()
    isBegun = true
    return try await withTaskCancellationHandler {
        do {
            return try await call(token, watch)
        } catch JalonError.Cancelled where Task.isCancelled {
            throw CancellationError()
        }
    } onCancel: {
        try? token.cancel()
    }
}
