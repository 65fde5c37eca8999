import Foundation
import Jalon
import Testing

@testable import JalonSample

@MainActor @Suite(.timeLimit(.minutes(5))) struct MeTests {
    @Test func storageIsFreedTrekByTrek() async throws {
        let test = try TestApp(archive: Sample.territory)
        let screen = Screen(test.app)
        try await screen.tap(Texts.tabMe)
        try await screen.tap(Texts.meStorage)
        let home = try test.home
        let storage = StorageModel(home.library)
        await storage.load()
        #expect(storage.entries.count == 2 && storage.entries.allSatisfy { $0.bytes > 100_000 })
        let entry = storage.entries[0]
        try await screen.tap(entry.name)
        try await screen.see(Texts.trekRemoveQuestion(entry.name))
        try await screen.tap(Texts.actionRemove)
        try await screen.seeNot(entry.name)
        let before = try #require(storage.total)
        await storage.load()
        #expect(try #require(storage.total) < before && storage.entries.count == 1)
        screen.close()
    }

    @Test func territoryIsRemovedAfterTheQuestion() async throws {
        let test = try TestApp(archive: Sample.territory)
        let screen = Screen(test.app)
        try await screen.tap(Texts.tabMe)
        try await screen.tap(Texts.meTerritories)
        try await screen.tap(Texts.actionRemove)
        try await screen.see(Texts.meTerritoryRemove("demo"))
        try await screen.tap(Texts.actionRemove)
        try await screen.seeNot(Texts.meTerritoryDemo)
        try await screen.tap(Texts.tabTreks)
        try await screen.see(Texts.treksEmptyTerritory)
        screen.close()
    }

    @Test func unitsAndLanguageChangeTheScreens() async throws {
        let test = try TestApp(archive: Sample.territory)
        let screen = Screen(test.app)
        try await screen.see(" km")
        try await screen.tap(Texts.tabMe)
        try await screen.tap(Texts.meUnitsImperial)
        try await screen.tap(Texts.tabTreks)
        try await screen.see(" mi")

        // The texts of the park are in the chosen language after the files were opened again.
        let english = try await test.home.library.companion.catalogue.object("demo", .trek, 1)
        await test.app.changeLanguage("fr")
        let french = try await test.home.library.companion.catalogue.object("demo", .trek, 1)
        #expect(english.lang == "en" && french.lang == "fr" && english.name != french.name)
        #expect(test.app.settings.language == "fr")
        screen.close()
    }

    @Test func addressesAreReadAsPeopleWriteThem() {
        let valid = [
            "https://rando.example.org": "https://rando.example.org", "rando.example.org": "https://rando.example.org",
            "  Randonnées : https://rando.example.org/fr  ": "https://rando.example.org/fr",
            "http://127.0.0.1:8100": "http://127.0.0.1:8100",
        ]
        for (text, url) in valid { #expect(TerritoriesModel.serverURL(text)?.absoluteString == url) }
        for text in ["", "park", "ftp://example.org", "https://"] { #expect(TerritoriesModel.serverURL(text) == nil) }
    }

    @Test func territoryThatDoesNotAnswerIsNotKept() async throws {
        let test = try await TestLibrary()
        let model = TerritoriesModel(test.library)
        // A port on which nothing listens.
        model.address = "http://127.0.0.1:1"
        await model.add()
        #expect(model.problem == Texts.errorOffline)
        #expect(model.territories.isEmpty && model.busy == nil)
        #expect(!model.address.isEmpty)
    }
}
