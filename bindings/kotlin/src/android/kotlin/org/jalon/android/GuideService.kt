package org.jalon.android

import android.app.Notification
import android.app.Service
import android.content.Context
import android.content.Intent
import android.content.pm.ServiceInfo
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Build
import android.os.Bundle
import android.os.Handler
import android.os.IBinder
import android.os.Looper
import android.os.SystemClock
import android.util.AtomicFile
import java.io.File
import java.io.IOException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import org.jalon.GuideSession
import org.jalon.Jalon
import org.jalon.ffi.Fix
import org.jalon.ffi.GuideUpdate
import org.jalon.ffi.JalonException

/**
 * Base class of a foreground service of the type `location`, which follows a trek while the screen is off. It reads the receiver
 * once a second, and saves the session every 30 seconds. If the system ends the process, it starts the service again, and the
 * session goes on.
 *
 * ```
 * class Following : GuideService() {
 *     override suspend fun jalon() = (application as App).jalon()
 *     override fun notification(update: GuideUpdate?) = … // with a channel: update?.leftM, update?.etaMs
 *     override fun onStarted(session: GuideSession, territory: String, trek: Long) = (application as App).show(session)
 *     override fun onUpdate(update: GuideUpdate, fix: Fix) = update.events.forEach { speech.speak(it.text, QUEUE_ADD, null, null) }
 * }
 *
 * val following = GuideService.intent<Following>(context, "park", trek.id)
 * context.startForegroundService(following) // From Android 8 on; before it startService.
 * context.stopService(following)
 * ```
 *
 * The app's manifest declares the service, and the permissions for it:
 *
 * ```
 * <uses-permission android:name="android.permission.ACCESS_FINE_LOCATION" />
 * <uses-permission android:name="android.permission.ACCESS_COARSE_LOCATION" />
 * <uses-permission android:name="android.permission.FOREGROUND_SERVICE" />
 * <uses-permission android:name="android.permission.FOREGROUND_SERVICE_LOCATION" />
 * <uses-permission android:name="android.permission.POST_NOTIFICATIONS" />
 * <service android:name=".Following" android:foregroundServiceType="location" android:exported="false" />
 * ```
 *
 * Start it from the foreground and after the person has granted ACCESS_FINE_LOCATION: else Android refuses it. It needs no
 * background location permission. All functions but [jalon] are called on the main thread.
 */
