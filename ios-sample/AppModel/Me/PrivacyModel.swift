import Foundation
import Jalon
import Observation

/// What left the phone, and where it went: the reports that were sent or may have been sent.
@MainActor @Observable
final class PrivacyModel {
    private(set) var entries: [String]?
    private(set) var failure: Failure?

    private let library: Library

    init(_ library: Library) {
        self.library = library
    }

    func load() async {
        do {
            let territories = try await library.companion.territories()
            let servers = Dictionary(territories.map { ($0.name, $0.url) }) { first, _ in first }
            let attempts = try await library.companion.reports.list().flatMap { report in
                report.attempts.map { (ms: $0.atMs, server: servers[report.territory] ?? report.territory) }
            }
            entries = attempts.sorted { $0.ms > $1.ms }.map { Texts.mePrivacyEntry(library.format.date($0.ms), $0.server) }
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
    }
}
