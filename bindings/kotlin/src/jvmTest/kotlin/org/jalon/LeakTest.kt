package org.jalon

import java.io.File
import org.jalon.JalonTestScope.Companion.PARK
import org.jalon.ffi.CancelToken
import org.jalon.ffi.JalonException
import org.jalon.ffi.ProgressWatch
import org.jalon.ffi.use
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Closing or garbage-collecting an object frees its memory, locks and files in the library. */
class LeakTest {
    @Test
    fun `closed objects free their memory`() {
        // A leak would be 20,000 allocations of at least 100 bytes in each round. The virtual machine allocates in some rounds only.
        val growths = List(15) {
            val before = nativeMemory()
            createAndClose(10_000)
            nativeMemory() - before
        }
        assertTrue(growths.min() < 1 shl 20, "memory grew by $growths bytes")
    }

    private fun createAndClose(count: Int) = repeat(count) {
        CancelToken().close()
        ProgressWatch().close()
    }

    @Test
    fun `closed transfers release the territory`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        // Leaked transfers would hold the lock, and the next call would throw Busy.
        repeat(100) { jalon.planRefresh(PARK).close() }
    }

    @Test
    fun `garbage-collected transfers release the territory`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        repeat(5) {
            jalon.planRefresh(PARK)
            retryUntilCollected { jalon.planRefresh(PARK).close() }
        }
    }

    /** Runs the garbage collector until the territory is free. The timeout of the test ends the loop. */
    private suspend fun retryUntilCollected(plan: suspend () -> Unit) {
        while (true) {
            try {
                return plan()
            } catch (_: JalonException.Busy) {
                System.gc()
                kotlinx.coroutines.yield()
            }
        }
    }

    @Test
    fun `closed Jalon object has no open file`() = runJalonTest {
        fun openFiles() = File("/proc/self/fd").listFiles().orEmpty()
            .mapNotNull { runCatching { it.canonicalPath }.getOrNull() }
            .filter { it.startsWith(directory.canonicalPath) }
        repeat(30) {
            Jalon.open(directory.resolve("other")).use { other ->
                other.reports.list()
                assertTrue(openFiles().any { "/other/" in it })
            }
            assertEquals(emptyList<String>(), openFiles().filter { "/other/" in it })
        }
    }

    @Test
    fun `threads of finished refreshes end`() = runJalonTest("--small") {
        addAndRefresh()
        repeat(8) { jalon.refresh(PARK) }
        // The thread pool for short calls has four threads. The timeout of the test ends the loop.
        while (Thread.getAllStackTraces().keys.count { it.name == "jalon" } > 4) kotlinx.coroutines.yield()
    }

    /** Returns the private memory of this process in bytes. It includes the Java heap, which has a fixed size in this test. */
    private fun nativeMemory(): Long {
        System.gc()
        val line = File("/proc/self/status").readLines().first { it.startsWith("RssAnon:") }
        return line.filter(Char::isDigit).toLong() * 1024
    }
}
