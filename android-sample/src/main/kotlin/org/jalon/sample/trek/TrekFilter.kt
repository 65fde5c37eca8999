package org.jalon.sample.trek

import android.os.Bundle
import org.jalon.ffi.*

/** What the person searches and filters for. It is kept in the state of a screen. */
class TrekFilter(private val state: Bundle) {
    var text: String
        get() = state.getString("text", "")
        set(value) = state.putString("text", value)

    /** Only treks that are downloaded. */
    var isOffline: Boolean
        get() = state.getBoolean("offline")
        set(value) = state.putBoolean("offline", value)

    /** The nearest treks first. */
    var isNear: Boolean
        get() = state.getBoolean("near")
        set(value) = state.putBoolean("near", value)

    /** The chosen values of the facets. */
    var values: Set<FacetValue>
        get() = state.getStringArray("values").orEmpty().map { value ->
            val (facet, territory, id) = value.split('/')
            FacetValue(Facet.valueOf(facet), territory, id.toLong())
        }.toSet()
        set(values) = state.putStringArray("values", values.map { "${it.facet}/${it.territory}/${it.id}" }.toTypedArray())

    fun clear() {
        text = ""
        isOffline = false
        isNear = false
        values = emptySet()
    }

    fun query(here: Position?, offset: Int): TrekQuery {
        val near = here.takeIf { isNear }
        val sort = if (near == null) null else TrekSort.DISTANCE
        return TrekQuery(
            text = text, values = values.toList(), offline = isOffline, near = near, sort = sort, limit = PAGE, offset = offset.toUInt(),
            facetCounts = true,
        )
    }

    companion object {
        /** The number of treks that are read at once. */
        const val PAGE = 100u
    }
}
