package org.jalon

import java.io.File
import java.net.URL
import kotlinx.coroutines.flow.toList
import okhttp3.OkHttpClient
import org.jalon.JalonTestScope.Companion.PARK
import org.jalon.ffi.Bounds
import org.jalon.ffi.EditionKey
import org.jalon.ffi.EditionLicense
import org.jalon.ffi.EditionOptions
import org.jalon.ffi.JalonException
import org.jalon.ffi.PackState
import org.jalon.ffi.PackSubject
import org.jalon.ffi.RefreshSummary
import org.jalon.ffi.TrekQuery
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Editions: built, checked, served by a static web host, read with each HTTP client. */
class EditionTest {
    @Test
    fun `edition is read and refreshed with own HTTP client`() = runHostTest { publishAndRead(it) { name -> jalon.refresh(name) } }

    @Test
    fun `edition is read and refreshed with OkHttp`() = runHostTest {
        val driver = OkHttpDriver(OkHttpClient())
        publishAndRead(it) { name -> driver.refresh(jalon, name) }
    }

    @Test
    fun `pictures of an archive are not requested`() = runHostTest {
        jalon.addTerritory("tree", "${proxy.url}/mobile/")
        jalon.refresh("tree")
        val archive = File(directory, "1.zip")
        URL("${proxy.url}/mobile/1.zip").openStream().use { source -> archive.outputStream().use(source::copyTo) }
        val imported = jalon.packs.importArchive("tree", PackSubject.Trek(1), archive)
        assertTrue(imported.files > 0uL && imported.refused.isEmpty(), "$imported")
        assertEquals(PackState.READY, jalon.packs.download("tree", PackSubject.Trek(1)).state)
        val offline = jalon.catalogue.treks(TrekQuery(offline = true)).items
        assertTrue(offline.any { it.id == 1L } && offline.all { it.offline }, "$offline")
        val gpx = File(directory, "trek.gpx")
        jalon.catalogue.exportTrek("tree", 1, gpx)
        assertTrue("<trkpt" in gpx.readText())
    }

    private suspend fun JalonTestScope.publishAndRead(files: File, refresh: suspend (String) -> RefreshSummary) {
        val (key, other) = Edition.newKey() to Edition.newKey()
        val folder = files.resolve("park")
        jalon.addTerritory(PARK, proxy.url)
        assertFailsWith<JalonException.InvalidInput> { jalon.buildEdition(PARK, EditionOptions(folder.path)) }
        jalon.refresh(PARK)
        publish(folder, key, 1)
        val check = Edition.verify(folder, listOf(key.publicKey))
        assertTrue(check.valid && check.signedBy == key.id, "$check")
        assertFalse(Edition.verify(folder, listOf(other.publicKey)).valid)

        val manifest = "${proxy.url}/files/park/datapackage.json"
        val fetched = File(directory, "fetched").apply { mkdirs() }
        Edition.fetch(manifest, fetched)
        assertTrue(Edition.verify(fetched, listOf(key.publicKey)).valid)
        assertEquals(0uL, jalon.addTerritory("copy", manifest, publicKeys = listOf(key.publicKey)).edition?.number)
        val first = refresh("copy")
        assertTrue(first.isFull, "$first")
        val edition = checkNotNull(jalon.territories().first { it.name == "copy" }.edition)
        assertEquals(listOf("Demo park", key.id, "CC-BY-4.0"), listOf(edition.title, edition.signedBy, edition.licenses.single()))
        val (original, copy) = listOf(PARK, "copy").map { jalon.catalogue.treks(TrekQuery(territory = it)) }
        assertTrue(copy.total > 0uL)
        assertEquals(original.total, copy.total)

        publish(folder, key, 2)
        val second = refresh("copy")
        assertTrue(second.requests < first.requests && second.changed.isEmpty(), "$second")
        assertEquals(2uL, jalon.territories().first { it.name == "copy" }.edition?.number)

        val box = Bounds(west = 6.18, south = 44.78, east = 6.22, north = 44.82)
        jalon.addTerritory("box", manifest, bounds = box, publicKeys = listOf(key.publicKey))
        assertTrue(refresh("box").bytes < first.bytes)
        jalon.addTerritory("strict", manifest, publicKeys = listOf(other.publicKey))
        val error = assertFailsWith<JalonException.ServerException> { refresh("strict") }
        assertTrue("signed by another key" in error.detail, error.detail)
    }

    private suspend fun JalonTestScope.publish(folder: File, key: EditionKey, number: Int) {
        val options = EditionOptions(
            folder.path,
            edition = number.toULong(),
            createdMs = 1_764_400_000_000 + number,
            title = "Demo park",
            licenses = listOf(EditionLicense("CC-BY-4.0")),
        )
        val events = jalon.buildEditionAsFlow(PARK, options, key.secretKey).toList()
        val summary = (events.last() as Event.Done).result
        assertEquals(key.id, summary.signedBy)
        val progress = events.filterIsInstance<Event.InProgress>().last().progress
        assertEquals(listOf(summary.objects, summary.objects), listOf(progress.done, progress.planned))
    }

    @Test
    fun `edition with encrypted key needs its password`() = runHostTest {
        val key = Edition.newKey("col des vents")
        addAndRefresh()
        val options = EditionOptions(it.resolve("park").path)
        for (password in listOf(null, "wrong")) {
            val error = assertFailsWith<JalonException.InvalidInput> { jalon.buildEdition(PARK, options, key.secretKey, password) }
            assertEquals("password", error.field)
        }
        assertEquals(key.id, jalon.buildEdition(PARK, options, key.secretKey, "col des vents").signedBy)
    }
}
