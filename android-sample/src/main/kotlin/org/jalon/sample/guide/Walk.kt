package org.jalon.sample.guide

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import org.jalon.ffi.*

/** What the guide screen shows of a walk. */
data class WalkState(
    val territory: String,
    val trek: Long,
    val name: String,
    val line: List<Position>,
    val profile: Profile?,
    val contents: GuideContents,
    /** Sunset at the trek on the day of the start, Unix milliseconds; null where the sun does not set. */
    val sunsetMs: Long?,
    val update: GuideUpdate? = null,
    val fix: Fix? = null,
    /** The announcements so far, the latest first. */
    val said: List<GuideEvent> = emptyList(),
    /** The recording of the own track, while there is one. */
    val recorder: Recorder? = null,
)

/** The walk that [FollowingService] follows. The service writes it, and the screens show it. */
class Walk {
    private val mutableState = MutableStateFlow<WalkState?>(null)

    /** The walk; null if no trek is followed. */
    val state: StateFlow<WalkState?> = mutableState

    /** Replaces the walk. */
    fun set(state: WalkState?) {
        mutableState.value = state
    }

    /** Changes the walk, if there is one. */
    fun change(change: (WalkState) -> WalkState) {
        mutableState.value = mutableState.value?.let(change)
    }
}
