package org.jalon.sample.guide

import android.icu.text.SimpleDateFormat
import java.util.Date
import java.util.Locale
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.jalon.ffi.Fix
import org.jalon.ffi.Recorder
import org.jalon.sample.Services

/** One thread at a time, so that the fixes keep their order. */
private val recording = Dispatchers.IO.limitedParallelism(1)

/** Writes a fix to the disk, off the main thread. */
suspend fun Recorder.pushInBackground(fix: Fix) {
    withContext(recording) { push(fix) }
}

/** Starts or ends the recording of the person's own track. */
suspend fun toggleRecording(services: Services, walk: WalkState) {
    val recorder = walk.recorder
    if (recorder == null) {
        val started = services.jalon().journal.startRecording(walk.name, walk.territory, walk.trek)
        services.walk.change { it.copy(recorder = started) }
    } else {
        services.walk.change { it.copy(recorder = null) }
        recorder.finish()
    }
}

/** The local day of a time, as the core writes it: 2026-07-14. */
fun isoDate(ms: Long): String = SimpleDateFormat("yyyy-MM-dd", Locale.ROOT).format(Date(ms))
