package org.jalon.sample.map

import org.jalon.Jalon
import org.jalon.ffi.Pack
import org.jalon.ffi.PackSubject

/** The downloaded maps, and the attribution that has to be shown with them. */
data class OfflineMaps(val packs: List<Pack> = emptyList(), val attribution: String = "") {
    companion object {
        /** Reads what is downloaded. The map of the trek [first] comes first, where several cover a place. */
        suspend fun read(jalon: Jalon, first: Long? = null): OfflineMaps {
            val packs = jalon.packs.list().filter { it.map?.path != null }.sortedBy { it.subject != first?.let(PackSubject::Trek) }
            val attributions = packs.mapNotNull { jalon.packs.mapAttribution(it.territory, it.subject) }
            return OfflineMaps(packs, attributions.filter { it.isNotEmpty() }.distinct().joinToString(" · "))
        }
    }
}
