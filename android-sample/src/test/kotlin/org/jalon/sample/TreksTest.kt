package org.jalon.sample

import android.widget.EditText
import android.widget.ListView
import org.jalon.ffi.TrekItem
import org.jalon.sample.map.CanvasMap
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Shadows.shadowOf

class TreksTest : SampleTest() {
    @Test
    fun `The first start shows the demo territory without a network`() {
        startApp()
        awaitText("14 treks")
    }

    @Test
    fun `Typing searches, and an empty result says what to do`() {
        startApp()
        checkNotNull(find<EditText>()).setText("signal")
        await("the one trek") { "1 trek" in texts() }
        checkNotNull(find<EditText>()).setText("no trek has this name")
        awaitText(app.getString(R.string.treks_empty_hint))
        tap(app.getString(R.string.treks_clear_filters))
        awaitText("14 treks")
    }

    @Test
    fun `A search finds places beside treks, and opens them`() {
        startApp()
        checkNotNull(find<EditText>()).setText("summit")
        await("a place") { items().any { it !is TrekItem } }
        val list = checkNotNull(find<ListView>())
        shadowOf(list).performItemClick(items().indexOfFirst { it !is TrekItem })
        awaitText("Summit")
        assertTrue(find<ListView>() == null)
    }

    @Test
    fun `Filters have the numbers of treks that they leave`() {
        startApp()
        tap(app.getString(R.string.treks_filters))
        tap("Hiking  5")
        await("five treks") { "5 treks" in texts() }
        tap("5 treks")
        assertEquals(5, items().size)
        tap("${app.getString(R.string.treks_filters)}  1")
        tap(app.getString(R.string.treks_clear_filters))
        awaitText("14 treks")
    }

    @Test
    fun `Near me sorts by distance and tells it`() {
        allowPosition()
        startApp()
        val start = lineOf("demo", 9).first()
        receive(start, NOON)
        tap(app.getString(R.string.treks_near_me))
        await("the nearest trek first") { (items().firstOrNull() as? TrekItem)?.id == 9L }
        awaitText("0 m from here")
    }

    @Test
    fun `A trek of the list of what is offline always opens`() {
        startApp()
        tap(app.getString(R.string.treks_offline))
        await("what is offline") { "4 treks" in texts() }
        val ids = items().map { (it as TrekItem).id }
        for (id in ids) {
            await("the list") { items().any { (it as TrekItem).id == id } }
            shadowOf(checkNotNull(find<ListView>())).performItemClick(items().indexOfFirst { (it as TrekItem).id == id })
            awaitText(app.getString(R.string.trek_is_offline))
            tap(app.getString(R.string.trek_show_on_map))
            await("the map") { find<CanvasMap> { it.contentDescription != null } != null }
            activity.back()
            activity.back()
        }
    }

    private fun items(): List<Any> {
        val adapter = checkNotNull(find<ListView>()).adapter
        return List(adapter.count) { adapter.getItem(it) }
    }
}
