package org.jalon.sample.guide

import android.Manifest
import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Intent
import android.os.Build
import kotlinx.coroutines.launch
import org.jalon.Geometry
import org.jalon.GuideSession
import org.jalon.android.GuideService
import org.jalon.ffi.*
import org.jalon.sample.App
import org.jalon.sample.Formats
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Screen
import org.jalon.sample.Services
import org.jalon.sample.Tab
import org.jalon.sample.sentence

/**
 * Follows a trek while the screen is off, says the announcements, and records the person's track if asked to. It writes the walk of
 * the app, which the guide screen shows.
 */
class FollowingService : GuideService() {
    private val services: Services get() = (application as App).services
    private val localized by lazy { services.settings.localized(this) }
    private val formats by lazy { Formats(localized, services.settings.choices.value.isImperial) }
    private val speaker by lazy { Speaker(this, localized.resources.configuration.locales[0]) }

    override val languages: List<String> get() = formats.languages

    override suspend fun jalon() = services.jalon()

    override fun onStarted(session: GuideSession, territory: String, trek: Long) {
        services.scope.launch {
            try {
                services.walk.set(walk(session, territory, trek))
            } catch (error: JalonException) {
                onFailed(error)
                stopSelf()
            }
        }
    }

    private suspend fun walk(session: GuideSession, territory: String, trek: Long): WalkState {
        val jalon = services.jalon()
        val details = jalon.catalogue.trekDetails(territory, trek, formats.languages, listOf(Kind.CITY))
        return WalkState(
            territory, trek, details.name,
            line = details.geometry?.let { Geometry.of(it).parts.flatten() }.orEmpty(),
            profile = jalon.catalogue.profile(territory, trek),
            contents = session.contents(),
            sunsetMs = jalon.checkTrek(territory, trek, isoDate(services.clock()), formats.languages).sun.setMs,
            // The process may have ended while the person recorded their track.
            recorder = jalon.journal.unfinishedRecording()?.let { jalon.journal.continueRecording() },
        )
    }

    override fun onUpdate(update: GuideUpdate, fix: Fix) {
        services.positions.take(fix)
        val recorder = services.walk.state.value?.recorder
        services.walk.change { it.copy(update = update, fix = fix, said = (update.events.reversed() + it.said).take(SAID)) }
        if (recorder != null) services.scope.launch { record(recorder, fix) }
        if (update.events.isEmpty()) return
        if (services.settings.choices.value.speaks) update.events.forEach { speaker.say(it.text) }
        showNotification(update)
    }

    /** Writes a fix to the disk, off the main thread. */
    private suspend fun record(recorder: Recorder, fix: Fix) = try {
        recorder.pushInBackground(fix)
    } catch (error: JalonException) {
        onFailed(error)
    }

    override fun onFailed(error: JalonException) {
        showText(localized.sentence(error))
    }

    override fun notification(update: GuideUpdate?): Notification {
        val left = update?.leftM?.let { "${localized.getString(R.string.guide_left)} ${formats.distance(it)}" }
        return notice(listOfNotNull(update?.events?.lastOrNull()?.text, left).joinToString(" · "))
    }

    private fun showText(text: String) {
        (getSystemService(NOTIFICATION_SERVICE) as NotificationManager).notify(notificationId, notice(text))
    }

    private fun notice(text: String): Notification {
        val open = PendingIntent.getActivity(
            this, 0, Intent(this, MainActivity::class.java), PendingIntent.FLAG_IMMUTABLE or PendingIntent.FLAG_UPDATE_CURRENT,
        )
        @Suppress("DEPRECATION")
        val builder = if (Build.VERSION.SDK_INT >= 26) Notification.Builder(this, channel()) else Notification.Builder(this)
        val name = services.walk.state.value?.name.orEmpty()
        return builder
            .setSmallIcon(R.drawable.ic_notification)
            .setContentTitle(localized.getString(R.string.guide_notification, name))
            .setContentText(text)
            .setContentIntent(open)
            .setOngoing(true)
            .setOnlyAlertOnce(true)
            .build()
    }

    private fun channel(): String {
        if (Build.VERSION.SDK_INT >= 26) {
            val channel = NotificationChannel(CHANNEL, localized.getString(R.string.tab_guide), NotificationManager.IMPORTANCE_LOW)
            (getSystemService(NOTIFICATION_SERVICE) as NotificationManager).createNotificationChannel(channel)
        }
        return CHANNEL
    }

    override fun onDestroy() {
        val recorder = services.walk.state.value?.recorder
        services.walk.set(null)
        speaker.close()
        if (recorder != null) services.scope.launch { recorder.finish() }
        super.onDestroy()
    }

    private companion object {
        const val CHANNEL = "guide"

        /** The number of announcements that are kept to be read. */
        const val SAID = 20
    }
}

/** Asks for the position, and starts to follow a trek. */
fun startFollowing(screen: Screen, territory: String, trek: Long) {
    val wanted = mutableListOf(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION)
    if (Build.VERSION.SDK_INT >= 33) wanted += Manifest.permission.POST_NOTIFICATIONS
    val host = screen.host
    host.withPermission(wanted) { given ->
        if (!given) return@withPermission host.showMessage(screen.text(R.string.guide_permission_denied))
        val start = GuideService.intent(host, FollowingService::class.java, territory, trek, screen.services.clock())
        if (Build.VERSION.SDK_INT >= 26) host.startForegroundService(start) else host.startService(start)
        host.select(Tab.GUIDE)
    }
}
