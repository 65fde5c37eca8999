package org.jalon.sample.trek

import android.app.AlertDialog
import android.content.res.ColorStateList
import android.view.View
import android.widget.CheckBox
import android.widget.LinearLayout
import android.widget.ProgressBar
import android.widget.TextView
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import org.jalon.Jalon
import org.jalon.ffi.*
import org.jalon.sample.R
import org.jalon.sample.Screen
import org.jalon.sample.sentence
import org.jalon.sample.view.*

/** The download of a trek: its size before, its progress, pause, resume, update and removal. */
class DownloadCard(private val screen: Screen, private val territory: String, private val trek: Long, private val name: String) {
    private val context = screen.context
    private val downloads = screen.services.downloads
    private val archive = context.getString(R.string.map_archive)
    private var withMap = true

    val view: LinearLayout = context.card()

    /** Shows the state of the download, and again after every change. */
    fun start() {
        screen.load { jalon ->
            val packs = jalon.watchChanges().map { it.packs }.distinctUntilChanged()
            val states = downloads.states.map { it[downloads.key(territory, trek)] }.distinctUntilChanged()
            combine(packs, states) { _, state -> state }.collect { show(jalon, it) }
        }
    }

    private suspend fun show(jalon: Jalon, download: Download?) {
        val pack = jalon.packs.list(territory).find { it.subject == PackSubject.Trek(trek) }
        if (download is Download.Running && showProgress(download)) return
        val isOffline = jalon.catalogue.trekDetails(territory, trek, kinds = listOf(Kind.CITY)).offline
        val size = jalon.packs.estimate(territory, PackSubject.Trek(trek)).bytes
        view.refill {
            when {
                download is Download.Running -> showRunning(download)
                download is Download.Failed -> showFailed(download)
                // A stage belongs to the download of its itinerary.
                pack == null && isOffline -> showOffline()
                pack == null || pack.state == PackState.PLANNED -> showMissing(size)
                pack.state == PackState.PARTIAL -> showPartial()
                else -> showReady(pack)
            }
        }
    }

    private fun LinearLayout.showMissing(size: ULong) {
        row(12) {
            icon(R.drawable.ic_offline)
            text(screen.text(R.string.trek_not_downloaded_title, name), R.style.Text_Heading, 1f)
        }
        text(screen.text(R.string.trek_not_downloaded_hint), R.style.Text_Note)
        if (archive.isNotEmpty()) {
            add(CheckBox(context)).apply {
                setTextAppearance(R.style.Text_Body)
                text = screen.text(R.string.trek_download_with_map)
                minHeight = context.dp(48)
                isChecked = withMap
                setOnCheckedChangeListener { _, isChecked -> withMap = isChecked }
            }
        }
        button(screen.text(R.string.trek_download_size, screen.formats.size(size)), R.drawable.ic_offline, Look.PRIMARY) { download() }
    }

    private fun LinearLayout.showRunning(download: Download.Running) {
        text("", R.style.Text_Body).tag = PROGRESS
        add(ProgressBar(context, null, android.R.attr.progressBarStyleHorizontal)).apply {
            progressTintList = ColorStateList.valueOf(context.getColor(R.color.accent))
            importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO
            tag = BAR
        }
        button(screen.text(R.string.action_pause), R.drawable.ic_pause) { screen.load { downloads.pause(territory, trek) } }
        showProgress(download)
    }

    /** Updates the numbers in the views of a running download. Returns false if there are none yet. */
    private fun showProgress(download: Download.Running): Boolean {
        val label = view.findViewWithTag<TextView>(PROGRESS) ?: return false
        label.text = screen.text(R.string.trek_downloading, download.done.toString(), download.total.toString())
        view.findViewWithTag<ProgressBar>(BAR).apply {
            max = download.total
            progress = download.done
        }
        return true
    }

    private fun LinearLayout.showFailed(download: Download.Failed) {
        row(12) {
            icon(R.drawable.ic_warning, R.color.danger)
            text(screen.text(R.string.trek_download_failed, context.sentence(download.error)), weight = 1f)
        }
        resumeAndRemove()
    }

    private fun LinearLayout.showPartial() {
        row(12) {
            icon(R.drawable.ic_pause)
            text(screen.text(R.string.trek_is_partial), R.style.Text_Heading, 1f)
        }
        resumeAndRemove()
    }

    private fun LinearLayout.resumeAndRemove() = flow {
        button(screen.text(R.string.action_resume), R.drawable.ic_play, Look.PRIMARY) { download() }
        button(screen.text(R.string.action_remove), R.drawable.ic_trash) { remove() }
    }

    private fun LinearLayout.showOffline() = row(12) {
        icon(R.drawable.ic_check, R.color.accent, 24)
        text(screen.text(R.string.trek_is_offline), R.style.Text_Heading, 1f)
    }

    private fun LinearLayout.showReady(pack: Pack) {
        showOffline()
        val mapNote = if (pack.map?.path == null) null else screen.text(R.string.trek_download_with_map)
        val date = pack.asOfMs?.let { screen.text(R.string.trek_as_of, screen.formats.date(it)) }
        val size = screen.formats.size(pack.bytes + (pack.map?.bytes ?: 0u))
        text(listOfNotNull(date, size, mapNote).joinToString(" · "), R.style.Text_Note)
        flow {
            if (pack.state == PackState.STALE) button(screen.text(R.string.action_refresh), R.drawable.ic_offline, Look.PRIMARY) { download() }
            button(screen.text(R.string.action_remove), R.drawable.ic_trash) { remove() }
        }
    }

    private fun download() = downloads.start(territory, trek, if (withMap) archive else "")

    private fun remove() {
        AlertDialog.Builder(context)
            .setMessage(screen.text(R.string.trek_remove_question, name))
            .setPositiveButton(screen.text(R.string.action_remove)) { _, _ -> screen.load { downloads.remove(territory, trek) } }
            .setNegativeButton(screen.text(R.string.action_cancel), null)
            .show()
    }

    private companion object {
        const val PROGRESS = "progress"
        const val BAR = "bar"
    }
}
