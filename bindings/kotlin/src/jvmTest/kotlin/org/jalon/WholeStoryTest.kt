package org.jalon

import java.awt.image.BufferedImage
import java.io.File
import javax.imageio.ImageIO
import okhttp3.OkHttpClient
import org.jalon.World.Companion.HERE
import org.jalon.World.Companion.PARK
import org.jalon.ffi.Kind
import org.jalon.ffi.NearbyQuery
import org.jalon.ffi.Pack
import org.jalon.ffi.PackState
import org.jalon.ffi.PackSubject
import org.jalon.ffi.RefreshSummary
import org.jalon.ffi.Report
import org.jalon.ffi.ReportContent
import org.jalon.ffi.ReportPosition
import org.jalon.ffi.ReportState
import org.jalon.ffi.TrekQuery
import org.jalon.ffi.use
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Everything that a walk takes, from the first opening to the report that arrives, by each driver. */
class WholeStoryTest {
    @Test
    fun `by Jalon's own driver`() = world {
        story(
            { jalon.refresh(PARK) },
            { jalon.packs.download(PARK, it) },
            { jalon.reports.send(now = true) },
        )
    }

    @Test
    fun `by OkHttp`() = world {
        val driver = OkHttpDriver(OkHttpClient())
        story({ driver.refresh(jalon, PARK) }, { driver.download(jalon, PARK, it) }, { driver.send(jalon) })
    }

    private suspend fun World.story(
        refresh: suspend () -> RefreshSummary,
        download: suspend (PackSubject) -> Pack,
        send: suspend () -> List<Report>,
    ) {
        jalon.addTerritory(PARK, gate.url, defaultLanguage = "fr")
        val taken = refresh()
        assertTrue(taken.isFull && taken.objects.first { it.kind == Kind.TREK }.count >= 10uL, "$taken")
        assertEquals(listOf(PARK), jalon.territories().map { it.name })

        val found = jalon.catalogue.treks(TrekQuery(text = "coeur crete", near = HERE), listOf("fr"))
        val trek = found.items.first()
        assertTrue("Cœur" in trek.name, trek.name)
        val words = trek.highlights.map { trek.name.substring(it.start.toInt(), it.end.toInt()) }
        assertEquals(setOf("Crêtes", "Cœur"), words.toSet())

        val near = jalon.nearby.nearest(HERE, NearbyQuery(kinds = listOf(Kind.POI, Kind.TREK), limit = 20u), listOf("fr"))
        assertEquals(20, near.size)
        assertEquals(near.sortedBy { it.distanceM }, near)

        val sheet = jalon.catalogue.sheet(PARK, trek.id, listOf("fr"))
        assertEquals(trek.name, sheet.name)
        val line = Geometry.of(checkNotNull(sheet.geometry))
        assertTrue(line.parts.first().size > 10 && line.toGeoJson().startsWith("""{"type":"LineString","coordinates":[["""))

        val pack = download(PackSubject.Trek(trek.id))
        assertEquals(PackState.READY, pack.state, "$pack")
        assertTrue(jalon.packs.list(PARK).single() == pack && jalon.catalogue.sheet(PARK, trek.id).offline)
        val picture = jalon.catalogue.sheet(PARK, trek.id).pictures.first()
        assertTrue(checkNotNull(picture.file).length() > 0)

        // No network any more: what is here answers, and a report is kept.
        gate.requests.clear()
        assertEquals(near, jalon.nearby.nearest(HERE, NearbyQuery(kinds = listOf(Kind.POI, Kind.TREK), limit = 20u), listOf("fr")))
        val place = ReportPosition(HERE.lon, HERE.lat)
        val content = ReportContent(comment = "Passerelle emportée", email = "me@example.org", place = place)
        val draft = jalon.reports.begin(PARK, content)
        val photographed = jalon.reports.attachPhoto(draft.id, photo())
        assertTrue(photographed.photos.single().file.length() > 0)
        assertEquals(ReportState.QUEUED, jalon.reports.queue(draft.id).report.state)
        assertEquals(emptyList<String>(), gate.requests.toList())

        val sent = send().single()
        assertEquals(ReportState.ACCEPTED, sent.state, "$sent")
        assertEquals(sent, jalon.reports.get(draft.id))
        assertEquals(emptyList<Report>(), send())
        assertFalse(sent.mayBeDuplicate)

        val changes = refresh()
        assertEquals(emptyList<Any>(), changes.changed, "$changes")
    }

    private fun World.photo(): File = directory.resolve("photo.jpg").also {
        check(ImageIO.write(BufferedImage(640, 480, BufferedImage.TYPE_INT_RGB), "jpeg", it))
    }
}
