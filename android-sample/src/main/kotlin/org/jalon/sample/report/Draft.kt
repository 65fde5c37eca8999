package org.jalon.sample.report

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.launch
import org.jalon.ffi.Report
import org.jalon.ffi.ReportContent
import org.jalon.sample.Services

/** A draft that the person writes. Each change is kept in the journal, so that nothing is lost when the process ends. */
class Draft(private val services: Services, private val id: String, report: Report) {
    private val changes = MutableStateFlow(report.content)
    private val writing = services.scope.launch { changes.drop(1).collect { services.jalon().reports.edit(id, it) } }
    val content: ReportContent get() = changes.value

    fun change(content: ReportContent) {
        changes.value = content
    }

    /** Writes the last change, and waits for it. */
    suspend fun finish() {
        writing.cancel()
        services.jalon().reports.edit(id, content)
    }

    /** Leaves the draft. An empty one is not kept. */
    fun leave(hasPhotos: Boolean) {
        writing.cancel()
        services.scope.launch {
            val reports = services.jalon().reports
            if (content.comment.isBlank() && content.position == null && !hasPhotos) reports.discard(id) else reports.edit(id, content)
        }
    }
}
