import Foundation
import JalonGenerated

/// All functions of Jalon for one pair of directories. Open it once, keep it while the app runs, and use it from any actor.
///
/// ```swift
/// let companion = try await Companion.open(.applicationSupport())
/// ```
///
/// Functions that use the disk or the network are `async`; their work runs on threads of the library. Cancelling a task
/// stops the work, and the call throws `CancellationError`. All other errors are cases of `JalonError`.
public final class Companion: Sendable {
    /// The downloaded territories: list treks, read trek details and objects, search, read the change history.
    public let catalogue: Catalogue
    /// Nearest-neighbour search.
    public let nearby: Nearby
    /// Treks and areas that are downloaded for offline use.
    public let packs: Packs
    /// Favourites and notes, and the export and import of the user's own data.
    public let journal: Journal
    /// Field reports.
    public let reports: Reports

    let inner: JalonGenerated.Companion
    let languages: [String]

    private init(_ inner: JalonGenerated.Companion, _ languages: [String]) throws {
        self.inner = inner
        self.languages = languages
        catalogue = Catalogue(inner: try inner.catalogue(), languages: languages)
        nearby = Nearby(inner: try inner.nearby(), languages: languages)
        packs = Packs(inner: try inner.packs())
        journal = Journal(inner: try inner.journal(), languages: languages)
        reports = Reports(inner: try inner.reports(), languages: languages)
    }

    /// Opens the files, and creates them if they do not exist. Takes some milliseconds. A damaged catalogue is replaced by
    /// an empty one: see ``wasDamaged``.
    ///
    /// Throws `TooNew` if a newer version of Jalon wrote the files, and `StorageFull`.
    ///
    /// - Parameters:
    ///   - directories: the directories of the files.
    ///   - languages: the languages of texts, in the order of preference; the default is the system's list. The default language of a
    ///     territory is the fallback.
    public static func open(
        _ directories: Directories, languages: [String] = systemLanguages
    ) async throws -> Companion {
        try Companion(await JalonGenerated.Companion.open(directories: directories.generated), languages)
    }

    /// The user's preferred languages in the system settings, such as `fr` and `en`.
    public static var systemLanguages: [String] {
        var languages: [String] = []
        for tag in Locale.preferredLanguages {
            let language = String(tag.prefix { $0 != "-" && $0 != "_" }).lowercased()
            if !languages.contains(language) { languages.append(language) }
        }
        return languages
    }

    /// Describes a position for the emergency services: coordinates, places nearby, numbers, and all of it as one text, in
    /// French or English. `languages` lists the languages in the order of preference; the default is the system's list. A
    /// catalogue that cannot be read leaves the places out.
    ///
    /// Throws `InvalidInput` for a fix without a position.
    public func emergencySheet(_ fix: Fix, languages: [String]? = nil) async throws -> EmergencySheet {
        try await inner.emergencySheet(fix: fix, languages: languages ?? self.languages)
    }

    /// Checks a trek before leaving on a day, YYYY-MM-DD; nil for the current day. Tells whether it is downloaded, the
    /// sensitive areas of all territories in season, daylight, the latest start, and warnings with codes.
    ///
    /// Throws `NotFound`, and `InvalidInput` for the date.
    public func checkTrek(
        _ territory: String, _ id: Int64, date: String? = nil, languages: [String]? = nil
    ) async throws -> TrekCheck {
        try await inner.checkTrek(territory: territory, id: id, date: date, languages: languages ?? self.languages)
    }

    /// Returns a guide along a trek: it takes the fixes of the receiver, and tells the place and the announcements.
    ///
    /// It announces reference points, points of interest, water, shelter, stages, steep sections, and the sensitive areas of all
    /// territories. `startMs`, Unix milliseconds, chooses the sunset; nil for now. See ``GuideSession``.
    ///
    /// Throws `NotFound`, and `InvalidInput` if the trek has no line.
    public func guide(
        _ territory: String, _ id: Int64, startMs: Int64? = nil, languages: [String]? = nil
    ) async throws -> GuideSession {
        GuideSession(
            inner: try await inner.guide(
                territory: territory, id: id, startMs: startMs, languages: languages ?? self.languages))
    }

    /// Returns all territories, ordered by name.
    public func territories() async throws -> [Territory] {
        try await inner.territories()
    }

