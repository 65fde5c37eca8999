package org.jalon

import java.io.IOException
import java.net.SocketTimeoutException
import java.net.UnknownHostException
import java.nio.Buffer
import java.nio.ByteBuffer
import javax.net.ssl.SSLException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.channelFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import okhttp3.Call
import okhttp3.Callback
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.Response
import org.jalon.ffi.AttachedFileSizes
import org.jalon.ffi.BlockReason
import org.jalon.ffi.Header
import org.jalon.ffi.HttpRequest
import org.jalon.ffi.JalonException
import org.jalon.ffi.MapEstimate
import org.jalon.ffi.MapSource
import org.jalon.ffi.NextTransfer
import org.jalon.ffi.Pack
import org.jalon.ffi.PackSubject
import org.jalon.ffi.PictureSize
import org.jalon.ffi.Progress
import org.jalon.ffi.RefreshOptions
import org.jalon.ffi.RefreshSummary
import org.jalon.ffi.Report
import org.jalon.ffi.ResponseAction
import org.jalon.ffi.TransferResult
import org.jalon.ffi.Transfers

/**
 * Runs refreshes, downloads and uploads with an OkHttp [client] of the app, and so with its certificates, proxy, logging and
 * timeouts. It has the same functions as the library's own HTTP client, and each of the two resumes what the other one
 * started.
 *
 * ```
 * val driver = OkHttpDriver(client)
 * driver.refresh(jalon, "park")
 * driver.download(jalon, "park", PackSubject.Trek(31))
 * driver.send(jalon)
 * ```
 *
 * Cancelling the coroutine cancels its HTTP calls; completed and partial files are kept. The app must depend on OkHttp, and
 * on Android have the permission INTERNET.
 *
 * @param allowPlainHttp true to allow plain HTTP to other hosts than this machine.
 */
public class OkHttpDriver(client: OkHttpClient, private val allowPlainHttp: Boolean = false) {
    private val client: OkHttpClient = client.newBuilder()
        // OkHttp follows redirects from HTTP to HTTPS only together with the opposite direction. The interceptor rejects the
        // opposite direction.
        .followRedirects(true)
        .followSslRedirects(true)
        .addNetworkInterceptor { chain ->
            val request = chain.request()
            val original = request.tag(OriginalRequest::class.java)
            if (original != null) {
                if (original.isHttps && !request.isHttps) throw UrlNotAllowedException("a redirect from https to plain http")
                violatedRule(request)?.let { throw UrlNotAllowedException(it) }
            }
            chain.proceed(request)
        }
        .build()

    private val uploader = ReportUploader(client, ::violatedRule)

    /** Same as [Jalon.refresh]. */
    public suspend fun refresh(
        jalon: Jalon,
        territory: String,
        options: RefreshOptions = RefreshOptions(),
    ): RefreshSummary = refresh(jalon, territory, options) {}

    private suspend fun refresh(
        jalon: Jalon,
        territory: String,
        options: RefreshOptions,
        onProgress: suspend (Progress) -> Unit,
    ): RefreshSummary = (run(jalon.planRefresh(territory, options), onProgress) as TransferResult.Refresh).summary

    /** Same as [Jalon.refreshAsFlow]. */
    public fun refreshAsFlow(
        jalon: Jalon,
        territory: String,
        options: RefreshOptions = RefreshOptions(),
    ): Flow<Event<RefreshSummary>> = eventFlow { onProgress -> refresh(jalon, territory, options, onProgress) }

    /** Same as `jalon.packs.download`. */
    public suspend fun download(
        jalon: Jalon,
        territory: String,
        subject: PackSubject,
        options: RefreshOptions = RefreshOptions(),
        pictures: PictureSize = PictureSize.SMALL,
        files: Boolean = false,
    ): Pack = download(jalon.packs.planDownload(territory, subject, options, pictures, files)) {}

    private suspend fun download(transfers: Transfers, onProgress: suspend (Progress) -> Unit): Pack =
        (run(transfers, onProgress) as TransferResult.Download).pack

    /** Same as `jalon.packs.downloadAsFlow`. */
    public fun downloadAsFlow(
        jalon: Jalon,
        territory: String,
        subject: PackSubject,
        options: RefreshOptions = RefreshOptions(),
        pictures: PictureSize = PictureSize.SMALL,
        files: Boolean = false,
    ): Flow<Event<Pack>> = eventFlow { onProgress ->
        download(jalon.packs.planDownload(territory, subject, options, pictures, files), onProgress)
    }

