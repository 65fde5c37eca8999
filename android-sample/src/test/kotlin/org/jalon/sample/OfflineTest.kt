package org.jalon.sample

import android.widget.ScrollView
import java.util.concurrent.TimeUnit
import org.jalon.Geometry
import org.jalon.Jalon
import org.jalon.ffi.Kind
import org.jalon.ffi.PackState
import org.jalon.ffi.PackSubject
import org.jalon.ffi.Picture
import org.jalon.ffi.TrekDetails
import org.jalon.file
import org.jalon.sample.map.Viewport
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertTrue
import org.junit.Test

/** What hikers report as broken in other apps: a trek that was downloaded must be there, wholly, at any later time. */
class OfflineTest : SampleTest() {
    @Test
    fun `A downloaded trek opens after the end of the process, without a network, three months later`() {
        val server = GeotrekServer()
        startApp()
        download(server)
        server.close()
        startApp(endProcess())
        app.services.clock = { NOON + TimeUnit.DAYS.toMillis(92) }
        tap(app.getString(R.string.treks_offline))
        open(Route.trek("park", TREK))
        awaitText(app.getString(R.string.trek_is_offline))
        withData { jalon -> assertWhole(jalon, jalon.catalogue.trekDetails("park", TREK)) }
    }

    @Test
    fun `All of a downloaded itinerary is there, stage by stage`() {
        startApp()
        withData { jalon ->
            val itinerary = jalon.catalogue.trekDetails("demo", 1)
            assertTrue(itinerary.stages.size >= 2)
            assertWhole(jalon, itinerary)
            for (stage in itinerary.stages) assertWhole(jalon, jalon.catalogue.trekDetails("demo", stage.id))
        }
        for (stage in withData { it.catalogue.trekDetails("demo", 1) }.stages) {
            open(Route.trek("demo", stage.id))
            awaitText(app.getString(R.string.trek_is_offline))
            assertTrue(texts().none { app.getString(R.string.trek_picture_missing) in it })
            activity.back()
        }
    }

    @Test
    fun `The places along a downloaded trek open with their pictures`() {
        startApp()
        val places = withData { jalon -> jalon.catalogue.trekDetails("demo", 1, formats()) }.routeItems.filter { it.kind == Kind.POI }
        assertTrue(places.size >= 5)
        for (place in places) {
            open(Route.trek("demo", 1))
            awaitText(place.name)
            tap(place.name)
            await("the place") { texts().any { it == place.name } && find<ScrollView>()?.getChildAt(0)?.height != 0 }
            assertTrue(texts().none { app.getString(R.string.trek_picture_missing) in it })
            assertTrue(texts().none { app.getString(R.string.error_not_found) in it })
            activity.back()
            activity.back()
        }
    }

    @Test
    fun `The map is there at every zoom that was promised`() {
        startApp()
        withData { jalon ->
            for (pack in jalon.packs.list("demo")) {
                val map = checkNotNull(pack.map)
                val start = lineStart(jalon, (pack.subject as PackSubject.Trek).id)
                for (zoom in map.minZoom.toInt()..map.maxZoom.toInt()) {
                    val count = 1 shl zoom
                    val x = (Viewport.worldX(start.lon) * count).toInt()
                    val y = (Viewport.worldY(start.lat) * count).toInt()
                    val tile = jalon.packs.mapTile("demo", pack.subject, zoom.toUByte(), x.toUInt(), y.toUInt())
                    assertNotNull("zoom $zoom of ${pack.subject}", tile)
                }
            }
        }
    }

    @Test
    fun `A trek that the park withdraws stays until the person removes it`() {
        val first = GeotrekServer("--treks", "12")
        startApp()
        download(first, "11")
        // The same address, with fewer treks: the park has withdrawn the one that is here.
        val port = first.url.substringAfterLast(':')
        first.close()
        GeotrekServer("--treks", "4", port = port).use {
            withData { jalon -> jalon.refresh("park") }
            open(Route.trek("park", 11))
            awaitText(app.getString(R.string.trek_withdrawn))
            val details = withData { it.catalogue.trekDetails("park", 11) }
            assertPictures(details.pictures)
        }
    }

    @Test
    fun `The data of an older version of the app is kept`() {
        startApp()
        val before = withData { jalon -> jalon.packs.list() }.map { it.subject to it.state }
        // An update of the app ends the process, and starts the new version on the same files: it must not unpack the demo again.
        withData { jalon -> jalon.packs.remove("demo", PackSubject.Trek(6)) }
        startApp(endProcess())
        val after = withData { jalon -> jalon.packs.list() }.map { it.subject to it.state }
        assertEquals(before.filter { it.first != PackSubject.Trek(6) }, after)
    }

    private fun download(server: GeotrekServer, id: String = "$TREK") {
        addTerritory(server)
        val pack = withData { jalon -> jalon.packs.download("park", PackSubject.Trek(id.toLong())) }
        assertEquals(PackState.READY, pack.state)
    }

    private fun formats() = Formats(activity.localized, null).languages

    private suspend fun lineStart(jalon: Jalon, trek: Long) =
        Geometry.of(checkNotNull(jalon.catalogue.trekDetails("demo", trek).geometry)).parts.first().first()

    private suspend fun assertWhole(jalon: Jalon, trek: TrekDetails) {
        assertTrue("${trek.name} is offline", trek.offline)
        assertPictures(trek.pictures)
        for (item in trek.routeItems) assertPictures(jalon.catalogue.`object`(trek.territory, item.kind, item.id).pictures)
        for (desk in trek.informationDesks) jalon.catalogue.`object`(trek.territory, Kind.INFORMATION_DESK, desk.id)
        assertNotNull(jalon.catalogue.profile(trek.territory, trek.id))
    }

    private fun assertPictures(pictures: List<Picture>) {
        for (picture in pictures) assertTrue("${picture.url} is here", picture.file?.isFile == true || picture.url in unreachable)
    }

    private companion object {
        /** Pictures that the test server only links to, on a host that does not exist. */
        val unreachable = setOf("https://example.org/photos/46.jpg")
        const val TREK = 1L
    }
}
