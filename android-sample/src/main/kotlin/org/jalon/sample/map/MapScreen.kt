package org.jalon.sample.map

import android.Manifest
import android.content.res.ColorStateList
import android.os.Bundle
import android.view.Gravity
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.FrameLayout
import android.widget.ImageButton
import android.widget.LinearLayout
import android.widget.TextView
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.map
import org.jalon.Jalon
import org.jalon.ffi.*
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Route
import org.jalon.sample.Screen
import org.jalon.sample.view.*

/** The map of one trek, or of all territories. */
class MapScreen(host: MainActivity, state: Bundle, private val territory: String?, private val trek: Long?) : Screen(host, state) {
    private val map = createMap(this)
    private val notice = context.text("", R.style.Text_Note, R.color.ink).apply {
        background = context.surface(R.color.card, 16f, false)
        setPadding(context.dp(16), context.dp(8), context.dp(16), context.dp(8))
        visibility = View.GONE
    }
    private val accuracy = context.text("", R.style.Text_Caption, R.color.ink).apply {
        background = context.surface(R.color.card, 12f, false)
        setPadding(context.dp(12), context.dp(4), context.dp(12), context.dp(4))
        visibility = View.GONE
    }
    private lateinit var follow: ImageButton
    private var hasFitted = false

    override fun createView(): View = FrameLayout(context).apply {
        addView(map.view, MATCH_PARENT, MATCH_PARENT)
        addView(notice, FrameLayout.LayoutParams(WRAP_CONTENT, WRAP_CONTENT, Gravity.TOP or Gravity.CENTER_HORIZONTAL).apply { topMargin = context.dp(if (trek == null) 16 else 80) })
        addView(accuracy, FrameLayout.LayoutParams(WRAP_CONTENT, WRAP_CONTENT, Gravity.BOTTOM or Gravity.START).apply { setMargins(context.dp(16), 0, 0, context.dp(28)) })
        addView(controls(), FrameLayout.LayoutParams(WRAP_CONTENT, WRAP_CONTENT, Gravity.BOTTOM or Gravity.END))
        map.onOpen = { host.open(it) }
        map.onMoved = { setFollowing(false) }
        map.onCoverage = { covered ->
            notice.text = this@MapScreen.text(R.string.map_no_tiles)
            notice.visibility = if (covered) View.GONE else View.VISIBLE
        }
        state.getDoubleArray(VIEW)?.let {
            map.restore(it)
            hasFitted = true
        }
        load { jalon ->
            if (territory != null && trek != null) {
                val content = TrekMapContent.read(jalon, territory, trek, formats.languages)
                addView(bar(content.name), MATCH_PARENT, WRAP_CONTENT)
                show(content.map, content.name)
            } else {
                showTerritories(jalon)
            }
        }
        load { services.positions.fix.collect(::showFix) }
    }

    private fun bar(name: String): View = context.topBar(name, { host.back() }).apply {
        setBackgroundColor(context.getColor(R.color.background))
    }

    private fun controls(): LinearLayout = context.column(12, 16) {
        for (button in listOf(
            context.iconButton(R.drawable.ic_plus, this@MapScreen.text(R.string.map_zoom_in), surface = R.color.card) { map.zoomBy(1.0) },
            context.iconButton(R.drawable.ic_minus, this@MapScreen.text(R.string.map_zoom_out), surface = R.color.card) { map.zoomBy(-1.0) },
            context.iconButton(R.drawable.ic_near, "", surface = R.color.card) { toggleFollowing() }.also { follow = it },
        )) addView(button, LinearLayout.LayoutParams(context.dp(48), context.dp(48)))
        showFollowing()
    }

    /** Shows all treks, and then what is in the extent of the map, again after each move and each change of the data. */
    private suspend fun showTerritories(jalon: Jalon) {
        val name = text(R.string.tab_treks)
        if (!hasFitted) show(TerritoryMapContent.readTreks(jalon, OfflineMaps.read(jalon), formats.languages), name)
        val extents = MutableStateFlow<MapExtent?>(null)
        map.onExtent = { extents.value = it }
        jalon.watchChanges().map { it.catalogue to it.packs }.distinctUntilChanged().collectLatest {
            val maps = OfflineMaps.read(jalon)
            extents.filterNotNull().collect { show(TerritoryMapContent.read(jalon, it, maps, formats.languages), name) }
        }
    }

    private fun show(content: MapContent, name: String) {
        map.view.contentDescription = text(R.string.map_described, name)
        map.show(content)
        if (hasFitted) return
        hasFitted = true
        map.fit(content.lines.flatMap { it.positions }, marginDp = 80)
    }

    private fun showFix(fix: Fix?) {
        map.showFix(fix)
        accuracy.visibility = if (fix == null) View.GONE else View.VISIBLE
        accuracy.text = fix?.accuracyM?.let { text(R.string.map_accuracy, formats.distance(it)) }.orEmpty()
        if (fix != null && state.getBoolean(FOLLOWING)) map.moveTo(Position(fix.position.lon, fix.position.lat))
    }

    private fun toggleFollowing() {
        if (state.getBoolean(FOLLOWING)) return setFollowing(false)
        host.withPermission(listOf(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION)) { given ->
            setFollowing(given)
            if (!given || services.positions.fix.value == null) host.showMessage(text(R.string.map_position_unknown))
            showFix(services.positions.fix.value)
        }
    }

    private fun setFollowing(isFollowing: Boolean) {
        state.putBoolean(FOLLOWING, isFollowing)
        showFollowing()
    }

    private fun showFollowing() {
        val isFollowing = state.getBoolean(FOLLOWING)
        follow.contentDescription = text(if (isFollowing) R.string.map_free else R.string.map_follow)
        follow.isSelected = isFollowing
        val color = if (isFollowing) R.color.position else R.color.ink
        follow.imageTintList = ColorStateList.valueOf(context.getColor(color))
    }

    override fun onShown() = services.positions.use()

    override fun onHidden() = services.positions.release()

    override fun save() = state.putDoubleArray(VIEW, map.save())

    private companion object {
        const val VIEW = "view"
        const val FOLLOWING = "following"
    }
}
