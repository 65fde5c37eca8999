package org.jalon

import java.io.File
import kotlinx.coroutines.runBlocking
import org.jalon.ffi.CancelToken
import org.jalon.ffi.Kind
import org.jalon.ffi.NearbyQuery
import org.jalon.ffi.Position
import org.jalon.ffi.TrekQuery

private const val WARM_UP = 200
private const val LASTS_NS = 2_000_000_000L
private val languages = listOf("fr", "en")

private suspend fun measure(name: String, call: suspend (Int) -> Unit) {
    repeat(WARM_UP) { call(it) }
    val since = System.nanoTime()
    var calls = 0
    while (System.nanoTime() - since < LASTS_NS) call(calls++)
    println("$name\t${calls * 1_000_000_000L / (System.nanoTime() - since)}")
}

/** Calls per second of a folder's territory `demo`, one call at a time: `bindings/kotlin/figures` runs this. */
fun main(arguments: Array<String>): Unit = runBlocking {
    Jalon.open(File(arguments[0])).use { jalon ->
        jalon.nearby.warmUp()
        val page = TrekQuery(limit = 50u)
        val treks = jalon.catalogue.treks(page, languages).items
        val around = NearbyQuery(kinds = listOf(Kind.TREK), limit = 50u)
        val places = jalon.nearby.nearest(Position(6.2, 44.8), around, languages).map { it.point }
        val nearest = NearbyQuery(limit = 10u)
        val token = CancelToken()
        measure("page of 50 treks") { jalon.catalogue.treks(page, languages) }
        measure("nearest 10") { jalon.nearby.nearest(places[it % places.size], nearest, languages) }
        measure("sheet") { jalon.catalogue.sheet("demo", treks[it % 20].id, languages) }
        measure("empty call") { token.isCancelled() }
        token.close()
    }
}
