package org.jalon.sample

import android.os.Bundle
import org.jalon.ffi.Kind
import org.jalon.sample.guide.EmergencyScreen
import org.jalon.sample.guide.GuideScreen
import org.jalon.sample.map.MapScreen
import org.jalon.sample.me.LicencesScreen
import org.jalon.sample.me.MeScreen
import org.jalon.sample.me.PrivacyScreen
import org.jalon.sample.me.TerritoriesScreen
import org.jalon.sample.report.ReportFormScreen
import org.jalon.sample.report.ReportScreen
import org.jalon.sample.report.ReportsScreen
import org.jalon.sample.trek.PlaceScreen
import org.jalon.sample.trek.TrekScreen
import org.jalon.sample.trek.TreksScreen

/** A screen with what it shows, as a text that survives the end of the process: `trek/demo/6`. */
@JvmInline
value class Route(val path: String) {
    /** Makes the screen of the route. */
    fun screen(host: MainActivity, state: Bundle): Screen {
        val parts = path.split('/')
        return when (parts[0]) {
            "treks" -> TreksScreen(host, state)
            "trek" -> TrekScreen(host, state, parts[1], parts[2].toLong())
            "place" -> PlaceScreen(host, state, parts[1], Kind.valueOf(parts[2]), parts[3].toLong(), parts.getOrNull(4)?.toLong())
            "map" -> MapScreen(host, state, parts.getOrNull(1), parts.getOrNull(2)?.toLong())
            "guide" -> GuideScreen(host, state)
            "emergency" -> EmergencyScreen(host, state)
            "reports" -> ReportsScreen(host, state)
            "form" -> ReportFormScreen(host, state, parts[1])
            "report" -> ReportScreen(host, state, parts[1])
            "me" -> MeScreen(host, state)
            "territories" -> TerritoriesScreen(host, state)
            "privacy" -> PrivacyScreen(host, state)
            "licences" -> LicencesScreen(host, state)
            else -> error("no screen for the route $path")
        }
    }

    companion object {
        fun trek(territory: String, id: Long) = Route("trek/$territory/$id")

        /** A place, and the trek from which the person comes to it. */
        fun place(territory: String, kind: Kind, id: Long, trek: Long? = null) =
            Route("place/$territory/${kind.name}/$id" + if (trek == null) "" else "/$trek")

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
