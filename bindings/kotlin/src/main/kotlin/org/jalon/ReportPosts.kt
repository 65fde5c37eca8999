package org.jalon

import java.io.File
import java.io.IOException
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import okhttp3.ConnectionPool
import okhttp3.MediaType
import okhttp3.MediaType.Companion.toMediaTypeOrNull
import okhttp3.OkHttpClient
import okhttp3.Protocol
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.Response
import okio.Buffer
import okio.BufferedSink
import okio.source
import org.jalon.ffi.ReportUpload
import org.jalon.ffi.Report
import org.jalon.ffi.ReportState
import org.jalon.ffi.Reports

/** Posts reports, each at max once: OkHttp by itself would try some again. */
internal class ReportPosts(client: OkHttpClient, private val mayBeAsked: (Request) -> String?) {
    private val client = client.newBuilder()
        .retryOnConnectionFailure(false)
        // What was posted is for one server and nobody else.
        .followRedirects(false)
        .followSslRedirects(false)
        .cache(null)
        .protocols(listOf(Protocol.HTTP_1_1))
        // An old connection may be dead without anybody knowing: a report begins on one of its own.
        .connectionPool(ConnectionPool(0, 1, TimeUnit.SECONDS))
        .build()

    /** One after the other, also where the app calls twice. */
    private val turn = Mutex()

    suspend fun send(reports: Reports): List<Report> = turn.withLock {
        val sent = LinkedHashMap<String, Report>()
        val done = mutableListOf<String>()
        val gone = mutableSetOf<String>()
        while (true) {
            currentCoroutineContext().ensureActive()
            val outgoing = reports.nextUpload(done) ?: break
            if (outgoing.url in gone) {
                // Its server could not be reached a moment ago.
                done += outgoing.id
                continue
            }
            val post = Post(outgoing)
            val report = post(reports, post)
            sent[report.id] = report
            if (post.stage == Stage.WAITING) gone += outgoing.url
            // The server takes reports at another address, and that is known now.
            val goesOn = report.state == ReportState.QUEUED && report.nextAttemptMs == null
            if (!goesOn) done += outgoing.id
        }
        return sent.values.toList()
    }

    private suspend fun post(reports: Reports, post: Post): Report = coroutineScope {
        val outgoing = post.outgoing
        val request = Request.Builder().url(outgoing.url).header("accept-language", outgoing.language).post(post).build()
        val call = client.newCall(request)
        reports.started(outgoing.id)
        // A cancel is obeyed until the last bytes may have left, and no longer: what is said then is what decides.
        val watch = launch(start = CoroutineStart.UNDISPATCHED) {
            try {
                awaitCancellation()
            } finally {
                if (post.stop()) call.cancel()
            }
        }
        val report = withContext(NonCancellable) {
            try {
                mayBeAsked(request)?.let { throw IOException(it) }
                call.await().use { answered(reports, outgoing, it) }
            } catch (failed: IOException) {
                when (post.stage) {
                    Stage.WAITING -> reports.notSent(outgoing.id, mayBeAsked(request) ?: words(failed))
                    Stage.STOPPED -> reports.lost(outgoing.id, false, "stopped before all of it had left")
                    Stage.LEAVING -> reports.lost(outgoing.id, false, words(failed))
                    Stage.LAST -> reports.lost(outgoing.id, true, words(failed))
                }
            }
        }
        watch.cancel()
        report
    }

    private suspend fun answered(reports: Reports, outgoing: ReportUpload, response: Response): Report {
        val body = Buffer()
        val isWhole = withContext(Dispatchers.IO) {
            try {
                response.body.source().run { while (body.size < MAX_ANSWER && read(body, PIECE) >= 0) Unit }
                body.size < MAX_ANSWER
            } catch (cut: IOException) {
                false
            }
        }
        val retryAfter = response.header("retry-after")
        return reports.answered(outgoing.id, response.code.toUShort(), retryAfter, body.readUtf8(), isWhole)
    }

    private enum class Stage { WAITING, LEAVING, LAST, STOPPED }

    private class Post(val outgoing: ReportUpload) : RequestBody() {
        @Volatile var stage = Stage.WAITING
            private set

        override fun contentType(): MediaType? = outgoing.contentType.toMediaTypeOrNull()

        override fun contentLength(): Long = outgoing.contentLength.toLong()

        /** Nothing is tried again by OkHttp itself, whatever the server answers. */
        override fun isOneShot(): Boolean = true

        /** Whether it could still be stopped. */
        @Synchronized
        fun stop(): Boolean {
            if (stage == Stage.LAST) return false
            stage = Stage.STOPPED
            return true
        }

        @Synchronized
        private fun enter(next: Stage) {
            if (stage == Stage.STOPPED) throw IOException("stopped")
            stage = next
        }

        override fun writeTo(sink: BufferedSink) {
            enter(Stage.LEAVING)
            File(outgoing.bodyPath).source().use { file ->
                var left = contentLength()
                while (left > PIECE) {
                    sink.write(file, PIECE)
                    left -= PIECE
                }
                // What is before the last piece has left, and the last has not.
                sink.flush()
                enter(Stage.LAST)
                sink.write(file, left)
            }
        }
    }

    private companion object {
        const val PIECE = 8_192L
        const val MAX_ANSWER = 256L * 1024
    }
}
