import Foundation
import Jalon
import SwiftUI
import Testing

@testable import JalonSample

/// Each screen for people who hear it: every control and every picture says what it is.
@MainActor @Suite(.timeLimit(.minutes(5))) struct AccessibilityTests {
    @Test(arguments: appLanguages) func everyControlAndPictureHasLabel(language: String) async throws {
        try await LanguageOverride.$current.withValue(language) { try await openAllScreens() }
    }

    private func openAllScreens() async throws {
        let test = try TestApp(archive: Sample.territory)
        let screen = Screen(test.app)
        try await screen.see(Texts.trekIsOffline)
        let home = try test.home
        let trek = PackKey(territory: "demo", trek: 1)
        let model = home.trek(trek)
        await model.load()
        let poi = try #require(model.places.first { $0.kind == .poi })
        let pushed: [(AppTab, Route, String)] = [
            (.treks, .trek(trek), Texts.trekDescription),
            (.treks, .object(ObjectKey(territory: "demo", kind: .poi, id: poi.id, trek: trek)), poi.name),
            (.map, .trekMap(trek), Texts.mapZoomIn), (.me, .favourites, Texts.meFavouritesEmpty),
            (.me, .tracks, Texts.meTracksEmpty), (.me, .storage, Texts.meStorage), (.me, .territories, Texts.meTerritoryAdd),
            (.me, .privacy, Texts.mePrivacyNone), (.me, .licences, Texts.meLicencesSoftware),
        ]
        for tab in AppTab.allCases {
            home.router.show(tab)
            try await screen.see(
                [
                    .treks: Texts.treksNearMe, .map: Texts.mapZoomIn, .guide: Texts.guideNoneHint,
                    .report: Texts.reportQueueEmpty, .me: Texts.meLicences,
                ][tab] ?? "")
            expectLabels(screen)
        }
        for (tab, route, text) in pushed {
            home.router.show(tab)
            home.router.open(route)
            try await screen.see(text)
            expectLabels(screen)
        }
        for (sheet, text) in [(Sheet.emergency, Texts.emergencyNoPosition), (.newReport(trek), Texts.reportComment)] {
            home.router.sheet = sheet
            try await screen.see(text)
            expectLabels(screen)
        }
        screen.close()
    }

    private func expectLabels(_ screen: Screen) {
        for node in screen.nodes where !node.isHidden {
            let needsLabel = node.tap != nil || node.type != nil || ["Image", "Canvas"].contains(node.kind)
            #expect(!needsLabel || !node.label.isEmpty, "a \(node.kind) has no label on a screen with:\n\(screen.text)")
        }
    }
}
