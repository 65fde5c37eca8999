import Foundation
import Jalon
import Observation

/// The sources of the data, which the app must name.
@MainActor @Observable
final class LicencesModel {
    private(set) var sources: [String] = []
    private(set) var failure: Failure?

    private let library: Library

    init(_ library: Library) {
        self.library = library
    }

    /// The addresses of the territories, with the sources and licences of those that are editions.
    func load() async {
        do {
            sources = try await library.companion.territories().map { territory in
                let own = (territory.edition?.sources ?? []) + (territory.edition?.licenses ?? [])
                return ([territory.url] + own).joined(separator: ", ")
            }
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
    }
}
