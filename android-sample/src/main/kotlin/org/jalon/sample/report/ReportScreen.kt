package org.jalon.sample.report

import android.os.Bundle
import android.view.View
import android.widget.ImageView
import android.widget.LinearLayout
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import org.jalon.ffi.*
import org.jalon.file
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Route
import org.jalon.sample.Screen
import org.jalon.sample.SendReports
import org.jalon.sample.view.*

/** A report that was queued: its state, its receipt, and what the person can do. */
class ReportScreen(host: MainActivity, state: Bundle, private val reportId: String) : Screen(host, state) {
    private lateinit var content: LinearLayout

    override fun createView(): View = context.column(0) {
        add(context.topBar(text(R.string.tab_report), { host.back() }))
        add(context.scroll { content = this }.also(::keepScroll), 1f)
        load { jalon ->
            jalon.watchChanges().map { it.journal }.distinctUntilChanged().collect {
                val report = jalon.reports.list().find { it.id == reportId } ?: return@collect host.back()
                content.refill { show(report) }
            }
        }
    }

    private fun LinearLayout.show(report: Report) {
        stateBadge(this@ReportScreen, report)
        receiptOf(report)?.let { text(it, R.style.Text_Heading) }
        card {
            text(report.content.comment)
            text(formats.date(report.createdMs), R.style.Text_Caption)
        }
        for (photo in report.photos) {
            val image = ImageView(context).apply {
                scaleType = ImageView.ScaleType.CENTER_CROP
                contentDescription = text(R.string.trek_picture_of, report.content.comment)
                round(16)
            }
            addView(image, LinearLayout.LayoutParams(LinearLayout.LayoutParams.MATCH_PARENT, context.dp(200)))
            load { image.setImageBitmap(Pictures.read(photo.file, context.dp(328))) }
        }
        when (report.state) {
            ReportState.QUEUED -> button(text(R.string.action_retry), R.drawable.ic_share, Look.PRIMARY) { sendNow() }
            // The person may have decided to leave it in doubt.
            ReportState.IN_DOUBT -> if (report.needsUserAction) choices()
            ReportState.REFUSED -> {
                button(text(R.string.action_open), R.drawable.ic_report, Look.PRIMARY) { host.replace(Route.form(reportId)) }
                button(text(R.string.action_delete), R.drawable.ic_trash) { load { jalon -> jalon.reports.discard(reportId) } }
            }
            else -> Unit
        }
    }

    /** Only the person can decide about a report of which nobody knows whether it arrived. */
    private fun LinearLayout.choices() = card(R.color.warning_soft, 12) {
        text(text(R.string.report_doubt_hint), color = R.color.on_warning_soft)
        button(text(R.string.report_doubt_received), R.drawable.ic_check, Look.PRIMARY) { resolve(Resolution.Delivered(null)) }
        button(text(R.string.report_doubt_send_again), R.drawable.ic_share) {
            resolve(Resolution.Resend)
            SendReports.enqueue(host.applicationContext)
        }
        button(text(R.string.report_doubt_discard), R.drawable.ic_trash) { resolve(Resolution.Abandon) }
    }

    private fun resolve(resolution: Resolution) = load { jalon -> jalon.reports.resolve(reportId, resolution) }
}
