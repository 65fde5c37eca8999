import Jalon
import SwiftUI

struct TrekListView: View {
    @Bindable var model: TrekListModel

    @Environment(Home.self) private var home

    var body: some View {
        List {
            Section {
                FilterBar(model: model)
            }
            switch model.state {
            case .loading:
                ProgressView()
            case .treks(let treks):
                Section(Texts.treksCount(model.count)) {
                    ForEach(treks, id: \.key) { trek in
                        NavigationLink(value: Route.trek(trek.key)) {
                            TrekRow(trek: trek, format: home.library.format)
                        }
                    }
                }
            case .empty(let hint):
                ContentUnavailableView {
                    Label(Texts.treksEmptyTitle, systemImage: "magnifyingglass")
                } description: {
                    Text(hint)
                } actions: {
                    if model.hasFilters { Button(Texts.treksClearFilters) { model.clearFilters() } }
                }
            case .failed(let failure):
                FailureView(failure: failure) { await model.load() }
            }
        }
        .navigationTitle(Texts.tabTreks)
        .searchable(text: $model.text, prompt: Texts.treksSearch)
        .toolbar {
            if !model.text.isEmpty {
                ToolbarItem(placement: .topBarTrailing) {
                    Button(Texts.treksClearSearch, systemImage: "xmark.circle") { model.text = "" }
                }
            }
        }
        .task(id: model.request) { await model.load() }
        .task(id: model.isNearMe) {
            if model.isNearMe { await home.library.position.follow() }
        }
    }
}

/// Near me, offline, and the values of the facets with their counts.
struct FilterBar: View {
    @Bindable var model: TrekListModel

    var body: some View {
        Toggle(Texts.treksNearMe, systemImage: "location", isOn: $model.isNearMe)
        if model.isNearMe, model.request.near == nil { Text(Texts.mapPositionUnknown) }
        Toggle(Texts.treksOffline, systemImage: "arrow.down.circle", isOn: $model.isOffline)
        DisclosureGroup(Texts.treksFilters) {
            ForEach(model.facets, id: \.facet) { facet in
                Text(facet.facet == .practice ? Texts.treksPractice : Texts.treksDifficulty)
                    .font(.headline)
                    .accessibilityAddTraits(.isHeader)
                ForEach(facet.counts, id: \.self) { count in
                    let value = FacetValue(facet: facet.facet, territory: count.territory, id: count.id)
                    Toggle(count.name + " (\(count.count))", isOn: isOn(value))
                }
            }
            if model.hasFilters {
                Button(Texts.treksClearFilters) { model.clearFilters() }
            }
        }
    }

    private func isOn(_ value: FacetValue) -> Binding<Bool> {
        Binding(get: { model.values.contains(value) }, set: { _ in model.toggle(value) })
    }
}

/// A trek with its figures in one line, which a screen reader speaks as one.
struct TrekRow: View {
    let trek: TrekItem
    let format: Format

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Text(trek.name)
                .font(.headline)
            Text(figures)
                .font(.subheadline)
                .foregroundStyle(.secondary)
            if let distance = trek.distanceM {
                Text(Texts.treksDistanceAway(format.distance(distance)))
                    .font(.subheadline)
            }
            if trek.offline {
                Label(Texts.trekIsOffline, systemImage: "arrow.down.circle.fill")
                    .font(.caption)
            }
        }
        .accessibilityElement(children: .combine)
    }

    private var figures: String {
        let values = [
            trek.lengthM.map(format.distance), trek.ascentM.map { "↑ \(format.elevation($0))" },
            trek.durationH.map(format.duration), trek.difficulty, trek.practice,
        ]
        return values.compactMap { $0 }.joined(separator: " · ")
    }
}
