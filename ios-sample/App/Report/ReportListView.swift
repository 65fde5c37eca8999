import Jalon
import SwiftUI

/// The person's reports with their states.
struct ReportListView: View {
    let model: ReportQueueModel

    @Environment(Home.self) private var home
    @State private var shared: SharedFile?

    var body: some View {
        List {
            Section {
                Button(Texts.reportNew, systemImage: "plus.bubble") { home.router.sheet = .newReport(nil) }
                Button(Texts.actionSend, systemImage: "paperplane") { Task { await model.send() } }
                    .disabled(!model.hasUnsent || model.isSending)
                Button(Texts.reportExportUnsent, systemImage: "square.and.arrow.up") {
                    Task { shared = await model.export().map(SharedFile.init) }
                }
                .disabled(!model.canExport)
                FailureRow(failure: model.failure)
                if let exported = model.exported { Text(Texts.reportExported(exported)) }
            }
            Section(Texts.reportQueueTitle) {
                if model.reports.isEmpty { Text(Texts.reportQueueEmpty) }
                ForEach(model.reports, id: \.id) { report in
                    NavigationLink(value: Route.report(report.id)) {
                        VStack(alignment: .leading, spacing: 4) {
                            Text(report.content.comment)
                                .lineLimit(2)
                            Text(model.stateText(report))
                                .font(.subheadline)
                                .foregroundStyle(report.needsUserAction ? Color("Route") : .secondary)
                        }
                        .accessibilityElement(children: .combine)
                    }
                }
            }
        }
        .navigationTitle(Texts.tabReport)
        .shareSheet($shared)
        .task(id: model.request) { await model.load() }
    }
}

/// One report: its state in words, its receipt, and what the person can do.
struct ReportView: View {
    let id: String
    let model: ReportQueueModel

    @Environment(Home.self) private var home
    @Environment(\.dismiss) private var dismiss

    var body: some View {
        List {
            if let report = model.reports.first(where: { $0.id == id }) {
                Section {
                    Text(report.content.comment)
                    if !report.photos.isEmpty { Text(Texts.reportPhotos(report.photos.count)) }
                    Text(model.stateText(report))
                    if let receipt = model.receiptText(report) { Text(receipt) }
                }
                actions(report)
            } else {
                Text(Texts.errorNotFound)
            }
            FailureRow(failure: model.failure)
        }
        .navigationTitle(Texts.tabReport)
        .navigationBarTitleDisplayMode(.inline)
        .task { await model.load() }
    }

    @ViewBuilder private func actions(_ report: Report) -> some View {
        switch report.state {
        case .inDoubt where report.needsUserAction:
            Section {
                Text(Texts.reportDoubtHint)
                Button(Texts.reportDoubtReceived) { Task { await model.resolve(report, .delivered(serverId: nil)) } }
                Button(Texts.reportDoubtSendAgain) { Task { await model.resolve(report, .resend) } }
                Button(Texts.reportDoubtDiscard, role: .destructive) { Task { await model.resolve(report, .abandon) } }
            }
        case .queued:
            Button(Texts.actionRetry, systemImage: "paperplane") { Task { await model.send() } }
                .disabled(model.isSending)
        case .draft, .refused:
            Button(Texts.actionRetry, systemImage: "pencil") { home.router.sheet = .editReport(report) }
            Button(Texts.actionDelete, systemImage: "trash", role: .destructive) {
                Task {
                    await model.discard(report)
                    dismiss()
                }
            }
        case .sending:
            ProgressView(Texts.reportStateSending)
        case .accepted, .inDoubt:
            // The report was given up, or the park has it: there is nothing left to do.
            EmptyView()
        }
    }
}
