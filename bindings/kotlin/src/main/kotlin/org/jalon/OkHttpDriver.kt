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
import org.jalon.ffi.HttpRequest
import org.jalon.ffi.Header
import org.jalon.ffi.BlockReason
import org.jalon.ffi.JalonException
import org.jalon.ffi.NextTransfer
import org.jalon.ffi.Pack
import org.jalon.ffi.PackSubject
import org.jalon.ffi.PictureSize
import org.jalon.ffi.Progress
import org.jalon.ffi.ResponseAction
import org.jalon.ffi.RefreshOptions
import org.jalon.ffi.RefreshSummary
import org.jalon.ffi.Report
import org.jalon.ffi.TransferResult
import org.jalon.ffi.Transfers

/**
 * Moves the bytes with the app's own [client]: its certificates, its proxy, its logging, its time-outs. Everything else is as
 * with Jalon's own driver: what is interrupted goes on where it was, a file at its byte, whichever of the two goes on with it.
 *
 * ```
 * val driver = OkHttpDriver(client)
 * driver.refresh(jalon, "park")
 * driver.download(jalon, "park", PackSubject.Trek(31))
 * driver.send(jalon)
 * ```
 *
 * A coroutine that is cancelled ends its calls; what had come is kept. The app must depend on OkHttp itself, and on Android
 * ask for the permission INTERNET.
 *
 * @param allowPlainHttp whether hosts other than this machine may be asked without TLS.
 */
public class OkHttpDriver(client: OkHttpClient, private val allowPlainHttp: Boolean = false) {
    private val client: OkHttpClient = client.newBuilder()
        // Followed from http to https too, which OkHttp allows only together with the way back: that is stopped here.
        .followRedirects(true)
        .followSslRedirects(true)
        .addNetworkInterceptor { chain ->
            val request = chain.request()
            val began = request.tag(Began::class.java)
            if (began != null && began.secure && !request.isHttps) throw MayNotBeAsked("a redirect from https to plain http")
            if (began != null) mayBeAsked(request)?.let { throw MayNotBeAsked(it) }
            chain.proceed(request)
        }
        .build()

    private val posts = ReportPosts(client, ::mayBeAsked)

    /** As [Jalon.refresh]. */
    public suspend fun refresh(
        jalon: Jalon,
        territory: String,
        options: RefreshOptions = RefreshOptions(),
    ): RefreshSummary = refresh(jalon, territory, options) {}

    private suspend fun refresh(
        jalon: Jalon,
        territory: String,
        options: RefreshOptions,
        tell: suspend (Progress) -> Unit,
    ): RefreshSummary = (drive(jalon.planRefresh(territory, options), tell) as TransferResult.Refresh).result

    /** As [Jalon.refreshAsFlow]. */
    public fun refreshAsFlow(
        jalon: Jalon,
        territory: String,
        options: RefreshOptions = RefreshOptions(),
    ): Flow<Step<RefreshSummary>> = steps { tell -> refresh(jalon, territory, options, tell) }

    /** As `packs.download`. */
    public suspend fun download(
        jalon: Jalon,
        territory: String,
        subject: PackSubject,
        options: RefreshOptions = RefreshOptions(),
        pictures: PictureSize = PictureSize.SMALL,
    ): Pack = download(jalon.packs.planDownload(territory, subject, options, pictures)) {}

    private suspend fun download(transfers: Transfers, tell: suspend (Progress) -> Unit): Pack =
        (drive(transfers, tell) as TransferResult.Download).pack

    /** As [downloadAsFlow] of the packs. */
    public fun downloadAsFlow(
        jalon: Jalon,
        territory: String,
        subject: PackSubject,
        options: RefreshOptions = RefreshOptions(),
        pictures: PictureSize = PictureSize.SMALL,
    ): Flow<Step<Pack>> = steps { tell -> download(jalon.packs.planDownload(territory, subject, options, pictures), tell) }

    /**
     * Sends once over the reports that are due, one after the other, and gives each as it is then. What could not be sent
     * stays queued. A report whose last bytes may have left when it is cancelled is waited for.
     *
     * Once after the start of the app, before the first call, tell `jalon.reports.reconcile()`: what the last process was
     * sending when it died may have arrived, and waits for a person.
     */
    public suspend fun send(jalon: Jalon): List<Report> = posts.send(jalon.reports)

    /**
     * Moves everything that [transfers] ask for, and finishes them. Whatever happens, nobody holds them afterwards.
     *
     * @throws JalonException.Offline where it is of no use to go on now.
     * @throws JalonException.Cancelled where the transfers are paused, or the bytes that the app allows have come.
     */
    public suspend fun drive(transfers: Transfers): TransferResult = drive(transfers) {}

    private suspend fun drive(transfers: Transfers, tell: suspend (Progress) -> Unit): TransferResult = try {
        coroutineScope {
            val ended = Channel<Unit>(Channel.CONFLATED)
            while (true) {
                tell(transfers.progress())
                when (val next = transfers.next()) {
                    is NextTransfer.Start -> launch {
                        move(transfers, next.exchange)
                        ended.send(Unit)
                    }
                    is NextTransfer.Wait -> withTimeoutOrNull(next.ms.toLong()) { ended.receive() }
                    is NextTransfer.InFlight -> ended.receive()
                    is NextTransfer.Held -> throw held(next.reason)
                    is NextTransfer.Finished -> break
                }
            }
        }
        tell(transfers.progress())
        transfers.finish()
    } finally {
        withContext(NonCancellable) { transfers.release() }
        transfers.close()
    }

