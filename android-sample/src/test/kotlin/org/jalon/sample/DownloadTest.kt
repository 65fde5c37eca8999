package org.jalon.sample

import android.content.DialogInterface
import android.widget.EditText
import org.jalon.ffi.Kind
import org.jalon.ffi.PackState
import org.jalon.ffi.PackSubject
import org.jalon.sample.trek.Download
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowAlertDialog

/** Downloads against the test server, which a test can stop in the middle. */
class DownloadTest : SampleTest() {
    private val server by lazy { GeotrekServer() }
    private val name by lazy { addTerritory(server) }

    @Test
    fun `A download that is cut says so, and goes on where it stopped`() = server.use {
        startApp()
        open(Route.trek(name, TREK))
        server.command("stall 100 /media 1")
        tapDownload()
        await("the first files") { (app.services.downloads.states.value["$name/$TREK"] as? Download.Running)?.done ?: 0 > 2 }
        server.command("stop")
        awaitText(app.getString(R.string.trek_download_failed, app.getString(R.string.error_offline)))
        server.command("start")
        server.command("repair")
        val before = requests()
        tap(app.getString(R.string.action_resume))
        awaitText(app.getString(R.string.trek_is_offline))
        val pack = withData { jalon -> jalon.packs.list(name).single() }
        assertEquals(PackState.READY, pack.state)
        assertTrue("all files again", requests() - before < pack.files.toInt())
    }

    @Test
    fun `A download is paused, resumed and removed`() = server.use {
        startApp()
        open(Route.trek(name, TREK))
        server.command("stall 100 /media")
        tapDownload()
        tap(app.getString(R.string.action_pause))
        awaitText(app.getString(R.string.trek_is_partial))
        server.command("repair")
        tap(app.getString(R.string.action_resume))
        awaitText(app.getString(R.string.trek_is_offline))
        withData { jalon -> jalon.packs.remove(name, PackSubject.Trek(TREK)) }
        awaitText(app.getString(R.string.trek_not_downloaded_hint))
    }

    @Test
    fun `What is not downloaded says so, and offers it`() = server.use {
        startApp()
        val name = name
        val poi = withData { jalon ->
            jalon.catalogue.trekDetails(name, TREK).routeItems.first { item ->
                item.kind == Kind.POI && jalon.catalogue.`object`(name, Kind.POI, item.id).pictures.isNotEmpty()
            }
        }
        server.command("stop")
        open(Route.place(name, Kind.POI, poi.id, TREK))
        awaitText(app.getString(R.string.trek_picture_missing))
        awaitText(app.getString(R.string.trek_not_downloaded_hint))
        tapDownload()
        awaitText(app.getString(R.string.trek_download_failed, app.getString(R.string.error_offline)))
    }

    @Test
    fun `Before a trek is followed without its download, the app asks`() {
        allowPosition()
        startApp()
        open(Route.trek("demo", 2))
        tap(app.getString(R.string.trek_follow))
        await("the question") { ShadowAlertDialog.getLatestAlertDialog()?.isShowing == true }
        assertNull(shadowOf(app).peekNextStartedService())
        ShadowAlertDialog.getLatestAlertDialog().getButton(DialogInterface.BUTTON_NEGATIVE).performClick()
        await("the service") { shadowOf(app).peekNextStartedService() != null }
    }

    @Test
    fun `A territory is added by the text of a QR code`() = server.use {
        startApp()
        activity.select(Tab.ME)
        open(Route.TERRITORIES)
        val field = checkNotNull(find<EditText>())
        field.setText("not an address")
        tap(app.getString(R.string.action_add))
        awaitText(app.getString(R.string.me_territory_invalid))
        field.setText("Our walks: ${server.url}/")
        tap(app.getString(R.string.action_add))
        awaitText(server.url)
        await("its treks") { withData { jalon -> jalon.territories().any { it.refreshedMs != null && it.url.startsWith(server.url) } } }
    }

    private fun requests() = server.command("requests /media").filter(Char::isDigit).toInt()

    private fun tapDownload() {
        val label = app.getString(R.string.action_download)
        await("the download") { texts().any { it.startsWith("$label (") } }
        tap(texts().first { it.startsWith("$label (") })
    }

    private companion object {
        const val TREK = 1L
    }
}
