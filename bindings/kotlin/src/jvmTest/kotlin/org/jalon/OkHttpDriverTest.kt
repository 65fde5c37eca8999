package org.jalon

import java.net.InetAddress
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import okhttp3.Dns
import okhttp3.OkHttpClient
import org.jalon.JalonTestScope.Companion.HERE
import org.jalon.JalonTestScope.Companion.NO_RETRIES
import org.jalon.JalonTestScope.Companion.PARK
import org.jalon.ffi.JalonException
import org.jalon.ffi.NetworkKind
import org.jalon.ffi.RefreshMode
import org.jalon.ffi.RefreshOptions
import org.jalon.ffi.ReportContent
import org.jalon.ffi.ReportPosition
import org.jalon.ffi.ReportState
import org.jalon.ffi.TrekQuery
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Resuming, network policy, URL rules and at-most-once uploads of the OkHttp driver. */
class OkHttpDriverTest {
    private val driver = OkHttpDriver(OkHttpClient())

    @Test
    fun `refresh failed with one driver resumes with the other`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        proxy.stub = { if ("signage" in it) FaultProxy.StubResponse(null) else null }
        assertFailsWith<JalonException.Offline> { driver.refresh(jalon, PARK, NO_RETRIES) }
        proxy.stub = { null }
        proxy.requests.clear()
        jalon.refresh(PARK)
        val remaining = proxy.requests.size
        proxy.requests.clear()
        jalon.refresh(PARK, RefreshOptions(mode = RefreshMode.FULL))
        assertTrue(remaining < proxy.requests.size, "$remaining of ${proxy.requests.size}")
    }

    @Test
    fun `refresh on excluded network sends no request`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        assertFailsWith<JalonException.Offline> { driver.refresh(jalon, PARK, RefreshOptions(network = NetworkKind.OFFLINE)) }
        val metered = RefreshOptions(network = NetworkKind.METERED, unmeteredOnly = true)
        assertFailsWith<JalonException.Offline> { driver.refresh(jalon, PARK, metered) }
        assertEquals(emptyList<String>(), proxy.requests.toList())
    }

    @Test
    fun `plain http to another host is rejected unless allowed`() = runJalonTest {
        // Resolves every host name to this machine.
        val dns = Dns { listOf(InetAddress.getLoopbackAddress()) }
        val client = OkHttpClient.Builder().dns(dns).build()
        jalon.addTerritory(PARK, proxy.url.replace("127.0.0.1", "geotrek.example.org"))
        assertFailsWith<JalonException> { OkHttpDriver(client).refresh(jalon, PARK, NO_RETRIES) }
        assertEquals(emptyList<String>(), proxy.requests.toList())
        OkHttpDriver(client, allowPlainHttp = true).refresh(jalon, PARK, NO_RETRIES)
        assertTrue(jalon.catalogue.treks(TrekQuery()).total > 0uL)
    }

    @Test
    fun `report without response is sent once and in doubt`() = runJalonTest {
        queueReport()
        proxy.stub = { if ("report" in it) FaultProxy.StubResponse(null) else null }
        val report = driver.send(jalon).single()
        assertEquals(ReportState.IN_DOUBT, report.state, "$report")
        assertEquals(emptyList<Any>(), driver.send(jalon))
        assertEquals(1, reportRequests())
    }

    @Test
    fun `report with retryable response is sent once by OkHttp`() = runJalonTest {
        val responses = listOf(
            FaultProxy.StubResponse(503, mapOf("Retry-After" to "0")),
            FaultProxy.StubResponse(408),
            FaultProxy.StubResponse(307, mapOf("Location" to "/api/v2/report")),
            FaultProxy.StubResponse(421),
        )
        for (response in responses) {
            queueReport()
            proxy.requests.clear()
            proxy.stub = { if ("report" in it) response else null }
            driver.send(jalon)
            assertEquals(1, reportRequests(), "${response.status}")
            proxy.stub = { null }
        }
    }

    @Test
    fun `report redirected by its server is in doubt`() = runJalonTest {
        queueReport()
        val response = FaultProxy.StubResponse(303, mapOf("Location" to "/merci/"))
        proxy.stub = { if ("report" in it) response else null }
        assertEquals(ReportState.IN_DOUBT, driver.send(jalon).single().state)
    }

    @Test
    fun `reports to proxy without application stay queued and are not sent`() = runJalonTest {
        repeat(4) { queueReport() }
        proxy.requests.clear()
        proxy.stub = { FaultProxy.StubResponse(502) }
        val postponed = driver.send(jalon).single()
        assertEquals(ReportState.QUEUED, postponed.state)
        assertEquals(0, reportRequests())
        assertTrue(jalon.reports.list().all { it.state == ReportState.QUEUED })
        proxy.stub = { if ("report" in it) FaultProxy.StubResponse(502) else null }
        assertEquals(ReportState.IN_DOUBT, driver.send(jalon).single().state)
        assertEquals(1, reportRequests())
    }

    @Test
    fun `cancelled upload after final chunk awaits the response`() = runJalonTest {
        queueReport()
        proxy.holdIf = { "report" in it }
        coroutineScope {
            val sending = launch(Dispatchers.Default) { driver.send(jalon) }
            proxy.awaitHeldRequest()
            sending.cancel()
            assertEquals(ReportState.SENDING, jalon.reports.list().single().state)
            proxy.holdIf = { false }
            sending.join()
            assertTrue(sending.isCancelled)
        }
        assertEquals(ReportState.ACCEPTED, jalon.reports.list().single().state)
        assertEquals(1, reportRequests())
    }

    @Test
    fun `report without server stays queued`() = runJalonTest {
        queueReport()
        proxy.close()
        val report = driver.send(jalon).single()
        assertEquals(ReportState.QUEUED, report.state)
        assertTrue(report.lastError.orEmpty().isNotEmpty() && report.nextAttemptMs != null, "$report")
    }

    private fun JalonTestScope.reportRequests() = proxy.requests.count { "report" in it }

    private suspend fun JalonTestScope.queueReport() {
        if (jalon.territories().isEmpty()) addAndRefresh()
        val content = ReportContent(comment = "c", email = "me@example.org", position = ReportPosition(HERE.lon, HERE.lat))
        jalon.reports.queue(jalon.reports.newReport(PARK, content).id)
    }
}
