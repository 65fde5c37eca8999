package org.jalon.sample.trek

import android.app.AlertDialog
import android.os.Bundle
import android.view.View
import android.widget.ImageButton
import android.widget.LinearLayout
import org.jalon.Geometry
import org.jalon.Jalon
import org.jalon.exportTrek
import org.jalon.ffi.*
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Route
import org.jalon.sample.Screen
import org.jalon.sample.SharedFiles
import org.jalon.sample.guide.startFollowing
import org.jalon.sample.map.CanvasMap
import org.jalon.sample.map.MapContent
import org.jalon.sample.map.MapLine
import org.jalon.sample.map.OfflineMaps
import org.jalon.sample.view.*

/** A trek: everything that its office publishes of it, its download, and the way to follow it. */
class TrekScreen(host: MainActivity, state: Bundle, private val territory: String, private val trek: Long) : Screen(host, state) {
    private val map = CanvasMap(context, scope) { services.jalon() }
    private lateinit var content: LinearLayout
    private lateinit var favourite: ImageButton
    private val profile = ProfileView(context, formats, ::slide)
    private var elevations: Profile? = null

    override fun createView(): View = context.column(0) {
        add(
            context.topBar("", { host.back() }) {
                favourite = iconButton(R.drawable.ic_heart, this@TrekScreen.text(R.string.trek_favourite_add)) { toggleFavourite() }
                iconButton(R.drawable.ic_share, this@TrekScreen.text(R.string.trek_share_gpx)) { share() }
            },
        )
        add(context.scroll { content = this }.also(::keepScroll), 1f)
        load { jalon ->
            val details = jalon.catalogue.trekDetails(territory, trek, formats.languages)
            val line = details.geometry?.let { Geometry.of(it).parts }.orEmpty()
            content.refill { show(jalon, details, line) }
            showFavourite(jalon)
        }
    }

    private suspend fun LinearLayout.show(jalon: Jalon, details: TrekDetails, lines: List<List<Position>>) {
        val sections = TrekSections(this@TrekScreen, details)
        if (details.pictures.isNotEmpty()) add(gallery(this@TrekScreen, details.pictures, details.name))
        column(8) {
            text(details.name, R.style.Text_Title)
            flow { listOfNotNull(details.practice, details.difficulty, details.route).forEach { badge(it) } }
        }
        if (details.withdrawnMs != null) sections.notice(this, text(R.string.trek_withdrawn))
        with(sections) { figures() }
        add(DownloadCard(this@TrekScreen, territory, trek, details.name).also { it.start() }.view)
        if (lines.isNotEmpty()) {
            button(text(R.string.trek_follow), R.drawable.ic_guide, Look.PRIMARY) { follow() }
            showMap(jalon, details, lines)
        }
        with(sections) {
            texts()
            zones(jalon)
            stages()
            along()
            access()
            labels()
            desks()
            sources()
        }
    }

    /** Follows the trek. If it is not downloaded, the person decides before they leave the network behind. */
    private fun follow() = load { jalon ->
        val details = jalon.catalogue.trekDetails(territory, trek, formats.languages, listOf(Kind.CITY))
        if (details.offline) return@load startFollowing(this@TrekScreen, territory, trek)
        AlertDialog.Builder(context)
            .setTitle(text(R.string.trek_not_downloaded_title, details.name))
            .setMessage(text(R.string.trek_not_downloaded_hint))
            .setPositiveButton(text(R.string.action_download)) { _, _ ->
                services.downloads.start(territory, trek, text(R.string.map_archive))
            }
            .setNegativeButton(text(R.string.action_start)) { _, _ -> startFollowing(this@TrekScreen, territory, trek) }
            .show()
    }

    private suspend fun LinearLayout.showMap(jalon: Jalon, details: TrekDetails, lines: List<List<Position>>) {
        card(gap = 12) {
            map.isInteractive = false
            map.round(12)
            map.contentDescription = text(R.string.map_described, details.name)
            map.setOnClickListener { host.open(Route.map(territory, trek)) }
            addView(map, LinearLayout.LayoutParams(LinearLayout.LayoutParams.MATCH_PARENT, context.dp(180)))
            map.show(MapContent(lines.map { MapLine(it, null) }, maps = OfflineMaps.read(jalon, trek)))
            map.fit(lines.flatten())
            jalon.catalogue.profile(territory, trek)?.let {
                elevations = it
                add(profile).show(it)
                text(text(R.string.trek_profile_slide), R.style.Text_Caption)
            }
            button(text(R.string.trek_show_on_map), R.drawable.ic_map) { host.open(Route.map(territory, trek)) }
        }
    }

    private fun slide(part: Double) {
        val position = elevations?.positionAt(part)
        map.mark(position)
        position?.let(map::moveTo)
    }

    private suspend fun showFavourite(jalon: Jalon) {
        val isFavourite = jalon.journal.favourites().any { it.territory == territory && it.kind == Kind.TREK && it.id == trek }
        favourite.setImageResource(if (isFavourite) R.drawable.ic_heart_filled else R.drawable.ic_heart)
        favourite.contentDescription = text(if (isFavourite) R.string.trek_favourite_remove else R.string.trek_favourite_add)
        favourite.isSelected = isFavourite
    }

    private fun toggleFavourite() = load { jalon ->
        if (favourite.isSelected) {
            jalon.journal.removeFavourite(territory, Kind.TREK, trek)
        } else {
            jalon.journal.addFavourite(territory, Kind.TREK, trek, formats.languages)
        }
        showFavourite(jalon)
    }

    private fun share() = load { jalon ->
        val file = SharedFiles.newFile(context, "$territory-$trek.gpx")
        jalon.catalogue.exportTrek(territory, trek, file, formats.languages)
        SharedFiles.share(host, file, "application/gpx+xml", text(R.string.trek_share_gpx))
    }

    override fun onFailure(error: JalonException) {
        if (error !is JalonException.NotFound || content.childCount > 0) return super.onFailure(error)
        content.refill {
            add(emptyState(context, R.drawable.ic_info, text(R.string.error_not_found), text(R.string.treks_empty_hint)), 1f)
        }
    }
}
