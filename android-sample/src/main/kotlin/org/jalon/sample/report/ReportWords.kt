package org.jalon.sample.report

import android.widget.LinearLayout
import org.jalon.ffi.*
import org.jalon.sample.R
import org.jalon.sample.Screen
import org.jalon.sample.sentence
import org.jalon.sample.view.badge

/** The state of a report in words. */
fun Screen.stateOf(report: Report): String = when (report.state) {
    ReportState.DRAFT -> text(R.string.report_state_draft)
    ReportState.QUEUED -> text(R.string.report_state_queued)
    ReportState.SENDING -> text(R.string.report_state_sending)
    ReportState.ACCEPTED -> text(R.string.report_state_accepted)
    ReportState.REFUSED -> text(R.string.report_state_refused, report.refusedFields.flatMap { it.messages }.joinToString(" "))
    ReportState.IN_DOUBT -> text(if (report.isAbandoned) R.string.report_state_given_up else R.string.report_state_in_doubt)
}

/** The receipt of an accepted report; null for another one. */
fun Screen.receiptOf(report: Report): String? {
    val date = formats.date(report.acceptedMs ?: return null)
    return report.serverId?.let { text(R.string.report_receipt, date, it.toString()) } ?: text(R.string.report_receipt_no_number, date)
}

/** Adds the state of a report as a label, in a warning colour if the person has to act. */
fun LinearLayout.stateBadge(screen: Screen, report: Report) {
    val warns = report.needsUserAction
    val icon = when (report.state) {
        ReportState.ACCEPTED -> R.drawable.ic_check
        ReportState.REFUSED, ReportState.IN_DOUBT -> R.drawable.ic_warning
        else -> R.drawable.ic_clock
    }
    badge(
        screen.stateOf(report), icon,
        if (warns) R.color.warning_soft else R.color.accent_soft, if (warns) R.color.on_warning_soft else R.color.on_accent_soft,
    )
}

/** The sentence for a report that cannot be queued. */
fun Screen.problemOf(error: JalonException): String = when ((error as? JalonException.InvalidInput)?.field) {
    "comment" -> text(R.string.report_comment_missing)
    "position" -> text(R.string.report_place_missing)
    "email" -> text(R.string.report_email_invalid)
    else -> context.sentence(error)
}
