package org.jalon

import java.io.File
import java.nio.file.Path
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.runBlocking
import org.jalon.ffi.StorageUsage
import org.jalon.ffi.Catalogue
import org.jalon.ffi.Changes
import org.jalon.ffi.Directories
import org.jalon.ffi.FrontDoor
import org.jalon.ffi.Journal
import org.jalon.ffi.JalonException
import org.jalon.ffi.Nearby
import org.jalon.ffi.NewTerritory
import org.jalon.ffi.Packs
import org.jalon.ffi.RefreshOptions
import org.jalon.ffi.RefreshSummary
import org.jalon.ffi.Reports
import org.jalon.ffi.Territory
import org.jalon.ffi.Transfers

/**
 * Everything that Jalon knows and does, for one pair of directories: open it once, keep it for as long as the app runs, and
 * share it between threads. (Rust, Swift and Python call it `Companion`; in Kotlin that name means the companion object of
 * whatever class one is in.)
 *
 * ```
 * Jalon.open(context.filesDir.resolve("jalon")).use { jalon ->
 *     jalon.addTerritory("park", "https://geotrek.example.org")
 *     jalon.refresh("park")
 *     jalon.nearby.nearest(Position(6.2, 44.9), NearbyQuery(limit = 5u))
 * }
 * ```
 *
 * Every suspend function may be called on the main thread: the work is done on threads of Jalon's own. A coroutine that is
 * cancelled stops that work. What can go wrong is a [JalonException], one of a dozen that an app acts on.
 */
public class Jalon private constructor(private val door: FrontDoor) : AutoCloseable {
    /** The downloaded territories: finding treks, sheets, objects, what changed. */
    public val catalogue: Catalogue = door.catalogue()

    /** What is near a position. */
    public val nearby: Nearby = door.nearby()

    /** What is wholly on the device. */
    public val packs: Packs = door.packs()

    /** Favourites and notes, export and import of all that the person made. */
    public val journal: Journal = door.journal()

    /** Field reports. */
    public val reports: Reports = door.reports()

    /** Whether the catalogue was found damaged when it was opened, and moved aside: refresh its territories. */
    public val wasDamaged: Boolean get() = door.wasDamaged()

    /** Every territory, by name. */
    public suspend fun territories(): List<Territory> = door.territories()

    /**
     * Adds a territory, still empty: [refresh] takes it in.
     *
     * @param name short: lower-case letters, digits and hyphens, 32 at max.
     * @param url any address on its Geotrek.
     * @param portals portals to limit it to; empty for all.
     * @param defaultLanguage in which names are shown where nobody asks for one; the server's own where it is empty.
     * @throws JalonException.InvalidInput naming the field.
     */
    public suspend fun addTerritory(
        name: String,
        url: String,
        portals: List<Long> = emptyList(),
        defaultLanguage: String = "",
    ): Territory = door.addTerritory(NewTerritory(name, url, portals, defaultLanguage))

    /**
     * Forgets a territory and everything in it, packs included.
     *
     * @throws JalonException.NotFound
     * @throws JalonException.Busy while it is being refreshed or downloaded.
     */
    public suspend fun removeTerritory(name: String): Unit = door.removeTerritory(name)

    /**
     * Takes a territory in over the network, by what changed since the last time. Interrupted at any byte, the next call goes
     * on from there; until it is done everything answers as before.
     *
     * @throws JalonException.Offline
     * @throws JalonException.Server
     * @throws JalonException.Busy while somebody else refreshes it.
     * @throws JalonException.StorageFull
     */
    public suspend fun refresh(territory: String, options: RefreshOptions = RefreshOptions()): RefreshSummary =
        door.refresh(territory, options)

    /** [refresh], telling how far it is. It begins when the flow is collected, and stops when that is cancelled. */
    public fun refreshAsFlow(
        territory: String,
        options: RefreshOptions = RefreshOptions(),
    ): Flow<Step<RefreshSummary>> = steps { progress -> door.refresh(territory, options, progress = progress) }

    /**
     * Plans a refresh for an HTTP client of the app's own, or goes on with one: [OkHttpDriver] is such a driver.
     *
     * @throws JalonException.NotFound
     * @throws JalonException.Busy while it is being refreshed or downloaded.
     */
    public suspend fun planRefresh(territory: String, options: RefreshOptions = RefreshOptions()): Transfers =
        door.planRefresh(territory, options)

    /**
     * Tells that something has changed, through this object: the numbers since it was opened, first as they are now, then
     * whenever one grows. What comes faster than it is collected is told once. Ends when Jalon is closed.
     *
     * ```
     * jalon.changes().map { it.journal }.distinctUntilChanged().map { jalon.reports.list() }
     * ```
     */
    public fun changes(): Flow<Changes> = flow {
        door.watch().use { watch ->
            emit(watch.current())
            while (true) emit(watch.next() ?: break)
        }
    }

    /** What everything costs on the disk. */
    public suspend fun account(): StorageUsage = door.account()

    /**
     * Removes files that nobody needs, and gives back what is empty in the catalogue where that pays. Gives the bytes that are
     * free now.
     *
     * @throws JalonException.Busy while something is on its way.
     */
    public suspend fun cleanUp(): ULong = door.cleanUp()

    /**
     * Stops what takes long, waits for what is being written, and releases every lock on the files. Until [resume] everything
     * answers [JalonException.Closed]; what was stopped goes on where it was when it is called again.
     */
    public suspend fun suspend(): Unit = door.suspend()

    /** Goes on after [suspend]. */
    public suspend fun resume(): Unit = door.resume()

    /**
     * Ends it for good. What takes long stops within a tenth of a second, for which this waits; everything answers
     * [JalonException.Closed] from then on. Opening the same directories again makes a new one. More than once does no harm.
     */
    override fun close(): Unit = runBlocking { door.shutdown() }

    public companion object {
        /**
         * Opens the files in [directory], the journal in a folder of its own below it, and makes them where there are none:
         * some milliseconds. A damaged catalogue is moved aside.
         *
         * @throws JalonException.TooNew for files of a newer version.
         * @throws JalonException.StorageFull
         */
        public suspend fun open(directory: File): Jalon =
            open(directory, directory.resolve("journal"))

        /** The same, for a path (on Android from level 26 on). */
        @Suppress("NewApi")
        public suspend fun open(directory: Path): Jalon = open(directory.toFile())

        /**
         * Opens the files in two directories, since phones back up one and not the other.
         *
         * @param catalogue for what can be downloaded again: leave it out of backups.
         * @param journal for what the person made, which exists nowhere else: back it up.
         */
        public suspend fun open(catalogue: File, journal: File): Jalon {
            LibraryThreads
            return Jalon(FrontDoor.open(Directories(catalogue.absolutePath, journal.absolutePath)))
        }
    }
}
