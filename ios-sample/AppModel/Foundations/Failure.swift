import Foundation
import Jalon

/// A sentence for the person about something that failed, and what to do about it.
struct Failure: Equatable {
    let sentence: String

    init(_ error: any Error) {
        sentence = Self.sentence(error)
    }

    private static func sentence(_ error: any Error) -> String {
        switch error as? JalonError {
        case .Offline: Texts.errorOffline
        case .ServerError: Texts.errorServer
        case .StorageFull: Texts.errorStorageFull
        case .Busy: Texts.errorBusy
        case .TooNew: Texts.errorTooNew
        case .NotFound: Texts.errorNotFound
        case .Corrupt: Texts.errorDamaged
        default: Texts.errorUnknown
        }
    }
}

/// Whether an error only tells that a newer call, the person or the suspension of the app ended the work. It is not shown.
func isCancellation(_ error: any Error) -> Bool {
    error is CancellationError || [.Cancelled, .Closed].contains(error as? JalonError)
}
