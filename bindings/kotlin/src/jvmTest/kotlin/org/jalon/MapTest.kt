package org.jalon

import java.io.ByteArrayInputStream
import java.io.File
import java.util.zip.GZIPInputStream
import kotlinx.coroutines.flow.toList
import okhttp3.OkHttpClient
import org.jalon.JalonTestScope.Companion.NO_RETRIES
import org.jalon.JalonTestScope.Companion.PARK
import org.jalon.ffi.JalonException
import org.jalon.ffi.MapEstimate
import org.jalon.ffi.MapSource
import org.jalon.ffi.Pack
import org.jalon.ffi.PackSubject
import org.jalon.ffi.PictureSize
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Offline maps, with each HTTP client: estimated, downloaded by ranges, read, used by a style. */
class MapTest {
    private val trek = PackSubject.Trek(1)

    @Test
    fun `map with own HTTP client is read without a network`() = runHostTest {
        downloadAndRead(
            { jalon.packs.fetchMapEstimate(PARK, trek, it) },
            { (jalon.packs.downloadMapAsFlow(PARK, trek, it).toList().last() as Event.Done).result },
        )
    }

    @Test
    fun `map with OkHttp is read without a network`() = runHostTest {
        val driver = OkHttpDriver(OkHttpClient())
        downloadAndRead(
            { driver.fetchMapEstimate(jalon, PARK, trek, it) },
            { (driver.downloadMapAsFlow(jalon, PARK, trek, it).toList().last() as Event.Done).result },
        )
    }

    @Test
    fun `map on a host without ranges is refused without its body`() = runHostTest {
        addAndRefresh()
        jalon.packs.download(PARK, trek, pictures = PictureSize.NONE)
        // The host would send the whole file. A driver that reads its body to the end waits for ever.
        proxy.stub = { if ("map.pmtiles" in it) FaultProxy.StubResponse(200, isEndless = true) else null }
        val source = MapSource("${proxy.url}/files/map.pmtiles")
        for (driver in listOf<suspend () -> Pack>(
            { jalon.packs.downloadMap(PARK, trek, source, NO_RETRIES) },
            { OkHttpDriver(OkHttpClient()).downloadMap(jalon, PARK, trek, source, NO_RETRIES) },
        )) {
            val error = assertFailsWith<JalonException.ServerException> { driver() }
            assertTrue("range" in error.detail, error.detail)
        }
        assertNull(jalon.packs.list(PARK).single().map?.path)
    }

    private suspend fun JalonTestScope.downloadAndRead(
        fetchEstimate: suspend (MapSource) -> MapEstimate,
        download: suspend (MapSource) -> Pack,
    ) {
        addAndRefresh()
        val source = MapSource("${proxy.url}/files/map.pmtiles")
        val estimate = fetchEstimate(source)
        assertTrue(estimate.tiles > 0uL && estimate.downloadBytes >= estimate.bytes, "$estimate")
        assertFailsWith<JalonException.NotFound> { download(source) }
        jalon.packs.download(PARK, trek, pictures = PictureSize.NONE)
        val map = checkNotNull(download(source).map)
        assertEquals(source, map.source)
        assertEquals(estimate.tiles, map.tiles)
        val archive = checkNotNull(map.file)
        assertEquals(map.bytes, archive.length().toULong())

        proxy.requests.clear()
        // The tile of zoom level 6 that has 6.2° E, 44.8° N.
        val tile = checkNotNull(jalon.packs.mapTile(PARK, trek, 6u, 33u, 23u))
        assertEquals("gzip", tile.contentEncoding)
        assertTrue(GZIPInputStream(ByteArrayInputStream(tile.bytes)).readBytes().isNotEmpty())
        assertNull(jalon.packs.mapTile(PARK, trek, 6u, 0u, 0u))
        assertEquals("© Map makers", jalon.packs.mapAttribution(PARK, trek))
        assertFailsWith<JalonException.InvalidInput> { jalon.packs.mapTile(PARK, trek, 6u, 64u, 0u) }
        val style = jalon.packs.mapStyle(PARK, trek, STYLE, glyphs = directory.resolve("glyphs"), sprites = null)
        assertTrue("\"url\":\"pmtiles://file://${archive.path}\"" in style, style)
        assertTrue("\"glyphs\":\"file://$directory/glyphs/{fontstack}/{range}.pbf\"" in style, style)
        val glyphs = jalon.packs.styleFiles(STYLE, listOf(30u)).glyphs.map { it.path }
        assertEquals(listOf("0-255", "256-511", "7680-7935").map { "Noto Sans Regular/$it.pbf" }, glyphs)
        assertEquals(emptyList<String>(), proxy.requests.toList())
        assertNotNull(jalon.packs.list(PARK).single().map?.asOfMs)
    }

    private companion object {
        const val STYLE = """{
            "version": 8, "glyphs": "https://fonts.example.org/{fontstack}/{range}.pbf",
            "sources": {"map": {"type": "vector", "url": "https://tiles.example.org/map.json"}},
            "layers": [{"id": "names", "type": "symbol", "source": "map", "source-layer": "land",
                "layout": {"text-field": "a", "text-font": ["Noto Sans Regular"]}}]
        }"""
    }
}
