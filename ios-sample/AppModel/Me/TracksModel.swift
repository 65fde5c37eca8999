import Foundation
import Jalon
import Observation

/// The recorded tracks of the person.
@MainActor @Observable
final class TracksModel {
    private(set) var tracks: [TrackSummary]?
    private(set) var failure: Failure?

    private let library: Library

    init(_ library: Library) {
        self.library = library
    }

    var request: Library.Versions { library.versions }

    func load() async {
        do {
            tracks = try await library.companion.journal.tracks().reversed()
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
    }

    func remove(_ track: TrackSummary) async {
        do {
            try await library.companion.journal.removeTrack(track.id)
        } catch {
            failure = Failure(error)
        }
        await load()
    }

    /// Writes a track as GPX for the share sheet; nil if it failed.
    func export(_ track: TrackSummary) async -> URL? {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(track.id).gpx")
        do {
            try await library.companion.journal.exportTrack(track.id, to: file)
            return file
        } catch {
            failure = Failure(error)
            return nil
        }
    }
}
