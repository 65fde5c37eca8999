package org.jalon.sample.map

import org.jalon.Geometry
import org.jalon.Jalon
import org.jalon.ffi.Kind
import org.jalon.sample.Route

/** The map of a trek: its line, reference points, the places along it, and the sensitive areas. */
class TrekMapContent private constructor(val name: String, val map: MapContent) {
    companion object {
        /** The kinds of places on a map. */
        val PLACES = setOf(Kind.POI, Kind.TOURISTIC_CONTENT, Kind.SERVICE, Kind.INFORMATION_DESK)

        suspend fun read(jalon: Jalon, territory: String, trek: Long, languages: List<String>): TrekMapContent {
            val details = jalon.catalogue.trekDetails(territory, trek, languages)
            val lines = details.geometry?.let { Geometry.of(it).parts }.orEmpty()
            val places = details.routeItems.filter { it.kind in PLACES }.mapNotNull { item ->
                item.point?.let { MapPlace(it, item.name, Route.place(territory, item.kind, item.id)) }
            }
            val points = details.pointsReference.mapIndexed { index, point ->
                MapPlace(point, (index + 1).toString(), null, (index + 1).toString())
            }
            val zones = details.routeItems.filter { it.kind == Kind.SENSITIVE_AREA }.flatMap { item ->
                val area = jalon.catalogue.`object`(territory, item.kind, item.id)
                area.geometry?.let { Geometry.of(it).parts }.orEmpty()
            }
            val route = Route.trek(territory, trek)
            return TrekMapContent(details.name, MapContent(lines.map { MapLine(it, route) }, places + points, zones, OfflineMaps.read(jalon, trek)))
        }
    }
}
