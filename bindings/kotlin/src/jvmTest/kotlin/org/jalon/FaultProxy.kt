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
 * A reverse proxy in front of the test server. A test can make it hold requests, so that they stay in progress for as long
 * as the test needs, and respond in place of the server.
 */
internal class FaultProxy(private val server: GeotrekServer) : AutoCloseable {
    private val threads: ExecutorService = Executors.newCachedThreadPool()
    private val listener = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
    private val lock = ReentrantLock()
    private val changed = lock.newCondition()
    private var isClosed = false

    /** The paths of held requests that [awaitHeldRequest] has not returned yet. */
    private val heldPaths = LinkedBlockingQueue<String>()

    /** The paths of all requests so far. */
    val requests = ConcurrentLinkedQueue<String>()

    /** Selects the requests to hold, by their path. Setting it releases the requests that are held. */
    var holdIf: (String) -> Boolean = { false }
        set(value) = lock.withLock {
            field = value
            changed.signalAll()
        }

    /** Returns the response to a request, by its path; null to forward the request to the server. */
    @Volatile var stub: (String) -> StubResponse? = { null }

    /**
     * A response without a body, or with the first bytes of a body that does not end. If [status] is null, the proxy closes the
     * connection without a response.
     */
    class StubResponse(val status: Int?, val headers: Map<String, String> = emptyMap(), val isEndless: Boolean = false)

    val url: String

    init {
        listener.executor = threads
        listener.createContext("/") { exchange -> exchange.use(::handle) }
        listener.start()
        url = "http://127.0.0.1:${listener.address.port}"
    }

    /** Waits until a request is held, and returns its path. */
    fun awaitHeldRequest(): String = heldPaths.poll(30, TimeUnit.SECONDS) ?: error("no request was held")

    private fun handle(exchange: HttpExchange) {
        val path = exchange.requestURI.toString()
        requests += path
        val requestBody = exchange.requestBody.readBytes()
        lock.withLock {
            val rule = holdIf
            if (rule(path)) {
                heldPaths.put(path)
                while (holdIf === rule && !isClosed) changed.await()
            }
            if (isClosed) return
        }
        stub(path)?.let { response ->
            if (response.status == null) return
            response.headers.forEach(exchange.responseHeaders::set)
            exchange.sendResponseHeaders(response.status, if (response.isEndless) 0 else -1)
            if (response.isEndless) {
                exchange.responseBody.write(ByteArray(10))
                exchange.responseBody.flush()
                lock.withLock { while (!isClosed) changed.await() }
            }
            return
        }
        forward(exchange, path, requestBody)
    }

    private fun forward(exchange: HttpExchange, path: String, requestBody: ByteArray) {
        val upstream = URL(server.url + path).openConnection() as HttpURLConnection
        upstream.requestMethod = exchange.requestMethod
        upstream.instanceFollowRedirects = false
        for ((name, values) in exchange.requestHeaders) {
            if (name.lowercase() !in HOP_BY_HOP_HEADERS) values.forEach { upstream.addRequestProperty(name, it) }
        }
        if (requestBody.isNotEmpty()) {
            upstream.doOutput = true
            upstream.setFixedLengthStreamingMode(requestBody.size)
            upstream.outputStream.use { it.write(requestBody) }
        }
        val status = upstream.responseCode
        val stream = if (status >= 400) upstream.errorStream else upstream.inputStream
        var body = stream?.use { it.readBytes() } ?: ByteArray(0)
        // Links in the response must lead to the proxy.
        if (upstream.contentType.orEmpty().startsWith("application/json")) {
            body = body.decodeToString().replace(server.url, url).encodeToByteArray()
        }
        for ((name, values) in upstream.headerFields) {
            if (name != null && name.lowercase() !in HOP_BY_HOP_HEADERS) exchange.responseHeaders[name] = values
        }
        exchange.sendResponseHeaders(status, body.size.toLong().takeIf { it > 0 } ?: -1)
        exchange.responseBody.write(body)
    }

    override fun close() {
        lock.withLock {
            isClosed = true
            changed.signalAll()
        }
        listener.stop(0)
        threads.shutdownNow()
    }

    private companion object {
        init {
            // Otherwise the head and the body of a response are two packets, and the second waits 40 ms for the receipt of the first.
            System.setProperty("sun.net.httpserver.nodelay", "true")
        }

        val HOP_BY_HOP_HEADERS =
            setOf("host", "connection", "content-length", "transfer-encoding", "keep-alive", "accept-encoding")
    }
}