    /** Same as `jalon.packs.fetchFileSizes`. */
    public suspend fun fetchFileSizes(
        jalon: Jalon,
        territory: String,
        subject: PackSubject,
        options: RefreshOptions = RefreshOptions(),
    ): AttachedFileSizes =
        (run(jalon.packs.planFileSizes(territory, subject, options)) as TransferResult.FileSizes).sizes

    /** Same as `jalon.packs.downloadMap`. */
    public suspend fun downloadMap(
        jalon: Jalon,
        territory: String,
        subject: PackSubject,
        source: MapSource,
        options: RefreshOptions = RefreshOptions(),
    ): Pack = downloadMap(jalon.packs.planMap(territory, subject, source, options)) {}

    private suspend fun downloadMap(transfers: Transfers, onProgress: suspend (Progress) -> Unit): Pack =
        (run(transfers, onProgress) as TransferResult.Map).pack

    /** Same as `jalon.packs.downloadMapAsFlow`. */
    public fun downloadMapAsFlow(
        jalon: Jalon,
        territory: String,
        subject: PackSubject,
        source: MapSource,
        options: RefreshOptions = RefreshOptions(),
    ): Flow<Event<Pack>> = eventFlow { onProgress ->
        downloadMap(jalon.packs.planMap(territory, subject, source, options), onProgress)
    }

    /** Same as `jalon.packs.fetchMapEstimate`. */
    public suspend fun fetchMapEstimate(
        jalon: Jalon,
        territory: String,
        subject: PackSubject,
        source: MapSource,
        options: RefreshOptions = RefreshOptions(),
    ): MapEstimate =
        (run(jalon.packs.planMapEstimate(territory, subject, source, options)) as TransferResult.MapEstimate).estimate

    /**
     * Tries once to send each report that is due, one after the other, and returns these reports with their new state. A
     * report that could not be sent stays queued. If the coroutine is cancelled after the last bytes of a report may have
     * been sent, the function waits for the server's response.
     *
     * Call `jalon.reports.reconcile()` once when the app starts, before the first call of this function. Reports that the
     * previous process was sending when it ended become reports in doubt, which the user resolves.
     */
    public suspend fun send(jalon: Jalon): List<Report> = uploader.send(jalon.reports)

    /**
     * Runs all requests of [transfers] and finishes them. Releases them in every case.
     *
     * @throws JalonException.Offline if there is no network, or only a metered network that the options exclude.
     * @throws JalonException.Cancelled if the transfers are paused, or their byte budget is used up.
     */
    public suspend fun run(transfers: Transfers): TransferResult = run(transfers) {}

    private suspend fun run(transfers: Transfers, onProgress: suspend (Progress) -> Unit): TransferResult = try {
        coroutineScope {
            val requestEnded = Channel<Unit>(Channel.CONFLATED)
            while (true) {
                onProgress(transfers.progress())
                when (val next = transfers.next()) {
                    is NextTransfer.Start -> launch {
                        runRequest(transfers, next.request)
                        requestEnded.send(Unit)
                    }
                    is NextTransfer.Wait -> withTimeoutOrNull(next.ms.toLong()) { requestEnded.receive() }
                    is NextTransfer.InFlight -> requestEnded.receive()
                    is NextTransfer.Blocked -> throw blocked(next.reason)
                    is NextTransfer.Finished -> break
                }
            }
        }
        onProgress(transfers.progress())
        transfers.finish()
    } finally {
        withContext(NonCancellable) { transfers.release() }
        transfers.close()
    }

    private suspend fun runRequest(transfers: Transfers, first: HttpRequest) {
        var request = first
        while (true) request = sendRequest(transfers, request) ?: return
    }

    /** Sends one request. Returns the request with which to repeat it, if the library asks for that. */
    private suspend fun sendRequest(transfers: Transfers, httpRequest: HttpRequest): HttpRequest? {
        val builder = Request.Builder().url(httpRequest.url)
        httpRequest.headers.forEach { builder.header(it.name, it.value) }
        val untagged = builder.build()
        val request = untagged.newBuilder().tag(OriginalRequest::class.java, OriginalRequest(untagged.isHttps)).build()
        violatedRule(request)?.let { rule ->
            transfers.rejected(httpRequest.id, rule)
            return null
        }
        val call = client.newCall(request)
        val response = try {
            call.await()
        } catch (rejected: UrlNotAllowedException) {
            transfers.rejected(httpRequest.id, rejected.rule)
            return null
        } catch (error: IOException) {
            transfers.failed(httpRequest.id, describe(error))
            return null
        }
        return response.use {
            val headers = response.headers.map { (name, value) -> Header(name.lowercase(), value) }
            when (val action = transfers.onHead(httpRequest.id, response.code.toUShort(), headers)) {
                is ResponseAction.Retry -> action.request
                is ResponseAction.Ended -> null
                is ResponseAction.Write -> writeBody(transfers, httpRequest.id, call, response)
            }
        }
    }

