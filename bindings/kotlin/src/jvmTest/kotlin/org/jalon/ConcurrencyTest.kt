package org.jalon

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import org.jalon.World.Companion.HERE
import org.jalon.World.Companion.PARK
import org.jalon.ffi.NearbyQuery
import org.jalon.ffi.RefreshOptions
import org.jalon.ffi.ReportContent
import org.jalon.ffi.RefreshMode
import org.jalon.ffi.TrekQuery
import org.jalon.ffi.TrekDetails
import org.jalon.ffi.TrekSort
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** Many at once, on many threads. */
class ConcurrencyTest {
    @Test
    fun `questions are answered the same while everything is refreshed`() = world {
        takenIn()
        val treks = jalon.catalogue.treks(TrekQuery(sort = TrekSort.NAME))
        val near = jalon.nearby.nearest(HERE, NearbyQuery(limit = 30u))
        val sheet = jalon.catalogue.sheet(PARK, trek().id)
        coroutineScope {
            val refresh = launch { repeat(3) { jalon.refresh(PARK, RefreshOptions(sweep = RefreshMode.NOW)) } }
            val asking = List(40) { number ->
                async(Dispatchers.Default) {
                    repeat(25) {
                        when (number % 3) {
                            0 -> assertEquals(treks, jalon.catalogue.treks(TrekQuery(sort = TrekSort.NAME)))
                            1 -> assertEquals(near, jalon.nearby.nearest(HERE, NearbyQuery(limit = 30u)))
                            else -> assertSame(sheet, jalon.catalogue.sheet(PARK, sheet.id))
                        }
                    }
                }
            }
            asking.awaitAll()
            refresh.join()
        }
    }

    /** A data class takes two arrays of the same bytes for different. */
    private fun assertSame(expected: TrekDetails, actual: TrekDetails) {
        assertArrayEquals(expected.geometry, actual.geometry)
        assertEquals(expected.copy(geometry = null), actual.copy(geometry = null))
    }

    @Test
    fun `reports that are begun at once are all there`() = world {
        takenIn()
        val ids = coroutineScope {
            List(100) { number ->
                async(Dispatchers.Default) { jalon.reports.begin(PARK, ReportContent(comment = "$number")).id }
            }.awaitAll()
        }
        val kept = jalon.reports.list()
        assertEquals(ids.toSet(), kept.map { it.id }.toSet())
        assertEquals((0 until 100).map { "$it" }.toSet(), kept.map { it.content.comment }.toSet())
    }

    @Test
    fun `two companions share the folder`() = world {
        takenIn()
        Jalon.open(directory).use { other ->
            assertEquals(jalon.catalogue.treks(TrekQuery()), other.catalogue.treks(TrekQuery()))
            val id = other.reports.begin(PARK, ReportContent(comment = "from the other")).id
            assertEquals("from the other", jalon.reports.get(id).content.comment)
        }
    }
}
