import Foundation
import Jalon
import Observation

/// The download of one trek: its size before, progress, pause, resume and removal. It goes on when its screen is closed.
@MainActor @Observable
final class DownloadModel {
    enum State: Equatable {
        case unknown
        case notDownloaded(bytes: UInt64)
        case running(done: UInt64, total: UInt64)
        case partial
        /// The server has newer data if it is stale.
        case complete(asOfMs: Int64?, isStale: Bool)
        /// Everything of the trek is in another download, such as that of the itinerary whose stage it is.
        case included(asOfMs: Int64?)
    }

    let key: PackKey
    var withMap = true
    private(set) var state = State.unknown
    private(set) var failure: Failure?

    private let library: Library
    private var work: Task<Void, Never>?

    init(_ key: PackKey, _ library: Library) {
        self.key = key
        self.library = library
    }

    var isRunning: Bool { work != nil }

    /// Whether everything of the trek is on the phone that can be had.
    var isComplete: Bool {
        switch state {
        case .complete(_, let isStale): !isStale
        case .included: true
        default: false
        }
    }

    /// The map that is downloaded with the trek; nil if the app has none.
    var mapSource: MapSource? { library.mapSource }

    /// Reads the state of the pack from the local files.
    func load() async {
        guard work == nil else { return }
        do {
            let check = try await library.companion.checkTrek(key.territory, key.trek)
            let pack = try await pack()
            switch pack?.state {
            case .ready, .stale: state = .complete(asOfMs: check.asOfMs, isStale: pack?.state == .stale)
            case .partial: state = .partial
            case .planned, nil:
                let estimate = try await library.companion.packs.estimate(key.territory, .trek(id: key.trek))
                state = check.offline ? .included(asOfMs: check.asOfMs) : .notDownloaded(bytes: estimate.bytes)
            }
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
    }

    /// Starts the download, or resumes it. Does nothing while it runs.
    func start() {
        guard work == nil else { return }
        failure = nil
        state = .running(done: 0, total: 0)
        work = Task {
            await run()
            work = nil
            await load()
        }
    }

    /// Stops the download. What is there stays, and ``start()`` resumes it.
    func pause() async {
        work?.cancel()
        await finished()
        // The cancelled task could not read the state any more.
        await load()
    }

    /// Returns when no download runs.
    func finished() async {
        await work?.value
    }

    func remove() async {
        await pause()
        do {
            try await library.companion.packs.remove(key.territory, .trek(id: key.trek))
        } catch {
            failure = Failure(error)
        }
        await load()
    }

    private func run() async {
        let (companion, transfers, key) = (library.companion, library.transfers, key)
        do {
            try await withProgress { try await transfers.download(key, with: companion, progress: $0) }
            if withMap, let mapSource {
                try await withProgress { try await transfers.downloadMap(key, mapSource, with: companion, progress: $0) }
            }
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
    }

    /// Shows the progress of a transfer while it runs.
    private func withProgress(_ body: @Sendable (ProgressStream) async throws -> Pack) async throws {
        let progress = ProgressStream()
        let reader = Task {
            for await update in progress { state = .running(done: update.done, total: update.planned) }
        }
        defer { reader.cancel() }
        let pack = try await body(progress)
        if pack.state == .partial { failure = Failure(JalonError.ServerError(status: nil, detail: "")) }
    }

    private func pack() async throws -> Pack? {
        try await library.companion.packs.list(key.territory).first { $0.subject == .trek(id: key.trek) }
    }
}