    private suspend fun writeBody(transfers: Transfers, id: ULong, call: Call, response: Response): HttpRequest? {
        val lastAction = try {
            cancelWithCoroutine(call) {
                val chunk = ByteBuffer.allocateDirect(CHUNK_BYTES)
                // ByteBuffer overrides `clear` and `flip` with another return type since Java 9, which older Androids lack.
                val buffer: Buffer = chunk
                val source = response.body.source()
                var action: ResponseAction = ResponseAction.Write
                while (action is ResponseAction.Write) {
                    buffer.clear()
                    if (source.read(chunk) < 0) break
                    buffer.flip()
                    action = transfers.writeChunk(id, chunk)
                }
                action
            }
        } catch (_: IOException) {
            transfers.finishBody(id, false)
            return null
        }
        when (lastAction) {
            is ResponseAction.Write -> transfers.finishBody(id, true)
            is ResponseAction.Ended -> {}
            is ResponseAction.Retry -> return lastAction.request
        }
        return null
    }

    /** Returns the rule that the URL of a request violates, or null. */
    private fun violatedRule(request: Request): String? = when {
        request.isHttps || allowPlainHttp -> null
        request.url.host in LOCAL_HOSTS || LOOPBACK_ADDRESS.matches(request.url.host) -> null
        else -> "must be https; plain http must be allowed explicitly"
    }

    /** A tag that stays on a request through its redirects. */
    private class OriginalRequest(val isHttps: Boolean)

    private class UrlNotAllowedException(val rule: String) : IOException(rule)

    private companion object {
        const val CHUNK_BYTES = 64 * 1024
        val LOCAL_HOSTS = setOf("localhost", "::1")
        val LOOPBACK_ADDRESS = Regex("""127\.\d+\.\d+\.\d+""")

        fun blocked(reason: BlockReason): JalonException = when (reason) {
            BlockReason.PAUSED, BlockReason.BUDGET -> JalonException.Cancelled()
            BlockReason.OFFLINE -> JalonException.Offline("there is no network")
            BlockReason.METERED -> JalonException.Offline("the network is metered, and the options exclude it")
        }

        /** Converts a call that reports its progress to a function to a flow. */
        fun <T> eventFlow(call: suspend (suspend (Progress) -> Unit) -> T): Flow<Event<T>> = channelFlow {
            val latest = Channel<Progress>(Channel.CONFLATED)
            val reporter = launch { for (progress in latest) send(Event.InProgress(progress)) }
            val result = call { latest.send(it) }
            latest.close()
            reporter.join()
            send(Event.Done(result))
        }.buffer(Channel.RENDEZVOUS)
    }
}

/** Describes a network error without its URL, which may contain personal data. */
internal fun describe(error: IOException): String = when (error) {
    is UnknownHostException -> "the host was not found, or there is no network"
    is SocketTimeoutException -> "the connection timed out"
    is SSLException -> "the secure connection failed"
    else -> "the connection failed"
}

internal suspend fun Call.await(): Response = suspendCancellableCoroutine { continuation ->
    continuation.invokeOnCancellation { cancel() }
    enqueue(object : Callback {
        override fun onFailure(call: Call, e: IOException) = continuation.resumeWith(Result.failure(e))

        override fun onResponse(call: Call, response: Response) =
            continuation.resume(response) { _, unused, _ -> unused.close() }
    })
}

/** Runs blocking I/O, and cancels [call] with the coroutine, because a blocked read does not notice cancellation. */
internal suspend fun <T> cancelWithCoroutine(call: Call, block: suspend () -> T): T = coroutineScope {
    val canceller = launch(start = CoroutineStart.UNDISPATCHED) {
        try {
            awaitCancellation()
        } finally {
            call.cancel()
        }
    }
    val result = withContext(Dispatchers.IO) { block() }
    canceller.cancel()
    result
}
