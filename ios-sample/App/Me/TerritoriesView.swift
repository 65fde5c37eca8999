import Jalon
import SwiftUI

/// The territories on the phone, and a field to add one.
struct TerritoriesView: View {
    @State var model: TerritoriesModel

    @Environment(Home.self) private var home
    @State private var removing: Territory?

    var body: some View {
        List {
            Section(Texts.meTerritoryAdd) {
                TextField(Texts.meTerritoryAddress, text: $model.address)
                    .keyboardType(.URL)
                    .textInputAutocapitalization(.never)
                    .autocorrectionDisabled()
                Button(Texts.actionAdd, systemImage: "plus") { Task { await model.add() } }
                    .disabled(model.address.isEmpty || model.busy != nil)
                if let busy = model.busy { ProgressView(busy) }
                if let problem = model.problem {
                    Label(problem, systemImage: "exclamationmark.triangle")
                        .foregroundStyle(.orange)
                }
            }
            ForEach(model.territories, id: \.name) { territory in
                Section(model.title(territory)) {
                    Text(territory.url)
                    if let refreshed = territory.refreshedMs {
                        Text(Texts.meTerritoryUpdated(home.library.format.date(refreshed)))
                    }
                    Button(Texts.actionRefresh, systemImage: "arrow.clockwise") { Task { await model.refresh(territory) } }
                        .disabled(model.busy != nil)
                    Button(Texts.actionRemove, systemImage: "trash", role: .destructive) { removing = territory }
                        .disabled(model.busy != nil)
                }
            }
        }
        .navigationTitle(Texts.meTerritories)
        .task(id: model.request) { await model.load() }
        .confirmationDialog(
            Texts.meTerritoryRemove(removing?.name ?? ""), isPresented: $removing.isPresent, titleVisibility: .visible
        ) {
            Button(Texts.actionRemove, role: .destructive) {
                if let removing { Task { await model.remove(removing) } }
            }
            Button(Texts.actionCancel, role: .cancel) {}
        }
    }
}
