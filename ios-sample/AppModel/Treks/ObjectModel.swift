import Foundation
import Jalon
import Observation

/// A place along a trek, or another object of a territory.
@MainActor @Observable
final class ObjectModel {
    enum State: Equatable {
        case loading
        case loaded(Object)
        case failed(Failure)
    }

    let key: ObjectKey
    /// The download that has the pictures of the object; nil if it was not opened from a trek.
    let download: DownloadModel?
    private(set) var state = State.loading

    private let library: Library

    init(_ key: ObjectKey, download: DownloadModel?, _ library: Library) {
        self.key = key
        self.download = download
        self.library = library
    }

    var request: Library.Versions { library.versions }

    /// Whether pictures are missing that a download would bring. Pictures that are gone from their server are not among them.
    var isIncomplete: Bool {
        guard case .loaded(let object) = state, download?.isComplete != true else { return false }
        return object.pictures.contains { $0.path == nil }
    }

    func load() async {
        do {
            state = .loaded(try await library.companion.catalogue.object(key.territory, key.kind, key.id))
        } catch {
            if !isCancellation(error) { state = .failed(Failure(error)) }
        }
        await download?.load()
    }
}
