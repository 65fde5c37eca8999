// A stub of WorkManager: the signatures of androidx.work that the workers of Jalon use. With it they compile without
// Google's Maven repository. It is not part of the package and does not run.
package androidx.work

import android.content.Context

public class WorkerParameters internal constructor()

public abstract class ListenableWorker(public val applicationContext: Context, workerParams: WorkerParameters) {
    public abstract class Result internal constructor() {
        public companion object {
            @JvmStatic public fun success(): Result = throw NotImplementedError(STUB)
            @JvmStatic public fun retry(): Result = throw NotImplementedError(STUB)
            @JvmStatic public fun failure(): Result = throw NotImplementedError(STUB)
        }
    }
}

public abstract class CoroutineWorker(appContext: Context, params: WorkerParameters) :
    ListenableWorker(appContext, params) {
    public abstract suspend fun doWork(): Result
}

private const val STUB = "this is a stub"
