// Stand-ins of the classes of androidx.test that Robolectric calls while it runs an activity. The originals are on Google's Maven
// repository only. They take the calls and do nothing, because the tests of the app use Robolectric's own controllers.
package androidx.test.runner.lifecycle

import android.app.Activity

public enum class Stage { PRE_ON_CREATE, CREATED, STARTED, RESUMED, PAUSED, STOPPED, RESTARTED, DESTROYED }

public enum class ApplicationStage { PRE_ON_CREATE, CREATED }

public interface ActivityLifecycleMonitor {
    public fun getActivitiesInStage(stage: Stage): Collection<Activity>
}

public interface ApplicationLifecycleMonitor

public object ActivityLifecycleMonitorRegistry {
    @JvmStatic public fun registerInstance(monitor: ActivityLifecycleMonitor?): Unit = Unit
}

public object ApplicationLifecycleMonitorRegistry {
    @JvmStatic public fun registerInstance(monitor: ApplicationLifecycleMonitor?): Unit = Unit
}
