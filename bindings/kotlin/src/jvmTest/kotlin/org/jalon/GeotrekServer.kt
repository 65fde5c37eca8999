package org.jalon

import java.util.concurrent.TimeUnit

/** The test Geotrek server, as a process. Its generated data is the same for the same seed. */
internal class GeotrekServer(vararg options: String) : AutoCloseable {
    private val process: Process
    val url: String

    init {
        val program = checkNotNull(System.getProperty("jalon.geotrek")) { "-Djalon.geotrek must name the test server" }
        process = ProcessBuilder(program, "--port", "0", *options)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
        // The server prints its URL on the first line when it listens.
        val line = process.inputStream.bufferedReader().readLine() ?: error("the test server printed nothing")
        url = Regex("""http://[\d.:]+""").find(line)?.value ?: error("no URL in: $line")
    }

    override fun close() {
        process.destroy()
        process.waitFor(10, TimeUnit.SECONDS)
    }
}
