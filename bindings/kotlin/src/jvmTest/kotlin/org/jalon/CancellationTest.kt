package org.jalon

import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import okhttp3.OkHttpClient
import org.jalon.World.Companion.PARK
import org.jalon.ffi.JalonException
import org.jalon.ffi.PackState
import org.jalon.ffi.PackSubject
import org.jalon.ffi.TrekQuery
import org.jalon.ffi.use
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** That a coroutine which is cancelled stops the work in Rust, and that sleeping does. */
class CancellationTest {
    @Test
    fun `a cancelled refresh ends inside the library, and goes on later`() = world {
        stopped { jalon.refresh(PARK) }
        jalon.refresh(PARK)
        assertTrue(jalon.catalogue.treks(TrekQuery()).total > 0uL)
    }

    @Test
    fun `so does one whose flow is no longer collected`() = world {
        stopped { jalon.refreshAsFlow(PARK).toList() }
        jalon.refresh(PARK)
    }

    @Test
    fun `so does one that OkHttp drives`() = world {
        val driver = OkHttpDriver(OkHttpClient())
        stopped { driver.refresh(jalon, PARK) }
        driver.refresh(jalon, PARK)
    }

    /** Holds a request, cancels, and looks whether anything is still going on. */
    private suspend fun World.stopped(refresh: suspend () -> Any?) = coroutineScope {
        jalon.addTerritory(PARK, gate.url)
        gate.holds = { "poi" in it }
        val job = launch(Dispatchers.Default) { refresh() }
        gate.arrived()
        // The lock of the territory says that the work is on its way.
        failing<JalonException.Busy> { jalon.planRefresh(PARK) }
        job.cancel()
        job.join()
        // Waits for what still runs in the library: without the cancel that would be for ever, as the request is held.
        jalon.suspend()
        val requests = gate.requests.size
        jalon.resume()
        jalon.planRefresh(PARK).use { it.release() }
        assertEquals(requests, gate.requests.size)
        gate.holds = { false }
    }

    @Test
    fun `whoever waits when Jalon sleeps is told, and what was stopped goes on afterwards`() = world {
        jalon.addTerritory(PARK, gate.url)
        gate.holds = { "poi" in it }
        coroutineScope {
            val refresh = async(Dispatchers.Default) { runCatching { jalon.refresh(PARK) } }
            gate.arrived()
            jalon.suspend()
            val told = refresh.await().exceptionOrNull()
            assertTrue(told is JalonException.Cancelled || told is JalonException.Closed, "$told")
        }
        failing<JalonException.Closed> { jalon.territories() }
        failing<JalonException.Closed> { jalon.catalogue.treks(TrekQuery()) }
        failing<JalonException.Closed> { jalon.reports.list() }
        jalon.resume()
        gate.holds = { false }
        jalon.refresh(PARK)
        assertTrue(jalon.catalogue.treks(TrekQuery()).total > 0uL)
    }

    @Test
    fun `a download that is cut in the middle asks only for the rest`() = world {
        takenIn()
        val driver = OkHttpDriver(OkHttpClient())
        val trek = PackSubject.Trek(trek().id)
        val files = AtomicInteger()
        gate.holds = { "/media/" in it && files.incrementAndGet() > 10 }
        coroutineScope {
            val job = launch(Dispatchers.Default) { driver.download(jalon, PARK, trek) }
            gate.arrived()
            job.cancel()
            job.join()
            assertTrue(job.isCancelled)
        }
        gate.holds = { false }
        val first = gate.media { assertEquals(PackState.READY, driver.download(jalon, PARK, trek).state) }
        jalon.packs.remove(PARK, trek)
        val all = gate.media { assertEquals(PackState.READY, driver.download(jalon, PARK, trek).state) }
        // Two were on their way when the eleventh was asked for, so that nine had come.
        assertTrue(first.size in 1..all.size - 9, "${first.size} of ${all.size}")
    }

    @Test
    fun `a flow that is left after its first step stops its call`() = world {
        jalon.addTerritory(PARK, gate.url)
        val first = try {
            jalon.refreshAsFlow(PARK).first()
        } catch (cancelled: CancellationException) {
            throw AssertionError("the flow was cancelled, and not left", cancelled)
        }
        assertTrue(first is Step.Underway)
        jalon.suspend()
        jalon.resume()
        jalon.planRefresh(PARK).use { it.release() }
    }

    private suspend fun Gate.media(during: suspend () -> Unit): List<String> {
        requests.clear()
        during()
        return requests.filter { "/media/" in it }
    }
}
