package org.jalon

import java.io.File
import java.nio.file.Path
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.runBlocking
import org.jalon.ffi.Bounds
import org.jalon.ffi.Catalogue
import org.jalon.ffi.DataVersions
import org.jalon.ffi.Directories
import org.jalon.ffi.EditionOptions
import org.jalon.ffi.EditionSummary
import org.jalon.ffi.EmergencySheet
import org.jalon.ffi.Fix
import org.jalon.ffi.JalonCompanion
import org.jalon.ffi.JalonException
import org.jalon.ffi.Journal
import org.jalon.ffi.Nearby
import org.jalon.ffi.NewTerritory
import org.jalon.ffi.Packs
import org.jalon.ffi.RefreshOptions
import org.jalon.ffi.RefreshSummary
import org.jalon.ffi.Reports
import org.jalon.ffi.StorageUsage
import org.jalon.ffi.Territory
import org.jalon.ffi.Transfers
import org.jalon.ffi.TrekCheck

/**
 * All functions of Jalon for one pair of directories. Open it once, keep it while the app runs, and share it between
 * threads. Rust, Swift and Python call this class `Companion`; in Kotlin, that name means the companion object of a class.
 *
 * ```
 * Jalon.open(context.filesDir.resolve("jalon")).use { jalon ->
 *     jalon.addTerritory("park", "https://geotrek.example.org")
 *     jalon.refresh("park")
 *     jalon.nearby.nearest(Position(6.2, 44.9), NearbyQuery(limit = 5u))
 * }
 * ```
 *
 * Every suspend function is safe on the main thread: its work runs on threads of the library. Cancelling the coroutine stops
 * the work. Failures are subclasses of [JalonException].
 */
public class Jalon private constructor(private val companion: JalonCompanion) : AutoCloseable {
    /** The downloaded territories: list treks, read trek details and objects, search, read the change history. */
    public val catalogue: Catalogue = companion.catalogue()

    /** Nearest-neighbour search. */
    public val nearby: Nearby = companion.nearby()

    /** Treks and areas that are downloaded for offline use. */
    public val packs: Packs = companion.packs()

    /** Favourites and notes, and the export and import of the user's own data. */
    public val journal: Journal = companion.journal()

    /** Field reports. */
    public val reports: Reports = companion.reports()

    /** True if the catalogue was damaged when it was opened. It was replaced by an empty one: refresh its territories. */
    public val wasDamaged: Boolean get() = companion.wasDamaged()

    /** Returns all territories, ordered by name. */
    public suspend fun territories(): List<Territory> = companion.territories()

    /**
     * Adds an empty territory. Call [refresh] to download its data.
     *
     * @param name at most 32 lower-case letters, digits and hyphens.
     * @param url an address on the Geotrek server, that of its mobile tree (`…/mobile/`), or that of the manifest of an edition
     *   (`…/datapackage.json`).
     * @param portals ids of the portals to which the territory is limited; empty for all.
     * @param defaultLanguage the fallback language of texts; empty for the server's default.
     * @param bounds of an edition: the box to read; null for the whole edition.
     * @param publicKeys of an edition: the keys that may sign it. If there are none, the key of the first edition is trusted.
     * @throws JalonException.InvalidInput with the name of the parameter.
     */
    public suspend fun addTerritory(
        name: String,
        url: String,
        portals: List<Long> = emptyList(),
        defaultLanguage: String = "",
        bounds: Bounds? = null,
        publicKeys: List<String> = emptyList(),
    ): Territory = companion.addTerritory(NewTerritory(name, url, portals, defaultLanguage, bounds, publicKeys))

    /**
     * Removes a territory with all its data and packs.
     *
     * @throws JalonException.NotFound if the territory does not exist.
     * @throws JalonException.Busy while a refresh or a download of the territory runs.
     */
    public suspend fun removeTerritory(name: String): Unit = companion.removeTerritory(name)

    /**
     * Downloads what has changed in a territory since the last refresh. If the call is cancelled or interrupted, the next
     * call continues where it stopped. Until a refresh is complete, all queries return the previous data.
     *
     * @throws JalonException.Offline if the server cannot be reached.
     * @throws JalonException.ServerException if the server sent an error or an invalid response.
     * @throws JalonException.Busy if another refresh or download of the territory runs.
     * @throws JalonException.StorageFull if the disk is full.
     */
    public suspend fun refresh(territory: String, options: RefreshOptions = RefreshOptions()): RefreshSummary =
        companion.refresh(territory, options)

    /** [refresh] as a flow of progress events. The refresh starts when the flow is collected and stops when it is cancelled. */
    public fun refreshAsFlow(
        territory: String,
        options: RefreshOptions = RefreshOptions(),
    ): Flow<Event<RefreshSummary>> = eventFlow { watch -> companion.refresh(territory, options, progress = watch) }

    /**
     * Plans a refresh, or resumes an interrupted one, for an HTTP client of the app such as [OkHttpDriver].
     *
     * @throws JalonException.NotFound if the territory does not exist.
     * @throws JalonException.Busy if another refresh or download of the territory runs.
     */
    public suspend fun planRefresh(territory: String, options: RefreshOptions = RefreshOptions()): Transfers =
        companion.planRefresh(territory, options)

    /**
     * Emits the data versions now and after every change that is made through this object. A slow collector sees only the
     * latest versions. The flow completes when this object is closed.
     *
     * ```
     * jalon.watchChanges().map { it.journal }.distinctUntilChanged().map { jalon.reports.list() }
     * ```
     */
    public fun watchChanges(): Flow<DataVersions> = flow {
        companion.watchChanges().use { watch ->
            emit(watch.current())
            while (true) emit(watch.next() ?: break)
        }
    }

