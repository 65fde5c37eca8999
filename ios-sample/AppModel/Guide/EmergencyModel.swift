import Foundation
import Jalon
import Observation

/// The position for the emergency services, as coordinates, places nearby, numbers, and one text to read aloud or send.
@MainActor @Observable
final class EmergencyModel {
    private(set) var sheet: EmergencySheet?
    private(set) var failure: Failure?

    private let library: Library

    init(_ library: Library) {
        self.library = library
    }

    /// Writes the sheet for the latest position, and again for each new one, until the task is cancelled.
    func follow() async {
        if let fix = library.position.latest { await load(fix) }
        await library.position.follow { await load($0) }
    }

    private func load(_ fix: Fix) async {
        do {
            sheet = try await library.companion.emergencySheet(fix)
            failure = nil
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
    }
}
