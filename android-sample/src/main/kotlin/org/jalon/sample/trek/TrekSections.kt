package org.jalon.sample.trek

import android.text.Html
import android.text.method.LinkMovementMethod
import android.view.View
import android.widget.LinearLayout
import java.util.Calendar
import java.util.TimeZone
import org.jalon.Jalon
import org.jalon.ffi.*
import org.jalon.sample.R
import org.jalon.sample.Route
import org.jalon.sample.Screen
import org.jalon.sample.view.*

/** The sections of a trek's page. A section without content is left out. */
class TrekSections(private val screen: Screen, private val trek: TrekDetails) {
    private val formats = screen.formats

    fun LinearLayout.figures() = card {
        flow(12) {
            figure(R.drawable.ic_distance, R.string.trek_length, trek.lengthM?.let(formats::distance))
            figure(R.drawable.ic_climb, R.string.trek_ascent, trek.ascentM?.let(formats::height))
            figure(R.drawable.ic_clock, R.string.trek_duration, trek.durationH?.let(formats::duration))
        }
    }

    private fun LinearLayout.figure(icon: Int, title: Int, value: String?) {
        if (value == null) return
        column(2) {
            row(6) {
                icon(icon, size = 18)
                text(value, R.style.Text_Button)
            }
            text(screen.text(title), R.style.Text_Caption)
        }
    }

    /** A sentence that stands out. */
    fun notice(parent: LinearLayout, sentence: String) = parent.card(R.color.warning_soft) {
        row(12) {
            icon(R.drawable.ic_warning, R.color.on_warning_soft)
            text(sentence, R.style.Text_Body, 1f, R.color.on_warning_soft)
        }
    }

    fun LinearLayout.texts() {
        section(R.string.trek_description, trek.descriptionTeaser, trek.ambiance, trek.description)
        section(R.string.trek_advice, trek.advice, trek.gear)
    }

    private fun LinearLayout.section(title: Int, vararg texts: RichText?) {
        val filled = texts.filterNotNull().filter { it.plain.isNotBlank() }
        if (filled.isEmpty()) return
        card {
            text(screen.text(title), R.style.Text_Heading)
            filled.forEach { rich(it) }
        }
    }

    /** The sensitive areas in season this month, with their rules and whom to ask. */
    suspend fun LinearLayout.zones(jalon: Jalon) {
        val now = screen.services.clock()
        val month = Calendar.getInstance(TimeZone.getDefault()).apply { timeInMillis = now }.get(Calendar.MONTH) + 1
        val zones = try {
            jalon.guide(trek.territory, trek.id, now, formats.languages).use { it.contents().zones }
        } catch (_: JalonException.InvalidInput) {
            // The trek has no line.
            return
        }
        if (zones.isEmpty()) return
        val inSeason = zones.filter { it.months.isEmpty() || month.toUInt() in it.months }
        card(if (inSeason.isEmpty()) R.color.card else R.color.warning_soft, 12) {
            val ink = if (inSeason.isEmpty()) null else R.color.on_warning_soft
            row(12) {
                icon(R.drawable.ic_zone, ink ?: R.color.ink_soft)
                text(screen.text(R.string.trek_zones), R.style.Text_Heading, 1f, ink)
            }
            if (inSeason.isEmpty()) text(screen.text(R.string.trek_zones_none), R.style.Text_Note)
            for (zone in inSeason) column(4) {
                text(zone.name, R.style.Text_Button, color = ink)
                if (zone.rules.isNotEmpty()) text(zone.rules, R.style.Text_Note, color = ink)
                if (zone.contact.isNotEmpty()) text(screen.text(R.string.trek_zone_contact, zone.contact), R.style.Text_Note, color = ink)
            }
        }
    }

    fun LinearLayout.stages() {
        if (trek.stages.isEmpty()) return
        text(screen.text(R.string.trek_stages), R.style.Text_Heading)
        column(8) {
            for (stage in trek.stages) {
                val figures = listOfNotNull(
                    stage.lengthM?.let(formats::distance), stage.ascentM?.let(formats::height), stage.durationH?.let(formats::duration),
                )
                item(R.drawable.ic_treks, "${stage.number}. ${stage.name}", figures.joinToString(" · ")) { Route.trek(trek.territory, stage.id) }
            }
        }
    }

    fun LinearLayout.along() {
        val items = trek.routeItems.filter { it.kind in ALONG }
        if (items.isEmpty()) return
        text(screen.text(R.string.trek_along), R.style.Text_Heading)
        column(8) {
            for (item in items) {
                val distance = screen.text(R.string.trek_at_distance, formats.distance(item.alongM))
                item(R.drawable.ic_pin, item.name, distance) { Route.place(trek.territory, item.kind, item.id, trek.id) }
            }
        }
    }

    private fun LinearLayout.item(icon: Int, name: String, note: String, route: () -> Route) =
        card(onClick = { screen.host.open(route()) }) {
            row(16) {
                icon(icon)
                column(2, 1f) {
                    text(name)
                    if (note.isNotEmpty()) text(note, R.style.Text_Note)
                }
                icon(R.drawable.ic_chevron)
            }
        }

    fun LinearLayout.access() = section(R.string.trek_access, trek.advisedParking, trek.access, trek.publicTransport)

    fun LinearLayout.labels() {
        if (trek.labels.isEmpty()) return
        card {
            text(screen.text(R.string.trek_labels), R.style.Text_Heading)
            flow { trek.labels.forEach { badge(it, R.drawable.ic_label) } }
        }
    }

    fun LinearLayout.desks() {
        if (trek.informationDesks.isEmpty()) return
        text(screen.text(R.string.trek_desks), R.style.Text_Heading)
        column(8) {
            trek.informationDesks.forEach { desk ->
                item(R.drawable.ic_info, desk.name, address(desk)) {
                    Route.place(trek.territory, Kind.INFORMATION_DESK, desk.id, trek.id)
                }
            }
        }
    }

    private fun address(desk: InformationDesk): String =
        listOfNotNull(desk.phone, desk.municipality).filter { it.isNotEmpty() }.joinToString(" · ")

    fun LinearLayout.sources() {
        val sources = (trek.sources + listOfNotNull(trek.structure)).distinct()
        if (sources.isNotEmpty()) text(screen.text(R.string.me_licences_data, sources.joinToString(", ")), R.style.Text_Caption)
    }

    private companion object {
        val ALONG = setOf(Kind.POI, Kind.TOURISTIC_CONTENT, Kind.TOURISTIC_EVENT, Kind.SERVICE, Kind.SITE, Kind.COURSE)
    }
}

/** Adds a text with its formatting and links. */
fun LinearLayout.rich(value: RichText): View {
    val formatted = Html.fromHtml(value.html, Html.FROM_HTML_MODE_COMPACT).trim()
    return text(formatted).apply { if (value.html.contains("<a ")) movementMethod = LinkMovementMethod.getInstance() }
}
