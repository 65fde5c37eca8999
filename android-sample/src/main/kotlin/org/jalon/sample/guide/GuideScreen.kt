package org.jalon.sample.guide

import android.app.AlertDialog
import android.content.Intent
import android.os.Bundle
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import org.jalon.ffi.GuideState
import org.jalon.ffi.GuideUpdate
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Route
import org.jalon.sample.Screen
import org.jalon.sample.Tab
import org.jalon.sample.map.MapContent
import org.jalon.sample.map.MapLine
import org.jalon.sample.map.MapSurface
import org.jalon.sample.map.OfflineMaps
import org.jalon.sample.map.createMap
import org.jalon.sample.view.*

/** The walk: where the person is on the trek, what is left, what is ahead, and the way to the emergency sheet. */
class GuideScreen(host: MainActivity, state: Bundle) : Screen(host, state) {
    private lateinit var root: LinearLayout
    private lateinit var status: LinearLayout
    private lateinit var figures: LinearLayout
    private lateinit var ahead: LinearLayout
    private lateinit var actions: LinearLayout
    private lateinit var map: MapSurface
    private lateinit var profile: ProfileView
    private var shown: String? = null

    override fun createView(): View = context.column(0) {
        root = this
        load { services.walk.state.collect(::show) }
    }

    private fun show(walk: WalkState?) {
        if (walk == null) {
            shown = null
            return root.refill { showNone() }
        }
        val key = "${walk.territory}/${walk.trek}"
        if (shown != key) root.refill { build(walk) }
        shown = key
        showStatus(walk.update, walk)
        showFigures(walk.update, walk)
        showAhead(walk)
        showActions(walk)
        map.showFix(walk.fix)
        val length = walk.profile?.distanceM?.lastOrNull() ?: 0.0
        profile.mark(walk.update?.alongM?.takeIf { length > 0 }?.let { it / length })
        walk.fix?.let { map.moveTo(it.position) }
    }

    private fun LinearLayout.showNone() {
        add(context.topBar(text(R.string.tab_guide), null))
        add(
            emptyState(context, R.drawable.ic_guide, text(R.string.guide_none_title), text(R.string.guide_none_hint)) {
                button(text(R.string.tab_treks), R.drawable.ic_treks, Look.PRIMARY) { host.select(Tab.TREKS) }
                text(text(R.string.guide_permission), R.style.Text_Caption).gravity = Gravity.CENTER
                emergencyButton()
            },
            1f,
        )
    }

    private fun LinearLayout.emergencyButton(weight: Float = 0f) =
        button(text(R.string.guide_emergency), R.drawable.ic_warning, Look.DANGER, weight) { host.open(Route.EMERGENCY) }

    private fun LinearLayout.build(walk: WalkState) {
        add(context.topBar(walk.name, null, R.style.Text_Title))
        add(
            context.scroll {
                status = card {}
                figures = card {}
                map = createMap(this@GuideScreen)
                map.view.round(16)
                map.view.contentDescription = text(R.string.map_described, walk.name)
                addView(map.view, LinearLayout.LayoutParams(LinearLayout.LayoutParams.MATCH_PARENT, context.dp(200)))
                load { jalon ->
                    map.show(MapContent(listOf(MapLine(walk.line, null)), maps = OfflineMaps.read(jalon, walk.trek)))
                }
                map.fit(walk.line)
                profile = ProfileView(context, formats) { map.mark(walk.profile?.positionAt(it)) }
                walk.profile?.let { known -> card { add(profile).show(known) } }
                ahead = card {}
                actions = flow {}
            }.also(::keepScroll),
            1f,
        )
        val bar = context.column(0, 12) { emergencyButton() }
        bar.setBackgroundColor(context.getColor(R.color.background))
        add(bar)
    }

