import Foundation
import Jalon
import Observation

/// The list of treks: search as you type, filters with counts, near me, and what is offline.
///
/// The view calls ``load()`` in a task whose identity is ``request``: SwiftUI cancels the task and starts a new one when the person
/// types.
@MainActor @Observable
final class TrekListModel {
    enum State: Equatable {
        case loading
        case treks([TrekItem])
        case empty(hint: String)
        case failed(Failure)
    }

    /// What the list depends on.
    struct Request: Hashable {
        var text = ""
        var isNearMe = false
        var isOffline = false
        var values: Set<FacetValue> = []
        var near: Position?
        var versions = Library.Versions()
    }

    var text = ""
    var isNearMe = false
    var isOffline = false
    private(set) var values: Set<FacetValue> = []
    private(set) var state = State.loading
    private(set) var count = 0
    /// The values of the facets that the app offers, with the number of treks that each would show.
    private(set) var facets: [FacetValueCounts] = []

    private let library: Library

    init(_ library: Library) {
        self.library = library
    }

    var request: Request {
        Request(
            text: text, isNearMe: isNearMe, isOffline: isOffline, values: values,
            near: isNearMe ? library.position.latest.map { Self.rounded($0.position) } : nil, versions: library.versions)
    }

    /// The position to about 100 m, so that a walker's list does not change with each step.
    private static func rounded(_ position: Position) -> Position {
        Position(lon: (position.lon * 1_000).rounded() / 1_000, lat: (position.lat * 1_000).rounded() / 1_000)
    }

    var hasFilters: Bool { isNearMe || isOffline || !values.isEmpty || !text.isEmpty }

    func toggle(_ value: FacetValue) {
        if values.remove(value) == nil { values.insert(value) }
    }

    func clearFilters() {
        (text, isNearMe, isOffline, values) = ("", false, false, [])
    }

    /// Reads the treks of the current request. Only the local files are read.
    func load() async {
        let request = request
        do {
            let page = try await library.companion.catalogue.treks(query(request))
            try Task.checkCancellation()
            facets = page.facetCounts.filter { [.practice, .difficulty].contains($0.facet) && !$0.counts.isEmpty }
            count = Int(page.total)
            state = page.items.isEmpty ? .empty(hint: try await emptyHint(request)) : .treks(page.items)
        } catch {
            if !isCancellation(error) { state = .failed(Failure(error)) }
        }
    }

    private func query(_ request: Request) -> TrekQuery {
        TrekQuery(
            text: request.text, values: Array(request.values), offline: request.isOffline, near: request.near,
            sort: request.near == nil ? nil : .distance, limit: 200, facetCounts: true)
    }

    private func emptyHint(_ request: Request) async throws -> String {
        if try await library.companion.territories().isEmpty { return Texts.treksEmptyTerritory }
        let hasSearch = !request.text.isEmpty || !request.values.isEmpty
        return request.isOffline && !hasSearch ? Texts.treksEmptyOffline : Texts.treksEmptyHint
    }
}
