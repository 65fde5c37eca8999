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
import org.jalon.ffi.Report
import org.jalon.ffi.ReportState
import org.jalon.ffi.ReportUpload
import org.jalon.ffi.Reports

/** Uploads reports, each at most once. OkHttp would repeat some requests on its own, so its retries and redirects are off. */
internal class ReportUploader(client: OkHttpClient, private val violatedRule: (Request) -> String?) {
    private val client = client.newBuilder()
        .retryOnConnectionFailure(false)
        // A report must not be sent to another server.
        .followRedirects(false)
        .followSslRedirects(false)
        .cache(null)
        .protocols(listOf(Protocol.HTTP_1_1))
        // A pooled connection may be broken without notice, so each upload uses a new one.
        .connectionPool(ConnectionPool(0, 1, TimeUnit.SECONDS))
        .build()

    /** Serializes concurrent calls of [send]. */
    private val mutex = Mutex()

    suspend fun send(reports: Reports): List<Report> = mutex.withLock {
        val sent = LinkedHashMap<String, Report>()
        val excludedIds = mutableListOf<String>()
        val unreachableUrls = mutableSetOf<String>()
        while (true) {
            currentCoroutineContext().ensureActive()
            val upload = reports.nextUpload(excludedIds) ?: break
            if (upload.url in unreachableUrls) {
                excludedIds += upload.id
                continue
            }
            val body = UploadBody(upload)
            val report = post(reports, body)
            sent[report.id] = report
            if (body.stage == Stage.NOT_STARTED) unreachableUrls += upload.url
            // A report that is queued without a waiting time is repeated at once: the server has another URL for reports.
            val repeats = report.state == ReportState.QUEUED && report.nextAttemptMs == null
            if (!repeats) excludedIds += upload.id
        }
        return sent.values.toList()
    }

    private suspend fun post(reports: Reports, body: UploadBody): Report = coroutineScope {
        val upload = body.upload
        val request = Request.Builder().url(upload.url).header("accept-language", upload.language).post(body).build()
        val call = client.newCall(request)
        reports.markUploadStarted(upload.id)
        // Cancellation aborts the upload only while its last bytes have not been sent. Afterwards the response decides.
        val canceller = launch(start = CoroutineStart.UNDISPATCHED) {
            try {
                awaitCancellation()
            } finally {
                if (body.cancel()) call.cancel()
            }
        }
        val report = withContext(NonCancellable) {
            try {
                violatedRule(request)?.let { throw IOException(it) }
                call.await().use { complete(reports, upload, it) }
            } catch (error: IOException) {
                when (body.stage) {
                    Stage.NOT_STARTED -> reports.uploadNotSent(upload.id, violatedRule(request) ?: describe(error))
                    Stage.CANCELLED -> reports.uploadLost(upload.id, false, "cancelled before the end of the upload")
                    Stage.SENDING -> reports.uploadLost(upload.id, false, describe(error))
                    Stage.FINAL_CHUNK -> reports.uploadLost(upload.id, true, describe(error))
                }
            }
        }
        canceller.cancel()
        report
    }

    private suspend fun complete(reports: Reports, upload: ReportUpload, response: Response): Report {
        val body = Buffer()
        val isComplete = withContext(Dispatchers.IO) {
            try {
                response.body.source().run { while (body.size < MAX_RESPONSE_BYTES && read(body, CHUNK_BYTES) >= 0) Unit }
                body.size < MAX_RESPONSE_BYTES
            } catch (_: IOException) {
                false
            }
        }
        val retryAfter = response.header("retry-after")
        return reports.uploadResponse(upload.id, response.code.toUShort(), retryAfter, body.readUtf8(), isComplete)
    }

    private enum class Stage { NOT_STARTED, SENDING, FINAL_CHUNK, CANCELLED }

    private class UploadBody(val upload: ReportUpload) : RequestBody() {
        @Volatile var stage = Stage.NOT_STARTED
            private set

        override fun contentType(): MediaType? = upload.contentType.toMediaTypeOrNull()

        override fun contentLength(): Long = upload.contentLength.toLong()

        /** OkHttp does not repeat a request with a one-shot body, whatever the server responds. */
        override fun isOneShot(): Boolean = true

        /** Cancels the upload. Returns false if its final chunk may have been sent. */
        @Synchronized
        fun cancel(): Boolean {
            if (stage == Stage.FINAL_CHUNK) return false
            stage = Stage.CANCELLED
            return true
        }

        @Synchronized
        private fun enter(next: Stage) {
            if (stage == Stage.CANCELLED) throw IOException("cancelled")
            stage = next
        }

        override fun writeTo(sink: BufferedSink) {
            enter(Stage.SENDING)
            File(upload.bodyPath).source().use { file ->
                var remaining = contentLength()
                while (remaining > CHUNK_BYTES) {
                    sink.write(file, CHUNK_BYTES)
                    remaining -= CHUNK_BYTES
                }
                // Send all chunks but the final one before the stage changes.
                sink.flush()
                enter(Stage.FINAL_CHUNK)
                sink.write(file, remaining)
            }
        }
    }

    private companion object {
        const val CHUNK_BYTES = 8_192L
        const val MAX_RESPONSE_BYTES = 256L * 1024
    }
}
