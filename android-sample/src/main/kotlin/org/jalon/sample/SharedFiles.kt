package org.jalon.sample

import android.app.Activity
import android.content.ContentProvider
import android.content.ContentValues
import android.content.Context
import android.content.Intent
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.provider.OpenableColumns
import java.io.File
import java.io.FileNotFoundException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.jalon.android.PhotoEncoder

/** Hands files of one folder of the cache to another app, which needs a grant for each. */
class SharedFiles : ContentProvider() {
    override fun onCreate() = true

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor =
        ParcelFileDescriptor.open(file(uri), ParcelFileDescriptor.parseMode(mode))

    override fun getType(uri: Uri): String = when (file(uri).extension) {
        "gpx" -> "application/gpx+xml"
        "jpg" -> "image/jpeg"
        else -> "application/zip"
    }

    override fun query(uri: Uri, columns: Array<String>?, where: String?, values: Array<String>?, order: String?): Cursor =
        MatrixCursor(arrayOf(OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE)).apply {
            addRow(arrayOf<Any>(file(uri).name, file(uri).length()))
        }

    override fun insert(uri: Uri, values: ContentValues?): Uri? = null

    override fun delete(uri: Uri, where: String?, values: Array<String>?) = 0

    override fun update(uri: Uri, values: ContentValues?, where: String?, arguments: Array<String>?) = 0

    private fun file(uri: Uri): File {
        val folder = folder(checkNotNull(context))
        val file = File(folder, checkNotNull(uri.lastPathSegment))
        if (file.parentFile != folder || file.name != uri.lastPathSegment) throw FileNotFoundException("$uri")
        return file
    }

    companion object {
        private fun folder(context: Context) = File(context.cacheDir, "shared")

        /** Returns a file in the folder, which does not exist yet. */
        suspend fun newFile(context: Context, name: String): File = withContext(Dispatchers.IO) {
            val folder = folder(context).apply { mkdirs() }
            File(folder, name).apply { delete() }
        }

        /** Makes an encoder for photos. The address of the cache is asked for off the main thread, because it reads the disk. */
        suspend fun photoEncoder(context: Context): PhotoEncoder =
            PhotoEncoder(context.contentResolver, withContext(Dispatchers.IO) { context.cacheDir })

        /** The address of a file in the folder. */
        fun uri(context: Context, file: File): Uri =
            Uri.Builder().scheme("content").authority("${context.packageName}.files").appendPath(file.name).build()

        /** Lets the person choose an app that takes the file. */
        fun share(activity: Activity, file: File, type: String, title: String) {
            val send = Intent(Intent.ACTION_SEND)
                .setType(type)
                .putExtra(Intent.EXTRA_STREAM, uri(activity, file))
                .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
            activity.startActivity(Intent.createChooser(send, title))
        }
    }
}
