package org.jalon.sample.trek

import android.Manifest
import android.os.Bundle
import android.text.InputType
import android.text.TextUtils
import android.view.View
import android.view.inputmethod.EditorInfo
import android.widget.AbsListView
import android.widget.EditText
import android.widget.FrameLayout
import android.widget.ImageButton
import android.widget.LinearLayout
import android.widget.ListView
import android.widget.TextView
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import org.jalon.Jalon
import org.jalon.ffi.*
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Route
import org.jalon.sample.Screen
import org.jalon.sample.view.*

/** All treks: search, filters, what is near, what is offline. */
class TreksScreen(host: MainActivity, state: Bundle) : Screen(host, state) {
    private val filter = TrekFilter(state)
    private val panel = FilterPanel(this, filter, ::search, ::closeFilters)
    private val adapter = TreksAdapter(this)
    private lateinit var field: EditText
    private lateinit var clear: ImageButton
    private lateinit var chips: LinearLayout
    private lateinit var number: TextView
    private lateinit var list: ListView
    private lateinit var empty: FrameLayout
    private var searching: Job? = null
    private var total = 0
    private var offset = 0
    private var restoredPosition = state.getInt(POSITION)

    override fun createView(): View = FrameLayout(context).apply {
        val screen = context.column(0) {
            add(header())
            list = ListView(context).apply {
                id = R.id.list
                divider = null
                isVerticalScrollBarEnabled = false
                selector = context.getDrawable(android.R.color.transparent)
                setPadding(0, 0, 0, context.dp(12))
                clipToPadding = false
                adapter = this@TreksScreen.adapter
                setOnItemClickListener { _, _, position, _ -> open(position) }
                setOnScrollListener(scrollListener)
            }
            empty = FrameLayout(context).apply { visibility = View.GONE }
            add(list, 1f)
            add(empty, 1f)
        }
        addView(screen)
        addView(panel.view)
        panel.view.visibility = if (state.getBoolean(PANEL)) View.VISIBLE else View.GONE
        showChips()
        observe(services.positions.fix.map { it?.position }.distinctUntilChanged { a, b -> !filter.isNear || a == b }) { search() }
        load { jalon -> jalon.watchChanges().map { it.catalogue to it.packs }.distinctUntilChanged().collect { search() } }
    }

    private fun header(): View = context.column(8) {
        setPadding(context.dp(16), context.dp(8), context.dp(16), context.dp(8))
        row(12) {
            background = context.surface(R.color.card, 28f, false, R.color.outline)
            setPadding(context.dp(16), 0, context.dp(4), 0)
            minimumHeight = context.dp(56)
            icon(R.drawable.ic_search)
            field = add(EditText(context), 1f).apply {
                id = R.id.search
                setTextAppearance(R.style.Text_Body)
                background = null
                hint = this@TreksScreen.text(R.string.treks_search)
                setHintTextColor(context.getColor(R.color.ink_soft))
                inputType = InputType.TYPE_CLASS_TEXT
                ellipsize = TextUtils.TruncateAt.END
                imeOptions = EditorInfo.IME_ACTION_SEARCH
                minHeight = context.dp(48)
                isSaveEnabled = false
                setText(filter.text)
                onTextChange {
                    filter.text = it
                    search()
                }
            }
            clear = iconButton(R.drawable.ic_close, this@TreksScreen.text(R.string.treks_clear_search)) { field.setText("") }
        }
        scrollingRow { chips = this }
        number = text("", R.style.Text_Note).apply { accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE }
    }

    private fun showChips() = chips.refill {
        chip(this@TreksScreen.text(R.string.treks_near_me), R.drawable.ic_near, filter.isNear) { toggleNear() }
        chip(this@TreksScreen.text(R.string.treks_offline), R.drawable.ic_offline, filter.isOffline) {
            filter.isOffline = !filter.isOffline
            search()
        }
        val count = filter.values.size
        val filters = this@TreksScreen.text(R.string.treks_filters) + if (count > 0) "  $count" else ""
        chip(filters, R.drawable.ic_filter, count > 0) { openFilters() }
    }

