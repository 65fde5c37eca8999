import SwiftUI

/// A sentence about what failed, with a button to try again.
struct FailureView: View {
    let failure: Failure
    var back: (() -> Void)?
    let retry: () async -> Void

    var body: some View {
        ContentUnavailableView {
            Label(failure.sentence, systemImage: "exclamationmark.triangle")
        } actions: {
            Button(Texts.actionRetry) { Task { await retry() } }
                .buttonStyle(.borderedProminent)
            if let back { Button(Texts.actionBack, action: back) }
        }
    }
}

/// A sentence about what failed, in a list whose other rows still work.
struct FailureRow: View {
    let failure: Failure?

    var body: some View {
        if let failure {
            Label(failure.sentence, systemImage: "exclamationmark.triangle")
                .foregroundStyle(.orange)
        }
    }
}
