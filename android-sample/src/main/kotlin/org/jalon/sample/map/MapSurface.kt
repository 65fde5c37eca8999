package org.jalon.sample.map

import android.view.View
import org.jalon.ffi.*
import org.jalon.sample.Route

/** The part of the world on the screen, and the metres of one of its pixels. */
data class MapExtent(val bounds: Bounds, val metresPerPixel: Double)

/** What a map shows. */
data class MapContent(
    val lines: List<MapLine> = emptyList(),
    val places: List<MapPlace> = emptyList(),
    /** The outer rings of sensitive areas. */
    val zones: List<List<Position>> = emptyList(),
    val maps: OfflineMaps = OfflineMaps(),
)

/** The line of a trek. A tap on it opens [route]. */
data class MapLine(val positions: List<Position>, val route: Route?)

/** A place. A tap on it opens [route]. [label] stands in its symbol, such as the number of a reference point. */
data class MapPlace(val position: Position, val name: String, val route: Route?, val label: String = "")

/**
 * A map. [CanvasMap] draws the tiles of Jalon by itself; the flavour `maplibre` has one of MapLibre. The function `createMap` of each
 * flavour makes its map.
 */
interface MapSurface {
    val view: View

    /** Called with the route of the line or the place that the person taps. */
    var onOpen: (Route) -> Unit

    /** Called with the position of a tap on nothing. */
    var onTap: (Position) -> Unit

    /** Called when the person moves the map by hand. */
    var onMoved: () -> Unit

    /** Called with what the map shows, after each change. */
    var onExtent: (MapExtent) -> Unit

    /** Called with false where no downloaded map covers what is shown. */
    var onCoverage: (Boolean) -> Unit

    fun show(content: MapContent)

    /** Moves the map so that all positions can be seen, with [marginDp] around them. */
    fun fit(positions: List<Position>, marginDp: Int = 32)

    /** Moves the map to a position. */
    fun moveTo(position: Position)

    fun zoomBy(levels: Double)

    /** Shows the position of the person with its accuracy and direction. */
    fun showFix(fix: Fix?)

    /** Marks a position, such as that under the finger on a profile. */
    fun mark(position: Position?)

    /** The centre and the zoom level, to come back to: see [restore]. */
    fun save(): DoubleArray

    fun restore(saved: DoubleArray)
}
