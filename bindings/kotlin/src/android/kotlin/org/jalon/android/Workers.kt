package org.jalon.android

import android.content.Context
import androidx.work.CoroutineWorker
import androidx.work.WorkerParameters
import org.jalon.Jalon
import org.jalon.ffi.JalonException
import org.jalon.ffi.Report
import org.jalon.ffi.ReportState

/**
 * Base class of background workers that use the app's [Jalon] object. WorkManager creates a worker by its class, so an app
 * extends one of the workers below:
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
 * When WorkManager stops a worker, its coroutine and its work are cancelled. The next run resumes the work.
 */
public abstract class JalonWorker(context: Context, parameters: WorkerParameters) :
    CoroutineWorker(context, parameters) {
    /** Returns the app's open Jalon object. */
    protected abstract suspend fun jalon(): Jalon

    /** Does the work. Returns false if the worker must run again later. */
    protected abstract suspend fun work(jalon: Jalon): Boolean

    final override suspend fun doWork(): Result = try {
        if (work(jalon())) Result.success() else Result.retry()
    } catch (error: JalonException) {
        if (isRetryable(error)) Result.retry() else Result.failure()
    }

    private fun isRetryable(error: JalonException): Boolean = when (error) {
        is JalonException.Offline, is JalonException.ServerException, is JalonException.Busy -> true
        // The app suspended Jalon, or the byte budget is used up.
        is JalonException.Closed, is JalonException.Cancelled -> true
        else -> false
    }
}

/** Tries once to send each report that is due. Runs again while a report is queued. */
public abstract class SendReportsWorker(context: Context, parameters: WorkerParameters) :
    JalonWorker(context, parameters) {
    /** Sends the reports with the library's own HTTP client. Override it for another one: `OkHttpDriver(client).send(jalon)`. */
    protected open suspend fun send(jalon: Jalon): List<Report> = jalon.reports.send()

    final override suspend fun work(jalon: Jalon): Boolean {
        send(jalon)
        return jalon.reports.list().none { it.state == ReportState.QUEUED }
    }
}

/** Refreshes every territory and updates its packs. Run it once a day on an unmetered network. */
public abstract class RefreshWorker(context: Context, parameters: WorkerParameters) :
    JalonWorker(context, parameters) {
    /** Refreshes one territory with the library's own HTTP client. Override it to use another one. */
    protected open suspend fun refresh(jalon: Jalon, territory: String) {
        jalon.refresh(territory)
        jalon.packs.update(territory)
    }

    final override suspend fun work(jalon: Jalon): Boolean {
        jalon.territories().forEach { refresh(jalon, it.name) }
        return true
    }
}
