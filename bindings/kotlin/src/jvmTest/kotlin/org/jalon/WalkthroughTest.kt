package org.jalon

import java.awt.image.BufferedImage
import java.io.File
import javax.imageio.ImageIO
import okhttp3.OkHttpClient
import org.jalon.JalonTestScope.Companion.HERE
import org.jalon.JalonTestScope.Companion.NO_RETRIES
import org.jalon.JalonTestScope.Companion.PARK
import org.jalon.ffi.AttachedFileSizes
import org.jalon.ffi.Bounds
import org.jalon.ffi.FeatureQuery
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

/** All functions in one scenario, from the first start to a delivered report, with each HTTP client. */
class WalkthroughTest {
    @Test
    fun `walkthrough with own HTTP client delivers report`() = runJalonTest {
        walkthrough(
            { jalon.refresh(PARK) },
            { subject, files -> jalon.packs.download(PARK, subject, NO_RETRIES, files = files) },
            { jalon.packs.fetchFileSizes(PARK, it) },
            { jalon.reports.send(now = true) },
        )
    }

    @Test
    fun `walkthrough with OkHttp delivers report`() = runJalonTest {
        val driver = OkHttpDriver(OkHttpClient())
        walkthrough(
            { driver.refresh(jalon, PARK) },
            { subject, files -> driver.download(jalon, PARK, subject, NO_RETRIES, files = files) },
            { driver.fetchFileSizes(jalon, PARK, it) },
            { driver.send(jalon) },
        )
    }

    private suspend fun JalonTestScope.walkthrough(
        refresh: suspend () -> RefreshSummary,
        download: suspend (PackSubject, Boolean) -> Pack,
        fetchFileSizes: suspend (PackSubject) -> AttachedFileSizes,
        send: suspend () -> List<Report>,
    ) {
        jalon.addTerritory(PARK, proxy.url, defaultLanguage = "fr")
        val summary = refresh()
        assertTrue(summary.isFull && summary.objects.first { it.kind == Kind.TREK }.count >= 10uL, "$summary")
        assertEquals(listOf(PARK), jalon.territories().map { it.name })

        val page = jalon.catalogue.treks(TrekQuery(text = "coeur crete", near = HERE), listOf("fr"))
        val trek = page.items.first()
        assertTrue("Cœur" in trek.name, trek.name)
        val highlighted = trek.highlights.map { trek.name.substring(it.start.toInt(), it.end.toInt()) }
        assertEquals(setOf("Crêtes", "Cœur"), highlighted.toSet())

        val query = NearbyQuery(kinds = listOf(Kind.POI, Kind.TREK), limit = 20u)
        val near = jalon.nearby.nearest(HERE, query, listOf("fr"))
        assertEquals(20, near.size)
        assertEquals(near.sortedBy { it.distanceM }, near)

        val box = Bounds(HERE.lon - 0.1, HERE.lat - 0.1, HERE.lon + 0.1, HERE.lat + 0.1)
        val shown = jalon.catalogue.features(box, FeatureQuery(listOf(Kind.TREK, Kind.POI), toleranceM = 20.0), listOf("fr"))
        assertEquals(shown.total, shown.items.size.toULong())
        assertEquals(setOf(Kind.TREK, Kind.POI), shown.items.map { it.kind }.toSet())
        assertTrue(shown.items.all { Geometry.of(it.geometry).parts.isNotEmpty() && it.territory == PARK })
        assertEquals(1, jalon.catalogue.features(box, FeatureQuery(limit = 1u)).items.size)

        val details = jalon.catalogue.trekDetails(PARK, trek.id, listOf("fr"))
        assertEquals(trek.name, details.name)
        val line = Geometry.of(checkNotNull(details.geometry))
        assertTrue(line.parts.first().size > 10 && line.toGeoJson().startsWith("""{"type":"LineString","coordinates":[["""))

        // Trek 1 has a topo-guide and an audio commentary.
        val guided = PackSubject.Trek(1)
        val sizes = fetchFileSizes(guided)
        assertEquals(jalon.packs.estimate(PARK, guided).attachedFiles, sizes)
        assertTrue(sizes.files >= 2uL && sizes.bytes > 0uL && sizes.unknown == 0uL, "$sizes")
        assertTrue(download(guided, true).withFiles)
        val files = jalon.catalogue.trekDetails(PARK, 1).files.filter { it.media == "file" }
        assertEquals("Topo-guide", files[files.size - 2].title)
        assertTrue(files.all { checkNotNull(it.file).length().toULong() == it.bytes }, "$files")
        jalon.packs.remove(PARK, guided)

        val pack = download(PackSubject.Trek(trek.id), false)
        assertEquals(PackState.READY, pack.state, "$pack")
        assertTrue(jalon.packs.list(PARK).single() == pack && jalon.catalogue.trekDetails(PARK, trek.id).offline)
        val picture = jalon.catalogue.trekDetails(PARK, trek.id).pictures.first()
        assertTrue(checkNotNull(picture.file).length() > 0)

        // Queries and new reports need no network.
        proxy.requests.clear()
        assertEquals(near, jalon.nearby.nearest(HERE, query, listOf("fr")))
        val position = ReportPosition(HERE.lon, HERE.lat)
        val content = ReportContent(comment = "Passerelle emportée", email = "me@example.org", position = position)
        val draft = jalon.reports.newReport(PARK, content)
        val withPhoto = jalon.reports.attachPhoto(draft.id, photo())
        assertTrue(withPhoto.photos.single().file.length() > 0)
        assertEquals(ReportState.QUEUED, jalon.reports.queue(draft.id).report.state)
        assertEquals(emptyList<String>(), proxy.requests.toList())

        val sent = send().single()
        assertEquals(ReportState.ACCEPTED, sent.state, "$sent")
        assertEquals(sent, jalon.reports.get(draft.id))
        assertEquals(emptyList<Report>(), send())
        assertFalse(sent.mayBeDuplicate)

        val secondSummary = refresh()
        assertEquals(emptyList<Any>(), secondSummary.changed, "$secondSummary")
    }

    private fun JalonTestScope.photo(): File = directory.resolve("photo.jpg").also {
        check(ImageIO.write(BufferedImage(640, 480, BufferedImage.TYPE_INT_RGB), "jpeg", it))
    }
}