public abstract class GuideService : Service() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private var opening: Job? = null

    /** Number of starts and stops. */
    private var starts = 0
    private var session: GuideSession? = null
    private var snapshot: AtomicFile? = null
    private var savedAtMs = 0L

    /** Returns the app's open Jalon object. */
    protected abstract suspend fun jalon(): Jalon

    /** Returns the notification of the service: the last update, or null before the first one. */
    protected abstract fun notification(update: GuideUpdate?): Notification

    /** The session along a trek has started, or goes on after the end of the process. */
    protected open fun onStarted(session: GuideSession, territory: String, trek: Long) {}

    /** A fix was taken into account. The default shows the notification again if there is an announcement. */
    protected open fun onUpdate(update: GuideUpdate, fix: Fix) {
        if (update.events.isNotEmpty()) showNotification(update)
    }

    /** The guide cannot start: the trek is not there, or the disk fails. The service stops. */
    protected open fun onFailed(error: JalonException) {}

    /** The languages of the sentences, in the order of preference. */
    protected open val languages: List<String>
        get() = resources.configuration.locales.let { locales -> List(locales.size()) { locales[it].language } }

    /** The id of the notification. */
    protected open val notificationId: Int = 0x6a61

    /** Shows the notification of an update. */
    protected fun showNotification(update: GuideUpdate?) {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
            startForeground(notificationId, notification(update), ServiceInfo.FOREGROUND_SERVICE_TYPE_LOCATION)
        } else {
            startForeground(notificationId, notification(update))
        }
    }

    final override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        val territory = intent?.getStringExtra(TERRITORY)
        if (intent == null || territory == null) {
            stopSelf()
            return START_NOT_STICKY
        }
        showNotification(null)
        end()
        val start = starts
        val trek = intent.getLongExtra(TREK, 0)
        val startMs = intent.getLongExtra(START_MS, 0)
        opening = scope.launch {
            try {
                val file = File(noBackupFilesDir, "jalon-guide-$territory-$trek.json")
                val opened = jalon().guide(territory, trek, startMs, languages)
                val saved = AtomicFile(file)
                // A file from before the start is that of an earlier walk.
                if (file.lastModified() >= startMs) read(saved)?.let(opened::restore)
                onMainThread(start) { follow(opened, saved, territory, trek) }
            } catch (error: JalonException) {
                onMainThread(start) {
                    onFailed(error)
                    stopSelf()
                }
            }
        }
        return START_REDELIVER_INTENT
    }

    override fun onDestroy() {
        // The process was not ended: the person, or the app, has ended the walk.
        snapshot?.let { file -> CoroutineScope(Dispatchers.IO).launch { synchronized(file) { file.delete() } } }
        end()
        scope.cancel()
        super.onDestroy()
    }

    override fun onBind(intent: Intent?): IBinder? = null

    /** Runs on the main thread, unless the service was started again or stopped since [start]. */
    private fun onMainThread(start: Int, run: () -> Unit) {
        Handler(Looper.getMainLooper()).post { if (start == starts) run() }
    }

    private fun follow(opened: GuideSession, saved: AtomicFile, territory: String, trek: Long) {
        session = opened
        snapshot = saved
        onStarted(opened, territory, trek)
        val manager = getSystemService(Context.LOCATION_SERVICE) as LocationManager
        manager.requestLocationUpdates(LocationManager.GPS_PROVIDER, INTERVAL_MS, 0f, listener, Looper.getMainLooper())
    }

    private fun end() {
        starts++
        opening?.cancel()
        (getSystemService(Context.LOCATION_SERVICE) as LocationManager).removeUpdates(listener)
        session = null
        snapshot = null
    }

    // Before Android 11 the other functions have no default, so all are written out.
    private val listener = object : LocationListener {
        override fun onLocationChanged(location: Location) {
            val session = session ?: return
            val fix = location.toFix()
            onUpdate(session.update(fix), fix)
            val now = SystemClock.elapsedRealtime()
            if (now - savedAtMs >= SAVE_INTERVAL_MS) {
                savedAtMs = now
                save(session)
            }
        }

        @Deprecated("Not called from Android 10 on")
        override fun onStatusChanged(provider: String?, status: Int, extras: Bundle?) {}

        override fun onProviderEnabled(provider: String) {}

        override fun onProviderDisabled(provider: String) {}
    }

    private fun save(session: GuideSession) {
        val (file, text) = (snapshot ?: return) to session.snapshot()
        scope.launch(Dispatchers.IO) {
            synchronized(file) {
                try {
                    val stream = file.startWrite()
                    try {
                        stream.write(text.toByteArray())
                        file.finishWrite(stream)
                    } catch (_: IOException) {
                        file.failWrite(stream)
                    }
                } catch (_: IOException) {
                    // The disk is full: the session goes on without a snapshot.
                }
            }
        }
    }

    private fun read(file: AtomicFile): String? = try {
        file.readFully().decodeToString()
    } catch (_: IOException) {
        null
    }

    public companion object {
        private const val TERRITORY = "org.jalon.territory"
        private const val TREK = "org.jalon.trek"
        private const val START_MS = "org.jalon.start_ms"
        private const val INTERVAL_MS = 1_000L
        private const val SAVE_INTERVAL_MS = 30_000L

        /** Returns the intent that starts [service] along a trek, or stops it. [startMs] is the time of the start, Unix ms. */
        public fun intent(
            context: Context,
            service: Class<out GuideService>,
            territory: String,
            trek: Long,
            startMs: Long = System.currentTimeMillis(),
        ): Intent = Intent(context, service)
            .putExtra(TERRITORY, territory)
            .putExtra(TREK, trek)
            .putExtra(START_MS, startMs)

        /** Returns the intent that starts the service [S] along a trek, or stops it. */
        public inline fun <reified S : GuideService> intent(context: Context, territory: String, trek: Long): Intent =
            intent(context, S::class.java, territory, trek)
    }
}
