import JalonGenerated

/// Makes a long call and cancels it through its token when the task is cancelled. UniFFI does not cancel a call of the
/// library when its Swift task is cancelled.
func withCancelToken<Value: Sendable>(
    _ progress: ProgressStream?, _ call: (CancelToken, ProgressWatch?) async throws -> Value
) async throws -> Value {
    // The watch ends the progress stream with the call. Without a call, the stream must be ended here.
    var hasWatch = false
    defer { if !hasWatch { progress?.continuation.finish() } }
    try Task.checkCancellation()
    let token = try CancelToken()
    let watch = try progress?.watch()
    hasWatch = true
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
