package org.jalon.sample

import android.content.DialogInterface
import android.content.Intent
import android.os.Looper
import android.speech.tts.TextToSpeech
import org.jalon.ffi.GuideState
import org.jalon.ffi.Position
import org.jalon.sample.guide.FollowingService
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ServiceController
import org.robolectric.shadows.ShadowAlertDialog
import org.robolectric.shadows.ShadowTextToSpeech

class GuideTest : SampleTest() {
    private val line by lazy { MeasuredLine(lineOf("demo", 6)) }

    @Test
    fun `A trek is followed from its page to its end`() {
        val service = follow()
        walk(0..50)
        awaitText(app.getString(R.string.guide_on_route))
        val left = checkNotNull(app.services.walk.state.value?.update?.leftM)
        assertTrue("half is left, not $left", left in 2_500.0..4_000.0)
        walk(51..100)
        awaitText(app.getString(R.string.guide_arrived))
        assertEquals(GuideState.ARRIVED, app.services.walk.state.value?.update?.state)
        val said = checkNotNull(app.services.walk.state.value).said.map { it.text }.reversed()
        assertEquals(said, spoken().takeLast(said.size))
        service.destroy()
        awaitText(app.getString(R.string.guide_none_title))
    }

    @Test
    fun `Off the route the screen tells the way back`() {
        follow()
        walk(0..20)
        val at = checkNotNull(line.at(0.2))
        for (step in 1..20) receive(Position(at.lon + step * 0.0005, at.lat), NOON + (20 + step) * STEP_MS)
        await("off the route") { app.services.walk.state.value?.update?.state == GuideState.OFF_ROUTE }
        awaitText(app.getString(R.string.guide_off_route, "").trim())
        awaitText("Back: ")
    }

    @Test
    fun `The emergency sheet is two taps away`() {
        follow()
        walk(0..10)
        tap(app.getString(R.string.tab_treks))
        tap(app.getString(R.string.tab_guide))
        tap(app.getString(R.string.guide_emergency))
        awaitText(app.getString(R.string.emergency_call, "112"))
        awaitText("Plus code")
        tap(app.getString(R.string.emergency_call, "112"))
        val dial = shadowOf(activity).nextStartedActivity
        assertEquals(Intent.ACTION_DIAL, dial.action)
        assertEquals("tel:112", dial.dataString)
    }

    @Test
    fun `The walk goes on after the end of the process`() {
        val service = follow()
        walk(0..40)
        val before = checkNotNull(app.services.walk.state.value?.update?.alongM)
        // The system ends the process: no function of the service or the activity is called.
        val saved = endProcess()
        assertNull(app.services.walk.state.value)
        startApp(saved)
        awaitText(app.getString(R.string.guide_none_title))
        redeliver(service)
        walk(41..42)
        awaitText(app.getString(R.string.guide_on_route))
        val after = checkNotNull(app.services.walk.state.value?.update?.alongM)
        assertTrue("$after m after $before m", after > before)
    }

    @Test
    fun `Announcements can be muted, and the walk is stopped after a question`() {
        follow()
        tap(app.getString(R.string.guide_sound_off))
        walk(0..100)
        awaitText(app.getString(R.string.guide_arrived))
        assertEquals(emptyList<String>(), spoken())
        tap(app.getString(R.string.action_stop))
        ShadowAlertDialog.getLatestAlertDialog().getButton(DialogInterface.BUTTON_POSITIVE).performClick()
        shadowOf(Looper.getMainLooper()).idle()
        assertEquals(FollowingService::class.java.name, shadowOf(app).nextStoppedService.component?.className)
    }

    @Test
    fun `The own track is recorded, and survives the end of the process`() {
        val service = follow()
        walk(0..5)
        tap(app.getString(R.string.guide_record))
        awaitText("${app.getString(R.string.action_stop)}: ${app.getString(R.string.guide_record)}")
        walk(6..30)
        await("the recording") { app.services.walk.state.value?.recorder?.stats()?.points == 25uL }
        val saved = endProcess()
        startApp(saved)
        redeliver(service)
        walk(31..40)
        tap("${app.getString(R.string.action_stop)}: ${app.getString(R.string.guide_record)}")
        await("the track") { withData { it.journal.tracks() }.isNotEmpty() }
        assertEquals(35uL, withData { it.journal.tracks() }.single().stats.points)
        activity.select(Tab.ME)
        awaitText("Lake of Aiguillons")
    }

    @Test
    fun `Without the permission the guide says what to do`() {
        startApp()
        open(Route.trek("demo", 6))
        tap(app.getString(R.string.trek_follow))
        await("the question") { shadowOf(activity).lastRequestedPermission != null }
        activity.onRequestPermissionsResult(1, arrayOf("p"), intArrayOf(-1))
        awaitText(app.getString(R.string.guide_permission_denied))
        assertNull(shadowOf(app).nextStartedService)
    }

    private fun follow(): ServiceController<FollowingService> {
        allowPosition()
        startApp()
        open(Route.trek("demo", 6))
        tap(app.getString(R.string.trek_follow))
        return startRequestedService().also { await("the walk") { app.services.walk.state.value != null } }
    }

    /** Walks through parts of the way, in hundredths. */
    private fun walk(parts: IntRange) {
        for (part in parts) receive(checkNotNull(line.at(part / 100.0)), NOON + part * STEP_MS)
    }

    /** Android starts a service of an ended process again, with the same intent. */
    private fun redeliver(ended: ServiceController<FollowingService>) {
        Robolectric.buildService(FollowingService::class.java, ended.intent).create().startCommand(0, 2)
        await("the walk") { app.services.walk.state.value != null }
    }

    private fun spoken(): List<String> {
        val engine: TextToSpeech = ShadowTextToSpeech.getLastTextToSpeechInstance() ?: return emptyList()
        val shadow = shadowOf(engine)
        shadow.onInitListener.onInit(TextToSpeech.SUCCESS)
        return shadow.spokenTextList
    }

    private companion object {
        const val STEP_MS = 60_000L
    }
}
