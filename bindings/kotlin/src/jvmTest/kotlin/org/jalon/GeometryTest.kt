package org.jalon

import java.nio.ByteBuffer
import java.nio.ByteOrder
import org.jalon.ffi.Position
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test

/** Decoding of WKB and conversion to GeoJSON. */
class GeometryTest {
    private val line = wkb(2, 2, 6.1, 44.9, -6.25, -44.0)

    @Test
    fun `each geometry type is converted to GeoJSON`() {
        val expected = mapOf(
            wkb(1, null, 6.1, 44.9) to """{"type":"Point","coordinates":[6.1,44.9]}""",
            wkb(1001, null, 6.1, 44.9, 2000.0) to """{"type":"Point","coordinates":[6.1,44.9,2000.0]}""",
            line to """{"type":"LineString","coordinates":[[6.1,44.9],[-6.25,-44.0]]}""",
            wkb(1002, 1, 6.1, 44.9, 9.0) to """{"type":"LineString","coordinates":[[6.1,44.9,9.0]]}""",
            wkb(2002, 1, 6.1, 44.9, 9.0) to """{"type":"LineString","coordinates":[[6.1,44.9]]}""",
            wkb(1001, null, 6.1, 44.9, Double.NaN) to """{"type":"Point","coordinates":[6.1,44.9]}""",
            wkb(3002, 1, 6.1, 44.9, 9.0, 1.0) to """{"type":"LineString","coordinates":[[6.1,44.9,9.0]]}""",
            polygon() to """{"type":"Polygon","coordinates":[[[0.0,0.0],[1.0,0.0],[0.0,0.0]]]}""",
            multi(4, wkb(1, null, 1.0, 2.0), wkb(1, null, 3.0, 4.0)) to
                """{"type":"MultiPoint","coordinates":[[1.0,2.0],[3.0,4.0]]}""",
            multi(5, line, line) to
                """{"type":"MultiLineString","coordinates":[[[6.1,44.9],[-6.25,-44.0]],[[6.1,44.9],[-6.25,-44.0]]]}""",
            multi(6, polygon()) to """{"type":"MultiPolygon","coordinates":[[[[0.0,0.0],[1.0,0.0],[0.0,0.0]]]]}""",
            multi(7, wkb(1, null, 1.0, 2.0), line) to
                """{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1.0,2.0]},""" +
                """{"type":"LineString","coordinates":[[6.1,44.9],[-6.25,-44.0]]}]}""",
            wkb(1, null, Double.NaN, Double.NaN) to """{"type":"Point","coordinates":[]}""",
        )
        for ((bytes, json) in expected) assertEquals(json, Geometry.of(bytes).toGeoJson())
    }

    @Test
    fun `parts lists positions for any nesting and byte order`() {
        val bigEndian = ByteBuffer.allocate(21).put(0).putInt(1).putDouble(6.1).putDouble(44.9).array()
        assertEquals(listOf(listOf(Position(6.1, 44.9))), Geometry.of(bigEndian).parts)
        assertEquals(2, Geometry.of(multi(5, line, line)).parts.size)
        assertEquals(listOf(3), Geometry.of(multi(6, polygon())).parts.map { it.size })
        assertEquals(listOf(1, 2), Geometry.of(multi(7, bigEndian, line)).parts.map { it.size })
        assertEquals(Geometry.of(wkb(1, null, 6.1, 44.9)), Geometry.of(bigEndian))
    }

    @Test
    fun `invalid WKB throws IllegalArgumentException`() {
        val invalid = listOf(
            ByteArray(0),
            line.copyOf(line.size - 1),
            line + 0,
            wkb(8, null),
            wkb(-1, null),
            wkb(2, Int.MAX_VALUE),
            wkb(2, -1),
            (0..20).fold(line) { inner, _ -> multi(7, inner) },
        )
        for (bytes in invalid) assertThrows(IllegalArgumentException::class.java) { Geometry.of(bytes) }
    }

    private fun wkb(code: Int, count: Int?, vararg values: Double): ByteArray {
        val bytes = ByteBuffer.allocate(5 + (if (count == null) 0 else 4) + 8 * values.size).order(ByteOrder.LITTLE_ENDIAN)
        bytes.put(1).putInt(code)
        count?.let(bytes::putInt)
        values.forEach(bytes::putDouble)
        return bytes.array()
    }

    private fun multi(code: Int, vararg inner: ByteArray): ByteArray =
        inner.fold(wkb(code, inner.size)) { outer, next -> outer + next }

    private fun polygon(): ByteArray {
        val ring = ByteBuffer.allocate(4 + 48).order(ByteOrder.LITTLE_ENDIAN).putInt(3)
        listOf(0.0, 0.0, 1.0, 0.0, 0.0, 0.0).forEach(ring::putDouble)
        return wkb(3, 1) + ring.array()
    }
}
