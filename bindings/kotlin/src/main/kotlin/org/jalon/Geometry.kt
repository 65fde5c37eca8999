package org.jalon

import java.nio.ByteBuffer
import java.nio.ByteOrder
import org.jalon.ffi.Position

/**
 * A shape on the map, as the records of this package carry it: packed, because a trek has thousands of points.
 *
 * ```
 * val line = Geometry.of(sheet.geometry)
 * source.setGeoJson(line.toGeoJson())        // MapLibre's GeoJsonSource
 * polyline.points = line.parts.first().map { LatLng(it.lat, it.lon) }
 * ```
 *
 * Every position is longitude, then latitude, in degrees on WGS84.
 */
public class Geometry private constructor(
    /** What it is, in GeoJSON's words: `Point`, `LineString`, `Polygon`, `MultiPoint` and so on. */
    public val type: String,
    private val nested: List<Any>,
    private val geometries: List<Geometry>,
) {
    /**
     * Its positions, one list for each point, line or ring, whatever the depth at which they lie. The rings of a polygon
     * follow each other, the outer one first.
     */
    public val parts: List<List<Position>>
        get() = if (type == COLLECTION) geometries.flatMap { it.parts } else flatten(nested)

    /** The geometry as a GeoJSON text (RFC 7946), without spaces. Coordinates keep all the digits that they have. */
    public fun toGeoJson(): String = buildString { write(this) }

    override fun toString(): String = "$type of ${parts.sumOf { it.size }} positions"

    override fun equals(other: Any?): Boolean =
        other is Geometry && type == other.type && nested == other.nested && geometries == other.geometries

    override fun hashCode(): Int = 31 * type.hashCode() + nested.hashCode() + geometries.hashCode()

    private fun write(out: StringBuilder) {
        out.append("{\"type\":\"").append(type).append('"')
        if (type == COLLECTION) {
            out.append(",\"geometries\":[")
            geometries.forEachIndexed { index, geometry ->
                if (index > 0) out.append(',')
                geometry.write(out)
            }
            out.append("]}")
        } else {
            out.append(",\"coordinates\":")
            write(if (type == "Point") nested.firstOrNull() ?: emptyList<Any>() else nested, out)
            out.append('}')
        }
    }

    private fun write(value: Any, out: StringBuilder) {
        when (value) {
            is Position -> out.append('[').append(value.lon).append(',').append(value.lat).append(']')
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

        /** How deep collections may lie within each other. */
        private const val DEEPEST = 16

        /**
         * Unpacks what a record carries: well-known binary as ISO and GeoPackage write it. Heights and measures in it are
         * passed over. Takes about a millisecond for ten thousand positions.
         *
         * @throws IllegalArgumentException where the bytes are no whole geometry.
         */
        @JvmStatic
        public fun of(wkb: ByteArray): Geometry {
            val bytes = ByteBuffer.wrap(wkb)
            val geometry = try {
                read(bytes, 0)
            } catch (cut: java.nio.BufferUnderflowException) {
                throw IllegalArgumentException("wkb: a whole geometry; this one ends in the middle", cut)
            }
            require(!bytes.hasRemaining()) { "wkb: one geometry, and nothing after it" }
            return geometry
        }

        private fun read(bytes: ByteBuffer, depth: Int): Geometry {
            require(depth <= DEEPEST) { "wkb: collections at max $DEEPEST deep" }
            bytes.order(if (bytes.get().toInt() == 0) ByteOrder.BIG_ENDIAN else ByteOrder.LITTLE_ENDIAN)
            val code = bytes.int
            val type = requireNotNull(TYPES.getOrNull(code % 1000 - 1)) { "wkb: a geometry of a known kind, not $code" }
            val beyond = when (code / 1000) {
                0 -> 0
                1, 2 -> 1
                3 -> 2
                else -> throw IllegalArgumentException("wkb: a geometry of a known kind, not $code")
            }
            val step = 16 + 8 * beyond
            return when (type) {
                "Point" -> Geometry(type, listOfNotNull(position(bytes, beyond).takeUnless { it.lon.isNaN() }), NONE)
                "LineString" -> Geometry(type, positions(bytes, beyond, step), NONE)
                "Polygon" -> Geometry(type, list(bytes, 4) { positions(bytes, beyond, step) }, NONE)
                else -> {
                    val inner = list(bytes, 5) { read(bytes, depth + 1) }
                    when (type) {
                        COLLECTION -> Geometry(type, emptyList(), inner)
                        "MultiPoint" -> Geometry(type, inner.flatMap { it.nested }, NONE)
                        else -> Geometry(type, inner.map { it.nested }, NONE)
                    }
                }
            }
        }

        private val NONE = emptyList<Geometry>()

        private fun positions(bytes: ByteBuffer, beyond: Int, step: Int) =
            list(bytes, step) { position(bytes, beyond) }

        private fun position(bytes: ByteBuffer, beyond: Int): Position {
            val position = Position(bytes.double, bytes.double)
            repeat(beyond) { bytes.double }
            return position
        }

        /** A counted list whose items take [min] bytes at min, so that a wrong count cannot ask for the memory. */
        private inline fun <T> list(bytes: ByteBuffer, min: Int, item: () -> T): List<T> {
            val count = bytes.int
            require(count >= 0 && count.toLong() * min <= bytes.remaining()) {
                "wkb: a whole geometry; this one ends in the middle"
            }
            return List(count) { item() }
        }

        private fun flatten(value: List<Any>): List<List<Position>> = when {
            value.all { it is Position } -> if (value.isEmpty()) emptyList() else listOf(value.map { it as Position })
            else -> value.flatMap { @Suppress("UNCHECKED_CAST") flatten(it as List<Any>) }
        }
    }
}
