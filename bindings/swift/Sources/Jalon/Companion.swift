import Storage
import JalonGenerated

/// Everything that Jalon knows and does, for one pair of directories: open it once, keep it for as long as the app runs, and
/// use it from any actor.
///
/// ```swift
/// let companion = try await Companion.open(.applicationSupport())
/// ```
///
/// What touches the disk or the network is `async` and works on threads of the library's own, never on the caller's. A task
/// that is cancelled stops what it waits for, and throws `CancellationError`; everything else throws `JalonError`.
public final class Companion: Sendable {
    /// The downloaded territories: finding treks, their sheets, what changed.
    public let catalogue: Catalogue
    /// What is near.
    public let nearby: Nearby
    /// What is wholly on the device.
    public let packs: Packs
    /// Favourites and notes, export and import of all that the person made.
    public let journal: Journal
    /// Field reports.
    public let reports: Reports

    let inner: JalonGenerated.Companion

    private init(_ inner: JalonGenerated.Companion, _ languages: [String]) throws {
        self.inner = inner
        catalogue = Catalogue(inner: try inner.catalogue(), languages: languages)
        nearby = Nearby(inner: try inner.nearby(), languages: languages)
        packs = Packs(inner: try inner.packs())
        journal = Journal(inner: try inner.journal(), languages: languages)
        reports = Reports(inner: try inner.reports(), languages: languages)
    }

    /// Opens the files, and makes them where there are none: some milliseconds. Throws `TooNew` for files of a newer version
    /// of Jalon, and `StorageFull`. See ``wasDamaged``.
    ///
    /// `languages` is the order in which texts are wanted where a call names no other: those of the system unless others are
    /// given. A territory's default language comes after them.
    public static func open(
        _ directories: Directories, languages: [String] = systemLanguages
    ) async throws -> Companion {
        try Companion(await JalonGenerated.Companion.open(directories: directories.generated), languages)
    }

    /// The languages that the person prefers, as the system says: `fr`, `en`.
    public static var systemLanguages: [String] {
        var languages: [String] = []
        for tag in Locale.preferredLanguages {
            let language = String(tag.prefix { $0 != "-" && $0 != "_" }).lowercased()
            if !languages.contains(language) { languages.append(language) }
        }
        return languages
    }

    /// Every territory, by name.
    public func territories() async throws -> [Territory] {
        try await inner.territories()
    }

    /// Adds a territory, still empty: ``refresh(_:options:progress:)`` takes it in. Throws `InvalidInput` naming the field.
    ///
    /// - Parameters:
    ///   - name: short; lower-case letters, digits and hyphens, 32 at max.
    ///   - url: any address on its Geotrek.
    ///   - portals: portals to limit it to; empty for all.
    ///   - defaultLanguage: in which names are shown where nobody asks for one; the server's own where it is empty.
    @discardableResult
    public func addTerritory(
        _ name: String, url: String, portals: [Int64] = [], defaultLanguage: String = ""
    ) async throws -> Territory {
        try await inner.addTerritory(
            territory: NewTerritory(name: name, url: url, portals: portals, defaultLanguage: defaultLanguage))
    }

    /// Forgets a territory and everything in it, packs included. Throws `Busy` while it is being refreshed or downloaded.
    public func removeTerritory(_ name: String) async throws {
        try await inner.removeTerritory(name: name)
    }

    /// Takes a territory in over the network, by what changed since the last time. Interrupted at any byte, the next call
    /// goes on from there; until it is done everything answers as before.
    @discardableResult
    public func refresh(
        _ territory: String, options: RefreshOptions? = nil, progress: ProgressStream? = nil
    ) async throws -> RefreshSummary {
        try await stoppable(progress) { cancel, watch in
            try await inner.refresh(
                territory: territory, options: options, cancel: cancel, progress: watch)
        }
    }

    /// Plans a refresh for the platform's own HTTP client, or goes on with one: give it to a ``TransferSession``.
    public func planRefresh(
        _ territory: String, options: RefreshOptions? = nil
    ) async throws -> Transfers {
        try await inner.planRefresh(territory: territory, options: options)
    }

    /// What everything costs on the disk.
    public func account() async throws -> StorageUsage {
        try await inner.account()
    }

    /// Removes files that nobody needs, and gives back what is empty in the catalogue where that pays. Gives the bytes that
    /// are free now.
    @discardableResult
    public func cleanUp() async throws -> UInt64 {
        try await inner.cleanUp()
    }

    /// Whether the catalogue was found damaged when it was opened, and moved aside: refresh its territories.
    public var wasDamaged: Bool {
        (try? inner.wasDamaged()) ?? false
    }

    /// What has changed since the companion was opened, counted: the numbers as they are now, then whenever one becomes
    /// another. Whoever shows something asks for it anew then, and misses nothing:
    ///
    /// ```swift
    /// for await _ in try companion.changes() { reports = try await companion.reports.list() }
    /// ```
    ///
    /// Ends when the companion is shut down. What comes faster than it is read is told once.
    public func changes() throws -> AsyncStream<Changes> {
        let watch = try inner.watch()
        let now = try watch.current()
        return AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            continuation.yield(now)
            Task {
                while let changes = try? await watch.next() { continuation.yield(changes) }
                continuation.finish()
            }
            // The task would wait on: Swift does not tell a foreign call that nobody waits any more.
            continuation.onTermination = { _ in try? watch.stop() }
        }
    }

    /// Before the app sleeps: stops what takes long, waits for what is being written and releases every lock on the files, as
    /// iOS kills an app that sleeps on one. Until ``resume()`` everything throws `Closed`. See <doc:Background>.
    public func suspend() async throws {
        try await inner.suspend()
    }

    /// Goes on after ``suspend()``.
    public func resume() async throws {
        try await inner.resume()
    }

    /// Ends it for good; streams end. Opening the same directories again makes a new one.
    public func shutdown() async throws {
        try await inner.shutdown()
    }

    /// The version of the library, such as `0.1.0`.
    public static func version() throws -> String {
        try JalonGenerated.version()
    }

    /// Panics inside the library, so that an app can see what it makes of a defect: throws `Internal`, and the app lives.
    public static func debugPanic() throws {
        try JalonGenerated.debugPanic()
    }

    /// The same on one of the library's own threads.
    public static func debugPanicInBackground() async throws {
        try await JalonGenerated.debugPanicInBackground()
    }
}
