package org.jalon

import java.io.File
import java.io.IOException
import org.jalon.JalonTestScope.Companion.HERE
import org.jalon.JalonTestScope.Companion.NO_RETRIES
import org.jalon.JalonTestScope.Companion.PARK
import org.jalon.ffi.CancelToken
import org.jalon.ffi.JalonException
import org.jalon.ffi.PackSubject
import org.jalon.ffi.ReportContent
import org.jalon.ffi.ReportPosition
import org.jalon.ffi.TrekQuery
import org.jalon.ffi.debugPanic
import org.jalon.ffi.debugPanicInBackground
import org.jalon.ffi.use
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test

/** Every subclass of the exception, caused as in an app. */
class ErrorsTest {
    @Test
    fun `refresh without server throws Offline`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        proxy.close()
        assertTrue(assertFailsWith<JalonException.Offline> { jalon.refresh(PARK, NO_RETRIES) }.detail.isNotEmpty())
    }

    @Test
    fun `refresh with error response throws ServerException with its status`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        proxy.stub = { FaultProxy.StubResponse(403) }
        assertEquals(403.toUShort(), assertFailsWith<JalonException.ServerException> { jalon.refresh(PARK, NO_RETRIES) }.status)
    }

    @Test
    fun `invalid argument throws InvalidInput with field and rule`() = runJalonTest {
        val error = assertFailsWith<JalonException.InvalidInput> { jalon.addTerritory("Not A Name", proxy.url) }
        assertEquals("name", error.field)
        assertTrue("lower" in error.rule, error.rule)
        val limitError = assertFailsWith<JalonException.InvalidInput> { jalon.catalogue.treks(TrekQuery(limit = 201u)) }
        assertEquals("limit", limitError.field)
    }

    @Test
    fun `unknown territory throws NotFound`() = runJalonTest {
        assertTrue("nowhere" in assertFailsWith<JalonException.NotFound> { jalon.refresh("nowhere") }.detail)
    }

    @Test
    fun `refresh during another refresh throws Busy`() = runJalonTest {
        jalon.addTerritory(PARK, proxy.url)
        val transfers = jalon.planRefresh(PARK)
        assertFailsWith<JalonException.Busy> { jalon.refresh(PARK) }
        transfers.release()
        jalon.refresh(PARK)
    }

    @Test
    fun `write on full disk throws StorageFull`() = runJalonTest {
        val smallDisk = System.getProperty("jalon.smallDisk")
        assumeTrue(!smallDisk.isNullOrEmpty(), "no small file system could be mounted")
        addAndRefresh()
        Jalon.open(File(smallDisk, "jalon")).use { other ->
            other.addTerritory(PARK, proxy.url)
            other.reports.newReport(PARK, ReportContent(comment = "before"))
            fill(File(smallDisk, "ballast"))
            assertFailsWith<JalonException.StorageFull> {
                // The database file still has some free pages.
                repeat(10_000) { other.reports.newReport(PARK, ReportContent(comment = "x".repeat(2_000))) }
            }
            assertTrue(other.reports.list().isNotEmpty())
        }
    }

    @Test
    fun `open newer file throws TooNew`() = runJalonTest {
        addAndRefresh()
        jalon.close()
        val file = directory.resolve("catalogue.gpkg")
        sqlite(file, "UPDATE jalon_schema SET version = 1000")
        val error = assertFailsWith<JalonException.TooNew> { Jalon.open(directory) }
        assertTrue(error.found == 1000L && error.supported in 1 until 1000, "$error")
    }

    @Test
    fun `queue with changed photo throws Corrupt`() = runJalonTest {
        addAndRefresh()
        val draft = jalon.reports.newReport(PARK, ReportContent(comment = "c", position = ReportPosition(HERE.lon, HERE.lat)))
        val photo = directory.resolve("photo.jpg")
        check(javax.imageio.ImageIO.write(java.awt.image.BufferedImage(64, 64, 1), "jpeg", photo))
        val copy = jalon.reports.attachPhoto(draft.id, photo).photos.single().file
        copy.writeBytes(copy.readBytes().also { it[it.size / 2] = (it[it.size / 2] + 1).toByte() })
        assertFailsWith<JalonException.Corrupt> { jalon.reports.queue(draft.id) }
    }

    @Test
    fun `download with cancelled token throws Cancelled`() = runJalonTest {
        addAndRefresh()
        CancelToken().use { token ->
            token.cancel()
            assertTrue(token.isCancelled())
            val subject = PackSubject.Trek(anyTrek().id)
            assertFailsWith<JalonException.Cancelled> { jalon.packs.download(PARK, subject, cancel = token) }
        }
    }

    @Test
    fun `calls after close throw Closed`() = runJalonTest {
        jalon.close()
        jalon.close()
        assertFailsWith<JalonException.Closed> { jalon.territories() }
        assertFailsWith<JalonException.Closed> { jalon.refresh(PARK) }
        assertFailsWith<JalonException.Closed> { jalon.reports.list() }
        assertFailsWith<JalonException.Closed> { jalon.resume() }
    }

    @Test
    fun `panic in the library throws Internal and the process survives`() = runJalonTest {
        repeat(3) {
            assertTrue("provoked by the app" in assertFailsWith<JalonException.Internal> { debugPanic() }.detail)
            assertTrue("provoked by the app" in assertFailsWith<JalonException.Internal> { debugPanicInBackground() }.detail)
        }
        addAndRefresh()
        assertTrue(jalon.catalogue.treks(TrekQuery()).total > 0uL)
    }

    private fun fill(file: File) = file.outputStream().use {
        try {
            while (true) it.write(ByteArray(4_096))
        } catch (_: IOException) {
            // The disk is full.
        }
    }

    private fun sqlite(file: File, statement: String) {
        val program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
        val exitCode = ProcessBuilder("python3", "-c", program, file.path, statement).inheritIO().start().waitFor()
        check(exitCode == 0) { "python3 exited with $exitCode" }
    }
}
