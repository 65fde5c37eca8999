package org.jalon.sample

import android.os.Looper
import android.widget.ImageView
import android.widget.ListView
import android.widget.ScrollView
import android.widget.TextView
import java.io.File
import org.jalon.ffi.Fix
import org.jalon.ffi.Kind
import org.jalon.ffi.ReportContent
import org.jalon.ffi.ReportPosition
import org.jalon.ffi.ReportState
import org.jalon.importFrom
import org.jalon.sample.map.CanvasMap
import org.jalon.sample.map.MapContent
import org.jalon.sample.map.Viewport
import org.jalon.sample.view.Thumbnail
import org.junit.Test
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf

/** The pictures of all screens, by day in English, by night in French, and with a large font. */
class PicturesTest : SampleTest() {
    @Test
    fun `By day in English`() = takeAll("day")

    @Test
    fun `By night in French`() {
        RuntimeEnvironment.setQualifiers("+fr-rFR-night")
        takeAll("night")
    }

    @Test
    fun `With a large font in French`() {
        RuntimeEnvironment.setQualifiers("+fr-rFR")
        RuntimeEnvironment.setFontScale(1.6f)
        takeAll("large")
    }

    private fun takeAll(look: String) {
        startApp()
        await("the list of treks") { (find<ListView>()?.adapter?.count ?: 0) > 0 }
        take("treks-$look", text(R.string.tab_me))
        if (look == "day") {
            tap(text(R.string.treks_filters))
            take("filters-$look", text(R.string.treks_clear_filters))
            activity.back()
        }
        open(Route.trek("demo", 1))
        take("trek-$look", text(R.string.trek_is_offline))
        // The last section of the page, without which it is too short to scroll.
        awaitText("Parc de la Brune")
        Screenshot.draw(activity)
        checkNotNull(find<ScrollView>()).scrollTo(0, 660)
        take("profile-$look", text(R.string.trek_profile_slide))
        open(Route.map("demo", 1))
        take("map-$look", app.getString(R.string.map_described, "").trim())
        if (look == "day") {
            activity.select(Tab.MAP)
            val map = awaitContent { it.lines.size > 1 && it.zones.isNotEmpty() }
            take("treks-map-$look", app.getString(R.string.map_described, "").trim())
            val start = lineOf("demo", 1).first()
            map.restore(doubleArrayOf(Viewport.worldX(start.lon), Viewport.worldY(start.lat), 14.0))
            awaitContent { it.places.size > 3 }
            take("near-map-$look", app.getString(R.string.map_described, "").trim())
            activity.select(Tab.TREKS)
        }
        guide(look)
        reports(look)
        withData { jalon -> jalon.journal.addFavourite("demo", Kind.TREK, 6, listOf("fr")) }
        activity.select(Tab.ME)
        take("me-$look", text(R.string.me_storage))
    }

    /** Draws the map until it has the content. */
    private fun awaitContent(condition: (MapContent) -> Boolean): CanvasMap {
        await("the content of the map") {
            Screenshot.draw(activity)
            find<CanvasMap>()?.content?.let(condition) == true
        }
        return checkNotNull(find<CanvasMap>())
    }

    private fun guide(look: String) {
        allowPosition()
        activity.back()
        tap(text(R.string.trek_follow))
        startRequestedService()
        val line = MeasuredLine(lineOf("demo", 1))
        await("the walk") { app.services.walk.state.value != null }
        for (step in 0..40) receive(checkNotNull(line.at(step / 100.0)), NOON + step * 120_000L, bearingDeg = 60f)
        take("guide-$look", text(R.string.guide_ahead))
        open(Route.EMERGENCY)
        // A fix with a time to come has the age 0 at any time of the test. The screen also gets the last position of the phone.
        val fix = Fix(checkNotNull(line.at(0.4)), Long.MAX_VALUE / 4, accuracyM = 6.0)
        val isNow = if (look == "day") "just now" else "à l’instant"
        await("a sheet with this fix") {
            app.services.positions.take(fix)
            views().any { isNow in ((it as? TextView)?.text ?: "") }
        }
        take("emergency-$look", isNow)
    }

    private fun reports(look: String) {
        val position = lineOf("demo", 1).first()
        val draft = withData { jalon ->
            val content = ReportContent("The bridge below the lake has lost two planks.", position = ReportPosition(position.lon, position.lat))
            jalon.reports.newReport("demo", content)
        }
        activity.select(Tab.REPORT)
        open(Route.form(draft.id))
        take("form-$look", text(R.string.report_trek_none))
        activity.back()
        // Reports of another day, so that the pictures do not change every day: one that was received, one in doubt, and a draft.
        val doubt = withData { jalon ->
            jalon.reports.discard(draft.id)
            jalon.journal.importFrom(File("src/test/reports.zip"))
            jalon.reports.list().first { it.state == ReportState.IN_DOUBT }
        }
        take("reports-$look", text(R.string.report_state_in_doubt))
        open(Route.report(doubt.id))
        take("doubt-$look", text(R.string.report_doubt_hint))
    }

    private fun text(id: Int) = activity.localized.getString(id)

    /** Takes the picture when the screen has [sign], and everything on it has been read. */
    private fun take(name: String, sign: String) {
        await("the content of $name") {
            views().any { sign in ((it as? TextView)?.text ?: "") || sign in (it.contentDescription ?: "") }
        }
        // A map asks for its tiles when it is drawn.
        Screenshot.draw(activity)
        await("the pictures of $name") {
            views().none { view ->
                view is Thumbnail && view.isEmpty || view is CanvasMap && view.isReading ||
                    view is ImageView && view !is Thumbnail && view.drawable == null
            }
        }
        // With its tiles, a map takes back its notice that it has none.
        Screenshot.draw(activity)
        shadowOf(Looper.getMainLooper()).idle()
        Screenshot.check(activity, name)
    }
}
