package org.jalon.sample

import android.content.Intent
import android.net.Uri
import android.os.ParcelFileDescriptor
import java.io.FileNotFoundException
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf

class ShareTest : SampleTest() {
    @Test
    fun `A trek is shared as a GPX file that another app can read`() {
        startApp()
        open(Route.trek("demo", 6))
        tap(app.getString(R.string.trek_share_gpx))
        await("the share sheet") { shadowOf(activity).peekNextStartedActivity() != null }
        val chooser = shadowOf(activity).nextStartedActivity
        val send = checkNotNull(chooser.getParcelableExtra(Intent.EXTRA_INTENT, Intent::class.java))
        val uri = checkNotNull(send.getParcelableExtra(Intent.EXTRA_STREAM, Uri::class.java))
        val provider = Robolectric.buildContentProvider(SharedFiles::class.java).create("org.jalon.sample.files").get()
        assertEquals("application/gpx+xml", provider.getType(uri))
        val gpx = ParcelFileDescriptor.AutoCloseInputStream(provider.openFile(uri, "r")).use { it.readBytes().decodeToString() }
        assertTrue(gpx, "<name>Lake of Aiguillons</name>" in gpx)
        assertEquals(lineOf("demo", 6).size, Regex("<trkpt ").findAll(gpx).count())
        assertThrows(FileNotFoundException::class.java) { provider.openFile(Uri.parse("content://org.jalon.sample.files/.."), "r") }
    }
}
