import Jalon
import SwiftUI

/// A place along a trek. What is not downloaded is said, and offered.
struct ObjectView: View {
    @State var model: ObjectModel

    @Environment(\.dismiss) private var dismiss

    var body: some View {
        List {
            switch model.state {
            case .loading:
                ProgressView()
            case .failed(let failure):
                FailureView(failure: failure, back: { dismiss() }) { await model.load() }
            case .loaded(let object):
                if model.isIncomplete {
                    Section {
                        Text(Texts.trekNotDownloadedTitle(object.name))
                            .font(.headline)
                        if let trek = model.key.trek, model.download != nil {
                            NavigationLink(Texts.actionDownload, value: Route.trek(trek))
                        }
                    }
                }
                PictureStrip(pictures: object.pictures, name: object.name)
                if let text = object.description?.plain, !text.isEmpty {
                    Text(text).textSelection(.enabled)
                }
            }
        }
        .navigationTitle(title)
        .task(id: model.request) { await model.load() }
    }

    private var title: String {
        if case .loaded(let object) = model.state { object.name } else { "" }
    }
}
