package org.jalon

import java.nio.ByteBuffer
import java.nio.ByteOrder
import org.jalon.ffi.Position

/**
 * A decoded geometry. Records have geometries as bytes (WKB), because a trek has thousands of positions.
 *
 * ```
 * val line = Geometry.of(details.geometry)
 * source.setGeoJson(line.toGeoJson())        // MapLibre's GeoJsonSource
 * polyline.points = line.parts.first().map { LatLng(it.lat, it.lon) }
 * ```
 *
 * Positions are longitude, latitude, in degrees on WGS84, and elevation in metres if it is known.
 */
public class Geometry private constructor(
    /** The GeoJSON type: `Point`, `LineString`, `Polygon`, `MultiPoint`, and so on. */
    public val type: String,
    private val coordinates: List<Any>,
    private val members: List<Geometry>,
) {
    /**
     * The positions, as one list for each point, line and ring of the geometry and of its members. The outer ring of a
     * polygon comes before its holes.
     */
    public val parts: List<List<Position>>
        get() = if (type == COLLECTION) members.flatMap { it.parts } else flatten(coordinates)

    /** Returns the geometry as compact GeoJSON (RFC 7946). Coordinates have full precision. */
    public fun toGeoJson(): String = buildString { write(this) }

    override fun toString(): String = "$type with ${parts.sumOf { it.size }} positions"

    override fun equals(other: Any?): Boolean =
        other is Geometry && type == other.type && coordinates == other.coordinates && members == other.members

    override fun hashCode(): Int = 31 * type.hashCode() + coordinates.hashCode() + members.hashCode()

    private fun write(out: StringBuilder) {
        out.append("{\"type\":\"").append(type).append('"')
        if (type == COLLECTION) {
            out.append(",\"geometries\":[")
            members.forEachIndexed { index, geometry ->
                if (index > 0) out.append(',')
                geometry.write(out)
            }
            out.append("]}")
        } else {
            out.append(",\"coordinates\":")
            write(if (type == "Point") coordinates.firstOrNull() ?: emptyList<Any>() else coordinates, out)
            out.append('}')
        }
    }

    private fun write(value: Any, out: StringBuilder) {
        when (value) {
            is Position -> {
                out.append('[').append(value.lon).append(',').append(value.lat)
                value.elevation?.let { out.append(',').append(it) }
                out.append(']')
            }
            is List<*> -> {
                out.append('[')
                value.forEachIndexed { index, inner ->
                    if (index > 0) out.append(',')
                    inner?.let { write(it, out) }
                }
                out.append(']')
            }
        }
    }

    public companion object {
        private const val COLLECTION = "GeometryCollection"
        private val TYPES =
            listOf("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", COLLECTION)

        /** The maximum nesting depth of collections. */
        private const val MAX_DEPTH = 16

        /**
         * Decodes ISO WKB, the format of geometries in records. Ignores measures. Takes about a millisecond
         * for ten thousand positions.
         *
         * @throws IllegalArgumentException if the bytes are not exactly one geometry.
         */
        @JvmStatic
        public fun of(wkb: ByteArray): Geometry {
            val bytes = ByteBuffer.wrap(wkb)
            val geometry = try {
                read(bytes, 0)
            } catch (error: java.nio.BufferUnderflowException) {
                throw IllegalArgumentException("wkb: must be complete", error)
            }
            require(!bytes.hasRemaining()) { "wkb: must have no bytes after the geometry" }
            return geometry
        }

        private fun read(bytes: ByteBuffer, depth: Int): Geometry {
            require(depth <= MAX_DEPTH) { "wkb: collections must be nested at most $MAX_DEPTH deep" }
            bytes.order(if (bytes.get().toInt() == 0) ByteOrder.BIG_ENDIAN else ByteOrder.LITTLE_ENDIAN)
            val code = bytes.int
            val type = requireNotNull(TYPES.getOrNull(code % 1000 - 1)) { "wkb: must have a known geometry type, not $code" }
            require(code / 1000 in 0..3) { "wkb: must have a known geometry type, not $code" }
            val (hasElevation, hasMeasure) = (code / 1000 and 1 == 1) to (code / 1000 and 2 == 2)
            return when (type) {
                "Point" -> {
                    val position = position(bytes, hasElevation, hasMeasure).takeUnless { it.lon.isNaN() }
                    Geometry(type, listOfNotNull(position), NO_MEMBERS)
                }
                "LineString" -> Geometry(type, positions(bytes, hasElevation, hasMeasure), NO_MEMBERS)
                "Polygon" -> Geometry(type, list(bytes, 4) { positions(bytes, hasElevation, hasMeasure) }, NO_MEMBERS)
                else -> {
                    val inner = list(bytes, 5) { read(bytes, depth + 1) }
                    when (type) {
                        COLLECTION -> Geometry(type, emptyList(), inner)
                        "MultiPoint" -> Geometry(type, inner.flatMap { it.coordinates }, NO_MEMBERS)
                        else -> Geometry(type, inner.map { it.coordinates }, NO_MEMBERS)
                    }
                }
            }
        }

        private val NO_MEMBERS = emptyList<Geometry>()

        private fun positions(bytes: ByteBuffer, hasElevation: Boolean, hasMeasure: Boolean): List<Position> {
            val ordinates = 2 + (if (hasElevation) 1 else 0) + (if (hasMeasure) 1 else 0)
            return list(bytes, 8 * ordinates) { position(bytes, hasElevation, hasMeasure) }
        }

        private fun position(bytes: ByteBuffer, hasElevation: Boolean, hasMeasure: Boolean): Position {
            val (lon, lat) = bytes.double to bytes.double
            val elevation = if (hasElevation) bytes.double.takeUnless { it.isNaN() } else null
            if (hasMeasure) bytes.double
            return Position(lon, lat, elevation)
        }

        /** Reads a counted list. Each item has at least [minBytes] bytes, which limits the memory for a wrong count. */
        private inline fun <T> list(bytes: ByteBuffer, minBytes: Int, item: () -> T): List<T> {
            val count = bytes.int
            require(count >= 0 && count.toLong() * minBytes <= bytes.remaining()) {
                "wkb: must be complete"
            }
            return List(count) { item() }
        }

        private fun flatten(value: List<Any>): List<List<Position>> = when {
            value.all { it is Position } -> if (value.isEmpty()) emptyList() else listOf(value.map { it as Position })
            else -> value.flatMap { @Suppress("UNCHECKED_CAST") flatten(it as List<Any>) }
        }
    }
}
