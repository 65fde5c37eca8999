package org.jalon.sample

import kotlin.math.PI
import kotlin.math.cos
import kotlin.math.hypot
import org.jalon.ffi.Position

/** A line with the distance of each position from its start. */
class MeasuredLine(private val positions: List<Position>) {
    private val distances = DoubleArray(positions.size)

    init {
        for (index in 1 until positions.size) {
            distances[index] = distances[index - 1] + metres(positions[index - 1], positions[index])
        }
    }

    /** Returns the position at a part of the line, from 0 at its start to 1 at its end. */
    fun at(part: Double): Position? {
        if (positions.size < 2) return positions.firstOrNull()
        val wanted = part.coerceIn(0.0, 1.0) * distances.last()
        val end = distances.indexOfFirst { it >= wanted }.coerceAtLeast(1)
        val (a, b) = positions[end - 1] to positions[end]
        val share = (wanted - distances[end - 1]) / (distances[end] - distances[end - 1]).coerceAtLeast(1e-9)
        return Position(a.lon + (b.lon - a.lon) * share, a.lat + (b.lat - a.lat) * share)
    }

    /** On a plane: over the short distance between two vertices the difference to the ellipsoid cannot be seen. */
    private fun metres(a: Position, b: Position): Double {
        val perDegree = EARTH_RADIUS_M * PI / 180
        return hypot((b.lon - a.lon) * perDegree * cos(Math.toRadians(a.lat)), (b.lat - a.lat) * perDegree)
    }

    private companion object {
        const val EARTH_RADIUS_M = 6_371_000.0
    }
}
