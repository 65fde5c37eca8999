package org.jalon.sample

import android.content.Intent
import android.widget.EditText
import androidx.work.NetworkType
import androidx.work.WorkManager
import androidx.work.WorkerParameters
import org.jalon.ffi.Report
import org.jalon.ffi.ReportState
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.Shadows.shadowOf

/** Reports against the test server: written without a network, sent later, and in doubt. */
class ReportTest : SampleTest() {
    private val server by lazy { GeotrekServer() }

    @Test
    fun `A report is written without a network and sent later`() = server.use {
        prepare()
        server.command("stop")
        write("Two planks of the bridge are missing.")
        awaitText(app.getString(R.string.report_saved))
        awaitText(app.getString(R.string.report_state_queued))
        tap("Two planks of the bridge are missing.")
        tap(app.getString(R.string.action_retry))
        await("the attempt") { reports().single().lastError != null }
        assertEquals(ReportState.QUEUED, reports().single().state)

        server.command("start")
        tap(app.getString(R.string.action_retry))
        awaitText(app.getString(R.string.report_state_accepted))
        awaitText(checkNotNull(reports().single().serverId).toString())
        assertEquals("1", server.command("reports").filter(Char::isDigit))
        activity.select(Tab.ME)
        open(Route.PRIVACY)
        awaitText(server.url.substringAfter("://"))
    }

    @Test
    fun `WorkManager sends what is queued when there is a network`() = server.use {
        prepare()
        write("A tree lies across the path.")
        awaitText(app.getString(R.string.report_saved))
        val request = checkNotNull(WorkManager.getInstance(app).requests["reports"])
        assertEquals(SendReports::class.java, request.worker)
        assertEquals(NetworkType.CONNECTED, request.constraints?.requiredNetworkType)
        withData { SendReports(app, WorkerParameters()).doWork() }
        awaitText(app.getString(R.string.report_state_accepted))
    }

    @Test
    fun `A report in doubt has three choices`() = server.use {
        prepare()
        val choices = listOf(R.string.report_doubt_received, R.string.report_doubt_discard, R.string.report_doubt_send_again)
        for ((number, choice) in choices.withIndex()) {
            val comment = "The sign of the crossing number $number is missing."
            activity.select(Tab.REPORT)
            activity.select(Tab.REPORT)
            // The server stores the report, and fails before it has said so.
            server.command("mail-outage")
            write(comment, "walker@example.org")
            awaitText(app.getString(R.string.report_saved))
            tap(comment)
            tap(app.getString(R.string.action_retry))
            awaitText(app.getString(R.string.report_doubt_hint))
            server.command("repair")
            tap(app.getString(choice))
            await("the decision") { reports().none { it.needsUserAction } }
            if (choice == R.string.report_doubt_discard) awaitText(app.getString(R.string.report_state_given_up))
        }
        // What is given up stays in doubt, and asks no more.
        assertEquals(listOf(ReportState.ACCEPTED, ReportState.IN_DOUBT, ReportState.QUEUED), reports().map { it.state })
    }

    @Test
    fun `The form says what is missing`() = server.use {
        prepare()
        tap(app.getString(R.string.report_new))
        awaitText(app.getString(R.string.report_trek_none))
        tap(app.getString(R.string.report_queue))
        awaitError(R.string.report_comment_missing)
        fields()[0].setText("A landslide.")
        tap(app.getString(R.string.report_queue))
        awaitText(app.getString(R.string.report_place_missing))
        tap(app.getString(R.string.report_place_here))
        fields()[1].setText("nobody")
        tap(app.getString(R.string.report_queue))
        awaitText(app.getString(R.string.report_email_invalid))
        assertTrue(reports().none { it.state == ReportState.QUEUED })
    }

    @Test
    fun `A draft is kept when the form is left, and an empty one is not`() = server.use {
        prepare()
        tap(app.getString(R.string.report_new))
        awaitText(app.getString(R.string.report_category))
        activity.back()
        await("no draft") { reports().isEmpty() }
        tap(app.getString(R.string.report_new))
        awaitText(app.getString(R.string.report_trek_none))
        fields()[0].setText("Half a sentence")
        activity.back()
        tap("Half a sentence")
        await("the form again") { fields().firstOrNull()?.text.toString() == "Half a sentence" }
    }

    @Test
    fun `The camera gets a file of its own`() = server.use {
        prepare()
        tap(app.getString(R.string.report_new))
        tap(app.getString(R.string.report_photo_take))
        await("the camera") { shadowOf(activity).peekNextStartedActivityForResult() != null }
        val camera = shadowOf(activity).nextStartedActivityForResult.intent
        assertEquals("android.media.action.IMAGE_CAPTURE", camera.action)
        tap(app.getString(R.string.report_photo_choose))
        assertEquals(Intent.ACTION_GET_CONTENT, shadowOf(activity).nextStartedActivityForResult.intent.action)
    }

    @Test
    fun `Unsent reports are exported`() = server.use {
        prepare()
        write("The spring is dry.")
        tap(app.getString(R.string.report_export_unsent))
        await("the export") { shadowOf(activity).peekNextStartedActivity() != null }
        assertEquals(Intent.ACTION_CHOOSER, shadowOf(activity).nextStartedActivity.action)
        awaitText("1 report exported")
    }

    /** Starts the app with the territory of the test server alone, at the start of a trek. */
    private fun prepare() {
        allowPosition()
        startApp()
        addTerritory(server)
        withData { jalon -> jalon.removeTerritory("demo") }
        receive(lineOf("park", 1).first(), NOON)
        activity.select(Tab.REPORT)
        app.services.positions.use()
        receive(lineOf("park", 1).first(), NOON)
    }

    private fun write(comment: String, email: String = "") {
        tap(app.getString(R.string.report_new))
        awaitText(app.getString(R.string.report_trek_none))
        fields()[0].setText(comment)
        fields()[1].setText(email)
        tap(app.getString(R.string.report_place_here))
        tap(app.getString(R.string.report_queue))
        await("the list") { fields().isEmpty() }
    }

    private fun fields() = views().filterIsInstance<EditText>().toList()

    private fun awaitError(sentence: Int) = await("the error") { fields()[0].error?.toString() == app.getString(sentence) }

    private fun reports(): List<Report> = withData { it.reports.list() }
}
