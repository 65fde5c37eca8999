import Jalon
import SwiftUI

/// The download of a trek with its size before, its progress, and its removal.
struct DownloadSection: View {
    @Bindable var model: DownloadModel
    let name: String

    @Environment(Home.self) private var home
    @State private var asksToRemove = false

    var body: some View {
        Section {
            switch model.state {
            case .unknown:
                EmptyView()
            case .notDownloaded(let bytes):
                Text(Texts.trekNotDownloadedHint)
                mapToggle
                Button(Texts.trekDownloadSize(home.library.format.size(bytes)), systemImage: "arrow.down.circle") {
                    model.start()
                }
            case .running(let done, let total):
                ProgressView(
                    Texts.trekDownloading("\(done)", "\(total)"), value: Double(done), total: Double(max(total, done, 1)))
                Button(Texts.actionPause, systemImage: "pause.circle") { Task { await model.pause() } }
            case .partial:
                Label(Texts.trekIsPartial, systemImage: "circle.bottomhalf.filled")
                Button(Texts.actionResume, systemImage: "arrow.clockwise.circle") { model.start() }
                removeButton
            case .included(let asOf):
                offline(asOf)
            case .complete(let asOf, _):
                offline(asOf)
                Button(Texts.actionRefresh, systemImage: "arrow.clockwise.circle") { model.start() }
                removeButton
            }
            if let failure = model.failure {
                Label(Texts.trekDownloadFailed(failure.sentence), systemImage: "exclamationmark.triangle")
                    .foregroundStyle(.orange)
            }
        }
        .confirmationDialog(Texts.trekRemoveQuestion(name), isPresented: $asksToRemove, titleVisibility: .visible) {
            Button(Texts.actionRemove, role: .destructive) { Task { await model.remove() } }
            Button(Texts.actionCancel, role: .cancel) {}
        }
    }

    @ViewBuilder private func offline(_ asOf: Int64?) -> some View {
        Label(Texts.trekIsOffline, systemImage: "checkmark.circle")
        if let asOf { Text(Texts.trekAsOf(home.library.format.date(asOf))) }
    }

    @ViewBuilder private var mapToggle: some View {
        if model.mapSource != nil { Toggle(Texts.trekDownloadWithMap, isOn: $model.withMap) }
    }

    private var removeButton: some View {
        Button(Texts.actionRemove, systemImage: "trash", role: .destructive) { asksToRemove = true }
    }
}
