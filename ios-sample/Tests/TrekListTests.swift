import Foundation
import Jalon
import Testing

@testable import JalonSample

@MainActor @Suite struct TrekListTests {
    @Test func emptyLibraryTellsToAddTerritory() async throws {
        let test = try await TestLibrary()
        let model = TrekListModel(test.library)
        await model.load()
        #expect(model.state == .empty(hint: Texts.treksEmptyTerritory))
    }

    @Test func searchAndFiltersNarrowTheList() async throws {
        let test = try await TestLibrary.refreshed()
        let model = TrekListModel(test.library)
        await model.load()
        guard case .treks(let all) = model.state else { throw UnexpectedState(model.state) }
        #expect(all.count == model.count && all.count > 5)

        model.text = String(all[0].name.prefix(5))
        await model.load()
        guard case .treks(let found) = model.state else { throw UnexpectedState(model.state) }
        #expect(found.count < all.count && found.contains { $0.id == all[0].id })

        model.clearFilters()
        await model.load()
        let practice = try #require(model.facets.first { $0.facet == .practice }?.counts.last)
        model.toggle(FacetValue(facet: .practice, territory: practice.territory, id: practice.id))
        await model.load()
        #expect(model.count == Int(practice.count))

        model.text = "no trek has this name"
        await model.load()
        #expect(model.state == .empty(hint: Texts.treksEmptyHint))
    }
}

/// A model was in another state than the test expected.
struct UnexpectedState: Error {
    let description: String

    init(_ state: Any) {
        description = "\(state)"
    }
}
