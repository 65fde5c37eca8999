package org.jalon

import java.io.File
import java.nio.file.Files
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.jalon.ffi.JalonException
import org.jalon.ffi.Position
import org.jalon.ffi.RefreshOptions
import org.jalon.ffi.TrekItem
import org.jalon.ffi.TrekQuery

/** A test server behind a proxy, and an open Jalon object in a temporary directory. */
internal class JalonTestScope(val server: GeotrekServer, val proxy: FaultProxy, val directory: File, val jalon: Jalon) {
    /** Adds the territory and refreshes it with the library's own HTTP client. */
    suspend fun addAndRefresh() {
        jalon.addTerritory(PARK, proxy.url)
        jalon.refresh(PARK)
    }

    /** Returns a downloaded trek that has a line. */
    suspend fun anyTrek(): TrekItem =
        jalon.catalogue.treks(TrekQuery(territory = PARK, near = HERE), listOf("fr")).items.first { it.lengthM != null }

    companion object {
        const val PARK = "park"

        /** A position in the middle of the territory. */
        val HERE = Position(6.2, 44.8)

        /** Makes the first error final. */
        val NO_RETRIES = RefreshOptions(maxAttempts = 1u)
    }
}

/**
 * Runs a test with a [JalonTestScope]. The function returns Unit, because JUnit silently skips a test that returns anything
 * else, as `runBlocking` may.
 */
internal fun runJalonTest(vararg serverOptions: String, test: suspend JalonTestScope.() -> Unit) {
    val directory = Files.createTempDirectory("jalon").toFile()
    try {
        GeotrekServer(*serverOptions).use { server ->
            FaultProxy(server).use { proxy ->
                runBlocking {
                    withTimeout(60_000) {
                        Jalon.open(directory).use { JalonTestScope(server, proxy, directory, it).test() }
                    }
                }
            }
        }
    } finally {
        directory.deleteRecursively()
    }
}

/**
 * Runs a test as [runJalonTest] does, with a directory whose files the server has below `/files/`, and a map of the territory
 * there, `map.pmtiles`.
 */
internal fun runHostTest(test: suspend JalonTestScope.(File) -> Unit) {
    val files = Files.createTempDirectory("jalon-files").toFile()
    try {
        runJalonTest("--files", files.path, "--map") { test(files) }
    } finally {
        files.deleteRecursively()
    }
}

/** Returns the exception of type [E] that [block] throws. The test fails if it throws another one, or none. */
internal suspend inline fun <reified E : JalonException> assertFailsWith(block: () -> Any?): E {
    val result = try {
        block()
    } catch (exception: JalonException) {
        if (exception is E) return exception
        throw AssertionError("expected ${E::class.java.simpleName}", exception)
    }
    throw AssertionError("expected ${E::class.java.simpleName}, but the call returned $result")
}
