// A stand-in of the part of WorkManager that the app uses, so that its sources compile and run without Google's Maven repository.
// It keeps the requests, and the tests run their workers.
package androidx.work

import android.content.Context
import java.util.concurrent.TimeUnit

public class WorkerParameters

public abstract class ListenableWorker(public val applicationContext: Context, workerParams: WorkerParameters) {
    public sealed class Result {
        private data object Success : Result()
        private data object Retry : Result()
        private data object Failure : Result()

        public companion object {
            @JvmStatic public fun success(): Result = Success
            @JvmStatic public fun retry(): Result = Retry
            @JvmStatic public fun failure(): Result = Failure
        }
    }
}

public abstract class CoroutineWorker(appContext: Context, params: WorkerParameters) :
    ListenableWorker(appContext, params) {
    public abstract suspend fun doWork(): Result
}

public enum class NetworkType { CONNECTED, UNMETERED }

public enum class BackoffPolicy { EXPONENTIAL }

public enum class ExistingWorkPolicy { KEEP, REPLACE, APPEND_OR_REPLACE }

public enum class ExistingPeriodicWorkPolicy { KEEP, UPDATE }

public class Constraints(public val requiredNetworkType: NetworkType)

public class WorkRequest(public val worker: Class<out ListenableWorker>, public val constraints: Constraints?)

public class WorkRequestBuilder(private val worker: Class<out ListenableWorker>) {
    private var constraints: Constraints? = null

    public fun setConstraints(value: Constraints): WorkRequestBuilder = apply { constraints = value }

    public fun setBackoffCriteria(policy: BackoffPolicy, delay: Long, unit: TimeUnit): WorkRequestBuilder = this

    public fun build(): WorkRequest = WorkRequest(worker, constraints)
}

public inline fun <reified W : ListenableWorker> OneTimeWorkRequestBuilder(): WorkRequestBuilder =
    WorkRequestBuilder(W::class.java)

public inline fun <reified W : ListenableWorker> PeriodicWorkRequestBuilder(interval: Long, unit: TimeUnit): WorkRequestBuilder =
    WorkRequestBuilder(W::class.java)

public class WorkManager private constructor() {
    /** The requests by their unique names. */
    public val requests: MutableMap<String, WorkRequest> = mutableMapOf()

    public fun enqueueUniqueWork(name: String, policy: ExistingWorkPolicy, request: WorkRequest) {
        requests[name] = request
    }

    public fun enqueueUniquePeriodicWork(name: String, policy: ExistingPeriodicWorkPolicy, request: WorkRequest) {
        requests[name] = request
    }

    public companion object {
        private val instance = WorkManager()

        @JvmStatic public fun getInstance(context: Context): WorkManager = instance
    }
}
