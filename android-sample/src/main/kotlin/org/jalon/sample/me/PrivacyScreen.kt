package org.jalon.sample.me

import android.os.Bundle
import android.view.View
import android.widget.LinearLayout
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Screen
import org.jalon.sample.view.*

/** What was sent, when, and to whom. */
class PrivacyScreen(host: MainActivity, state: Bundle) : Screen(host, state) {
    private lateinit var list: LinearLayout

    override fun createView(): View = context.column(0) {
        add(context.topBar(text(R.string.me_privacy), { host.back() }))
        val page = context.scroll {
            text(text(R.string.me_privacy_hint))
            list = column(8) {}
        }
        add(page, 1f)
        load { jalon ->
            val servers = jalon.territories().associate { it.name to it.url.substringAfter("://").substringBefore('/') }
            val sent = jalon.reports.list().flatMap { report -> report.attempts.map { it.atMs to servers[report.territory].orEmpty() } }
            list.refill {
                if (sent.isEmpty()) text(text(R.string.me_privacy_none), R.style.Text_Note)
                for ((at, server) in sent.sortedByDescending { it.first }) card {
                    text(text(R.string.me_privacy_entry, "${formats.date(at)}, ${formats.time(at)}", server))
                }
            }
        }
    }
}
