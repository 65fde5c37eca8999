import Foundation
import Jalon
import Observation

/// The person's reports with their states. Sends them, and asks what to do with those in doubt.
@MainActor @Observable
final class ReportQueueModel {
    private(set) var reports: [Report] = []
    private(set) var isSending = false
    private(set) var failure: Failure?
    /// The number of reports in the last export.
    private(set) var exported: Int?

    private let library: Library

    init(_ library: Library) {
        self.library = library
    }

    var request: Library.Versions { library.versions }
    /// Whether a report waits to be sent.
    var hasUnsent: Bool { reports.contains { $0.state == .queued } }
    /// Whether an export would have a report.
    var canExport: Bool { reports.contains { $0.state != .accepted } }

    /// Reads the reports. The sentence about the last action stays.
    func load() async {
        do {
            reports = try await library.companion.reports.list().reversed()
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
    }

    /// Tries to send the reports that wait.
    func send() async {
        guard !isSending else { return }
        isSending = true
        await perform { library in _ = try await library.transfers.send(library.companion) }
        isSending = false
        let wasOffline = reports.contains { $0.state == .queued && $0.lastError != nil }
        if wasOffline, failure == nil { failure = Failure(JalonError.Offline(detail: "")) }
    }

    func resolve(_ report: Report, _ resolution: Resolution) async {
        await perform { try await $0.companion.reports.resolve(report.id, resolution) }
    }

    func discard(_ report: Report) async {
        await perform { try await $0.companion.reports.discard(report.id) }
    }

    /// Writes the unsent reports to a zip file for the share sheet.
    func export() async -> URL? {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("reports-\(UUID().uuidString).zip")
        await perform { exported = Int(try await $0.companion.journal.export(to: file)) }
        return failure == nil ? file : nil
    }

    private func perform(_ change: (Library) async throws -> Void) async {
        failure = nil
        do {
            try await change(library)
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
        await load()
    }
}

extension ReportQueueModel {
    /// The state of a report in words.
    func stateText(_ report: Report) -> String {
        switch report.state {
        case .draft: return Texts.reportStateDraft
        case .queued: return Texts.reportStateQueued
        case .sending: return Texts.reportStateSending
        case .accepted: return Texts.reportStateAccepted
        case .inDoubt: return report.isAbandoned ? Texts.reportStateGivenUp : Texts.reportStateInDoubt
        case .refused:
            let reasons = report.refusedFields.flatMap(\.messages)
            return Texts.reportStateRefused(reasons.isEmpty ? report.lastError ?? "" : reasons.joined(separator: " "))
        }
    }

    /// The proof that the park has the report; nil until then.
    func receiptText(_ report: Report) -> String? {
        guard let accepted = report.acceptedMs else { return nil }
        let date = library.format.date(accepted)
        return report.serverId.map { Texts.reportReceipt(date, "\($0)") } ?? Texts.reportReceiptNoNumber(date)
    }
}
