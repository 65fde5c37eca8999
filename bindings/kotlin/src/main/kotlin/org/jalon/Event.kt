package org.jalon

import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.channelFlow
import kotlinx.coroutines.launch
import org.jalon.ffi.Progress
import org.jalon.ffi.ProgressWatch

/**
 * An event of a long call. The flow of a call emits [InProgress] any number of times, then [Done] once. If the call fails,
 * the flow fails with the same exception.
 *
 * ```
 * jalon.refreshAsFlow("park").collect { event ->
 *     when (event) {
 *         is Event.InProgress -> progressBar.progress = event.progress.done
 *         is Event.Done -> show(event.result)
 *     }
 * }
 * ```
 */
public sealed interface Event<out T> {
    /** The call is running. A slow collector sees only the latest progress. */
    public data class InProgress(val progress: Progress) : Event<Nothing>

    /** The call has returned [result]. */
    public data class Done<out T>(val result: T) : Event<T>
}

/** Converts a call that reports to a [ProgressWatch] to a flow. The flow needs no buffer: the watch has the latest value. */
internal fun <T> eventFlow(call: suspend (ProgressWatch) -> T): Flow<Event<T>> = channelFlow {
    ProgressWatch().use { watch ->
        val reporter = launch {
            while (true) send(Event.InProgress(watch.next() ?: break))
        }
        val result = call(watch)
        reporter.join()
        send(Event.Done(result))
    }
}.buffer(Channel.RENDEZVOUS)
