package org.jalon.sample

import android.Manifest
import android.content.Context
import android.location.Location
import android.location.LocationManager
import android.os.Bundle
import android.os.Looper
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import java.util.TimeZone
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import org.jalon.Geometry
import org.jalon.Jalon
import org.jalon.ffi.Position
import org.jalon.sample.guide.FollowingService
import org.jalon.sample.view.TabBar
import org.junit.After
import org.junit.Before
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.android.controller.ServiceController
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import org.robolectric.shadows.ShadowPausedLooper

/** Runs the app on the JVM: the real framework, the real library, and the demo territory of the app's assets. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35], qualifiers = "en-rGB-w360dp-h740dp-mdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
abstract class SampleTest {
    protected val app: App get() = RuntimeEnvironment.getApplication() as App
    private var receivedNs = 0L
    protected lateinit var controller: ActivityController<MainActivity>
    protected val activity: MainActivity get() = controller.get()

    @Before
    fun setTheClock() {
        TimeZone.setDefault(TimeZone.getTimeZone("Europe/Paris"))
        app.services.clock = { NOON }
    }

    @After
    fun closeTheApp() {
        if (::controller.isInitialized) controller.close()
    }

    /** Starts the app, as a person does, and waits for the first screen. */
    protected fun startApp(saved: Bundle? = null) {
        controller = Robolectric.buildActivity(MainActivity::class.java).let { if (saved == null) it.setup() else it.setup(saved) }
        await("the tab bar") { find<TabBar>() != null }
    }

    /** Runs the main thread until [condition] is true. What it waits for comes from other threads as messages. */
    protected fun await(what: String, condition: () -> Boolean) {
        val looper = shadowOf(Looper.getMainLooper()) as ShadowPausedLooper
        val deadline = System.nanoTime() + LIMIT_NS
        looper.idle()
        while (!condition()) {
            if (System.nanoTime() > deadline) throw AssertionError("$what did not come; the screen has: ${texts()}")
            looper.poll(100)
            looper.idle()
        }
    }

    /** Runs [work] with the open data, and returns its result. */
    fun <T : Any> withData(work: suspend (Jalon) -> T): T {
        val result = app.services.scope.async { work(app.services.jalon()) }
        await("the result") { result.isCompleted }
        return runBlocking { result.await() }
    }

    protected fun awaitText(text: String) = await("“$text”") { texts().any { text in it } }

    /**
     * Ends the process as Android does: the state of the activity is saved, and all memory is lost. Returns the saved state, for
     * [startApp].
     */
    protected fun endProcess(): Bundle {
        val saved = Bundle()
        controller.pause().stop().saveInstanceState(saved)
        app.onTerminate()
        controller.destroy()
        app.onCreate()
        app.services.clock = { NOON }
        return saved
    }

    /** Opens a screen, as a tap on a link to it does. */
    protected fun open(route: Route) {
        activity.open(route)
        shadowOf(Looper.getMainLooper()).idle()
    }

    /** Gives the app the permission to read the position, and the receiver its first fix. */
    protected fun allowPosition() {
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION)
    }

    /** The receiver gets a fix. */
    protected fun receive(position: Position, timeMs: Long, accuracyM: Float = 6f, bearingDeg: Float? = null) {
        val location = Location(LocationManager.GPS_PROVIDER).apply {
            longitude = position.lon
            latitude = position.lat
            time = timeMs
            accuracy = accuracyM
            if (bearingDeg != null) bearing = bearingDeg
            // The framework drops fixes that come faster than the interval that the app has asked for.
            receivedNs += 2_000_000_000L
            elapsedRealtimeNanos = receivedNs
        }
        shadowOf(app.getSystemService(Context.LOCATION_SERVICE) as LocationManager).simulateLocation(location)
        shadowOf(Looper.getMainLooper()).idle()
    }

    /** Starts the service that the app has asked Android to start. */
    protected fun startRequestedService(): ServiceController<FollowingService> {
        await("the request of a service") { shadowOf(app).peekNextStartedService() != null }
        val intent = shadowOf(app).nextStartedService
        return Robolectric.buildService(FollowingService::class.java, intent).create().startCommand(0, 1)
    }

    /** The line of a trek. */
    protected fun lineOf(territory: String, trek: Long): List<Position> = withData { jalon ->
        Geometry.of(checkNotNull(jalon.catalogue.trekDetails(territory, trek).geometry)).parts.flatten()
    }

    /** Touches the control with this text or label. */
    protected fun tap(text: String) {
        await("a control “$text”") { control(text) != null }
        checkNotNull(control(text)).performClick()
        shadowOf(Looper.getMainLooper()).idle()
    }

    /** The control in front that has this text or label. */
    private fun control(text: String): View? = views()
        .filter { view -> (view as? TextView)?.text?.toString() == text || view.contentDescription?.toString() == text }
        .mapNotNull { label -> generateSequence(label) { it.parent as? View }.firstOrNull { it.isClickable && it.isEnabled } }
        .lastOrNull()

    /** The first visible view that fulfils [condition]. */
    protected inline fun <reified V : View> find(noinline condition: (V) -> Boolean = { true }): V? =
        views().filterIsInstance<V>().firstOrNull(condition)

    /** All visible views, from the back to the front. */
    protected fun views(root: View = activity.window.decorView): Sequence<View> = sequence {
        if (root.visibility != View.VISIBLE) return@sequence
        yield(root)
        if (root is ViewGroup) for (index in 0 until root.childCount) yieldAll(views(root.getChildAt(index)))
    }

    /** All visible texts. */
    protected fun texts(): List<String> =
        views().filterIsInstance<TextView>().map { it.text.toString() }.filter { it.isNotEmpty() }.toList()

    companion object {
        /** Noon of 14 July 2026 in UTC, at which the tests take place. */
        const val NOON = 1_784_030_400_000L
        private const val LIMIT_NS = 30_000_000_000L
    }
}

/** Adds the territory of a test server, and returns its name. */
fun SampleTest.addTerritory(server: GeotrekServer): String = withData { jalon ->
    jalon.addTerritory("park", server.url)
    jalon.refresh("park")
    "park"
}
