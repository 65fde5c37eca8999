package org.jalon.sample.guide

import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.view.View
import android.widget.LinearLayout
import org.jalon.Jalon
import org.jalon.ffi.*
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Screen
import org.jalon.sample.view.*

/** Whom to call, and what to tell them. It works without a network. */
class EmergencyScreen(host: MainActivity, state: Bundle) : Screen(host, state) {
    private lateinit var content: LinearLayout
    private var called: Set<String> = emptySet()

    override fun createView(): View = context.column(0) {
        add(context.topBar(text(R.string.emergency_title), { host.back() }))
        add(context.scroll { content = this }, 1f)
        content.showNoPosition()
        load { jalon -> services.positions.fix.collect { fix -> if (fix != null) show(jalon, fix) } }
    }

    private fun LinearLayout.showNoPosition() = refill {
        callButton(EUROPEAN_NUMBER)
        card(R.color.warning_soft) {
            row(12) {
                icon(R.drawable.ic_warning, R.color.on_warning_soft)
                text(text(R.string.emergency_no_position), R.style.Text_Body, 1f, R.color.on_warning_soft)
            }
        }
    }

    private suspend fun show(jalon: Jalon, fix: Fix) {
        val sheet = jalon.emergencySheet(fix, formats.languages)
        content.refill {
            called = emptySet()
            sheet.numbers.filter { it.kind == NumberKind.EMERGENCY }.forEach { callButton(it.number) }
            position(sheet)
            card {
                text(text(R.string.emergency_read_aloud), R.style.Text_Heading)
                text(sheet.text).setTextIsSelectable(true)
                button(text(R.string.emergency_share), R.drawable.ic_share, Look.PRIMARY) { share(sheet.text) }
            }
            sheet.numbers.filter { it.kind == NumberKind.INFORMATION_DESK }.forEach { desk ->
                button("${desk.label}: ${desk.number}", R.drawable.ic_info) { dial(desk.number) }
            }
        }
    }

    private fun LinearLayout.position(sheet: EmergencySheet) = card(gap = 4) {
        text(sheet.coordinates.dms, R.style.Text_Title)
        text(sheet.coordinates.decimal, R.style.Text_Note)
        text(sheet.coordinates.utm, R.style.Text_Note)
        val accuracy = sheet.accuracyM?.let { text(R.string.map_accuracy, formats.distance(it)) }
        val altitude = sheet.altitudeM?.let(formats::height)
        text(listOfNotNull(accuracy, altitude).joinToString(" · "), R.style.Text_Note)
    }

    private fun LinearLayout.callButton(number: String) {
        if (number in called) return
        called = called + number
        button(text(R.string.emergency_call, number), R.drawable.ic_warning, Look.DANGER) { dial(number) }
    }

    /** Opens the dialler with the number: it needs no permission, and the person sees whom they call. */
    private fun dial(number: String) = host.startActivity(Intent(Intent.ACTION_DIAL, Uri.fromParts("tel", number, null)))

    private fun share(text: String) {
        val send = Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, text)
        host.startActivity(Intent.createChooser(send, text(R.string.emergency_share)))
    }

    override fun onShown() = services.positions.use()

    override fun onHidden() = services.positions.release()

    private companion object {
        /** The emergency number of all countries of the European Union. */
        const val EUROPEAN_NUMBER = "112"
    }
}