    private fun showStatus(update: GuideUpdate?, walk: WalkState) = status.refill {
        val isGood = update?.state == GuideState.ON_ROUTE || update?.state == GuideState.ARRIVED
        background = context.card(if (isGood) R.color.accent_soft else R.color.warning_soft).background
        val ink = if (isGood) R.color.on_accent_soft else R.color.on_warning_soft
        val sentence = when (update?.state) {
            null, GuideState.NO_FIX -> text(R.string.guide_no_fix)
            GuideState.ON_ROUTE -> text(R.string.guide_on_route)
            GuideState.OFF_ROUTE -> text(R.string.guide_off_route, formats.distance(update.offsetM ?: 0.0))
            GuideState.WRONG_WAY -> text(R.string.guide_wrong_way)
            GuideState.ARRIVED -> text(R.string.guide_arrived)
        }
        accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
        row(12) {
            icon(if (isGood) R.drawable.ic_check else R.drawable.ic_warning, ink, 24)
            column(2, 1f) {
                text(sentence, R.style.Text_Heading, color = ink)
                update?.back?.let {
                    text(text(R.string.guide_way_back, formats.distance(it.distanceM), formats.direction(it.bearingDeg)), color = ink)
                }
                if (isLate(update, walk)) text(text(R.string.guide_late), color = ink)
            }
        }
    }

    private fun isLate(update: GuideUpdate?, walk: WalkState): Boolean {
        val (eta, sunset) = (update?.etaMs ?: return false) to (walk.sunsetMs ?: return false)
        return eta > sunset
    }

    private fun showFigures(update: GuideUpdate?, walk: WalkState) = figures.refill {
        row(16) {
            figure(R.string.guide_left, update?.leftM?.let(formats::distance))
            figure(R.string.guide_ascent_left, update?.ascentLeftM?.let(formats::height))
        }
        row(16) {
            figure(R.string.guide_time_left, update?.etaMs?.let { formats.duration((it - update.timeMs).coerceAtLeast(0) / MS_PER_HOUR) })
            figure(R.string.guide_arrival, update?.etaMs?.let(formats::time))
        }
        val (eta, sunset) = (update?.etaMs ?: return@refill) to (walk.sunsetMs ?: return@refill)
        row(8) {
            icon(R.drawable.ic_sun, size = 18)
            text(text(R.string.guide_arrival_at, formats.time(eta), formats.time(sunset)), R.style.Text_Note, 1f)
        }
    }

    private fun LinearLayout.figure(title: Int, value: String?) = column(0, 1f) {
        text(value ?: "–", R.style.Text_Title)
        text(text(title), R.style.Text_Caption)
    }

    private fun showAhead(walk: WalkState) = ahead.refill {
        text(text(R.string.guide_ahead), R.style.Text_Heading)
        val along = walk.update?.alongM ?: 0.0
        val next = walk.contents.places.filter { it.alongM > along }.sortedBy { it.alongM }.take(3)
        if (next.isEmpty()) text(text(R.string.guide_nothing_ahead), R.style.Text_Note)
        for (place in next) row(12) {
            icon(R.drawable.ic_pin)
            text(place.name, weight = 1f)
            text(text(R.string.guide_in_distance, formats.distance(place.alongM - along)), R.style.Text_Note)
        }
        if (walk.said.isEmpty()) return@refill
        text(text(R.string.guide_announcements), R.style.Text_Heading)
        walk.said.take(4).forEach { text("${formats.time(it.timeMs)}  ${it.text}", R.style.Text_Note) }
    }

    private fun showActions(walk: WalkState): Unit = actions.refill {
        val choices = services.settings.choices.value
        val sound = if (choices.speaks) R.string.guide_sound_off else R.string.guide_sound_on
        button(text(sound), if (choices.speaks) R.drawable.ic_sound_on else R.drawable.ic_sound_off) {
            services.settings.change(choices.copy(speaks = !choices.speaks))
            showActions(walk)
        }
        val isRecording = walk.recorder != null
        val recording = text(R.string.guide_record)
        button(if (isRecording) "${text(R.string.action_stop)}: $recording" else recording, R.drawable.ic_record) {
            load { services.walk.state.value?.let { toggleRecording(services, it) } }
        }
        button(text(R.string.action_stop), R.drawable.ic_stop) { askToStop(walk) }
    }

    private fun askToStop(walk: WalkState) {
        AlertDialog.Builder(context)
            .setMessage(text(R.string.guide_stop_question, walk.name))
            .setPositiveButton(text(R.string.action_stop)) { _, _ -> host.stopService(Intent(host, FollowingService::class.java)) }
            .setNegativeButton(text(R.string.action_cancel), null)
            .show()
    }

    private companion object {
        const val MS_PER_HOUR = 3_600_000.0
    }
}
