package org.jalon

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import okhttp3.OkHttpClient
import org.jalon.World.Companion.ONCE
import org.jalon.World.Companion.PARK
import org.jalon.ffi.Changes
import org.jalon.ffi.JalonException
import org.jalon.ffi.PackState
import org.jalon.ffi.PackSubject
import org.jalon.ffi.ReportContent
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Progress and changes, as flows. */
class FlowTest {
    @Test
    fun `a refresh and a download tell how far they are, and then what they brought`() = world {
        jalon.addTerritory(PARK, gate.url)
        val result = told(jalon.refreshAsFlow(PARK).toList())
        assertTrue(result.isFull)
        val pack = told(jalon.packs.downloadAsFlow(PARK, PackSubject.Trek(trek().id)).toList())
        assertEquals(PackState.READY, pack.state)
        assertEquals(emptyList<Any>(), told(jalon.packs.followAsFlow(PARK).toList(), atLeast = 0))
        assertEquals(emptyList<Any>(), told(jalon.reports.sendAsFlow().toList(), atLeast = 0))
    }

    @Test
    fun `so do those that OkHttp drives`() = world {
        val driver = OkHttpDriver(OkHttpClient())
        jalon.addTerritory(PARK, gate.url)
        assertTrue(told(driver.refreshAsFlow(jalon, PARK).toList()).isFull)
        val pack = told(driver.downloadAsFlow(jalon, PARK, PackSubject.Trek(trek().id)).toList())
        assertEquals(PackState.READY, pack.state)
    }

    private fun <T> told(steps: List<Step<T>>, atLeast: Int = 1): T {
        val underway = steps.filterIsInstance<Step.Underway>().map { it.progress }
        assertTrue(underway.size >= atLeast, "$steps")
        assertEquals(underway.sortedBy { it.bytes }, underway)
        assertEquals(1, steps.size - underway.size)
        return (steps.last() as Step.Done).result
    }

    @Test
    fun `a flow fails as its call does`() = world {
        jalon.addTerritory(PARK, gate.url)
        gate.close()
        failing<JalonException.Offline> { jalon.refreshAsFlow(PARK, ONCE).toList() }
        failing<JalonException.Offline> { OkHttpDriver(OkHttpClient()).refreshAsFlow(jalon, PARK, ONCE).toList() }
    }

    @Test
    fun `changes begin with what is, tell what grows, and end when Jalon is closed`() = world {
        jalon.addTerritory(PARK, gate.url)
        val changes = Channel<Changes>(Channel.UNLIMITED)
        coroutineScope {
            val ended = CompletableDeferred<Unit>()
            launch {
                jalon.changes().collect { changes.send(it) }
                ended.complete(Unit)
            }
            val first = changes.receive()
            assertEquals(1uL, first.catalogue)
            jalon.reports.begin(PARK, ReportContent(comment = "c"))
            val second = changes.receive()
            assertTrue(second.journal > first.journal && second.catalogue == first.catalogue, "$first, then $second")
            jalon.close()
            ended.await()
        }
    }
}
