// A stand-in, not WorkManager: the few signatures of androidx.work that Jalon's workers use, so that they can be compiled
// where Google's Maven repository cannot be reached. It is no part of any package, and nothing here runs.
package androidx.work

import android.content.Context

public class WorkerParameters internal constructor()

public abstract class ListenableWorker(public val applicationContext: Context, workerParams: WorkerParameters) {
    public abstract class Result internal constructor() {
        public companion object {
            @JvmStatic public fun success(): Result = throw NotImplementedError(STAND_IN)
            @JvmStatic public fun retry(): Result = throw NotImplementedError(STAND_IN)
            @JvmStatic public fun failure(): Result = throw NotImplementedError(STAND_IN)
        }
    }
}

public abstract class CoroutineWorker(appContext: Context, params: WorkerParameters) :
    ListenableWorker(appContext, params) {
    public abstract suspend fun doWork(): Result
}

private const val STAND_IN = "a stand-in does not run"
