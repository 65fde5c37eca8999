package org.jalon

import java.io.File
import org.jalon.World.Companion.PARK
import org.jalon.ffi.CancelToken
import org.jalon.ffi.JalonException
import org.jalon.ffi.ProgressWatch
import org.jalon.ffi.use
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** That what is closed, or let go, is gone inside the library too. */
class LeakTest {
    @Test
    fun `ten thousand objects that are closed leave nothing`() {
        // What the virtual machine makes for itself is made by then.
        repeat(10) { objects(10_000) }
        val before = memory()
        repeat(5) { objects(10_000) }
        val grown = memory() - before
        // Leaked, they would be 100,000 allocations of 100 bytes and more.
        assertTrue(grown < 5 shl 20, "$grown bytes more")
    }

    private fun objects(count: Int) = repeat(count) {
        CancelToken().close()
        ProgressWatch().close()
    }

    @Test
    fun `transfers that are closed hold their territory no longer`() = world {
        jalon.addTerritory(PARK, gate.url)
        // One that leaked would hold the lock, and the next be told Busy.
        repeat(100) { jalon.planRefresh(PARK).close() }
    }

    @Test
    fun `nor do those that are merely forgotten`() = world {
        jalon.addTerritory(PARK, gate.url)
        repeat(5) {
            jalon.planRefresh(PARK)
            untilCollected { jalon.planRefresh(PARK).close() }
        }
    }

    /** Lets the collector run until the territory is free; the test's own limit of time ends it where it never is. */
    private suspend fun untilCollected(plan: suspend () -> Unit) {
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
    fun `a companion that is closed has no file open`() = world {
        fun open() = File("/proc/self/fd").listFiles().orEmpty().mapNotNull { runCatching { it.canonicalPath }.getOrNull() }
            .filter { it.startsWith(directory.canonicalPath) }
        repeat(30) {
            Jalon.open(directory.resolve("other")).use { other ->
                other.reports.list()
                assertTrue(open().any { "/other/" in it })
            }
            assertEquals(emptyList<String>(), open().filter { "/other/" in it })
        }
    }

    @Test
    fun `the threads of calls that took long have ended`() = world("--small") {
        takenIn()
        repeat(8) { jalon.refresh(PARK) }
        // A few threads for short work stay; the test's own limit of time ends it where the others do.
        while (Thread.getAllStackTraces().keys.count { it.name == "jalon" } > 4) kotlinx.coroutines.yield()
    }

    /** Bytes of this process that belong to nobody else, without the heap of Java, which the build holds constant. */
    private fun memory(): Long {
        System.gc()
        val line = File("/proc/self/status").readLines().first { it.startsWith("RssAnon:") }
        return line.filter(Char::isDigit).toLong() * 1024
    }
}
