package org.jalon.sample

import android.os.Looper
import android.os.StrictMode
import java.security.Permission
import java.util.concurrent.CopyOnWriteArrayList
import org.junit.Assert.assertEquals
import org.junit.Assume.assumeTrue
import org.junit.Test

/**
 * The main thread never waits for the disk or the network. On a phone StrictMode sees both. On the JVM it sees only settings; the
 * files and connections of the app are seen by a security manager, which Java has up to version 23.
 */
class MainThreadTest : SampleTest() {
    private val violations = CopyOnWriteArrayList<String>()

    @Suppress("DEPRECATION", "removal")
    private inner class Guard(private val main: Thread, private val folder: String) : SecurityManager() {
        override fun checkPermission(permission: Permission) = Unit
        override fun checkRead(file: String) = note(file)
        override fun checkWrite(file: String) = note(file)
        override fun checkDelete(file: String) = note(file)
        override fun checkConnect(host: String, port: Int) = noteIf(true, "$host:$port")

        private fun note(file: String) = noteIf(file.startsWith(folder), file)

        private fun noteIf(isOurs: Boolean, what: String) {
            if (!isOurs || Thread.currentThread() != main) return
            val stack = Thread.currentThread().stackTrace
            if (stack.any { it.className.startsWith("org.robolectric.shadows.ShadowBitmapFactory") }) return
            if (stack.any { it.className.startsWith("org.jalon.sample") && it.className != javaClass.name }) {
                violations += "$what by ${stack.first { it.className.startsWith("org.jalon") && it.className != javaClass.name }}"
            }
        }
    }

    @Test
    @Suppress("DEPRECATION", "removal")
    fun `No screen reads or writes on the main thread`() {
        assumeTrue("this Java has no security manager", Runtime.version().feature() < 24)
        val folder = app.dataDir.path
        StrictMode.setThreadPolicy(StrictMode.ThreadPolicy.Builder().detectAll().penaltyDeath().build())
        val guard = Guard(Looper.getMainLooper().thread, folder)
        // Load the classes of the guard itself before it is asked about the loading of classes.
        guard.checkRead("$folder/settings")
        guard.checkConnect("127.0.0.1", 1)
        violations.clear()
        System.setSecurityManager(guard)
        try {
            useEverything()
        } finally {
            System.setSecurityManager(null)
            StrictMode.setThreadPolicy(StrictMode.ThreadPolicy.LAX)
        }
        assertEquals("", violations.distinct().joinToString("\n"))
    }

    private fun useEverything() {
        allowPosition()
        startApp()
        awaitText("14 treks")
        open(Route.trek("demo", 1))
        awaitText(app.getString(R.string.trek_is_offline))
        tap(app.getString(R.string.trek_favourite_add))
        open(Route.map("demo", 1))
        Screenshot.draw(activity)
        activity.back()
        tap(app.getString(R.string.trek_follow))
        val service = startRequestedService()
        await("the walk") { app.services.walk.state.value != null }
        tap(app.getString(R.string.guide_record))
        await("the recording") { app.services.walk.state.value?.recorder != null }
        val line = MeasuredLine(lineOf("demo", 1))
        for (step in 0..10) receive(checkNotNull(line.at(step / 100.0)), NOON + step * 60_000L)
        open(Route.EMERGENCY)
        awaitText(app.getString(R.string.emergency_share))
        service.destroy()
        activity.select(Tab.REPORT)
        tap(app.getString(R.string.report_new))
        awaitText(app.getString(R.string.report_category))
        activity.select(Tab.ME)
        awaitText(app.getString(R.string.me_privacy))
        for (route in listOf(Route.TERRITORIES, Route.PRIVACY, Route.LICENCES)) open(route)
        activity.select(Tab.ME)
        activity.select(Tab.ME)
        tap("Français")
        awaitText("Favoris")
    }
}
