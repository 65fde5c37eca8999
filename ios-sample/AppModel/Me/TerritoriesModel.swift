import Foundation
import Jalon
import Observation

/// The territories of the phone: add one by its address or the text of a QR code, update, remove.
@MainActor @Observable
final class TerritoriesModel {
    var address = ""
    private(set) var territories: [Territory] = []
    /// The name of the territory that is being downloaded.
    private(set) var busy: String?
    private(set) var problem: String?

    private let library: Library

    init(_ library: Library) {
        self.library = library
    }

    var request: Library.Versions { library.versions }

    func load() async {
        do {
            territories = try await library.companion.territories()
        } catch {
            show(error)
        }
    }

    /// Adds the territory of ``address`` and downloads its treks. A territory that cannot be downloaded is not kept.
    func add() async {
        guard busy == nil else { return }
        guard let url = Self.serverURL(address), let host = url.host() else {
            problem = Texts.meTerritoryInvalid
            return
        }
        let name = Self.name(host, not: territories.map(\.name))
        (busy, problem) = (name, nil)
        do {
            try await library.companion.addTerritory(name, url: url.absoluteString)
            do {
                try await library.transfers.refresh(name, with: library.companion)
                address = ""
            } catch {
                try await library.companion.removeTerritory(name)
                throw error
            }
        } catch {
            show(error)
        }
        busy = nil
        await load()
    }

    func refresh(_ territory: Territory) async {
        guard busy == nil else { return }
        (busy, problem) = (territory.name, nil)
        do {
            try await library.transfers.refresh(territory.name, with: library.companion)
        } catch {
            show(error)
        }
        busy = nil
        await load()
    }

    func remove(_ territory: Territory) async {
        do {
            try await library.companion.removeTerritory(territory.name)
        } catch {
            show(error)
        }
        await load()
    }

    /// The name of a territory as a heading. The one that ships in the app says that it is invented.
    func title(_ territory: Territory) -> String {
        territory.name == library.configuration.bundledTerritory ? Texts.meTerritoryDemo : territory.name
    }

    private func show(_ error: any Error) {
        if isCancellation(error) { return }
        if case .InvalidInput = error as? JalonError {
            problem = Texts.meTerritoryInvalid
        } else {
            problem = Failure(error).sentence
        }
    }

    /// The URL in what the person typed, or in the text of a QR code: the first word that is an address. `https` is assumed.
    static func serverURL(_ text: String) -> URL? {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        let word = words.first { $0.contains("://") } ?? words.first
        guard let word, word.contains(where: { ".:".contains($0) }) else { return nil }
        let url = URL(string: word.contains("://") ? word : "https://\(word)")
        guard let url, ["http", "https"].contains(url.scheme ?? ""), url.host()?.isEmpty == false else { return nil }
        return url
    }

    /// A name for a territory that the library accepts, from the name of its server.
    private static func name(_ host: String, not taken: [String]) -> String {
        let base = String(host.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        let names = [base] + (2...99).map { "\(base)-\($0)" }
        return names.first { !taken.contains($0) } ?? base
    }
}
