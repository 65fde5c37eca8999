package org.jalon

import java.util.concurrent.TimeUnit

/** The test Geotrek: a process of its own, with a made-up territory that is the same for the same seed. */
internal class Geotrek(vararg options: String) : AutoCloseable {
    private val process: Process
    val url: String

    init {
        val program = checkNotNull(System.getProperty("jalon.geotrek")) { "-Djalon.geotrek names the test Geotrek" }
        process = ProcessBuilder(program, "--port", "0", *options)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
        // It says where it listens in its first line, and only once it does.
        val first = process.inputStream.bufferedReader().readLine() ?: error("the test Geotrek said nothing")
        url = Regex("""http://[\d.:]+""").find(first)?.value ?: error("no address in: $first")
    }

    override fun close() {
        process.destroy()
        process.waitFor(10, TimeUnit.SECONDS)
    }
}
