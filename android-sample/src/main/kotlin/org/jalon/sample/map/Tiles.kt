package org.jalon.sample.map

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.util.LruCache
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.jalon.Jalon
import org.jalon.ffi.JalonException
import org.jalon.ffi.Pack

/** The number of a tile. Row 0 is in the north. */
data class TileId(val z: Int, val x: Int, val y: Int) {
    val parent: TileId get() = TileId(z - 1, x / 2, y / 2)
}

/** The raster tiles of the downloaded maps. They are read off the main thread, and the last ones are kept. */
class Tiles(private val scope: CoroutineScope, private val jalon: suspend () -> Jalon, private val onRead: () -> Unit) {
    private val cache = object : LruCache<TileId, Bitmap>(24 shl 20) {
        override fun sizeOf(key: TileId, value: Bitmap) = value.allocationByteCount
    }
    private val missing = mutableSetOf<TileId>()
    private val reading = mutableSetOf<TileId>()

    /** The downloads with a map. */
    var packs: List<Pack> = emptyList()
        set(value) {
            field = value.filter { it.map?.path != null }
            missing.clear()
        }

    /** The deepest zoom level of a map; null if there is none. */
    val maxZoom: Int? get() = packs.mapNotNull { it.map?.maxZoom?.toInt() }.maxOrNull()

    /** True while tiles are being read. */
    val isReading: Boolean get() = reading.isNotEmpty()

    /** Returns a tile, or null if no map has it or if it is still being read. [onRead] is called when it has been read. */
    fun get(id: TileId): Bitmap? {
        cache[id]?.let { return it }
        if (id !in missing && packs.isNotEmpty() && reading.add(id)) {
            scope.launch {
                val bitmap = read(id)
                if (bitmap == null) missing += id else cache.put(id, bitmap)
                reading -= id
                onRead()
            }
        }
        return null
    }

    private suspend fun read(id: TileId): Bitmap? = packs.firstNotNullOfOrNull { pack ->
        try {
            val packs = jalon().packs
            packs.mapTile(pack.territory, pack.subject, id.z.toUByte(), id.x.toUInt(), id.y.toUInt())?.let { tile ->
                // A vector tile is no picture: the flavour with MapLibre draws those.
                withContext(Dispatchers.Default) { BitmapFactory.decodeByteArray(tile.bytes, 0, tile.bytes.size) }
            }
        } catch (_: JalonException) {
            // The download was removed meanwhile.
            null
        }
    }
}
