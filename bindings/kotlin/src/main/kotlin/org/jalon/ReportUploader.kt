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
import org.jalon.ffi.Header
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
        // Servers by their version URL.
        val readyServers = mutableSetOf<String>()
        val unavailableServers = mutableSetOf<String>()
        while (true) {
            currentCoroutineContext().ensureActive()
            val upload = reports.nextUpload(excludedIds) ?: break
            val server = upload.versionUrl
            if (server in unavailableServers) {
                excludedIds += upload.id
                continue
            }
            if (server !in readyServers) {
                val postponed = checkServer(reports, upload)
                if (postponed != null) {
                    sent[postponed.id] = postponed
                    unavailableServers += server
                    excludedIds += upload.id
                    continue
                }
                readyServers += server
            }
            val body = UploadBody(upload)
            val report = post(reports, body)
            sent[report.id] = report
            // A server error puts at most one report in doubt in each pass.
            if (body.status >= 500) readyServers -= server
            val isInDoubt = report.state == ReportState.IN_DOUBT
            if (body.stage == Stage.NOT_STARTED || (body.status >= 500 && isInDoubt)) unavailableServers += server
            // A report that is queued without a waiting time is repeated at once: the server has another URL for reports.
            val repeats = report.state == ReportState.QUEUED && report.nextAttemptMs == null
            if (!repeats) excludedIds += upload.id
        }
        return sent.values.toList()
    }

    /** Requests the version of the server. Returns the report, queued for a later attempt, if the server cannot take it. */
    private suspend fun checkServer(reports: Reports, upload: ReportUpload): Report? {
        val request = Request.Builder().url(upload.versionUrl).header("accept", "application/json").build()
        return try {
            violatedRule(request)?.let { throw IOException(it) }
            val call = client.newCall(request)
            call.await().use { response ->
                val (body, _) = cancelWithCoroutine(call) { readBody(response) }
                reports.checkServer(upload.id, response.code.toUShort(), headers(response), body)
            }
        } catch (error: IOException) {
            reports.postponeUpload(upload.id, violatedRule(request) ?: describe(error))
        }
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
                call.await().use {
                    body.status = it.code
                    complete(reports, upload, it)
                }
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
        val (body, isComplete) = withContext(Dispatchers.IO) { readBody(response) }
        return reports.uploadResponse(upload.id, response.code.toUShort(), headers(response), body, isComplete)
    }

    private fun headers(response: Response): List<Header> = response.headers.map { (name, value) -> Header(name, value) }

    /** Returns the body, and whether it is complete. */
    private fun readBody(response: Response): Pair<String, Boolean> {
        val body = Buffer()
        val isComplete = try {
            response.body.source().run { while (body.size < MAX_RESPONSE_BYTES && read(body, CHUNK_BYTES) >= 0) Unit }
            body.size < MAX_RESPONSE_BYTES
        } catch (_: IOException) {
            false
        }
        return body.readUtf8() to isComplete
    }

    private enum class Stage { NOT_STARTED, SENDING, FINAL_CHUNK, CANCELLED }

    private class UploadBody(val upload: ReportUpload) : RequestBody() {
        @Volatile var stage = Stage.NOT_STARTED
            private set

        /** Status of the response; 0 if there is none. */
        @Volatile var status = 0

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