    /**
     * Writes a territory as an edition: static files that any web host serves. It holds every object of the last refresh, and
     * the pictures that packs have on this device. The files of the edition before stay, so that phones which hold its manifest
     * can read on.
     *
     * @param options the folder of the edition, and what its manifest says.
     * @param key the text of the file of a secret key: see [Edition.newKey]. Without a key the edition is not signed.
     * @param password the password of an encrypted key.
     * @throws JalonException.InvalidInput with the name of the option, for a territory that was never refreshed, and if the
     *   library was built without the feature `edition-build`.
     * @throws JalonException.StorageFull if the disk is full.
     */
    public suspend fun buildEdition(
        territory: String,
        options: EditionOptions,
        key: String? = null,
        password: String? = null,
    ): EditionSummary = companion.buildEdition(territory, options, key, password)

    /** [buildEdition] as a flow of progress events, which count objects. */
    public fun buildEditionAsFlow(
        territory: String,
        options: EditionOptions,
        key: String? = null,
        password: String? = null,
    ): Flow<Event<EditionSummary>> =
        eventFlow { watch -> companion.buildEdition(territory, options, key, password, progress = watch) }

    /**
     * Describes a position for the emergency services: coordinates, places nearby, numbers, and all of it as one text, in French
     * or English. A catalogue that cannot be read leaves the places out.
     *
     * @param languages the languages in the order of preference.
     * @throws JalonException.InvalidInput for a fix without a position.
     */
    public suspend fun emergencySheet(fix: Fix, languages: List<String> = emptyList()): EmergencySheet =
        companion.emergencySheet(fix, languages)

    /**
     * Checks a trek before leaving on a day. Tells whether it is downloaded, the sensitive areas of all territories in season,
     * daylight, the latest start, and warnings with codes.
     *
     * @param date the day, YYYY-MM-DD; null for the current day.
     * @throws JalonException.NotFound if the territory or the trek does not exist.
     * @throws JalonException.InvalidInput for the date.
     */
    public suspend fun checkTrek(
        territory: String,
        id: Long,
        date: String? = null,
        languages: List<String> = emptyList(),
    ): TrekCheck = companion.checkTrek(territory, id, date, languages)

    /**
     * Returns a guide along a trek: it takes the fixes of the receiver, and tells the place and the announcements. It announces
     * reference points, points of interest, water, shelter, stages, steep sections, and the sensitive areas of all territories.
     *
     * @param startMs the time of the start in Unix milliseconds, which chooses the sunset; null for now.
     * @param languages the languages of names and sentences, in the order of preference.
     * @throws JalonException.NotFound if the territory or the trek does not exist.
     * @throws JalonException.InvalidInput if the trek has no line.
     */
    public suspend fun guide(
        territory: String,
        id: Long,
        startMs: Long? = null,
        languages: List<String> = emptyList(),
    ): GuideSession = GuideSession(companion.guide(territory, id, startMs, languages))

    /** Returns the disk space that each part uses. */
    public suspend fun storageUsage(): StorageUsage = companion.storageUsage()

    /**
     * Removes unused files and shrinks the catalogue if that frees much space. Returns the number of bytes that it freed.
     *
     * @throws JalonException.Busy while a refresh or a download runs.
     */
    public suspend fun cleanUp(): ULong = companion.cleanUp()

    /**
     * Cancels running calls, waits for pending writes, and releases all file locks. After half of [timeoutMs] milliseconds it
     * interrupts the writes. Until [resume], every call throws [JalonException.Closed]. A cancelled or interrupted refresh or
     * download resumes when it is called again.
     *
     * @throws JalonException.Busy if a call has not ended after [timeoutMs]; its lock is released when it ends.
     */
    public suspend fun suspend(timeoutMs: UInt = 4_000u): Unit = companion.suspend(timeoutMs)

    /** Resumes after [suspend]. */
    public suspend fun resume(): Unit = companion.resume()

    /**
     * Cancels running calls and closes the files. Blocks for up to a tenth of a second. Afterwards every call throws
     * [JalonException.Closed]; the same directories can be opened again. Closing twice has no effect.
     */
    override fun close(): Unit = runBlocking { companion.shutdown() }

    public companion object {
        /**
         * Opens the files in [directory] and creates them if they do not exist. The journal is in the subdirectory
         * `journal`. Takes some milliseconds. A damaged catalogue is replaced by an empty one: see [wasDamaged].
         *
         * @throws JalonException.TooNew if a newer version of Jalon wrote the files.
         * @throws JalonException.StorageFull if the disk is full.
         */
        public suspend fun open(directory: File): Jalon =
            open(directory, directory.resolve("journal"))

        /** Opens the files in [directory], given as a path. On Android, paths need API level 26. */
        @Suppress("NewApi")
        public suspend fun open(directory: Path): Jalon = open(directory.toFile())

        /**
         * Opens the files in two directories, so that a phone can back up only one of them.
         *
         * @param catalogue the directory of the data that can be downloaded again. Exclude it from backups.
         * @param journal the directory of the user's own data. Include it in backups.
         */
        public suspend fun open(catalogue: File, journal: File): Jalon {
            LibraryThreads
            return Jalon(JalonCompanion.open(Directories(catalogue.absolutePath, journal.absolutePath)))
        }
    }
}
