import Jalon
import SwiftUI

/// The map with its buttons at the bottom, where a thumb reaches them.
struct MapScreen: View {
    @State var model: MapModel

    @Environment(Home.self) private var home

    var body: some View {
        AppMap(model: model)
            .safeAreaInset(edge: .bottom) { controls }
            .overlay(alignment: .top) { notices }
            .navigationTitle(model.contents.title)
            .navigationBarTitleDisplayMode(.inline)
            .task(id: model.isFollowing) {
                if model.isFollowing { await model.followPosition() }
            }
    }

    private var controls: some View {
        HStack {
            Button(
                model.isFollowing ? Texts.mapFree : Texts.mapFollow,
                systemImage: model.isFollowing ? "location.fill" : "location"
            ) {
                model.setFollowing(!model.isFollowing)
            }
            Spacer()
            Button(Texts.mapZoomOut, systemImage: "minus") { model.zoom(by: -1) }
            Button(Texts.mapZoomIn, systemImage: "plus") { model.zoom(by: 1) }
        }
        .labelStyle(.iconOnly)
        .buttonStyle(.bordered)
        .controlSize(.large)
        .padding()
        .background(.regularMaterial)
    }

    @ViewBuilder private var notices: some View {
        VStack {
            if let failure = model.failure {
                Text(failure.sentence)
            } else if !model.hasTiles {
                Text(Texts.mapNoTiles)
            }
            if model.isFollowing { Text(position) }
        }
        .font(.caption)
        .padding(8)
        .background(.regularMaterial, in: RoundedRectangle(cornerRadius: 8))
    }

    private var position: String {
        guard let accuracy = model.fix?.accuracyM else { return Texts.mapPositionUnknown }
        return Texts.mapAccuracy(home.library.format.distance(accuracy))
    }
}
