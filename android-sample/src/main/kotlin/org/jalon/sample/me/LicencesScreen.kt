package org.jalon.sample.me

import android.os.Bundle
import android.view.View
import android.widget.LinearLayout
import org.jalon.sample.DemoTerritory
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Screen
import org.jalon.sample.map.OfflineMaps
import org.jalon.sample.view.*

/** The sources of the data with their licences, and the software. */
class LicencesScreen(host: MainActivity, state: Bundle) : Screen(host, state) {
    private lateinit var list: LinearLayout

    override fun createView(): View = context.column(0) {
        add(context.topBar(text(R.string.me_licences), { host.back() }))
        val page = context.scroll {
            list = column(8) {}
            card { text(text(R.string.me_licences_software)) }
        }
        add(page, 1f)
        load { jalon ->
            val territories = jalon.territories()
            val map = OfflineMaps.read(jalon).attribution
            list.refill {
                for (territory in territories) card(gap = 4) {
                    val isDemo = territory.name == DemoTerritory.NAME
                    val source = if (isDemo) text(R.string.me_territory_demo) else territory.edition?.title ?: territory.url
                    text(text(R.string.me_licences_data, source))
                    territory.edition?.let { edition -> (edition.sources + edition.licenses).forEach { text(it, R.style.Text_Note) } }
                }
                if (map.isNotEmpty()) card { text("${text(R.string.tab_map)}: $map") }
            }
        }
    }
}
