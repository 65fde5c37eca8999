import Foundation
import Jalon
import Observation

/// The position of the phone. It is read only while a screen or the guide needs it.
@MainActor @Observable
final class PositionModel {
    private(set) var latest: Fix?
    private(set) var permission: Permission

    private let source: any PositionSource

    init(_ source: any PositionSource) {
        self.source = source
        permission = source.permission
    }

    /// Asks for the permission if needed, and reads positions until the task is cancelled. `onFix` gets each of them.
    func follow(inBackground: Bool = false, onFix: (Fix) async -> Void = { _ in }) async {
        permission = await source.requestPermission()
        guard permission == .allowed else { return }
        for await fix in source.fixes(inBackground: inBackground) {
            latest = fix
            await onFix(fix)
        }
    }

    /// Returns the next position; nil if it may not be read, or if the task is cancelled.
    func next() async -> Fix? {
        permission = await source.requestPermission()
        guard permission == .allowed else { return nil }
        for await fix in source.fixes(inBackground: false) {
            latest = fix
            return fix
        }
        return nil
    }
}
