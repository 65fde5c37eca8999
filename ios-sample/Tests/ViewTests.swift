import Foundation
import Jalon
import Testing

@testable import JalonSample

/// The screens, driven as a person drives them.
@MainActor @Suite(.timeLimit(.minutes(5))) struct ViewTests {
    @Test func addTerritoryThenSearchAndOpenTrek() async throws {
        let screen = Screen(try TestApp().app)
        try await screen.see(Texts.treksEmptyTerritory)

        try await screen.tap(Texts.tabMe)
        try await screen.tap(Texts.meTerritories)
        try await screen.see(Texts.meTerritoryAdd)
        #expect(screen.isEnabled(Texts.actionAdd) == false)
        try await screen.type("not an address", in: Texts.meTerritoryAddress)
        try await screen.tap(Texts.actionAdd)
        try await screen.see(Texts.meTerritoryInvalid)
        try await screen.type(serverURL(), in: Texts.meTerritoryAddress)
        try await screen.tap(Texts.actionAdd)
        try await screen.see(try serverURL())
        try await screen.see(Texts.actionRefresh)

        try await screen.tap(Texts.tabTreks)
        try await screen.see(Texts.treksCount(12))
        let home = try #require(screen.app.home)
        guard case .treks(let treks) = home.treks.state else { throw UnexpectedState(home.treks.state) }
        try await screen.type(treks[3].name, in: Texts.treksSearch)
        try await screen.seeNot(Texts.treksCount(12))
        try await screen.tap(treks[3].name)
        try await screen.see(Texts.trekDescription)
        #expect(screen.text.contains(treks[3].name))
        screen.close()
    }
}
