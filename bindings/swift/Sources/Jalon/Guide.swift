import Foundation
import JalonGenerated

/// Follows a trek: see ``Companion/guide(_:_:startMs:languages:)``. Its calls need no disk and no network, so they work in the
/// background and while the companion is suspended.
///
/// ```swift
/// let session = try await companion.guide("park", trek.id)
/// Task { for await event in session.events() { speech.speak(AVSpeechUtterance(string: event.text)) } }
/// let update = try session.update(Fix(location))
/// ```
public final class GuideSession: Sendable {
    private let inner: JalonGenerated.GuideSession
    private let readers = GuideReaders()

    init(inner: JalonGenerated.GuideSession) {
        self.inner = inner
    }

    deinit {
        readers.finish()
    }

    /// Takes a fix into account, in some microseconds: call it on the thread that receives the fixes. The announcements are in
    /// the result, and in the streams of ``events()``.
    @discardableResult
    public func update(_ fix: Fix) throws -> GuideUpdate {
        let update = try inner.update(fix: fix)
        if !update.events.isEmpty { readers.yield(update.events) }
        return update
    }

    /// Returns the announcements of the next updates. Each stream has all of them; ``update(_:)`` never waits for a reader. The
    /// streams end when the session is released.
    public func events() -> AsyncStream<GuideEvent> {
        readers.stream()
    }

    /// Returns the nearest place of a kind ahead or behind, by the time of walking; nil if there is none, or if the route was not
    /// near yet.
    public func nearestPlace(_ kind: GuidePlaceKind, isBehind: Bool = false) throws -> GuideTarget? {
        try inner.nearestPlace(kind: kind, isBehind: isBehind)
    }

    /// Returns the objects along the route. They do not change: read them once.
    public func contents() throws -> GuideContents {
        try inner.contents()
    }

    /// Returns the state as JSON, some kilobytes: keep it in a file, because the system may end the app at any time. See
    /// <doc:Background>.
    public func snapshot() throws -> String {
        try inner.snapshot()
    }

    /// Goes on with a session of the same trek. Returns false if the snapshot is damaged, or of another route or version.
    public func restore(_ snapshot: String) throws -> Bool {
        try inner.restore(snapshot: snapshot)
    }

    /// Returns the first line of a log of this session, without the end of the line. A log replays to the same updates. It has
    /// the hiker's positions: ask before it is sent.
    public func logHead() throws -> String {
        try inner.logHead()
    }

    /// Returns the line of a fix and its update in a log, without the end of the line.
    public func logEntry(_ fix: Fix, _ update: GuideUpdate) throws -> String {
        try inner.logEntry(fix: fix, update: update)
    }
}

/// The readers of the announcements of a session.
private final class GuideReaders: @unchecked Sendable {
    private let lock = NSLock()
    private var continuations: [UUID: AsyncStream<GuideEvent>.Continuation] = [:]

    func stream() -> AsyncStream<GuideEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: GuideEvent.self)
        let id = UUID()
        continuation.onTermination = { [weak self] _ in self?.remove(id) }
        lock.withLock { continuations[id] = continuation }
        return stream
    }

    func yield(_ events: [GuideEvent]) {
        let readers = lock.withLock { Array(continuations.values) }
        for reader in readers {
            for event in events { reader.yield(event) }
        }
    }

    func finish() {
        // `finish` calls `remove`, which takes the lock.
        let readers = lock.withLock { Array(continuations.values) }
        for reader in readers { reader.finish() }
    }

    private func remove(_ id: UUID) {
        lock.withLock { _ = continuations.removeValue(forKey: id) }
    }
}
