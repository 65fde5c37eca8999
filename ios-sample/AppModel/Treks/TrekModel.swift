import Foundation
import Jalon
import Observation

/// A trek with everything along its route.
@MainActor @Observable
final class TrekModel {
    /// What is known of a trek without a network.
    struct Contents: Equatable {
        let details: TrekDetails
        /// Whether the trek has a line that can be followed and exported.
        let hasRoute: Bool
        let profile: Profile?
        /// The sensitive areas on the route in season this month, with their rules.
        let zones: [GuideZone]
        let labels: [GuideLabel]
        /// Reasons to think again before leaving today, the most urgent first.
        let warnings: [String]
        let isFavourite: Bool
    }

    enum State: Equatable {
        case loading
        case loaded(Contents)
        case failed(Failure)
    }

    let key: PackKey
    let download: DownloadModel
    private(set) var state = State.loading
    private(set) var failure: Failure?
    /// The place under the finger on the profile, from 0 to 1.
    var slide: Double?

    private let library: Library
    private let now: () -> Date

    init(_ key: PackKey, download: DownloadModel, _ library: Library, now: @escaping () -> Date = Date.init) {
        self.key = key
        self.download = download
        self.library = library
        self.now = now
    }

    /// The identity of the task that calls ``load()``.
    var request: Library.Versions { library.versions }

    var contents: Contents? {
        if case .loaded(let contents) = state { contents } else { nil }
    }

    func load() async {
        do {
            state = .loaded(try await read())
        } catch {
            if !isCancellation(error) { state = .failed(Failure(error)) }
        }
        await download.load()
    }

    private func read() async throws -> Contents {
        let companion = library.companion
        let details = try await companion.catalogue.trekDetails(key.territory, key.trek)
        let hasRoute = (try details.decodedGeometry()?.positions.count ?? 0) > 1
        let profile = try await companion.catalogue.profile(key.territory, key.trek)
        // A trek without a line has no guide, and so no areas on its route.
        let guide = !hasRoute ? nil : try await companion.guide(key.territory, key.trek).contents()
        let month = UInt32(Calendar.current.component(.month, from: now()))
        let check = try await companion.checkTrek(key.territory, key.trek)
        let favourites = try await companion.journal.favourites()
        return Contents(
            details: details, hasRoute: hasRoute, profile: profile,
            zones: guide?.zones.filter { $0.months.isEmpty || $0.months.contains(month) } ?? [],
            labels: guide?.labels ?? [], warnings: check.warnings.map(\.text),
            isFavourite: favourites.contains { $0.territory == key.territory && $0.kind == .trek && $0.id == key.trek })
    }

    /// The places along the way, in the order in which a walker meets them.
    var places: [RouteItem] {
        let kinds: [Kind] = [.poi, .service, .signage, .infrastructure, .touristicContent, .touristicEvent]
        return (contents?.details.routeItems ?? []).filter { kinds.contains($0.kind) }.sorted { $0.alongM < $1.alongM }
    }

    /// The place on the route at ``slide``, with its distance from the start and its elevation.
    var slidePlace: (position: Position, distanceM: Double, elevationM: Double)? {
        guard let slide, let profile = contents?.profile else { return nil }
        let index = Int((slide.clamped(to: 0...1) * Double(profile.positions.count - 1)).rounded())
        return (profile.positions[index], profile.distanceM[index], profile.elevationM[index])
    }

    func toggleFavourite() async {
        guard let contents else { return }
        let journal = library.companion.journal
        do {
            if contents.isFavourite {
                try await journal.removeFavourite(key.territory, .trek, key.trek)
            } else {
                try await journal.addFavourite(key.territory, .trek, key.trek)
            }
            failure = nil
        } catch {
            failure = Failure(error)
        }
        await load()
    }

    /// Writes the route to a GPX file for the share sheet; nil if it failed.
    func gpxFile() async -> URL? {
        guard let contents else { return nil }
        // The name of the file is what the other app shows.
        let name = String(contents.details.name.map { $0.isLetter || $0.isNumber ? $0 : "-" })
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(name).gpx")
        do {
            failure = nil
            try await library.companion.catalogue.exportTrek(key.territory, key.trek, to: file)
            return file
        } catch {
            failure = Failure(error)
            return nil
        }
    }
}
