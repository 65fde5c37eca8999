package org.jalon.sample.trek

import android.text.TextUtils
import android.view.View
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.TextView
import kotlinx.coroutines.Job
import org.jalon.Geometry
import org.jalon.Jalon
import org.jalon.ffi.Kind
import org.jalon.ffi.TrekItem
import org.jalon.file
import org.jalon.sample.R
import org.jalon.sample.Screen
import org.jalon.sample.view.*

/** A trek in a list: picture, name, kind, and its figures. */
class TrekRow(private val screen: Screen) {
    private val context = screen.context
    private lateinit var name: TextView
    private lateinit var kind: TextView
    private lateinit var figures: LinearLayout
    private lateinit var offline: View
    private val thumbnail = Thumbnail(context)

    // With a large font the name needs the space.
    private val side = context.dp(if (context.resources.configuration.fontScale > 1.3f) 44 else 72)
    private var loading: Job? = null

    /** The view of the row. The space around the card belongs to it, because a list has no margins. */
    val view: FrameLayout = FrameLayout(context).apply {
        setPadding(context.dp(16), context.dp(6), context.dp(16), context.dp(6))
        tag = this@TrekRow
        val card = context.card().apply {
            row(12) {
                addView(thumbnail, LinearLayout.LayoutParams(side, side))
                column(4, 1f) {
                    row(4) {
                        name = text("", R.style.Text_Heading, 1f).apply {
                            maxLines = 3
                            ellipsize = TextUtils.TruncateAt.END
                        }
                        offline = icon(R.drawable.ic_check, R.color.accent)
                    }
                    kind = text("", R.style.Text_Note)
                }
            }
            figures = flow(12) {}
        }
        addView(card)
    }

    fun show(trek: TrekItem) {
        name.text = trek.name
        kind.text = listOfNotNull(trek.practice, trek.difficulty).joinToString(" · ")
        kind.visibility = if (kind.text.isEmpty()) View.GONE else View.VISIBLE
        offline.visibility = if (trek.offline) View.VISIBLE else View.GONE
        figures.figures(screen, trek.lengthM, trek.ascentM, trek.durationH)
        val away = trek.distanceM?.let { screen.text(R.string.treks_distance_away, screen.formats.distance(it)) }
        view.contentDescription = listOfNotNull(
            trek.name, kind.text, away, if (trek.offline) screen.text(R.string.trek_is_offline) else null,
            trek.lengthM?.let { "${screen.text(R.string.trek_length)} ${screen.formats.distance(it)}" },
            trek.ascentM?.let { "${screen.text(R.string.trek_ascent)} ${screen.formats.height(it)}" },
            trek.durationH?.let { "${screen.text(R.string.trek_duration)} ${screen.formats.duration(it)}" },
        ).joinToString(", ")
        if (away != null) kind.text = listOf(kind.text, away).filter { it.isNotEmpty() }.joinToString(" · ")
        loading?.cancel()
        thumbnail.show(null, emptyList())
        loading = screen.load { jalon -> showPicture(jalon, trek) }
    }

    private suspend fun showPicture(jalon: Jalon, trek: TrekItem) {
        val details = jalon.catalogue.trekDetails(trek.territory, trek.id, kinds = listOf(Kind.CITY))
        val picture = details.pictures.firstNotNullOfOrNull { it.file }?.let { Pictures.read(it, context.dp(72)) }
        val line = details.geometry?.let { Geometry.of(it).parts.firstOrNull() }.orEmpty()
        thumbnail.show(picture, line)
    }
}

/** Shows the figures of a trek with their icons, as far as they are known. */
fun LinearLayout.figures(screen: Screen, lengthM: Double?, ascentM: Double?, durationH: Double?) {
    removeAllViews()
    val formats = screen.formats
    val values = listOf(
        R.drawable.ic_distance to lengthM?.let(formats::distance),
        R.drawable.ic_climb to ascentM?.let(formats::height),
        R.drawable.ic_clock to durationH?.let(formats::duration),
    )
    for ((icon, value) in values) {
        if (value == null) continue
        row(6) {
            icon(icon, size = 18)
            text(value, R.style.Text_Note)
        }
    }
}
