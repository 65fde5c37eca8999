package org.jalon.sample

import android.content.Context
import org.jalon.ffi.JalonException

/** Returns the sentence for a failure, which says what to do. */
fun Context.sentence(error: Throwable): String = getString(
    when (error) {
        is JalonException.Offline -> R.string.error_offline
        is JalonException.ServerException -> R.string.error_server
        is JalonException.StorageFull -> R.string.error_storage_full
        is JalonException.Busy -> R.string.error_busy
        is JalonException.TooNew -> R.string.error_too_new
        is JalonException.NotFound -> R.string.error_not_found
        is JalonException.Corrupt -> R.string.error_damaged
        else -> R.string.error_unknown
    },
)
