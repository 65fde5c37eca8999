package org.jalon

import java.io.File
import java.nio.file.Files
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.jalon.ffi.Position
import org.jalon.ffi.RefreshOptions
import org.jalon.ffi.TrekItem
import org.jalon.ffi.TrekQuery

/** A test Geotrek with a gate before it, a folder of its own, and Jalon open in it. */
internal class World(val geotrek: Geotrek, val gate: Gate, val directory: File, val jalon: Jalon) {
    /** Adds the territory, and takes it in by Jalon's own driver. */
    suspend fun takenIn() {
        jalon.addTerritory(PARK, gate.url)
        jalon.refresh(PARK)
    }

    /** Some trek that was taken in. */
    suspend fun trek(): TrekItem =
        jalon.catalogue.treks(TrekQuery(territory = PARK, near = HERE), listOf("fr")).items.first { it.lengthM != null }

    companion object {
        const val PARK = "park"

        /** In the middle of the territory. */
        val HERE = Position(6.2, 44.8)

        /** Nothing is tried twice, so that an error comes at once. */
        val ONCE = RefreshOptions(maxAttempts = 1u)
    }
}

/**
 * Runs a test in a world of its own. That it gives Unit matters: JUnit silently leaves out a test that gives anything else, as
 * a bare `runBlocking` may.
 */
internal fun world(vararg options: String, test: suspend World.() -> Unit) {
    val directory = Files.createTempDirectory("jalon").toFile()
    try {
        Geotrek(*options).use { geotrek ->
            Gate(geotrek).use { gate ->
                runBlocking {
                    withTimeout(60_000) {
                        Jalon.open(directory).use { World(geotrek, gate, directory, it).test() }
                    }
                }
            }
        }
    } finally {
        directory.deleteRecursively()
    }
}
