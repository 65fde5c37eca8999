package org.jalon.sample

import org.jalon.ffi.Kind
import org.jalon.sample.trek.TreksScreen

/** A screen with what it shows, as a text that survives the end of the process: `trek/demo/6`. */
@JvmInline
value class Route(val path: String) {
    /** Makes the screen of the route. */
    fun screen(host: MainActivity, state: android.os.Bundle): Screen {
        val parts = path.split('/')
        return when (parts[0]) {
            "treks" -> TreksScreen(host, state)
            else -> error("no screen for the route $path")
        }
    }

    companion object {
        fun trek(territory: String, id: Long) = Route("trek/$territory/$id")
        fun place(territory: String, kind: Kind, id: Long) = Route("place/$territory/${kind.name}/$id")
        fun map(territory: String, trek: Long) = Route("map/$territory/$trek")
        fun form(report: String) = Route("form/$report")
        fun report(id: String) = Route("report/$id")
        val EMERGENCY = Route("emergency")
        val TERRITORIES = Route("territories")
        val PRIVACY = Route("privacy")
        val LICENCES = Route("licences")
    }
}

/** The tabs, in their order. */
enum class Tab(val root: Route, val title: Int, val icon: Int) {
    TREKS(Route("treks"), R.string.tab_treks, R.drawable.ic_treks),
    MAP(Route("map"), R.string.tab_map, R.drawable.ic_map),
    GUIDE(Route("guide"), R.string.tab_guide, R.drawable.ic_guide),
    REPORT(Route("reports"), R.string.tab_report, R.drawable.ic_report),
    ME(Route("me"), R.string.tab_me, R.drawable.ic_me),
}
