package org.jalon.android

import android.content.ContentResolver
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.ImageDecoder
import android.graphics.Matrix
import android.media.ExifInterface
import android.net.Uri
import android.os.Build
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.IOException
import java.io.InputStream
import kotlin.math.max
import kotlin.math.roundToInt
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withContext
import org.jalon.ffi.JalonException
import org.jalon.ffi.Report
import org.jalon.ffi.Reports

/**
 * Makes photos ready for a report with the decoders of the phone: they know HEIC, which a Geotrek drops unseen, and read a
 * picture at the size that is wanted, in a fraction of the memory. What comes out is a JPEG with nothing in it but the
 * picture: no place, no camera.
 *
 * ```
 * Photos(context.contentResolver, context.cacheDir).attach(jalon.reports, report.id, uri)
 * ```
 */
public class Photos(private val resolver: ContentResolver, private val cache: File) {
    /**
     * Attaches the photo behind [uri] to the draft [id]. The original is not needed afterwards.
     *
     * @throws JalonException.InvalidInput where this phone cannot read it, or [id] is no draft.
     */
    public suspend fun attach(reports: Reports, id: String, uri: Uri): Report {
        val jpeg = ready(uri)
        val file = withContext(Dispatchers.IO) { File.createTempFile("photo", ".jpg", cache).apply { writeBytes(jpeg) } }
        try {
            return reports.attachEncodedPhoto(id, file.absolutePath)
        } finally {
            file.delete()
        }
    }

    /**
     * The photo behind [uri], upright, its longer side [mostPixels] at max, in [mostBytes] at max. Safe on the main
     * thread; takes about 16 MB of memory and a few tenths of a second at the usual size.
     *
     * @throws JalonException.InvalidInput where this phone cannot read it, or it cannot be made so small.
     */
    public suspend fun ready(uri: Uri, mostPixels: Int = 2_048, mostBytes: Int = 1 shl 20): ByteArray =
        withContext(Dispatchers.Default) {
            require(mostPixels >= SMALLEST && mostBytes >= 10_000) { "at min $SMALLEST pixels and 10,000 bytes" }
            val bitmap = try {
                if (Build.VERSION.SDK_INT >= 28) decode(uri, mostPixels) else decodeWithoutImageDecoder(uri, mostPixels)
            } catch (unreadable: IOException) {
                throw invalid("a picture that this phone can read", unreadable)
            }
            compressed(flat(bitmap), mostBytes) { ensureActive() }
        }

    private fun compressed(picture: Bitmap, mostBytes: Int, goOn: () -> Unit): ByteArray {
        var bitmap = picture
        while (true) {
            for (quality in QUALITIES) {
                goOn()
                val jpeg = ByteArrayOutputStream()
                bitmap.compress(Bitmap.CompressFormat.JPEG, quality, jpeg)
                if (jpeg.size() <= mostBytes) return jpeg.toByteArray()
            }
            val longer = max(bitmap.width, bitmap.height)
            if (longer <= SMALLEST) throw invalid("one that can be made smaller than $mostBytes bytes", null)
            bitmap = scaled(bitmap, max(longer * 3 / 4, SMALLEST))
        }
    }

    @Suppress("NewApi") // asked for from level 28 on
    private fun decode(uri: Uri, mostPixels: Int): Bitmap =
        ImageDecoder.decodeBitmap(ImageDecoder.createSource(resolver, uri)) { decoder, info, _ ->
            val (width, height) = fit(info.size.width, info.size.height, mostPixels)
            decoder.setTargetSize(width, height)
            decoder.allocator = ImageDecoder.ALLOCATOR_SOFTWARE
        }

    private fun decodeWithoutImageDecoder(uri: Uri, mostPixels: Int): Bitmap {
        val bounds = BitmapFactory.Options().apply { inJustDecodeBounds = true }
        open(uri).use { BitmapFactory.decodeStream(it, null, bounds) }
        val longer = max(bounds.outWidth, bounds.outHeight)
        if (longer <= 0) throw IOException("no picture")
        // Powers of two only; what is left is scaled below.
        val options = BitmapFactory.Options().apply {
            inSampleSize = Integer.highestOneBit(max(longer / mostPixels, 1))
        }
        val read = open(uri).use { BitmapFactory.decodeStream(it, null, options) } ?: throw IOException("no picture")
        val small = if (max(read.width, read.height) > mostPixels) scaled(read, mostPixels) else read
        val turn = open(uri).use { upright(ExifInterface(it)) }
        return if (turn.isIdentity) small else Bitmap.createBitmap(small, 0, 0, small.width, small.height, turn, true)
    }

    private fun open(uri: Uri): InputStream = resolver.openInputStream(uri) ?: throw IOException("nothing to read")

    private companion object {
        const val SMALLEST = 320
        val QUALITIES = intArrayOf(85, 75, 65, 50)

        fun invalid(rule: String, cause: Throwable?) =
            JalonException.InvalidInput("photo", rule).apply { initCause(cause) }

        fun fit(width: Int, height: Int, mostPixels: Int): Pair<Int, Int> {
            val share = minOf(1.0, mostPixels.toDouble() / max(width, height))
            return max(1, (width * share).roundToInt()) to max(1, (height * share).roundToInt())
        }

        fun scaled(bitmap: Bitmap, mostPixels: Int): Bitmap {
            val (width, height) = fit(bitmap.width, bitmap.height, mostPixels)
            return Bitmap.createScaledBitmap(bitmap, width, height, true)
        }

        /** On white, as paper is: a JPEG would turn what is transparent black. */
        fun flat(bitmap: Bitmap): Bitmap {
            if (!bitmap.hasAlpha()) return bitmap
            val page = Bitmap.createBitmap(bitmap.width, bitmap.height, Bitmap.Config.ARGB_8888)
            Canvas(page).apply { drawColor(Color.WHITE) }.drawBitmap(bitmap, 0f, 0f, null)
            return page
        }

        fun upright(exif: ExifInterface): Matrix = Matrix().apply {
            when (exif.getAttributeInt(ExifInterface.TAG_ORIENTATION, ExifInterface.ORIENTATION_NORMAL)) {
                ExifInterface.ORIENTATION_FLIP_HORIZONTAL -> setScale(-1f, 1f)
                ExifInterface.ORIENTATION_ROTATE_180 -> setRotate(180f)
                ExifInterface.ORIENTATION_FLIP_VERTICAL -> setScale(1f, -1f)
                ExifInterface.ORIENTATION_TRANSPOSE -> { setRotate(90f); postScale(-1f, 1f) }
                ExifInterface.ORIENTATION_ROTATE_90 -> setRotate(90f)
                ExifInterface.ORIENTATION_TRANSVERSE -> { setRotate(-90f); postScale(-1f, 1f) }
                ExifInterface.ORIENTATION_ROTATE_270 -> setRotate(-90f)
            }
        }
    }
}
