package org.jalon.sample

import android.content.res.Configuration
import android.widget.EditText
import android.widget.ListView
import android.widget.ScrollView
import org.junit.Assert.assertEquals
import org.junit.Test
import org.robolectric.RuntimeEnvironment

/** What the person sees survives a rotation, and the end of the process. */
class StateTest : SampleTest() {
    @Test
    fun `Search and filters survive a rotation`() {
        startApp()
        checkNotNull(find<EditText>()).setText("lake")
        tap(app.getString(R.string.treks_offline))
        await("the search") { (find<ListView>()?.adapter?.count ?: 0) in 1..4 }
        val before = texts()
        rotate()
        await("the same list") { texts().containsAll(before.filter { it.length > 20 }) }
        assertEquals("lake", find<EditText>()?.text.toString())
    }

    @Test
    fun `The page of a trek survives the end of the process where it was`() {
        startApp()
        open(Route.trek("demo", 1))
        awaitText(app.getString(R.string.trek_is_offline))
        Screenshot.draw(activity)
        checkNotNull(find<ScrollView>()).scrollTo(0, 500)
        startApp(endProcess())
        awaitText(app.getString(R.string.trek_is_offline))
        await("the place on the page") {
            Screenshot.draw(activity)
            find<ScrollView>()?.scrollY == 500
        }
        activity.back()
        awaitText("14 treks")
    }

    @Test
    fun `A report that is being written survives the end of the process`() {
        startApp()
        activity.select(Tab.REPORT)
        tap(app.getString(R.string.report_new))
        await("the form") { find<EditText>() != null }
        checkNotNull(find<EditText>()).setText("A rock blocks the path")
        await("the draft") { withData { it.reports.list() }.single().content.comment == "A rock blocks the path" }
        startApp(endProcess())
        await("the form") { find<EditText>()?.text.toString() == "A rock blocks the path" }
    }

    @Test
    fun `The language and the units change at once, and stay`() {
        startApp()
        activity.select(Tab.ME)
        tap("Français")
        awaitText("Favoris")
        tap("Impériales")
        startApp(endProcess())
        awaitText("Favoris")
        tap("Randonnées")
        await("miles") { texts().any { it.endsWith("mi") } }
    }

    private fun rotate() {
        RuntimeEnvironment.setQualifiers("+land")
        controller.configurationChange(Configuration(app.resources.configuration))
    }
}
