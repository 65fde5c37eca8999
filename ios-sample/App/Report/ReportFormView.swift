import Jalon
import PhotosUI
import SwiftUI

/// The form of a new report. It needs no network.
struct ReportFormView: View {
    @State var model: ReportFormModel

    @Environment(Home.self) private var home
    @Environment(\.dismiss) private var dismiss
    @State private var path: [Route] = []
    @State private var picked: PhotosPickerItem?
    @State private var showsCamera = false
    @State private var showsMap = false

    var body: some View {
        NavigationStack(path: $path) {
            Form {
                if model.isQueued {
                    Label(Texts.reportSaved, systemImage: "checkmark.circle")
                } else {
                    place
                    content
                    photos
                    confirmation
                }
            }
            .navigationTitle(Texts.reportNew)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) {
                    Button(model.isQueued ? Texts.actionClose : Texts.actionCancel) { dismiss() }
                }
            }
        }
        .task { await model.load() }
        .sheet(isPresented: $showsCamera) { Camera { model.addPhoto($0) } }
        .sheet(isPresented: $showsMap) {
            PlacePicker(model: MapModel(nil, home.library, opensMarkers: false)) { model.choose($0) }
        }
        .task(id: picked) {
            if let data = try? await picked?.loadTransferable(type: Data.self) { model.addPhoto(data) }
        }
    }

    private var place: some View {
        Section(Texts.reportPlace) {
            Text(model.position.map { "\($0.lat.formatted()), \($0.lon.formatted())" } ?? Texts.reportPlaceMissing)
            Button(Texts.reportPlaceHere, systemImage: "location") { Task { await model.locate() } }
            Button(Texts.tabMap, systemImage: "map") { showsMap = true }
        }
    }

    private var content: some View {
        Section {
            TextField(Texts.reportComment, text: $model.comment, axis: .vertical)
            Picker(Texts.reportCategory, selection: $model.category) {
                Text(Texts.reportCategoryNone).tag(Int64?.none)
                ForEach(model.categories) { Text($0.name).tag(Int64?.some($0.id)) }
            }
            Picker(Texts.reportTrek, selection: $model.trek) {
                Text(Texts.reportTrekNone).tag(Int64?.none)
                ForEach(model.treks) { Text($0.name).tag(Int64?.some($0.id)) }
            }
            TextField(Texts.reportEmail, text: $model.email)
                .keyboardType(.emailAddress)
                .textInputAutocapitalization(.never)
                .autocorrectionDisabled()
        }
    }

    private var photos: some View {
        Section {
            if Camera.isAvailable {
                Button(Texts.reportPhotoTake, systemImage: "camera") { showsCamera = true }
            }
            PhotosPicker(selection: $picked, matching: .images) {
                Label(Texts.reportPhotoChoose, systemImage: "photo")
            }
            ForEach(Array(model.photos.indices), id: \.self) { index in
                Button(Texts.reportPhotoRemove("\(index + 1)"), systemImage: "trash", role: .destructive) {
                    model.removePhoto(at: index)
                }
            }
        }
    }

    private var confirmation: some View {
        Section {
            ForEach(model.problems, id: \.self) { problem in
                Label(problem, systemImage: "exclamationmark.triangle")
                    .foregroundStyle(.orange)
            }
            FailureRow(failure: model.failure)
            Button(Texts.reportQueue, systemImage: "tray.and.arrow.up") { Task { await model.queue() } }
                .buttonStyle(.borderedProminent)
        }
    }
}

/// A map whose centre is the place of the report.
private struct PlacePicker: View {
    @State var model: MapModel
    let choose: (Position) -> Void

    @Environment(\.dismiss) private var dismiss

    var body: some View {
        AppMap(model: model)
            .overlay {
                Image(systemName: "scope")
                    .font(.title2)
                    .accessibilityHidden(true)
            }
            .safeAreaInset(edge: .bottom) {
                HStack {
                    Button(Texts.actionCancel) { dismiss() }
                    Spacer()
                    Button(Texts.actionSave) {
                        choose(model.camera.centre)
                        dismiss()
                    }
                    .buttonStyle(.borderedProminent)
                }
                .padding()
                .background(.regularMaterial)
            }
    }
}
