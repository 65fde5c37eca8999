package org.jalon.sample

import android.content.Context
import java.io.File
import java.io.FileNotFoundException
import java.io.IOException
import java.util.zip.ZipInputStream

/** The invented territory in the app's assets, with which the first start works without a network. */
object DemoTerritory {
    /** The name of the territory. */
    const val NAME = "demo"
    private const val ASSET = "demo-territory.zip"

    /**
     * Unpacks the territory if the app has no catalogue yet. The folder appears in one step, so that an end of the process in
     * between leaves nothing half. An app without the asset starts empty.
     */
    fun unpack(context: Context) {
        val catalogue = File(context.noBackupFilesDir, "jalon")
        if (catalogue.exists()) return
        val unfinished = File(context.noBackupFilesDir, "jalon-unpacking")
        unfinished.deleteRecursively()
        try {
            context.assets.open(ASSET).use { stream -> unpack(ZipInputStream(stream), unfinished) }
        } catch (_: FileNotFoundException) {
            return
        }
        if (!unfinished.renameTo(catalogue)) throw IOException("the demo territory cannot be moved to $catalogue")
    }

    private fun unpack(zip: ZipInputStream, target: File) {
        generateSequence { zip.nextEntry }.forEach { entry ->
            val file = File(target, entry.name)
            if (!entry.isDirectory && file.canonicalPath.startsWith(target.canonicalPath)) {
                file.parentFile?.mkdirs()
                file.outputStream().use(zip::copyTo)
            }
        }
    }
}
