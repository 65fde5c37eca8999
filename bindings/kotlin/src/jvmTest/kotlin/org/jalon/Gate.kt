package org.jalon

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.HttpURLConnection
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.URL
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * Stands in front of the test Geotrek and passes everything on, until it is told otherwise: to hold what comes, so that a
 * test has a request that is under way for as long as it likes, or to answer in the server's place.
 */
internal class Gate(private val geotrek: Geotrek) : AutoCloseable {
    private val threads: ExecutorService = Executors.newCachedThreadPool()
    private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
    private val lock = ReentrantLock()
    private val changed = lock.newCondition()
    private var isClosed = false

    /** What is held, in the order in which it came; [arrived] waits for it. */
    private val held = LinkedBlockingQueue<String>()

    /** The paths of the requests that came so far. */
    val requests = ConcurrentLinkedQueue<String>()

    /** Whether the request of this path is held, until another rule is given. */
    var holds: (String) -> Boolean = { false }
        set(value) = lock.withLock {
            field = value
            changed.signalAll()
        }

    /** What is answered in the server's place to the request of this path. */
    @Volatile var answers: (String) -> Answer? = { null }

    /** An answer, or with no status none at all: the connection is cut when the request has come. */
    class Answer(val status: Int?, val headers: Map<String, String> = emptyMap())

    val url: String

    init {
        server.executor = threads
        server.createContext("/") { exchange -> exchange.use(::pass) }
        server.start()
        url = "http://127.0.0.1:${server.address.port}"
    }

    /** Waits until a request is held, and gives its path. */
    fun arrived(): String = held.poll(30, TimeUnit.SECONDS) ?: error("no request came")

    private fun pass(exchange: HttpExchange) {
        val path = exchange.requestURI.toString()
        requests += path
        val sent = exchange.requestBody.readBytes()
        lock.withLock {
            val holding = holds
            if (holding(path)) {
                held.put(path)
                while (holds === holding && !isClosed) changed.await()
            }
            if (isClosed) return
        }
        answers(path)?.let { answer ->
            if (answer.status == null) return
            answer.headers.forEach(exchange.responseHeaders::set)
            exchange.sendResponseHeaders(answer.status, -1)
            return
        }
        val there = URL(geotrek.url + path).openConnection() as HttpURLConnection
        there.requestMethod = exchange.requestMethod
        there.instanceFollowRedirects = false
        for ((name, values) in exchange.requestHeaders) {
            if (name.lowercase() !in BY_CONNECTION) values.forEach { there.addRequestProperty(name, it) }
        }
        if (sent.isNotEmpty()) {
            there.doOutput = true
            there.setFixedLengthStreamingMode(sent.size)
            there.outputStream.use { it.write(sent) }
        }
        val status = there.responseCode
        var body = (if (status >= 400) there.errorStream else there.inputStream)?.use { it.readBytes() } ?: ByteArray(0)
        // Its links lead through the gate as well.
        if (there.contentType.orEmpty().startsWith("application/json")) {
            body = body.decodeToString().replace(geotrek.url, url).encodeToByteArray()
        }
        for ((name, values) in there.headerFields) {
            if (name != null && name.lowercase() !in BY_CONNECTION) exchange.responseHeaders[name] = values
        }
        exchange.sendResponseHeaders(status, body.size.toLong().takeIf { it > 0 } ?: -1)
        exchange.responseBody.write(body)
    }

    override fun close() {
        lock.withLock {
            isClosed = true
            changed.signalAll()
        }
        server.stop(0)
        threads.shutdownNow()
    }

    private companion object {
        val BY_CONNECTION =
            setOf("host", "connection", "content-length", "transfer-encoding", "keep-alive", "accept-encoding")
    }
}
