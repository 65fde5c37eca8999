import Jalon
import SwiftUI

/// The person's own things and the settings.
struct MeView: View {
    @Environment(Home.self) private var home
    @Environment(AppModel.self) private var app

    var body: some View {
        @Bindable var settings = home.library.settings
        List {
            Section {
                row(.favourites, Texts.meFavourites, "star")
                row(.tracks, Texts.meTracks, "point.topleft.down.to.point.bottomright.curvepath")
                row(.storage, Texts.meStorage, "internaldrive")
                row(.territories, Texts.meTerritories, "mountain.2")
            }
            Section {
                Picker(Texts.meLanguage, selection: language) {
                    Text(Texts.meLanguageSystem).tag(String?.none)
                    ForEach(appLanguages, id: \.self) { language in
                        Text(Locale(identifier: language).localizedString(forLanguageCode: language) ?? language)
                            .tag(String?.some(language))
                    }
                }
                Picker(Texts.meUnits, selection: $settings.units) {
                    Text(Texts.meUnitsMetric).tag(Settings.Units.metric)
                    Text(Texts.meUnitsImperial).tag(Settings.Units.imperial)
                }
            }
            Section {
                row(.privacy, Texts.mePrivacy, "hand.raised")
                row(.licences, Texts.meLicences, "doc.text")
            }
        }
        .navigationTitle(Texts.tabMe)
    }

    private func row(_ route: Route, _ title: String, _ symbol: String) -> some View {
        NavigationLink(value: route) { Label(title, systemImage: symbol) }
    }

    private var language: Binding<String?> {
        Binding(get: { app.settings.language }, set: { language in Task { await app.changeLanguage(language) } })
    }
}
