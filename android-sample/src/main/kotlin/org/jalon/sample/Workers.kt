package org.jalon.sample

import android.content.Context
import androidx.work.BackoffPolicy
import androidx.work.Constraints
import androidx.work.ExistingPeriodicWorkPolicy
import androidx.work.ExistingWorkPolicy
import androidx.work.NetworkType
import androidx.work.OneTimeWorkRequestBuilder
import androidx.work.PeriodicWorkRequestBuilder
import androidx.work.WorkManager
import androidx.work.WorkerParameters
import java.util.concurrent.TimeUnit
import org.jalon.android.RefreshWorker
import org.jalon.android.SendReportsWorker

/** Sends the queued reports when there is a network, even if the app is closed. */
class SendReports(context: Context, parameters: WorkerParameters) : SendReportsWorker(context, parameters) {
    override suspend fun jalon() = (applicationContext as App).services.jalon()

    companion object {
        private const val NAME = "reports"

        /** Called after each report that is queued. */
        fun enqueue(context: Context) {
            val request = OneTimeWorkRequestBuilder<SendReports>()
                .setConstraints(Constraints(requiredNetworkType = NetworkType.CONNECTED))
                .setBackoffCriteria(BackoffPolicy.EXPONENTIAL, 30, TimeUnit.SECONDS)
                .build()
            WorkManager.getInstance(context).enqueueUniqueWork(NAME, ExistingWorkPolicy.APPEND_OR_REPLACE, request)
        }
    }
}

/** Refreshes the territories and the downloads once a day, on a network that costs nothing. */
class RefreshTerritories(context: Context, parameters: WorkerParameters) : RefreshWorker(context, parameters) {
    override suspend fun jalon() = (applicationContext as App).services.jalon()

    companion object {
        private const val NAME = "refresh"

        /** Called at each start; a request that waits already stays. */
        fun enqueue(context: Context) {
            val request = PeriodicWorkRequestBuilder<RefreshTerritories>(1, TimeUnit.DAYS)
                .setConstraints(Constraints(requiredNetworkType = NetworkType.UNMETERED))
                .build()
            WorkManager.getInstance(context).enqueueUniquePeriodicWork(NAME, ExistingPeriodicWorkPolicy.KEEP, request)
        }
    }
}
