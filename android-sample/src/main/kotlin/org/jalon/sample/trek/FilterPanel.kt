package org.jalon.sample.trek

import android.widget.LinearLayout
import android.widget.ScrollView
import org.jalon.ffi.*
import org.jalon.sample.R
import org.jalon.sample.Screen
import org.jalon.sample.view.*

/** The filters, each with the number of treks that it leaves. */
class FilterPanel(
    private val screen: Screen,
    private val filter: TrekFilter,
    private val onChange: () -> Unit,
    private val onClose: () -> Unit,
) {
    private val context = screen.context
    private val facets = context.column(24, 16) {}
    private val done = context.button("", look = Look.PRIMARY) { onClose() }

    /** The view of the panel, which covers the list. */
    val view: LinearLayout = context.column(0) {
        setBackgroundColor(context.getColor(R.color.background))
        isClickable = true
        add(context.topBar(screen.text(R.string.treks_filters), onClose))
        add(ScrollView(context).apply { isVerticalScrollBarEnabled = false }.also { it.addView(facets) }, 1f)
        column(8) {
            val side = context.resources.displayMetrics.density.toInt() * 16
            setPadding(side, 8, side, side)
            add(done)
            button(screen.text(R.string.treks_clear_filters)) {
                filter.values = emptySet()
                onChange()
            }
        }
    }

    /** Shows the counts of a query, and the number of treks that it found. */
    fun show(counts: List<FacetValueCounts>, total: Int) {
        done.text = screen.count(R.plurals.treks_count, total)
        facets.refill {
            for ((facet, title) in TITLES) {
                val values = counts.find { it.facet == facet }?.counts.orEmpty()
                if (values.isEmpty()) continue
                column(8) {
                    text(screen.text(title), R.style.Text_Heading)
                    flow { values.forEach { value(facet, it) } }
                }
            }
        }
    }

    private fun LinearLayout.value(facet: Facet, value: FacetValueCount) {
        val key = FacetValue(facet, value.territory, value.id)
        val isOn = key in filter.values
        chip("${value.name}  ${value.count}", if (isOn) R.drawable.ic_check else null, isOn) {
            filter.values = if (isOn) filter.values - key else filter.values + key
            onChange()
        }
    }

    private companion object {
        val TITLES = listOf(
            Facet.PRACTICE to R.string.treks_practice,
            Facet.DIFFICULTY to R.string.treks_difficulty,
            Facet.LABEL to R.string.trek_labels,
        )
    }
}
