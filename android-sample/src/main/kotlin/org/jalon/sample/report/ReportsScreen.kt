package org.jalon.sample.report

import android.os.Bundle
import android.text.TextUtils
import android.view.View
import android.widget.LinearLayout
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import org.jalon.export
import org.jalon.ffi.*
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Route
import org.jalon.sample.Screen
import org.jalon.sample.SharedFiles
import org.jalon.sample.sentence
import org.jalon.sample.view.*

/** The person's reports, each with its state in words. */
class ReportsScreen(host: MainActivity, state: Bundle) : Screen(host, state) {
    private lateinit var content: LinearLayout

    override fun createView(): View = context.column(0) {
        add(context.topBar(text(R.string.tab_report), null))
        add(context.scroll { content = this }.also(::keepScroll), 1f)
        val bar = context.column(0, 12) { button(text(R.string.report_new), R.drawable.ic_plus, Look.PRIMARY) { create() } }
        add(bar)
        load { jalon ->
            jalon.watchChanges().map { it.journal }.distinctUntilChanged().collect {
                val reports = jalon.reports.list().reversed()
                content.refill { show(reports) }
            }
        }
    }

    private fun LinearLayout.show(reports: List<Report>) {
        if (reports.isEmpty()) {
            add(emptyState(context, R.drawable.ic_report, text(R.string.report_queue_title), text(R.string.report_queue_empty)), 1f)
            return
        }
        text(text(R.string.report_queue_title), R.style.Text_Heading)
        column(12) { reports.forEach { row(it) } }
        val unsent = reports.filter { it.state != ReportState.ACCEPTED && it.state != ReportState.DRAFT }
        if (reports.any { it.state == ReportState.QUEUED }) button(text(R.string.action_send), R.drawable.ic_share) { send() }
        if (unsent.isNotEmpty()) button(text(R.string.report_export_unsent), R.drawable.ic_offline) { exportUnsent() }
    }

    private fun LinearLayout.row(report: Report) = card(onClick = { host.open(routeOf(report)) }) {
        stateBadge(this@ReportsScreen, report)
        text(report.content.comment).apply {
            maxLines = 2
            ellipsize = TextUtils.TruncateAt.END
        }
        val photos = report.photos.size
        val note = listOfNotNull(formats.date(report.createdMs), if (photos > 0) count(R.plurals.report_photos, photos) else null)
        text(note.joinToString(" · "), R.style.Text_Caption)
    }

    private fun routeOf(report: Report) = if (report.state == ReportState.DRAFT) Route.form(report.id) else Route.report(report.id)

    private fun create() = load { jalon ->
        val territory = jalon.territories().firstOrNull() ?: return@load host.showMessage(text(R.string.treks_empty_territory))
        val walk = services.walk.state.value
        val content = ReportContent(trek = walk?.trek)
        val draft = jalon.reports.newReport(walk?.territory ?: territory.name, content, formats.languages.first())
        host.open(Route.form(draft.id))
    }

    private fun exportUnsent() = load { jalon ->
        val file = SharedFiles.newFile(context, "reports.zip")
        val count = jalon.journal.export(file)
        host.showMessage(count(R.plurals.report_exported, count.toInt()))
        SharedFiles.share(host, file, "application/zip", text(R.string.report_export_unsent))
    }

    private fun send() = sendNow()
}

/** Sends what is queued, without waiting for the next attempt. It goes on when the screen is left. */
fun Screen.sendNow() {
    services.scope.launch {
        try {
            services.jalon().reports.send(now = true)
        } catch (error: JalonException) {
            host.showMessage(context.sentence(error))
        }
    }
}
