package org.jalon.sample.map

import kotlin.math.PI
import kotlin.math.asinh
import kotlin.math.atan
import kotlin.math.cos
import kotlin.math.ln
import kotlin.math.max
import kotlin.math.min
import kotlin.math.pow
import kotlin.math.sinh
import kotlin.math.tan
import org.jalon.ffi.Bounds
import org.jalon.ffi.Position

/** The part of the world that a map shows, in Web Mercator: x and y go from 0 to 1, and y grows to the south. */
class Viewport(private val tilePx: Double) {
    var centerX = 0.5
    var centerY = 0.36
    var zoom = 5.0
    var width = 1
    var height = 1

    /** The pixels of the whole world. */
    private val scale: Double get() = tilePx * 2.0.pow(zoom)

    fun screenX(worldX: Double): Float = ((worldX - centerX) * scale + width / 2.0).toFloat()

    fun screenY(worldY: Double): Float = ((worldY - centerY) * scale + height / 2.0).toFloat()

    fun screenX(position: Position): Float = screenX(worldX(position.lon))

    fun screenY(position: Position): Float = screenY(worldY(position.lat))

    fun position(x: Float, y: Float): Position {
        val (worldX, worldY) = centerX + (x - width / 2.0) / scale to centerY + (y - height / 2.0) / scale
        return Position(worldX * 360 - 180, Math.toDegrees(atan(sinh(PI * (1 - 2 * worldY)))))
    }

    fun extent(): MapExtent {
        val (northWest, southEast) = position(0f, 0f) to position(width.toFloat(), height.toFloat())
        val (west, east) = northWest.lon.coerceAtLeast(-180.0) to southEast.lon.coerceAtMost(180.0)
        return MapExtent(Bounds(west, southEast.lat, east, northWest.lat), 1.0 / pixels(1.0))
    }

    /** Pixels of a length on the ground at the centre. */
    fun pixels(metres: Double): Float {
        val latitude = atan(sinh(PI * (1 - 2 * centerY)))
        return (metres / (EARTH_M * cos(latitude)) * scale).toFloat()
    }

    fun moveTo(position: Position) {
        centerX = worldX(position.lon)
        centerY = worldY(position.lat)
    }

    fun moveBy(dx: Float, dy: Float) {
        centerX = (centerX + dx / scale).coerceIn(0.0, 1.0)
        centerY = (centerY + dy / scale).coerceIn(0.0, 1.0)
    }

    /** Zooms, and keeps what is at a place of the screen there. */
    fun zoomBy(levels: Double, x: Float, y: Float) {
        val fixed = centerX + (x - width / 2.0) / scale to centerY + (y - height / 2.0) / scale
        zoom = (zoom + levels).coerceIn(MIN_ZOOM, MAX_ZOOM)
        centerX = fixed.first - (x - width / 2.0) / scale
        centerY = fixed.second - (y - height / 2.0) / scale
    }

    /** Shows all positions, with [margin] pixels around them. */
    fun fit(positions: List<Position>, margin: Int) {
        if (positions.isEmpty()) return
        val (west, east) = worldX(positions.minOf { it.lon }) to worldX(positions.maxOf { it.lon })
        val (north, south) = worldY(positions.maxOf { it.lat }) to worldY(positions.minOf { it.lat })
        centerX = (west + east) / 2
        centerY = (north + south) / 2
        val wide = max(width - 2 * margin, 1) / (max(east - west, 1e-6) * tilePx)
        val high = max(height - 2 * margin, 1) / (max(south - north, 1e-6) * tilePx)
        zoom = (ln(min(wide, high)) / ln(2.0)).coerceIn(MIN_ZOOM, 15.0)
    }

    companion object {
        const val MIN_ZOOM = 2.0
        const val MAX_ZOOM = 18.0
        private const val EARTH_M = 40_075_016.7

        fun worldX(lon: Double): Double = (lon + 180) / 360

        fun worldY(lat: Double): Double = (1 - asinh(tan(Math.toRadians(lat.coerceIn(-85.0, 85.0)))) / PI) / 2
    }
}