    /// Adds an empty territory. Call ``refresh(_:options:progress:)`` to download its data.
    ///
    /// Throws `InvalidInput` with the name of the parameter.
    ///
    /// - Parameters:
    ///   - name: at most 32 lower-case letters, digits and hyphens.
    ///   - url: an address on the Geotrek server, that of its mobile tree (`…/mobile/`), or that of the manifest of an edition
    ///     (`…/datapackage.json`).
    ///   - portals: ids of the portals to which the territory is limited; empty for all.
    ///   - defaultLanguage: the fallback language of texts; empty for the server's default.
    ///   - bounds: of an edition: the box to read; nil for the whole edition.
    ///   - publicKeys: of an edition: the keys that may sign it. If there are none, the key of the first edition is trusted.
    @discardableResult
    public func addTerritory(
        _ name: String, url: String, portals: [Int64] = [], defaultLanguage: String = "", bounds: Bounds? = nil,
        publicKeys: [String] = []
    ) async throws -> Territory {
        try await inner.addTerritory(
            territory: NewTerritory(
                name: name, url: url, portals: portals, defaultLanguage: defaultLanguage, bounds: bounds,
                publicKeys: publicKeys))
    }

    /// Removes a territory with all its data and packs. Throws `NotFound`, and `Busy` while a refresh or a download of it
    /// runs.
    public func removeTerritory(_ name: String) async throws {
        try await inner.removeTerritory(name: name)
    }

    /// Downloads what has changed in a territory since the last refresh. If the call is cancelled or interrupted, the next
    /// call continues where it stopped. Until a refresh is complete, all queries return the previous data.
    ///
    /// Throws `Offline`, `ServerError`, `Busy` and `StorageFull`.
    @discardableResult
    public func refresh(
        _ territory: String, options: RefreshOptions? = nil, progress: ProgressStream? = nil
    ) async throws -> RefreshSummary {
        try await withCancelToken(progress) { token, watch in
            try await inner.refresh(
                territory: territory, options: options, cancel: token, progress: watch)
        }
    }

    /// Plans a refresh for the HTTP client of the platform, or resumes an interrupted one: pass it to a ``TransferSession``.
    public func planRefresh(
        _ territory: String, options: RefreshOptions? = nil
    ) async throws -> Transfers {
        try await inner.planRefresh(territory: territory, options: options)
    }

    /// Returns the disk space that each part uses.
    public func storageUsage() async throws -> StorageUsage {
        try await inner.storageUsage()
    }

    /// Removes unused files and shrinks the catalogue if that frees much space. Returns the number of bytes that it freed.
    ///
    /// Throws `Busy` while a refresh or a download runs.
    @discardableResult
    public func cleanUp() async throws -> UInt64 {
        try await inner.cleanUp()
    }

    /// True if the catalogue was damaged when it was opened. It was replaced by an empty one: refresh its territories.
    public var wasDamaged: Bool {
        (try? inner.wasDamaged()) ?? false
    }

    /// Returns a stream of the data versions, now and after every change that is made through this object. A slow reader
    /// sees only the latest versions. The stream ends when the companion is closed or released.
    ///
    /// ```swift
    /// for await _ in try companion.watchChanges() { reports = try await companion.reports.list() }
    /// ```
    public func watchChanges() throws -> AsyncStream<DataVersions> {
        let watch = try inner.watchChanges()
        let current = try watch.current()
        return AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            continuation.yield(current)
            Task {
                while let versions = try? await watch.next() { continuation.yield(versions) }
                continuation.finish()
            }
            // Without `stop` the task would wait for the next change: cancelling a task does not cancel a call of the
            // library.
            continuation.onTermination = { _ in try? watch.stop() }
        }
    }

    /// Cancels running calls, waits for pending writes, and releases all file locks. Call it before the app is suspended,
    /// because iOS ends an app that is suspended with a lock. After half of `timeoutMs` milliseconds it interrupts the
    /// writes. Until ``resume()``, every call throws `Closed`. See <doc:Background>.
    ///
    /// Throws `Busy` if a call has not ended after `timeoutMs`; its lock is released when it ends.
    public func suspend(timeoutMs: UInt32 = 4_000) async throws {
        try await inner.suspend(timeoutMs: timeoutMs)
    }

    /// Resumes after ``suspend(timeoutMs:)``.
    public func resume() async throws {
        try await inner.resume()
    }

    /// Cancels running calls, closes the files and ends all streams. Afterwards every call throws `Closed`; the same
    /// directories can be opened again.
    public func close() async throws {
        try await inner.shutdown()
    }

    /// The version of the library, such as `0.1.0`.
    public static func version() throws -> String {
        try JalonGenerated.version()
    }

    /// Panics inside the library, to test how an app handles a defect. Always throws `Internal`; the app keeps running.
    public static func debugPanic() throws {
        try JalonGenerated.debugPanic()
    }

    /// Panics on one of the library's worker threads. Always throws `Internal`; the app keeps running.
    public static func debugPanicInBackground() async throws {
        try await JalonGenerated.debugPanicInBackground()
    }
}
