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

    /// Asks for the permission if needed, and reads positions until the task is cancelled. `onFix` gets each fix.
    func follow(inBackground: Bool = false, onFix: (Fix) -> Void = { _ in }) async {
        permission = await source.requestPermission()
        guard permission == .allowed else { return }
        for await fix in source.fixes(inBackground: inBackground) {
            latest = fix
            onFix(fix)
        }
    }
}
