package org.jalon.sample.me

import android.app.AlertDialog
import android.os.Bundle
import android.text.InputType
import android.view.View
import android.widget.LinearLayout
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.map
import org.jalon.Jalon
import org.jalon.ffi.JalonException
import org.jalon.ffi.Territory
import org.jalon.sample.DemoTerritory
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Screen
import org.jalon.sample.view.*

/** The territories: update, remove, and add one by its address or by the text of a QR code. */
class TerritoriesScreen(host: MainActivity, state: Bundle) : Screen(host, state) {
    private lateinit var list: LinearLayout

    override fun createView(): View = context.column(0) {
        add(context.topBar(text(R.string.me_territories), { host.back() }))
        val form = context.scroll {
            list = column(12) {}
            card(gap = 12) {
                text(text(R.string.me_territory_add), R.style.Text_Heading)
                field(text(R.string.me_territory_address), address, InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_VARIATION_URI) { address = it }
                button(text(R.string.action_add), R.drawable.ic_plus, Look.PRIMARY) { addTerritory() }
            }
        }
        add(form.also(::keepScroll), 1f)
        load { jalon ->
            jalon.watchChanges().map { it.catalogue }.distinctUntilChanged().collect {
                val territories = jalon.territories()
                list.refill { territories.forEach { show(it) } }
            }
        }
    }

    private var address: String
        get() = state.getString(ADDRESS, "")
        set(value) = state.putString(ADDRESS, value)

    private fun LinearLayout.show(territory: Territory) = card(gap = 4) {
        val isDemo = territory.name == DemoTerritory.NAME
        text(if (isDemo) text(R.string.me_territory_demo) else territory.name, R.style.Text_Heading)
        if (!isDemo) text(territory.url, R.style.Text_Note)
        territory.refreshedMs?.let { text(text(R.string.me_territory_updated, formats.date(it)), R.style.Text_Note) }
        flow {
            if (!isDemo) button(text(R.string.action_refresh), R.drawable.ic_offline) { refresh(territory) }
            button(text(R.string.action_remove), R.drawable.ic_trash) { remove(territory) }
        }
    }

    private fun refresh(territory: Territory) = load { jalon ->
        jalon.refresh(territory.name)
        jalon.packs.update(territory.name)
    }

    private fun remove(territory: Territory) {
        AlertDialog.Builder(context)
            .setMessage(text(R.string.me_territory_remove, territory.name))
            .setPositiveButton(text(R.string.action_remove)) { _, _ -> load { it.removeTerritory(territory.name) } }
            .setNegativeButton(text(R.string.action_cancel), null)
            .show()
    }

    private fun addTerritory() {
        val url = territoryAddress(address) ?: return host.showMessage(text(R.string.me_territory_invalid))
        load { jalon -> add(jalon, url) }
    }

    private suspend fun add(jalon: Jalon, url: String) {
        val taken = jalon.territories().map { it.name }.toSet()
        val base = territoryName(url)
        val name = generateSequence(1) { it + 1 }.map { if (it == 1) base else "$base-$it" }.first { it !in taken }
        try {
            jalon.addTerritory(name, url)
            jalon.refresh(name)
        } catch (error: JalonException) {
            // A territory of which nothing came is not kept: the person corrects the address, or tries again with a network.
            if (jalon.territories().any { it.name == name && it.refreshedMs == null }) jalon.removeTerritory(name)
            if (error is JalonException.InvalidInput) return host.showMessage(text(R.string.me_territory_invalid))
            throw error
        }
        address = ""
    }

    private companion object {
        const val ADDRESS = "address"
    }
}

/** Finds the address in what a person typed or a QR code said; null if there is none. */
fun territoryAddress(text: String): String? {
    val trimmed = text.trim()
    Regex("""https?://[^\s"<>]+""").find(trimmed)?.let { return it.value }
    return if (Regex("""[\w-]+(\.[\w-]+)+(/\S*)?""").matches(trimmed)) "https://$trimmed" else null
}

/** A short name for a territory, from its address. */
fun territoryName(url: String): String =
    url.substringAfter("://").substringBefore('/').lowercase().replace(Regex("[^a-z0-9]+"), "-").trim('-').take(28)
