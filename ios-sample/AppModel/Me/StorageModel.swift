import Foundation
import Jalon
import Observation

/// What the downloads need on the phone, trek by trek.
@MainActor @Observable
final class StorageModel {
    struct Entry: Identifiable, Equatable {
        let pack: Pack
        let name: String
        /// The bytes that its removal frees.
        let bytes: UInt64

        var id: PackSubject { pack.subject }
    }

    private(set) var total: UInt64?
    private(set) var entries: [Entry] = []
    private(set) var failure: Failure?

    private let library: Library

    init(_ library: Library) {
        self.library = library
    }

    var request: Library.Versions { library.versions }

    func load() async {
        do {
            let usage = try await library.companion.storageUsage()
            var entries: [Entry] = []
            for pack in try await library.companion.packs.list() {
                entries.append(Entry(pack: pack, name: try await name(pack), bytes: pack.ownBytes + (pack.map?.bytes ?? 0)))
            }
            (self.entries, total) = (entries, usage.catalogue + usage.media + usage.staging)
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
    }

    func remove(_ entry: Entry) async {
        do {
            try await library.companion.packs.remove(entry.pack.territory, entry.pack.subject)
        } catch {
            failure = Failure(error)
        }
        await load()
    }

    private func name(_ pack: Pack) async throws -> String {
        guard case .trek(let id) = pack.subject else { return pack.territory }
        return try await library.companion.catalogue.object(pack.territory, .trek, id).name
    }
}
