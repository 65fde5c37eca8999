import Foundation
import Jalon
import Observation

/// The favourites of the person.
@MainActor @Observable
final class FavouritesModel {
    private(set) var favourites: [Favourite]?
    private(set) var failure: Failure?

    private let library: Library

    init(_ library: Library) {
        self.library = library
    }

    var request: Library.Versions { library.versions }

    func load() async {
        do {
            favourites = try await library.companion.journal.favourites().reversed()
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
    }

    func remove(_ favourite: Favourite) async {
        do {
            try await library.companion.journal.removeFavourite(favourite.territory, favourite.kind, favourite.id)
        } catch {
            failure = Failure(error)
        }
        await load()
    }

    /// The screen of a favourite.
    func route(_ favourite: Favourite) -> Route {
        if favourite.kind == .trek { return .trek(PackKey(territory: favourite.territory, trek: favourite.id)) }
        return .object(ObjectKey(territory: favourite.territory, kind: favourite.kind, id: favourite.id))
    }
}
