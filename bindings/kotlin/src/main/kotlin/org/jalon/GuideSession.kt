package org.jalon

import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.SharedFlow
import kotlinx.coroutines.flow.asSharedFlow
import org.jalon.ffi.Fix
import org.jalon.ffi.GuideContents
import org.jalon.ffi.GuideEvent
import org.jalon.ffi.GuidePlaceKind
import org.jalon.ffi.GuideTarget
import org.jalon.ffi.GuideUpdate
import org.jalon.ffi.JalonGuideSession

/**
 * Follows a trek: see [Jalon.guide]. Its calls need no disk and no network, so they work on any thread, and while Jalon is
 * suspended.
 *
 * ```
 * val session = jalon.guide("park", trek.id, languages = listOf("fr"))
 * scope.launch { session.events.collect { speech.speak(it.text, TextToSpeech.QUEUE_ADD, null, null) } }
 * val update = session.update(location.toFix())
 * ```
 */
public class GuideSession internal constructor(private val session: JalonGuideSession) : AutoCloseable {
    // The buffer holds 256 events. A slower collector loses the oldest ones.
    private val mutableEvents = MutableSharedFlow<GuideEvent>(
        extraBufferCapacity = 256,
        onBufferOverflow = BufferOverflow.DROP_OLDEST,
    )

    /** The announcements of the updates from now on. Every collector has all of them; [update] never waits for one. */
    public val events: SharedFlow<GuideEvent> = mutableEvents.asSharedFlow()

    /**
     * Takes a fix into account, in some microseconds: call it on the thread that receives the fixes. The announcements are in
     * the result, and in [events].
     */
    public fun update(fix: Fix): GuideUpdate = session.update(fix).also { it.events.forEach(mutableEvents::tryEmit) }

    /**
     * Returns the nearest place of a kind ahead or behind, by the time of walking; null if there is none, or if the route was not
     * near yet.
     */
    public fun nearestPlace(kind: GuidePlaceKind, isBehind: Boolean = false): GuideTarget? =
        session.nearestPlace(kind, isBehind)

    /** Returns the objects along the route. They do not change: read them once. */
    public fun contents(): GuideContents = session.contents()

    /** Returns the state as JSON, some kilobytes: keep it in a file, because the system may end the process at any time. */
    public fun snapshot(): String = session.snapshot()

    /** Goes on with a session of the same trek. Returns false if the snapshot is damaged, or of another route or version. */
    public fun restore(snapshot: String): Boolean = session.restore(snapshot)

    /**
     * Returns the first line of a log of this session, without the end of the line. A log replays to the same updates. It has
     * the hiker's positions: ask before it is sent.
     */
    public fun logHead(): String = session.logHead()

    /** Returns the line of a fix and its update in a log, without the end of the line. */
    public fun logEntry(fix: Fix, update: GuideUpdate): String = session.logEntry(fix, update)

    /** Releases the memory of the session. Other calls after it fail. */
    override fun close(): Unit = session.close()
}
