package org.jalon.sample.trek

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.jalon.Event
import org.jalon.downloadAsFlow
import org.jalon.downloadMapAsFlow
import org.jalon.ffi.*
import org.jalon.sample.Services

/** A download that runs, or that has stopped with a failure. Paused and finished ones are told by the pack. */
sealed interface Download {
    /** Of [total] files, [done] are here. */
    data class Running(val done: Int, val total: Int) : Download

    /** The download stopped. What is here stays, and the next start goes on from there. */
    data class Failed(val error: Throwable) : Download
}

/** The downloads of treks. They go on when the person leaves the screen. */
class Downloads(private val services: Services) {
    private val jobs = mutableMapOf<String, Job>()
    private val mutableStates = MutableStateFlow<Map<String, Download>>(emptyMap())

    /** The downloads by [key]. */
    val states: StateFlow<Map<String, Download>> = mutableStates

    fun key(territory: String, trek: Long) = "$territory/$trek"

    /** Starts or resumes a download, with the map from [mapArchive] unless that is empty. */
    fun start(territory: String, trek: Long, mapArchive: String) {
        val key = key(territory, trek)
        if (jobs[key]?.isActive == true) return
        set(key, Download.Running(0, 0))
        jobs[key] = services.scope.launch {
            try {
                run(key, territory, PackSubject.Trek(trek), mapArchive)
                set(key, null)
            } catch (error: CancellationException) {
                set(key, null)
                throw error
            } catch (error: JalonException) {
                set(key, Download.Failed(error))
            }
        }
    }

    private suspend fun run(key: String, territory: String, subject: PackSubject, mapArchive: String) {
        val packs = services.jalon().packs
        packs.downloadAsFlow(territory, subject, OPTIONS).collect { show(key, it) }
        val pack = packs.list(territory).first { it.subject == subject }
        if (pack.state == PackState.PARTIAL) throw JalonException.Offline("some files could not be downloaded")
        val source = pack.map?.source ?: mapArchive.takeIf { it.isNotEmpty() }?.let { MapSource(it) } ?: return
        packs.downloadMapAsFlow(territory, subject, source, OPTIONS).collect { show(key, it) }
    }

    private fun show(key: String, event: Event<*>) {
        if (event is Event.InProgress) {
            set(key, Download.Running(event.progress.done.toInt(), event.progress.planned.toInt()))
        }
    }

    /** Pauses a download. What is here stays. */
    suspend fun pause(territory: String, trek: Long) {
        jobs[key(territory, trek)]?.cancelAndJoin()
    }

    /** Removes a download with its files. */
    suspend fun remove(territory: String, trek: Long) {
        pause(territory, trek)
        services.jalon().packs.remove(territory, PackSubject.Trek(trek))
        set(key(territory, trek), null)
    }

    private fun set(key: String, download: Download?) =
        mutableStates.update { if (download == null) it - key else it + (key to download) }

    private companion object {
        /** A person waits in front of the screen: tell them soon that there is no network, and let them resume. */
        val OPTIONS = RefreshOptions(maxAttempts = 2u)
    }
}
