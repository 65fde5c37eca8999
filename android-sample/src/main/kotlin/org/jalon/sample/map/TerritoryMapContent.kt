package org.jalon.sample.map

import org.jalon.Geometry
import org.jalon.Jalon
import org.jalon.ffi.*
import org.jalon.sample.Route

/** What the map of all territories shows in an extent: treks and sensitive areas, and places if it is near enough. */
object TerritoryMapContent {
    /** From here on places would cover each other. */
    private const val PLACES_FROM_M_PER_PIXEL = 12.0
    private val WORLD = Bounds(-180.0, -90.0, 180.0, 90.0)

    /** Reads all treks with coarse lines, for a first look. */
    suspend fun readTreks(jalon: Jalon, maps: OfflineMaps, languages: List<String>): MapContent =
        content(jalon.catalogue.features(WORLD, FeatureQuery(listOf(Kind.TREK), toleranceM = 50.0, limit = 5000u), languages), maps)

    suspend fun read(jalon: Jalon, extent: MapExtent, maps: OfflineMaps, languages: List<String>): MapContent {
        val areas = listOf(Kind.TREK, Kind.SENSITIVE_AREA)
        val kinds = if (extent.metresPerPixel < PLACES_FROM_M_PER_PIXEL) areas + TrekMapContent.PLACES else areas
        return content(jalon.catalogue.features(extent.bounds, FeatureQuery(kinds, toleranceM = extent.metresPerPixel), languages), maps)
    }

    private fun content(page: FeaturePage, maps: OfflineMaps): MapContent {
        val (lines, places) = mutableListOf<MapLine>() to mutableListOf<MapPlace>()
        val zones = mutableListOf<List<Position>>()
        for (item in page.items) {
            val parts = Geometry.of(item.geometry).parts
            when (item.kind) {
                Kind.TREK -> lines += parts.map { MapLine(it, Route.trek(item.territory, item.id)) }
                Kind.SENSITIVE_AREA -> zones += parts
                else -> parts.firstOrNull()?.firstOrNull()?.let {
                    places += MapPlace(it, item.name, Route.place(item.territory, item.kind, item.id))
                }
            }
        }
        return MapContent(lines, places, zones, maps)
    }
}
