package org.jalon

import java.net.InetAddress
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import okhttp3.Dns
import okhttp3.OkHttpClient
import org.jalon.World.Companion.HERE
import org.jalon.World.Companion.ONCE
import org.jalon.World.Companion.PARK
import org.jalon.ffi.JalonException
import org.jalon.ffi.RefreshOptions
import org.jalon.ffi.ReportContent
import org.jalon.ffi.ReportPosition
import org.jalon.ffi.ReportState
import org.jalon.ffi.Network
import org.jalon.ffi.TrekQuery
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** What the driver owes beside moving bytes. */
class OkHttpDriverTest {
    private val driver = OkHttpDriver(OkHttpClient())

    @Test
    fun `either driver goes on with what the other began`() = world {
        jalon.addTerritory(PARK, gate.url)
        gate.answers = { if ("signage" in it) Gate.Answer(500) else null }
        failing<JalonException.Server> { driver.refresh(jalon, PARK, ONCE) }
        gate.answers = { null }
        gate.requests.clear()
        jalon.refresh(PARK)
        val rest = gate.requests.size
        gate.requests.clear()
        jalon.refresh(PARK, RefreshOptions(sweep = org.jalon.ffi.RefreshMode.NOW))
        assertTrue(rest < gate.requests.size, "$rest of ${gate.requests.size}")
    }

    @Test
    fun `what the network does not allow is not begun`() = world {
        jalon.addTerritory(PARK, gate.url)
        failing<JalonException.Offline> { driver.refresh(jalon, PARK, RefreshOptions(network = Network.ABSENT)) }
        val metered = RefreshOptions(network = Network.METERED, unmeteredOnly = true)
        failing<JalonException.Offline> { driver.refresh(jalon, PARK, metered) }
        assertEquals(emptyList<String>(), gate.requests.toList())
    }

    @Test
    fun `plain http is asked of this machine only, unless it is allowed`() = world {
        // A name that leads here, and does not say so.
        val dns = Dns { listOf(InetAddress.getLoopbackAddress()) }
        val client = OkHttpClient.Builder().dns(dns).build()
        jalon.addTerritory(PARK, gate.url.replace("127.0.0.1", "geotrek.example.org"))
        failing<JalonException> { OkHttpDriver(client).refresh(jalon, PARK, ONCE) }
        assertEquals(emptyList<String>(), gate.requests.toList())
        OkHttpDriver(client, allowPlainHttp = true).refresh(jalon, PARK, ONCE)
        assertTrue(jalon.catalogue.treks(TrekQuery()).total > 0uL)
    }

    @Test
    fun `a report whose answer is lost is posted once, and in doubt`() = world {
        queued()
        gate.answers = { if ("report" in it) Gate.Answer(null) else null }
        val report = driver.send(jalon).single()
        assertEquals(ReportState.IN_DOUBT, report.state, "$report")
        assertEquals(emptyList<Any>(), driver.send(jalon))
        assertEquals(1, posts())
    }

    @Test
    fun `nor does OkHttp post again by itself what a server asks for again`() = world {
        val again = listOf(
            Gate.Answer(503, mapOf("Retry-After" to "0")),
            Gate.Answer(408),
            Gate.Answer(307, mapOf("Location" to "/api/v2/report")),
            Gate.Answer(421),
        )
        for (answer in again) {
            queued()
            gate.requests.clear()
            gate.answers = { if ("report" in it) answer else null }
            driver.send(jalon)
            assertEquals(1, posts(), "${answer.status}")
            gate.answers = { null }
        }
    }

    @Test
    fun `a report that may have left when it is cancelled is waited for`() = world {
        queued()
        gate.holds = { "report" in it }
        coroutineScope {
            val sending = launch(Dispatchers.Default) { driver.send(jalon) }
            gate.arrived()
            sending.cancel()
            assertEquals(ReportState.SENDING, jalon.reports.list().single().state)
            gate.holds = { false }
            sending.join()
            assertTrue(sending.isCancelled)
        }
        assertEquals(ReportState.ACCEPTED, jalon.reports.list().single().state)
        assertEquals(1, posts())
    }

    @Test
    fun `a report that finds no server stays queued`() = world {
        queued()
        gate.close()
        val report = driver.send(jalon).single()
        assertEquals(ReportState.QUEUED, report.state)
        assertTrue(report.lastError.orEmpty().isNotEmpty() && report.nextAttemptMs != null, "$report")
    }

    private fun World.posts() = gate.requests.count { "report" in it }

    private suspend fun World.queued() {
        if (jalon.territories().isEmpty()) takenIn()
        val content = ReportContent(comment = "c", email = "me@example.org", place = ReportPosition(HERE.lon, HERE.lat))
        jalon.reports.queue(jalon.reports.begin(PARK, content).id)
    }
}
