package org.jalon.sample.trek

import android.os.Bundle
import android.view.View
import android.widget.LinearLayout
import org.jalon.Jalon
import org.jalon.ffi.*
import org.jalon.file
import org.jalon.sample.MainActivity
import org.jalon.sample.R
import org.jalon.sample.Screen
import org.jalon.sample.view.*

/** A place, such as a point of interest or an information desk. [trek] is the trek from which the person came. */
class PlaceScreen(
    host: MainActivity,
    state: Bundle,
    private val territory: String,
    private val kind: Kind,
    private val placeId: Long,
    private val trek: Long?,
) : Screen(host, state) {
    private lateinit var content: LinearLayout

    override fun createView(): View = context.column(0) {
        add(context.topBar("", { host.back() }))
        add(context.scroll { content = this }.also(::keepScroll), 1f)
        load { jalon ->
            val place = jalon.catalogue.`object`(territory, kind, placeId, formats.languages)
            content.refill { show(jalon, place) }
        }
    }

    private suspend fun LinearLayout.show(jalon: Jalon, place: Object) {
        if (place.pictures.isNotEmpty()) add(gallery(this@PlaceScreen, place.pictures, place.name))
        text(place.name, R.style.Text_Title)
        place.description?.takeIf { it.plain.isNotBlank() }?.let { rich(it) }
        // Its pictures come with the download of a trek: offer that.
        if (trek != null && place.pictures.any { it.file == null }) {
            val name = jalon.catalogue.trekDetails(territory, trek, formats.languages, listOf(Kind.CITY)).name
            add(DownloadCard(this@PlaceScreen, territory, trek, name).also { it.start() }.view)
        }
    }

    override fun onFailure(error: JalonException) {
        if (error !is JalonException.NotFound) return super.onFailure(error)
        content.refill {
            add(emptyState(context, R.drawable.ic_info, text(R.string.error_not_found), text(R.string.treks_empty_hint)), 1f)
        }
    }
}
