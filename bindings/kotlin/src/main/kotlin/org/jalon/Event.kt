package org.jalon

import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.channelFlow
import kotlinx.coroutines.launch
import org.jalon.ffi.Progress
import org.jalon.ffi.ProgressWatch

/**
 * How far a call is that takes long. A flow of steps is so many [Underway] and one [Done], or it fails as the call does.
 *
 * ```
 * jalon.refreshAsFlow("park").collect { step ->
 *     when (step) {
 *         is Step.Underway -> bar.progress = step.progress.done
 *         is Step.Done -> show(step.result)
 *     }
 * }
 * ```
 */
public sealed interface Step<out T> {
    /** It is this far. What comes faster than it is collected is told once. */
    public data class Underway(val progress: Progress) : Step<Nothing>

    /** It is done, and this is what came of it. */
    public data class Done<out T>(val result: T) : Step<T>
}

/** Makes a flow of a call that takes a watch. Nothing is kept for a slow collector: the watch has the latest. */
internal fun <T> steps(call: suspend (ProgressWatch) -> T): Flow<Step<T>> = channelFlow {
    ProgressWatch().use { watch ->
        val telling = launch {
            while (true) send(Step.Underway(watch.next() ?: break))
        }
        val result = call(watch)
        telling.join()
        send(Step.Done(result))
    }
}.buffer(Channel.RENDEZVOUS)
