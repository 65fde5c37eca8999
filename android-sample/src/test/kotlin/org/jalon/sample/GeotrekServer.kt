package org.jalon.sample

import java.util.concurrent.TimeUnit

/** The test Geotrek server, as a process. Its generated data is the same for the same seed. */
class GeotrekServer(vararg options: String, port: String = "0") : AutoCloseable {
    private val process: Process
    val url: String

    init {
        val program = checkNotNull(System.getProperty("jalon.geotrek")) { "-Djalon.geotrek must name the test server" }
        process = ProcessBuilder(program, "--port", port, *options).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        val output = readLine()
        url = checkNotNull(Regex("""http://[\d.:]+""").find(output)?.value) { "no URL in: $output" }
    }

    /** Sends a command, and returns the answer after `ok`. */
    fun command(text: String): String {
        process.outputStream.write("$text\n".toByteArray())
        process.outputStream.flush()
        val answer = generateSequence(::readLine).first { it.startsWith("ok") || it.startsWith("error") }
        check(answer.startsWith("ok")) { "$text: $answer" }
        return answer.removePrefix("ok").trim()
    }

    private fun readLine(): String {
        val line = StringBuilder()
        while (true) {
            val byte = process.inputStream.read()
            check(byte >= 0) { "the test server has ended" }
            if (byte == '\n'.code) return line.toString()
            line.append(byte.toChar())
        }
    }

    override fun close() {
        process.destroy()
        process.waitFor(10, TimeUnit.SECONDS)
    }
}
