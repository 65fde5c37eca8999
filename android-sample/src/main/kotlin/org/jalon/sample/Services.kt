package org.jalon.sample

import android.app.Application
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.withContext
import org.jalon.Jalon
import org.jalon.android.open
import org.jalon.sample.guide.Walk
import org.jalon.sample.trek.Downloads

/** What lives as long as the process: the open data, the settings, the downloads, the position, and the walk. */
class Services(private val app: Application) {
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    val settings = Settings(app)
    val downloads = Downloads(this)
    val positions = Positions(app)
    val walk = Walk()

    /** Returns the time in Unix milliseconds. Tests set it. */
    var clock: () -> Long = System::currentTimeMillis

    private var opening: Deferred<Jalon>? = null
    private var opened: Jalon? = null

    /** Returns the open Jalon object. The first call opens it; after a failure the next call tries again. */
    suspend fun jalon(): Jalon {
        val current = opening
        if (current != null && !(current.isCompleted && current.getCompletionExceptionOrNull() != null)) return current.await()
        return scope.async(start = CoroutineStart.LAZY) { open() }.also { opening = it }.await()
    }

    private suspend fun open(): Jalon {
        settings.load()
        withContext(Dispatchers.IO) { DemoTerritory.unpack(app) }
        val jalon = Jalon.open(app).also { opened = it }
        val (name, address) = app.getString(R.string.territory_name) to app.getString(R.string.territory_address)
        if (name.isNotEmpty() && jalon.territories().none { it.name == name }) jalon.addTerritory(name, address)
        // Uploads that the end of the process interrupted are in doubt.
        jalon.reports.reconcile()
        RefreshTerritories.enqueue(app)
        return jalon
    }

    /** Ends all work and closes the files. */
    fun close() {
        positions.stop()
        scope.cancel()
        opened?.close()
    }
}