    private fun toggleNear() {
        if (filter.isNear) {
            filter.isNear = false
            return search()
        }
        host.withPermission(listOf(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION)) { given ->
            filter.isNear = given
            if (!given) host.showMessage(text(R.string.map_position_unknown))
            search()
        }
    }

    /** Searches again. A search that is still running is given up. */
    private fun search() {
        showChips()
        clear.visibility = if (filter.text.isEmpty()) View.GONE else View.VISIBLE
        searching?.cancel()
        searching = load { jalon -> readFirst(jalon) }
    }

    private suspend fun readFirst(jalon: Jalon) {
        val page = jalon.catalogue.treks(filter.query(services.positions.fix.value?.position, 0), formats.languages)
        offset = page.items.size
        total = page.total.toInt()
        val places = if (filter.text.isBlank() || filter.isOffline) emptyList() else {
            jalon.catalogue.search(filter.text, formats.languages, PLACES, limit = 20u).items
        }
        panel.show(page.facetCounts, total)
        adapter.show(page.items, places)
        number.text = count(R.plurals.treks_count, total)
        showEmpty(jalon, page.items.isEmpty() && places.isEmpty())
        if (restoredPosition > 0) list.setSelection(restoredPosition).also { restoredPosition = 0 }
    }

    private suspend fun showEmpty(jalon: Jalon, isEmpty: Boolean) {
        list.visibility = if (isEmpty) View.GONE else View.VISIBLE
        empty.visibility = if (isEmpty) View.VISIBLE else View.GONE
        if (!isEmpty) return
        val hint = when {
            jalon.territories().isEmpty() -> R.string.treks_empty_territory
            filter.isOffline -> R.string.treks_empty_offline
            else -> R.string.treks_empty_hint
        }
        empty.removeAllViews()
        empty.addView(
            emptyState(context, R.drawable.ic_search, text(R.string.treks_empty_title), text(hint)) {
                button(this@TreksScreen.text(R.string.treks_clear_filters)) {
                    filter.clear()
                    field.setText("")
                    search()
                }
            },
        )
    }

    /** Reads the next treks when the person comes near the end of the list. */
    private val scrollListener = object : AbsListView.OnScrollListener {
        override fun onScrollStateChanged(view: AbsListView?, state: Int) = Unit

        override fun onScroll(view: AbsListView, first: Int, visible: Int, count: Int) {
            if (visible > 0 && restoredPosition == 0) state.putInt(POSITION, first)
            if (count == 0 || first + visible < count - 10 || offset >= total || searching?.isActive == true) return
            searching = load { jalon ->
                val page = jalon.catalogue.treks(filter.query(services.positions.fix.value?.position, offset), formats.languages)
                offset += page.items.size
                adapter.add(page.items)
            }
        }
    }

    private fun open(position: Int) = when (val item = adapter.getItem(position)) {
        is TrekItem -> host.open(Route.trek(item.territory, item.id))
        is SearchHit -> host.open(Route.place(item.territory, item.kind, item.id))
        else -> error("an unknown item of the list: $item")
    }

    private fun openFilters() {
        state.putBoolean(PANEL, true)
        panel.view.visibility = View.VISIBLE
    }

    private fun closeFilters() {
        state.putBoolean(PANEL, false)
        panel.view.visibility = View.GONE
    }

    override fun onBack(): Boolean = state.getBoolean(PANEL).also { if (it) closeFilters() }

    override fun onShown() = services.positions.use()

    override fun onHidden() = services.positions.release()

    private companion object {
        const val PANEL = "panel"
        const val POSITION = "position"
        val PLACES = listOf(
            Kind.POI, Kind.TOURISTIC_CONTENT, Kind.TOURISTIC_EVENT, Kind.INFORMATION_DESK, Kind.SITE, Kind.SERVICE,
        )
    }
}
