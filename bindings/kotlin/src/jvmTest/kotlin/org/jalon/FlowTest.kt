package org.jalon

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import okhttp3.OkHttpClient
import org.jalon.JalonTestScope.Companion.NO_RETRIES
import org.jalon.JalonTestScope.Companion.PARK
import org.jalon.ffi.DataVersions
import org.jalon.ffi.JalonException
import org.jalon.ffi.PackState
import org.jalon.ffi.PackSubject
import org.jalon.ffi.ReportContent
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Flows of progress events and of changes. */
class FlowTest {
    @Test
    fun `call flows emit progress and then the result`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        val result = assertProgressThenResult(jalon.refreshAsFlow(PARK).toList())
        assertTrue(result.isFull)
        val pack = assertProgressThenResult(jalon.packs.downloadAsFlow(PARK, PackSubject.Trek(anyTrek().id)).toList())
        assertEquals(PackState.READY, pack.state)
        assertEquals(emptyList<Any>(), assertProgressThenResult(jalon.packs.updateAsFlow(PARK).toList(), minProgress = 0))
        assertEquals(emptyList<Any>(), assertProgressThenResult(jalon.reports.sendAsFlow().toList(), minProgress = 0))
    }

    @Test
    fun `OkHttp call flows emit progress and then the result`() = runJalonTest {
        val driver = OkHttpDriver(OkHttpClient())
        jalon.addTerritory(PARK, proxy.url)
        assertTrue(assertProgressThenResult(driver.refreshAsFlow(jalon, PARK).toList()).isFull)
        val pack = assertProgressThenResult(driver.downloadAsFlow(jalon, PARK, PackSubject.Trek(anyTrek().id)).toList())
        assertEquals(PackState.READY, pack.state)
    }

    private fun <T> assertProgressThenResult(events: List<Event<T>>, minProgress: Int = 1): T {
        val progress = events.filterIsInstance<Event.InProgress>().map { it.progress }
        assertTrue(progress.size >= minProgress, "$events")
        assertEquals(progress.sortedBy { it.bytes }, progress)
        assertEquals(1, events.size - progress.size)
        return (events.last() as Event.Done).result
    }

    @Test
    fun `call flow without server fails with Offline`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        proxy.close()
        assertFailsWith<JalonException.Offline> { jalon.refreshAsFlow(PARK, NO_RETRIES).toList() }
        assertFailsWith<JalonException.Offline> { OkHttpDriver(OkHttpClient()).refreshAsFlow(jalon, PARK, NO_RETRIES).toList() }
    }

    @Test
    fun `watchChanges emits current and new versions and completes on close`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        val versions = Channel<DataVersions>(Channel.UNLIMITED)
        coroutineScope {
            val completed = CompletableDeferred<Unit>()
            launch {
                jalon.watchChanges().collect { versions.send(it) }
                completed.complete(Unit)
            }
            val first = versions.receive()
            assertEquals(1uL, first.catalogue)
            jalon.reports.newReport(PARK, ReportContent(comment = "c"))
            val second = versions.receive()
            assertTrue(second.journal > first.journal && second.catalogue == first.catalogue, "$first, then $second")
            jalon.close()
            completed.await()
        }
    }
}
