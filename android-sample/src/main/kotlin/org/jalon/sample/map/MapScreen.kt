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
import org.jalon.Geometry
import org.jalon.Jalon
import org.jalon.ffi.*
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Route
import org.jalon.sample.Screen
import org.jalon.sample.view.*

/** The map of one trek, or of all downloaded treks with the starts of the others. */
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
                show(allTreks(jalon), this@MapScreen.text(R.string.tab_treks))
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

    /** The lines of all treks. A tap on one opens it. */
    private suspend fun allTreks(jalon: Jalon): MapContent {
        val treks = jalon.catalogue.treks(TrekQuery(limit = 200u), formats.languages).items
        val lines = treks.flatMap { trek ->
            val details = jalon.catalogue.trekDetails(trek.territory, trek.id, kinds = listOf(Kind.CITY))
            details.geometry?.let { Geometry.of(it).parts }.orEmpty().map { MapLine(it, Route.trek(trek.territory, trek.id)) }
        }
        return MapContent(lines, maps = OfflineMaps.read(jalon))
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
