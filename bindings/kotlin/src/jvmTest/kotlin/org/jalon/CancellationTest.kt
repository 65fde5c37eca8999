package org.jalon

import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import okhttp3.OkHttpClient
import org.jalon.JalonTestScope.Companion.PARK
import org.jalon.ffi.JalonException
import org.jalon.ffi.PackState
import org.jalon.ffi.PackSubject
import org.jalon.ffi.ReportContent
import org.jalon.ffi.TrekQuery
import org.jalon.ffi.use
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Cancelling a coroutine and suspending Jalon stop the work in the library. */
class CancellationTest {
    @Test
    fun `cancelled refresh stops and resumes later`() = runJalonTest {
        assertCancelStops { jalon.refresh(PARK) }
        jalon.refresh(PARK)
        assertTrue(jalon.catalogue.treks(TrekQuery()).total > 0uL)
    }

    @Test
    fun `cancelled refresh flow stops and resumes later`() = runJalonTest {
        assertCancelStops { jalon.refreshAsFlow(PARK).toList() }
        jalon.refresh(PARK)
    }

    @Test
    fun `cancelled OkHttp refresh stops and resumes later`() = runJalonTest {
        val driver = OkHttpDriver(OkHttpClient())
        assertCancelStops { driver.refresh(jalon, PARK) }
        driver.refresh(jalon, PARK)
    }

    @Test
    fun `refresh right after a cancelled one waits for its end`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        proxy.holdIf = { "poi" in it }
        coroutineScope {
            val refresh = launch(Dispatchers.Default) { jalon.refresh(PARK) }
            proxy.awaitHeldRequest()
            refresh.cancel()
        }
        // At once, while the thread of the cancelled call still has the territory.
        jalon.planRefresh(PARK).use { it.release() }
        proxy.holdIf = { false }
        jalon.refresh(PARK)
        jalon.removeTerritory(PARK)
    }

    @Test
    fun `cancelled edit does not overwrite a later one`() = runJalonTest {
        addAndRefresh()
        val id = jalon.reports.newReport(PARK, ReportContent(comment = "new")).id
        repeat(100) { round ->
            coroutineScope {
                // Undispatched: the call is made before the cancellation.
                val edits = List(4) {
                    launch(start = CoroutineStart.UNDISPATCHED) { jalon.reports.edit(id, ReportContent(comment = "older")) }
                }
                edits.forEach { it.cancel() }
                assertEquals("$round", jalon.reports.edit(id, ReportContent(comment = "$round")).content.comment)
            }
            assertEquals("$round", jalon.reports.get(id).content.comment)
        }
    }

    /** Cancels [refresh] while a request is held, and checks that no work continues. */
    private suspend fun JalonTestScope.assertCancelStops(refresh: suspend () -> Any?) = coroutineScope {
        jalon.addTerritory(PARK, proxy.url)
        proxy.holdIf = { "poi" in it }
        val job = launch(Dispatchers.Default) { refresh() }
        proxy.awaitHeldRequest()
        // The refresh holds the lock of the territory.
        assertFailsWith<JalonException.Busy> { jalon.planRefresh(PARK) }
        job.cancel()
        job.join()
        // Waits for running work. Without the cancellation it would wait forever, because the request is held.
        jalon.suspend()
        val requests = proxy.requests.size
        jalon.resume()
        jalon.planRefresh(PARK).use { it.release() }
        assertEquals(requests, proxy.requests.size)
        proxy.holdIf = { false }
    }

    @Test
    fun `suspend during refresh cancels it and refresh resumes later`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        proxy.holdIf = { "poi" in it }
        coroutineScope {
            val refresh = async(Dispatchers.Default) { runCatching { jalon.refresh(PARK) } }
            proxy.awaitHeldRequest()
            jalon.suspend()
            val error = refresh.await().exceptionOrNull()
            assertTrue(error is JalonException.Cancelled || error is JalonException.Closed, "$error")
        }
        assertFailsWith<JalonException.Closed> { jalon.territories() }
        assertFailsWith<JalonException.Closed> { jalon.catalogue.treks(TrekQuery()) }
        assertFailsWith<JalonException.Closed> { jalon.reports.list() }
        jalon.resume()
        proxy.holdIf = { false }
        jalon.refresh(PARK)
        assertTrue(jalon.catalogue.treks(TrekQuery()).total > 0uL)
    }

    @Test
    fun `cancelled download requests only missing files`() = runJalonTest {
        addAndRefresh()
        val driver = OkHttpDriver(OkHttpClient())
        val trek = PackSubject.Trek(anyTrek().id)
        val files = AtomicInteger()
        proxy.holdIf = { "/media/" in it && files.incrementAndGet() > 10 }
        coroutineScope {
            val job = launch(Dispatchers.Default) { driver.download(jalon, PARK, trek) }
            proxy.awaitHeldRequest()
            job.cancel()
            job.join()
            assertTrue(job.isCancelled)
        }
        proxy.holdIf = { false }
        val first = proxy.mediaRequests { assertEquals(PackState.READY, driver.download(jalon, PARK, trek).state) }
        jalon.packs.remove(PARK, trek)
        val all = proxy.mediaRequests { assertEquals(PackState.READY, driver.download(jalon, PARK, trek).state) }
        // Up to two requests were in progress when the eleventh file was requested, so nine files were complete.
        assertTrue(first.size in 1..all.size - 9, "${first.size} of ${all.size}")
    }

    @Test
    fun `flow abandoned after first event stops the call`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        val first = try {
            jalon.refreshAsFlow(PARK).first()
        } catch (cancelled: CancellationException) {
            throw AssertionError("the flow was cancelled", cancelled)
        }
        assertTrue(first is Event.InProgress)
        jalon.suspend()
        jalon.resume()
        jalon.planRefresh(PARK).use { it.release() }
    }

    private suspend fun FaultProxy.mediaRequests(block: suspend () -> Unit): List<String> {
        requests.clear()
        block()
        return requests.filter { "/media/" in it }
    }
}
