import Foundation
import Jalon
import Observation

/// Follows a trek: where the walker is, what is left, what is ahead, and the announcements. It goes on with the screen off, and
/// after the process died.
@MainActor @Observable
final class GuideModel {
    /// A trek that is followed.
    struct Walk {
        let key: PackKey
        let name: String
        let contents: GuideContents
        let profile: Profile?
        let sunsetMs: Int64?
    }

    private(set) var walk: Walk?
    private(set) var update: GuideUpdate?
    /// The announcements, the latest first.
    private(set) var announcements: [GuideEvent] = []
    private(set) var isRecording = false
    private(set) var failure: Failure?

    private let library: Library
    private let speaker: any Speaker
    private let store: GuideStore
    private let now: () -> Date
    private var session: GuideSession?
    private var recorder: Recorder?
    private var stored: GuideStore.Walk?
    private var storedMs: Int64 = 0
    private var positions: Task<Void, Never>?

    init(_ library: Library, speaker: any Speaker, store: GuideStore, now: @escaping () -> Date = Date.init) {
        self.library = library
        self.speaker = speaker
        self.store = store
        self.now = now
    }

    var permission: Permission { library.position.permission }

    /// Starts to follow a trek.
    func start(_ key: PackKey, recording: Bool = false) async {
        await stop()
        let startMs = Int64(now().timeIntervalSince1970 * 1_000)
        await follow(GuideStore.Walk(key: key, startMs: startMs, snapshot: "", isRecording: recording))
    }

    /// Goes on with the walk of a process that died.
    func restore() async {
        guard walk == nil, let stored = store.read() else { return }
        await follow(stored)
    }

    /// Stops to read positions and keeps the walk in its file, for ``restore()``.
    func pause() async {
        save()
        positions?.cancel()
        await positions?.value
        (walk, session, update, recorder, stored) = (nil, nil, nil, nil, nil)
    }

    /// Ends the walk. The recorded track stays under Me.
    func stop() async {
        positions?.cancel()
        await positions?.value
        speaker.stop()
        do {
            _ = try await recorder?.finish()
        } catch {
            failure = Failure(error)
        }
        store.remove()
        (walk, session, update, announcements, recorder, stored, isRecording) = (nil, nil, nil, [], nil, nil, false)
    }

    func setRecording(_ records: Bool) async {
        do {
            if records, recorder == nil, let walk {
                recorder = try await openRecorder(walk.key, walk.name)
            } else if !records {
                _ = try await recorder?.finish()
                recorder = nil
            }
            isRecording = recorder != nil
            stored?.isRecording = isRecording
            save()
        } catch {
            failure = Failure(error)
        }
    }

    private func follow(_ saved: GuideStore.Walk) async {
        let (companion, key) = (library.companion, saved.key)
        do {
            let details = try await companion.catalogue.trekDetails(key.territory, key.trek, kinds: [.trek])
            let session = try await companion.guide(key.territory, key.trek, startMs: saved.startMs)
            if !saved.snapshot.isEmpty { _ = try session.restore(saved.snapshot) }
            let sun = try await companion.checkTrek(key.territory, key.trek).sun
            walk = Walk(
                key: key, name: details.name, contents: try session.contents(),
                profile: try await companion.catalogue.profile(key.territory, key.trek), sunsetMs: sun.setMs)
            (self.session, stored, failure) = (session, saved, nil)
            await setRecording(saved.isRecording)
            readPositions()
        } catch {
            // A trek that is no longer on the phone cannot be followed at the next start either.
            if case .NotFound = error as? JalonError { store.remove() }
            if !isCancellation(error) { failure = Failure(error) }
        }
    }

    /// Reads positions again after the person has allowed it in the settings of the phone.
    func resume() {
        if walk != nil, permission != .allowed { readPositions() }
    }

    private func readPositions() {
        positions?.cancel()
        positions = Task { [weak self, position = library.position] in
            await position.follow(inBackground: true) { self?.take($0) }
        }
    }

    /// A recording that a dead process left is continued.
    private func openRecorder(_ key: PackKey, _ name: String) async throws -> Recorder {
        let journal = library.companion.journal
        if try await journal.unfinishedRecording() != nil { return try await journal.continueRecording() }
        return try await journal.startRecording(name, territory: key.territory, trek: key.trek)
    }

    private func take(_ fix: Fix) {
        guard let session else { return }
        do {
            let update = try session.update(fix)
            self.update = update
            announcements.insert(contentsOf: update.events.reversed(), at: 0)
            if library.settings.speaksAnnouncements, let language = walk?.contents.languages.first {
                for event in update.events { speaker.speak(event.text, language: language) }
            }
            // A fix that the recorder does not want, such as an inaccurate one, is no error of the walk.
            _ = try recorder?.push(fix: fix)
            if !update.events.isEmpty || fix.timeMs - storedMs > 30_000 {
                storedMs = fix.timeMs
                save()
            }
        } catch {
            failure = Failure(error)
        }
    }

    private func save() {
        guard var stored, let session else { return }
        do {
            stored.snapshot = try session.snapshot()
            try store.write(stored)
            self.stored = stored
        } catch {
            failure = Failure(error)
        }
    }
}

// MARK: What the screen shows

extension GuideModel {
    /// Where the walker is, in words.
    var stateText: String {
        guard let update else { return Texts.guideNoFix }
        switch update.state {
        case .onRoute: return Texts.guideOnRoute
        case .offRoute: return Texts.guideOffRoute(library.format.distance(update.offsetM ?? 0))
        case .wrongWay: return Texts.guideWrongWay
        case .arrived: return Texts.guideArrived
        case .noFix: return Texts.guideNoFix
        }
    }

    /// The shortest way back to the route; nil on the route.
    var wayBackText: String? {
        update?.back.map { Texts.guideWayBack(library.format.distance($0.distanceM), library.format.direction($0.bearingDeg)) }
    }

    /// The walking time to the end at the walker's own pace.
    var hoursLeft: Double? {
        guard let update, let eta = update.etaMs else { return nil }
        return Double(max(eta - update.timeMs, 0)) / 3_600_000
    }

    /// Arrival and sunset; nil until the route was near.
    var arrivalText: String? {
        guard let eta = update?.etaMs else { return nil }
        guard let sunset = walk?.sunsetMs else { return library.format.time(eta) }
        return Texts.guideArrivalAt(library.format.time(eta), library.format.time(sunset))
    }

    /// Whether the arrival is after sunset.
    var isLate: Bool {
        guard let eta = update?.etaMs, let sunset = walk?.sunsetMs else { return false }
        return eta > sunset
    }

    /// The next places ahead with their distances along the route.
    var ahead: [(place: GuidePlace, distanceM: Double)] {
        guard let walk, let along = update?.alongM else { return [] }
        let places = walk.contents.places.filter { $0.alongM > along && $0.kind != .referencePoint }
        return places.sorted { $0.alongM < $1.alongM }.prefix(5).map { ($0, $0.alongM - along) }
    }
}
