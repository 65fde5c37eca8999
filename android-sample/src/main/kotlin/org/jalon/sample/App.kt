package org.jalon.sample

import android.app.Application
import android.content.pm.ApplicationInfo
import android.os.StrictMode

/** The app. It keeps one [Services] object while the process lives. */
class App : Application() {
    lateinit var services: Services
        private set

    override fun onCreate() {
        super.onCreate()
        if (applicationInfo.flags and ApplicationInfo.FLAG_DEBUGGABLE != 0) StrictMode.enableDefaults()
        services = Services(this)
    }

    override fun onTerminate() {
        services.close()
        super.onTerminate()
    }
}