    private suspend fun move(transfers: Transfers, first: HttpRequest) {
        var exchange = first
        while (true) exchange = once(transfers, exchange) ?: return
    }

    /** Makes one exchange; gives another where the server has something else than was thought. */
    private suspend fun once(transfers: Transfers, exchange: HttpRequest): HttpRequest? {
        val request = Request.Builder().url(exchange.url)
        exchange.headers.forEach { request.header(it.name, it.value) }
        val asked = request.build().let { it.newBuilder().tag(Began::class.java, Began(it.isHttps)).build() }
        mayBeAsked(asked)?.let { rule ->
            transfers.refused(exchange.id, rule)
            return null
        }
        val call = client.newCall(asked)
        val response = try {
            call.await()
        } catch (refused: MayNotBeAsked) {
            transfers.refused(exchange.id, refused.rule)
            return null
        } catch (failed: IOException) {
            transfers.failed(exchange.id, words(failed))
            return null
        }
        return response.use {
            val headers = response.headers.map { (name, value) -> Header(name.lowercase(), value) }
            when (val receive = transfers.head(exchange.id, response.code.toUShort(), headers)) {
                is ResponseAction.Again -> receive.exchange
                is ResponseAction.Ended -> null
                is ResponseAction.Body -> body(transfers, exchange.id, call, response)
            }
        }
    }

    private suspend fun body(transfers: Transfers, id: ULong, call: Call, response: Response): HttpRequest? {
        val last = try {
            cancelling(call) {
                val piece = ByteBuffer.allocateDirect(PIECE)
                // By this type, since what ByteBuffer's own `clear` and `flip` give is something else on older Androids.
                val window: Buffer = piece
                val source = response.body.source()
                var receive: ResponseAction = ResponseAction.Body
                while (receive is ResponseAction.Body) {
                    window.clear()
                    if (source.read(piece) < 0) break
                    window.flip()
                    receive = transfers.piece(id, piece)
                }
                receive
            }
        } catch (cut: IOException) {
            transfers.endBody(id, false)
            return null
        }
        when (last) {
            is ResponseAction.Body -> transfers.endBody(id, true)
            is ResponseAction.Ended -> {}
            is ResponseAction.Again -> return last.exchange
        }
        return null
    }

    /** The rule that an address breaks, or null. */
    private fun mayBeAsked(request: Request): String? = when {
        request.isHttps || allowPlainHttp -> null
        request.url.host in THIS_MACHINE || LOOPBACK.matches(request.url.host) -> null
        else -> "https; plain http must be allowed explicitly"
    }

    /** How the first request of a call began: a tag stays on it through redirects. */
    private class Began(val secure: Boolean)

    private class MayNotBeAsked(val rule: String) : IOException(rule)

    private companion object {
        const val PIECE = 64 * 1024
        val THIS_MACHINE = setOf("localhost", "::1")
        val LOOPBACK = Regex("""127\.\d+\.\d+\.\d+""")

        fun held(reason: BlockReason): JalonException = when (reason) {
            BlockReason.PAUSED, BlockReason.BUDGET -> JalonException.Cancelled()
            BlockReason.NO_NETWORK -> JalonException.Offline("there is no network")
            BlockReason.METERED -> JalonException.Offline("the network is metered, and only others are allowed")
        }

        /** A flow of the steps of a call that tells its progress itself. */
        fun <T> steps(call: suspend (suspend (Progress) -> Unit) -> T): Flow<Step<T>> = channelFlow {
            val latest = Channel<Progress>(Channel.CONFLATED)
            val telling = launch { for (progress in latest) send(Step.Underway(progress)) }
            val result = call { latest.send(it) }
            latest.close()
            telling.join()
            send(Step.Done(result))
        }.buffer(Channel.RENDEZVOUS)
    }
}

/** Why there was no answer, with nothing personal in it: an address may be. */
internal fun words(failed: IOException): String = when (failed) {
    is UnknownHostException -> "no such host, or no network"
    is SocketTimeoutException -> "no answer in time"
    is SSLException -> "no secure connection"
    else -> "no connection"
}

internal suspend fun Call.await(): Response = suspendCancellableCoroutine { waiting ->
    waiting.invokeOnCancellation { cancel() }
    enqueue(object : Callback {
        override fun onFailure(call: Call, e: IOException) = waiting.resumeWith(Result.failure(e))

        override fun onResponse(call: Call, response: Response) =
            waiting.resume(response) { _, late, _ -> late.close() }
    })
}

/** Blocks a thread for it, and ends the call when the coroutine is cancelled: a blocked read notices nothing else. */
internal suspend fun <T> cancelling(call: Call, block: suspend () -> T): T = coroutineScope {
    val watch = launch(start = CoroutineStart.UNDISPATCHED) {
        try {
            awaitCancellation()
        } finally {
            call.cancel()
        }
    }
    val result = withContext(Dispatchers.IO) { block() }
    watch.cancel()
    result
}
