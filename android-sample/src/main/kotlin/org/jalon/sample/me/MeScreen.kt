package org.jalon.sample.me

import android.app.AlertDialog
import android.os.Bundle
import android.view.View
import android.widget.LinearLayout
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import org.jalon.Jalon
import org.jalon.exportTrack
import org.jalon.ffi.*
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Route
import org.jalon.sample.Screen
import org.jalon.sample.SharedFiles
import org.jalon.sample.view.*

/** The person's own things, and the settings. */
class MeScreen(host: MainActivity, state: Bundle) : Screen(host, state) {
    private lateinit var content: LinearLayout

    override fun createView(): View = context.column(0) {
        add(context.topBar(text(R.string.tab_me), null))
        add(context.scroll { content = this }.also(::keepScroll), 1f)
        load { jalon ->
            jalon.watchChanges().map { it.journal to it.packs }.distinctUntilChanged().collect {
                val (favourites, tracks) = jalon.journal.favourites() to jalon.journal.tracks()
                val storage = jalon.packs.list().map { pack -> pack to nameOf(jalon, pack) }
                val usage = jalon.storageUsage()
                content.refill {
                    section(R.string.me_favourites, R.string.me_favourites_empty, favourites) { favourite ->
                        item(R.drawable.ic_heart_filled, favourite.name, null, Route.trek(favourite.territory, favourite.id))
                    }
                    section(R.string.me_tracks, R.string.me_tracks_empty, tracks) { track(it) }
                    section(R.string.me_storage, R.string.treks_empty_offline, storage) { (pack, name) -> pack(pack, name) }
                    text(text(R.string.me_storage_total, formats.size(usage.catalogue + usage.media + maps(storage))), R.style.Text_Note)
                    item(R.drawable.ic_map, text(R.string.me_territories), null, Route.TERRITORIES)
                    settings()
                    item(R.drawable.ic_info, text(R.string.me_privacy), null, Route.PRIVACY)
                    item(R.drawable.ic_label, text(R.string.me_licences), null, Route.LICENCES)
                }
            }
        }
    }

    private fun maps(storage: List<Pair<Pack, String>>): ULong = storage.sumOf { (pack, _) -> pack.map?.bytes ?: 0u }

    private suspend fun nameOf(jalon: Jalon, pack: Pack): String = when (val subject = pack.subject) {
        is PackSubject.Trek -> try {
            jalon.catalogue.trekDetails(pack.territory, subject.id, formats.languages, listOf(Kind.CITY)).name
        } catch (_: JalonException.NotFound) {
            "${pack.territory}/${subject.id}"
        }
        is PackSubject.Bounds -> pack.territory
    }

    private fun <T> LinearLayout.section(title: Int, empty: Int, items: List<T>, show: LinearLayout.(T) -> Unit) = column(8) {
        text(text(title), R.style.Text_Heading)
        if (items.isEmpty()) text(text(empty), R.style.Text_Note)
        items.forEach { show(it) }
    }

    private fun LinearLayout.item(icon: Int, name: String, note: String?, route: Route) = card(onClick = { host.open(route) }) {
        row(16) {
            icon(icon, R.color.accent)
            column(2, 1f) {
                text(name)
                if (note != null) text(note, R.style.Text_Note)
            }
            icon(R.drawable.ic_chevron)
        }
    }

    private fun LinearLayout.track(track: TrackSummary) = card {
        row(8) {
            column(2, 1f) {
                text(track.name.ifEmpty { formats.date(track.createdMs) })
                val stats = track.stats
                val figures = listOfNotNull(
                    formats.date(track.createdMs), formats.distance(stats.distanceM), stats.ascentM?.let(formats::height),
                    formats.duration(stats.movingS / SECONDS_PER_HOUR),
                )
                text(figures.joinToString(" · "), R.style.Text_Note)
            }
            iconButton(R.drawable.ic_share, "${text(R.string.action_share)}: ${track.name}") { share(track) }
            iconButton(R.drawable.ic_trash, "${text(R.string.action_delete)}: ${track.name}") {
                confirm("${text(R.string.action_delete)}: ${track.name}?", R.string.action_delete) { it.journal.removeTrack(track.id) }
            }
        }
    }

    private fun share(track: TrackSummary) = load { jalon ->
        val file = SharedFiles.newFile(context, "track.gpx")
        jalon.journal.exportTrack(track.id, file)
        SharedFiles.share(host, file, "application/gpx+xml", text(R.string.action_share))
    }

    private fun LinearLayout.pack(pack: Pack, name: String) = card {
        row(8) {
            column(2, 1f) {
                text(name)
                text(formats.size(pack.ownBytes + (pack.map?.bytes ?: 0u)), R.style.Text_Note)
            }
            iconButton(R.drawable.ic_trash, "${text(R.string.action_remove)}: $name") {
                confirm(text(R.string.trek_remove_question, name), R.string.action_remove) { it.packs.remove(pack.territory, pack.subject) }
            }
        }
    }

    private fun confirm(question: String, action: Int, run: suspend (Jalon) -> Unit) {
        AlertDialog.Builder(context)
            .setMessage(question)
            .setPositiveButton(text(action)) { _, _ -> load { run(it) } }
            .setNegativeButton(text(R.string.action_cancel), null)
            .show()
    }

    private fun LinearLayout.settings() = card(gap = 12) {
        val choices = services.settings.choices.value
        text(text(R.string.me_language), R.style.Text_Heading)
        flow {
            for ((language, name) in listOf(null to text(R.string.me_language_system), "en" to "English", "fr" to "Français")) {
                chip(name, null, choices.language == language) { services.settings.change(choices.copy(language = language)) }
            }
        }
        text(text(R.string.me_units), R.style.Text_Heading)
        flow {
            for ((units, name) in listOf(null to R.string.me_language_system, false to R.string.me_units_metric, true to R.string.me_units_imperial)) {
                chip(text(name), null, choices.isImperial == units) { services.settings.change(choices.copy(isImperial = units)) }
            }
        }
    }

    private companion object {
        const val SECONDS_PER_HOUR = 3_600.0
    }
}
