import Foundation
import Jalon
import UIKit

/// Runs downloads and uploads in background sessions: they go on while the app is suspended, and the system starts the app when
/// they are done.
final class BackgroundTransferRunner: TransferRunner {
    static let shared = BackgroundTransferRunner()

    private static let downloads = "org.jalon.sample.downloads"
    private static let reports = "org.jalon.sample.reports"

    private let session = TransferSession(background: downloads)
    private let reportSession = ReportSessionBox()

    func refresh(_ territory: String, with companion: Companion) async throws {
        try await session.run(companion.planRefresh(territory))
    }

    func download(_ pack: PackKey, with companion: Companion, progress: ProgressStream) async throws -> Pack {
        let planned = try await companion.packs.planDownload(pack.territory, .trek(id: pack.trek))
        guard case .download(let pack) = try await session.run(planned, progress: progress) else { throw CancellationError() }
        return pack
    }

    func downloadMap(
        _ pack: PackKey, _ source: MapSource, with companion: Companion, progress: ProgressStream
    ) async throws -> Pack {
        let planned = try await companion.packs.planMap(pack.territory, .trek(id: pack.trek), source)
        guard case .map(let pack) = try await session.run(planned, progress: progress) else { throw CancellationError() }
        return pack
    }

    func send(_ companion: Companion) async throws -> [Report] {
        let session = await reportSession.session(companion.reports, Self.reports)
        // Uploads of an earlier process come first: a report that may have arrived must not be sent again.
        let reconciled = try await session.reconcile()
        return try await reconciled + session.send()
    }

    /// Keeps the handler that the system wants to be called after the last event of a session.
    func handleEvents(of identifier: String, _ handler: @escaping () -> Void) {
        // The system calls the delegate on the main thread, and wants the handler there too.
        nonisolated(unsafe) let handler = handler
        let onMain: @Sendable () -> Void = { DispatchQueue.main.async { handler() } }
        if identifier == Self.downloads {
            session.setBackgroundCompletionHandler(onMain)
        } else {
            Task { await reportSession.setCompletionHandler(onMain) }
        }
    }
}

/// The session of the reports. There must be only one with its identifier.
private actor ReportSessionBox {
    private var session: ReportSession?
    private var handler: (@Sendable () -> Void)?

    func session(_ reports: Reports, _ identifier: String) -> ReportSession {
        if let session { return session }
        let created = ReportSession(reports, background: identifier)
        handler.map(created.setBackgroundCompletionHandler)
        session = created
        return created
    }

    func setCompletionHandler(_ handler: @escaping @Sendable () -> Void) {
        self.handler = handler
        session?.setBackgroundCompletionHandler(handler)
    }
}
