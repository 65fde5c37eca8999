package org.jalon

import java.io.File
import kotlinx.coroutines.runBlocking
import org.jalon.ffi.CancelToken
import org.jalon.ffi.Fix
import org.jalon.ffi.Kind
import org.jalon.ffi.NearbyQuery
import org.jalon.ffi.Position
import org.jalon.ffi.TrekQuery

private const val WARM_UP_CALLS = 200
private const val DURATION_NS = 2_000_000_000L
private val languages = listOf("fr", "en")

private suspend fun measure(name: String, call: suspend (Int) -> Unit) {
    repeat(WARM_UP_CALLS) { call(it) }
    val start = System.nanoTime()
    var calls = 0
    while (System.nanoTime() - start < DURATION_NS) call(calls++)
    println("$name\t${calls * 1_000_000_000L / (System.nanoTime() - start)}")
}

/** Prints calls per second on the territory `demo` of a directory, one call at a time. Run by `bindings/kotlin/benchmark`. */
fun main(arguments: Array<String>): Unit = runBlocking {
    Jalon.open(File(arguments[0])).use { jalon ->
        jalon.nearby.warmUp()
        val page = TrekQuery(limit = 50u)
        val treks = jalon.catalogue.treks(page, languages).items
        val nearbyTreks = NearbyQuery(kinds = listOf(Kind.TREK), limit = 50u)
        val points = jalon.nearby.nearest(Position(6.2, 44.8), nearbyTreks, languages).map { it.point }
        val nearest = NearbyQuery(limit = 10u)
        // The first trek with a line.
        val walked = treks.first { it.lengthM != null }.id
        val line = checkNotNull(jalon.catalogue.trekDetails("demo", walked, languages).geometry)
        val vertices = Geometry.of(line).parts.flatten()
        val guide = jalon.guide("demo", walked, languages = languages)
        val token = CancelToken()
        measure("page of 50 treks") { jalon.catalogue.treks(page, languages) }
        measure("nearest 10") { jalon.nearby.nearest(points[it % points.size], nearest, languages) }
        measure("trek details") { jalon.catalogue.trekDetails("demo", treks[it % 20].id, languages) }
        measure("guide update") { guide.update(Fix(vertices[it % vertices.size], it * 10_000L, accuracyM = 5.0)) }
        measure("empty call") { token.isCancelled() }
        token.close()
        guide.close()
    }
}
