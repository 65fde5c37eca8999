package org.jalon

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import org.jalon.JalonTestScope.Companion.HERE
import org.jalon.JalonTestScope.Companion.PARK
import org.jalon.ffi.NearbyQuery
import org.jalon.ffi.RefreshMode
import org.jalon.ffi.RefreshOptions
import org.jalon.ffi.ReportContent
import org.jalon.ffi.TrekDetails
import org.jalon.ffi.TrekQuery
import org.jalon.ffi.TrekSort
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** Concurrent calls from many threads. */
class ConcurrencyTest {
    @Test
    fun `queries during refresh return the same results`() = runJalonTest {
        addAndRefresh()
        val treks = jalon.catalogue.treks(TrekQuery(sort = TrekSort.NAME))
        val near = jalon.nearby.nearest(HERE, NearbyQuery(limit = 30u))
        val details = jalon.catalogue.trekDetails(PARK, anyTrek().id)
        coroutineScope {
            val refresh = launch { repeat(3) { jalon.refresh(PARK, RefreshOptions(mode = RefreshMode.FULL)) } }
            val queries = List(40) { index ->
                async(Dispatchers.Default) {
                    repeat(25) {
                        when (index % 3) {
                            0 -> assertEquals(treks, jalon.catalogue.treks(TrekQuery(sort = TrekSort.NAME)))
                            1 -> assertEquals(near, jalon.nearby.nearest(HERE, NearbyQuery(limit = 30u)))
                            else -> assertSame(details, jalon.catalogue.trekDetails(PARK, details.id))
                        }
                    }
                }
            }
            queries.awaitAll()
            refresh.join()
        }
    }

    /** Compares the geometries by their bytes, because the `equals` of a data class compares arrays by identity. */
    private fun assertSame(expected: TrekDetails, actual: TrekDetails) {
        assertArrayEquals(expected.geometry, actual.geometry)
        assertEquals(expected.copy(geometry = null), actual.copy(geometry = null))
    }

    @Test
    fun `concurrent new reports are all stored`() = runJalonTest {
        addAndRefresh()
        val ids = coroutineScope {
            List(100) { index ->
                async(Dispatchers.Default) { jalon.reports.newReport(PARK, ReportContent(comment = "$index")).id }
            }.awaitAll()
        }
        val stored = jalon.reports.list()
        assertEquals(ids.toSet(), stored.map { it.id }.toSet())
        assertEquals((0 until 100).map { "$it" }.toSet(), stored.map { it.content.comment }.toSet())
    }

    @Test
    fun `two Jalon objects share a directory`() = runJalonTest {
        addAndRefresh()
        Jalon.open(directory).use { other ->
            assertEquals(jalon.catalogue.treks(TrekQuery()), other.catalogue.treks(TrekQuery()))
            val id = other.reports.newReport(PARK, ReportContent(comment = "from the other")).id
            assertEquals("from the other", jalon.reports.get(id).content.comment)
        }
    }
}
