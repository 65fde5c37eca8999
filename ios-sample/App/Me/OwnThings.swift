import Jalon
import SwiftUI

struct FavouritesView: View {
    @State var model: FavouritesModel

    var body: some View {
        List {
            FailureRow(failure: model.failure)
            if model.favourites?.isEmpty == true { Text(Texts.meFavouritesEmpty) }
            ForEach(model.favourites ?? [], id: \.self) { favourite in
                NavigationLink(favourite.name, value: model.route(favourite))
                    .swipeActions {
                        Button(Texts.trekFavouriteRemove, role: .destructive) { Task { await model.remove(favourite) } }
                    }
            }
        }
        .navigationTitle(Texts.meFavourites)
        .task(id: model.request) { await model.load() }
    }
}

struct TracksView: View {
    @State var model: TracksModel

    @Environment(Home.self) private var home
    @State private var shared: SharedFile?

    var body: some View {
        List {
            FailureRow(failure: model.failure)
            if model.tracks?.isEmpty == true { Text(Texts.meTracksEmpty) }
            ForEach(model.tracks ?? [], id: \.id) { track in
                Section(track.name) {
                    LabeledContent(Texts.trekLength, value: home.library.format.distance(track.stats.distanceM))
                    if let ascent = track.stats.ascentM {
                        LabeledContent(Texts.trekAscent, value: home.library.format.elevation(ascent))
                    }
                    LabeledContent(Texts.trekDuration, value: home.library.format.duration(hours: track.stats.movingS / 3_600))
                    Button(Texts.actionShare, systemImage: "square.and.arrow.up") {
                        Task { shared = await model.export(track).map(SharedFile.init) }
                    }
                    Button(Texts.actionDelete, systemImage: "trash", role: .destructive) { Task { await model.remove(track) } }
                }
            }
        }
        .navigationTitle(Texts.meTracks)
        .shareSheet($shared)
        .task(id: model.request) { await model.load() }
    }
}

struct StorageView: View {
    @State var model: StorageModel

    @Environment(Home.self) private var home
    @State private var removing: StorageModel.Entry?

    var body: some View {
        List {
            FailureRow(failure: model.failure)
            if let total = model.total { Text(Texts.meStorageTotal(home.library.format.size(total))) }
            ForEach(model.entries) { entry in
                Button(action: { removing = entry }) {
                    LabeledContent(entry.name, value: home.library.format.size(entry.bytes))
                }
                .accessibilityHint(Texts.actionRemove)
            }
        }
        .navigationTitle(Texts.meStorage)
        .task(id: model.request) { await model.load() }
        .confirmationDialog(
            Texts.trekRemoveQuestion(removing?.name ?? ""), isPresented: $removing.isPresent, titleVisibility: .visible
        ) {
            Button(Texts.actionRemove, role: .destructive) {
                if let removing { Task { await model.remove(removing) } }
            }
            Button(Texts.actionCancel, role: .cancel) {}
        }
    }
}

extension Optional {
    /// Whether there is a value. Setting it to false removes the value: for dialogs about one of several things.
    var isPresent: Bool {
        get { self != nil }
        set { if !newValue { self = nil } }
    }
}

struct PrivacyView: View {
    @State var model: PrivacyModel

    var body: some View {
        List {
            Section {
                FailureRow(failure: model.failure)
                if model.entries?.isEmpty == true { Text(Texts.mePrivacyNone) }
                ForEach(model.entries ?? [], id: \.self) { Text($0) }
            } footer: {
                Text(Texts.mePrivacyHint)
            }
        }
        .navigationTitle(Texts.mePrivacy)
        .task { await model.load() }
    }
}

struct LicencesView: View {
    @State var model: LicencesModel

    var body: some View {
        List {
            FailureRow(failure: model.failure)
            ForEach(model.sources, id: \.self) { Text(Texts.meLicencesData($0)) }
            Text(Texts.meLicencesSoftware)
        }
        .navigationTitle(Texts.meLicences)
        .task { await model.load() }
    }
}
