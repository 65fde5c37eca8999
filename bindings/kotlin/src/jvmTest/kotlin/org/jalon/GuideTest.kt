package org.jalon

import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import org.jalon.JalonTestScope.Companion.PARK
import org.jalon.ffi.Fix
import org.jalon.ffi.GuideEvent
import org.jalon.ffi.GuideEventKind
import org.jalon.ffi.GuideState
import org.jalon.ffi.JalonException
import org.jalon.ffi.PackSubject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Following a trek. */
class GuideTest {
    @Test
    fun `guide follows downloaded trek to its end`() = runJalonTest {
        addAndRefresh()
        val trek = anyTrek().id
        jalon.packs.download(PARK, PackSubject.Trek(trek))
        val fixes = fixes(trek)
        val half = fixes.size / 2
        val told = mutableListOf<GuideEvent>()
        val snapshot = jalon.guide(PARK, trek, START_MS, listOf("fr")).use { session ->
            // The guide needs no files and no network.
            jalon.suspend()
            proxy.requests.clear()
            assertTrue(session.contents().places.isNotEmpty())
            assertTrue(session.logHead().startsWith("{\"jalon_guide_log\":"))
            for (fix in fixes.take(half)) {
                val update = session.update(fix)
                told += update.events
                assertTrue(session.logEntry(fix, update).startsWith("{\"fix\":"))
            }
            session.snapshot()
        }
        assertEquals(emptyList<String>(), proxy.requests.toList())

        // The process was ended; the next one goes on.
        jalon.resume()
        jalon.guide(PARK, trek, START_MS, listOf("fr")).use { session ->
            assertFalse(session.restore(""))
            assertTrue(session.restore(snapshot))
            val updates = fixes.drop(half).map(session::update)
            told += updates.flatMap { it.events }
            assertEquals(GuideState.ARRIVED, updates.last().state)
            assertTrue(checkNotNull(updates.last().leftM) < 50)
        }
        assertTrue(told.any { it.kind == GuideEventKind.ARRIVED } && told.all { it.text.isNotEmpty() }, "$told")
    }

    @Test
    fun `events flow has the events of the updates in order`() = runJalonTest {
        addAndRefresh()
        val trek = anyTrek().id
        val fixes = fixes(trek)
        val expected = jalon.guide(PARK, trek, START_MS).use { session -> fixes.flatMap { session.update(it).events } }
        assertTrue(expected.isNotEmpty())
        jalon.guide(PARK, trek, START_MS).use { session ->
            coroutineScope {
                // The collector subscribes before `launch` returns.
                launch(Dispatchers.Unconfined, CoroutineStart.UNDISPATCHED) {
                    assertEquals(expected, session.events.take(expected.size).toList())
                }
                fixes.forEach(session::update)
            }
        }
    }

    @Test
    fun `guide of unknown trek fails with NotFound`() = runJalonTest {
        addAndRefresh()
        assertFailsWith<JalonException.NotFound> { jalon.guide(PARK, 999_999) }
    }

    /** Fixes at the vertices of the line of a trek, one a minute, and some at its end, one a second. */
    private suspend fun JalonTestScope.fixes(trek: Long): List<Fix> {
        val line = checkNotNull(jalon.catalogue.trekDetails(PARK, trek, listOf("fr")).geometry)
        val positions = Geometry.of(line).parts.flatten()
        val walk = positions.mapIndexed { index, position -> Fix(position, START_MS + index * 60_000L, accuracyM = 5.0) }
        val last = walk.last()
        return walk + (1..30).map { Fix(last.position, last.timeMs + it * 1_000L, accuracyM = 5.0) }
    }

    private companion object {
        const val START_MS = 1_780_000_000_000L
    }
}
