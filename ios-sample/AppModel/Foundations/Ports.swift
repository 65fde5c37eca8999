import Foundation
import Jalon

/// Whether the app may read the position.
enum Permission: Equatable {
    case notAsked, allowed, denied
}

/// The receiver of positions of the phone.
@MainActor
protocol PositionSource: AnyObject {
    var permission: Permission { get }
    /// Asks the person if they were not asked yet.
    func requestPermission() async -> Permission
    /// Returns the fixes from now on. The receiver stops when the iteration ends. `inBackground` goes on while the screen is off.
    func fixes(inBackground: Bool) -> AsyncStream<Fix>
}

/// Speaks the announcements of the guide.
@MainActor
protocol Speaker: AnyObject {
    func speak(_ text: String, language: String)
    func stop()
}

/// Runs downloads and uploads. The app's implementation uses the URL sessions of the system, which go on in the background.
protocol TransferRunner: Sendable {
    func refresh(_ territory: String, with companion: Companion) async throws
    func download(_ pack: PackKey, with companion: Companion, progress: ProgressStream) async throws -> Pack
    func downloadMap(
        _ pack: PackKey, _ source: MapSource, with companion: Companion, progress: ProgressStream
    ) async throws -> Pack
    /// Sends the reports that wait. Returns those that it tried to send.
    func send(_ companion: Companion) async throws -> [Report]
}

/// Uses the HTTP client of the library, which needs the app to run.
struct LibraryTransferRunner: TransferRunner {
    var options: RefreshOptions?

    func refresh(_ territory: String, with companion: Companion) async throws {
        try await companion.refresh(territory, options: options)
    }

    func download(_ pack: PackKey, with companion: Companion, progress: ProgressStream) async throws -> Pack {
        try await companion.packs.download(pack.territory, .trek(id: pack.trek), options: options, progress: progress)
    }

    func downloadMap(
        _ pack: PackKey, _ source: MapSource, with companion: Companion, progress: ProgressStream
    ) async throws -> Pack {
        try await companion.packs.downloadMap(
            pack.territory, .trek(id: pack.trek), source, options: options, progress: progress)
    }

    func send(_ companion: Companion) async throws -> [Report] {
        try await companion.reports.send(now: true, options: options)
    }
}

/// A trek of a territory.
struct PackKey: Hashable, Codable {
    let territory: String
    let trek: Int64
}
