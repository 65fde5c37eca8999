package org.jalon.android

import android.content.Context
import androidx.work.CoroutineWorker
import androidx.work.WorkerParameters
import org.jalon.Jalon
import org.jalon.ffi.JalonException
import org.jalon.ffi.Report
import org.jalon.ffi.ReportState

/**
 * Work in the background with the app's own [Jalon]: the library keeps no object of its own, and opens none behind the app's
 * back. WorkManager makes workers by their class, so that an app writes a small class of its own:
 *
 * ```
 * class SendReports(context: Context, parameters: WorkerParameters) : SendReportsWorker(context, parameters) {
 *     override suspend fun jalon() = (applicationContext as App).jalon()
 * }
 *
 * WorkManager.getInstance(context).enqueueUniqueWork(
 *     "reports", ExistingWorkPolicy.KEEP,
 *     OneTimeWorkRequestBuilder<SendReports>()
 *         .setConstraints(Constraints(requiredNetworkType = NetworkType.CONNECTED))
 *         .setBackoffCriteria(BackoffPolicy.EXPONENTIAL, 30, TimeUnit.SECONDS)
 *         .build(),
 * )
 * ```
 *
 * When WorkManager stops a worker its coroutine is cancelled, and with it the work: what had come is kept, and the next run
 * goes on from there.
 */
public abstract class CompanionWorker(context: Context, parameters: WorkerParameters) :
    CoroutineWorker(context, parameters) {
    /** The Jalon that the app has open. */
    protected abstract suspend fun jalon(): Jalon

    /** Does the work; false where something is left that only time will do. */
    protected abstract suspend fun work(jalon: Jalon): Boolean

    final override suspend fun doWork(): Result = try {
        if (work(jalon())) Result.success() else Result.retry()
    } catch (error: JalonException) {
        if (isForLater(error)) Result.retry() else Result.failure()
    }

    private fun isForLater(error: JalonException): Boolean = when (error) {
        is JalonException.Offline, is JalonException.Server, is JalonException.Busy -> true
        // The app went to sleep, or its budget of bytes is spent.
        is JalonException.Closed, is JalonException.Cancelled -> true
        else -> false
    }
}

/** Sends once over what is due, and asks to be run again while something is queued. */
public abstract class SendReportsWorker(context: Context, parameters: WorkerParameters) :
    CompanionWorker(context, parameters) {
    /** How reports are sent: by Jalon's own driver, unless the app says otherwise (`OkHttpDriver(client).send(jalon)`). */
    protected open suspend fun send(jalon: Jalon): List<Report> = jalon.reports.send()

    final override suspend fun work(jalon: Jalon): Boolean {
        send(jalon)
        return jalon.reports.list().none { it.state == ReportState.QUEUED }
    }
}

/** Refreshes every territory, and brings its packs up to date: for once a day, on a network that is not metered. */
public abstract class RefreshWorker(context: Context, parameters: WorkerParameters) :
    CompanionWorker(context, parameters) {
    /** How a territory is brought up to date: by Jalon's own driver, unless the app says otherwise. */
    protected open suspend fun refresh(jalon: Jalon, territory: String) {
        jalon.refresh(territory)
        jalon.packs.follow(territory)
    }

    final override suspend fun work(jalon: Jalon): Boolean {
        jalon.territories().forEach { refresh(jalon, it.name) }
        return true
    }
}
