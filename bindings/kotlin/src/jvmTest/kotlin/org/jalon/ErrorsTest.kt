package org.jalon

import java.io.File
import java.io.IOException
import org.jalon.World.Companion.HERE
import org.jalon.World.Companion.ONCE
import org.jalon.World.Companion.PARK
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

/** Every variant of the error, brought about as an app would meet it. */
class ErrorsTest {
    @Test
    fun `offline, where nobody answers`() = world {
        jalon.addTerritory(PARK, gate.url)
        gate.close()
        assertTrue(failing<JalonException.Offline> { jalon.refresh(PARK, ONCE) }.detail.isNotEmpty())
    }

    @Test
    fun `server, with the status that it answered`() = world {
        jalon.addTerritory(PARK, gate.url)
        gate.answers = { Gate.Answer(403) }
        assertEquals(403.toUShort(), failing<JalonException.Server> { jalon.refresh(PARK, ONCE) }.status)
    }

    @Test
    fun `invalid input, naming the field and the rule`() = world {
        val told = failing<JalonException.InvalidInput> { jalon.addTerritory("Not A Name", gate.url) }
        assertEquals("name", told.field)
        assertTrue("lower" in told.rule, told.rule)
        assertEquals("limit", failing<JalonException.InvalidInput> { jalon.catalogue.treks(TrekQuery(limit = 201u)) }.field)
    }

    @Test
    fun `not found`() = world {
        assertTrue("nowhere" in failing<JalonException.NotFound> { jalon.refresh("nowhere") }.what)
    }

    @Test
    fun `busy, while somebody else refreshes`() = world {
        jalon.addTerritory(PARK, gate.url)
        val transfers = jalon.planRefresh(PARK)
        failing<JalonException.Busy> { jalon.refresh(PARK) }
        transfers.release()
        jalon.refresh(PARK)
    }

    @Test
    fun `storage full, on a disk that is`() = world {
        val small = System.getProperty("jalon.full")
        assumeTrue(!small.isNullOrEmpty(), "no small file system could be mounted here")
        takenIn()
        val full = File(small, "jalon")
        Jalon.open(full).use { other ->
            other.addTerritory(PARK, gate.url)
            other.reports.begin(PARK, ReportContent(comment = "before"))
            fill(File(small, "ballast"))
            failing<JalonException.StorageFull> {
                // Some pages are still free inside the file itself.
                repeat(10_000) { other.reports.begin(PARK, ReportContent(comment = "x".repeat(2_000))) }
            }
            assertTrue(other.reports.list().isNotEmpty())
        }
    }

    @Test
    fun `too new, and the app must be updated`() = world {
        takenIn()
        jalon.close()
        val file = directory.resolve("catalogue.gpkg")
        sqlite(file, "UPDATE jalon_schema SET version = 1000")
        val told = failing<JalonException.TooNew> { Jalon.open(directory) }
        assertTrue(told.found == 1000L && told.supported in 1 until 1000, "$told")
    }

    @Test
    fun `corrupt, where a photo is not what was attached`() = world {
        takenIn()
        val draft = jalon.reports.begin(PARK, ReportContent(comment = "c", place = ReportPosition(HERE.lon, HERE.lat)))
        val photo = directory.resolve("photo.jpg")
        check(javax.imageio.ImageIO.write(java.awt.image.BufferedImage(64, 64, 1), "jpeg", photo))
        val kept = jalon.reports.attachPhoto(draft.id, photo).photos.single().file
        kept.writeBytes(kept.readBytes().also { it[it.size / 2] = (it[it.size / 2] + 1).toByte() })
        failing<JalonException.Corrupt> { jalon.reports.queue(draft.id) }
    }

    @Test
    fun `cancelled, by a token`() = world {
        takenIn()
        CancelToken().use { token ->
            token.cancel()
            assertTrue(token.isCancelled())
            failing<JalonException.Cancelled> { jalon.packs.download(PARK, PackSubject.Trek(trek().id), cancel = token) }
        }
    }

    @Test
    fun `closed, after it was closed`() = world {
        jalon.close()
        jalon.close()
        failing<JalonException.Closed> { jalon.territories() }
        failing<JalonException.Closed> { jalon.refresh(PARK) }
        failing<JalonException.Closed> { jalon.reports.list() }
        failing<JalonException.Closed> { jalon.resume() }
    }

    @Test
    fun `internal, and a panic inside the library is no more than that`() = world {
        repeat(3) {
            assertTrue("provoked" in failing<JalonException.Internal> { debugPanic() }.detail)
            assertTrue("provoked" in failing<JalonException.Internal> { debugPanicInBackground() }.detail)
        }
        takenIn()
        assertTrue(jalon.catalogue.treks(TrekQuery()).total > 0uL)
    }

    private fun fill(file: File) = file.outputStream().use {
        try {
            while (true) it.write(ByteArray(4_096))
        } catch (_: IOException) {
            // That is what it is for.
        }
    }

    private fun sqlite(file: File, statement: String) {
        val program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
        val ended = ProcessBuilder("python3", "-c", program, file.path, statement).inheritIO().start().waitFor()
        check(ended == 0) { "python3 ended with $ended" }
    }
}

/** Gives the error that [block] ends with; a test fails where it is another, or none. */
internal suspend inline fun <reified E : JalonException> failing(block: () -> Any?): E {
    val given = try {
        block()
    } catch (expected: JalonException) {
        if (expected is E) return expected
        throw AssertionError("${E::class.java.simpleName} was expected", expected)
    }
    throw AssertionError("${E::class.java.simpleName} was expected, and not $given")
}
