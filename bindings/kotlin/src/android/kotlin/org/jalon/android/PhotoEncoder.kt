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
 * Encodes photos for reports with the decoders of the phone. They read HEIC, which Geotrek does not accept, and decode a
 * photo at the target size, which needs less memory than the library's own decoder. The result is a JPEG without metadata
 * such as the position and the camera.
 *
 * ```
 * PhotoEncoder(context.contentResolver, context.cacheDir).attachPhoto(jalon.reports, report.id, uri)
 * ```
 */
public class PhotoEncoder(private val resolver: ContentResolver, private val cacheDir: File) {
    /**
     * Encodes the photo at [uri] and adds it to the draft [id]. The original is not needed afterwards.
     *
     * @throws JalonException.InvalidInput if the phone cannot read the photo, or the report is not a draft.
     */
    public suspend fun attachPhoto(reports: Reports, id: String, uri: Uri): Report {
        val jpeg = encodeJpeg(uri)
        val file = withContext(Dispatchers.IO) { File.createTempFile("photo", ".jpg", cacheDir).apply { writeBytes(jpeg) } }
        try {
            return reports.attachEncodedPhoto(id, file.absolutePath)
        } finally {
            file.delete()
        }
    }

    /**
     * Encodes the photo at [uri] as an upright JPEG of at most [maxSidePx] pixels on its longer side and at most [maxBytes]
     * bytes. Safe on the main thread. With the default size it takes about 16 MB of memory and a few tenths of a second.
     *
     * @throws JalonException.InvalidInput if the phone cannot read the photo, or the photo cannot be reduced to that size.
     */
    public suspend fun encodeJpeg(uri: Uri, maxSidePx: Int = 2_048, maxBytes: Int = 1 shl 20): ByteArray =
        withContext(Dispatchers.Default) {
            require(maxSidePx >= MIN_SIDE_PX) { "maxSidePx must be at least $MIN_SIDE_PX" }
            require(maxBytes >= MIN_BYTES) { "maxBytes must be at least $MIN_BYTES" }
            val bitmap = try {
                if (Build.VERSION.SDK_INT >= 28) decode(uri, maxSidePx) else decodeBeforeApi28(uri, maxSidePx)
            } catch (error: IOException) {
                throw invalidPhoto("must be a picture that this phone can read", error)
            }
            compress(withoutAlpha(bitmap), maxBytes) { ensureActive() }
        }

    private fun compress(picture: Bitmap, maxBytes: Int, checkCancelled: () -> Unit): ByteArray {
        var bitmap = picture
        while (true) {
            for (quality in QUALITIES) {
                checkCancelled()
                val jpeg = ByteArrayOutputStream()
                bitmap.compress(Bitmap.CompressFormat.JPEG, quality, jpeg)
                if (jpeg.size() <= maxBytes) return jpeg.toByteArray()
            }
            val longerSide = max(bitmap.width, bitmap.height)
            if (longerSide <= MIN_SIDE_PX) throw invalidPhoto("must fit into $maxBytes bytes", null)
            bitmap = scale(bitmap, max(longerSide * 3 / 4, MIN_SIDE_PX))
        }
    }

    @Suppress("NewApi") // called only from API level 28 on
    private fun decode(uri: Uri, maxSidePx: Int): Bitmap =
        ImageDecoder.decodeBitmap(ImageDecoder.createSource(resolver, uri)) { decoder, info, _ ->
            val (width, height) = fit(info.size.width, info.size.height, maxSidePx)
            decoder.setTargetSize(width, height)
            decoder.allocator = ImageDecoder.ALLOCATOR_SOFTWARE
        }

    private fun decodeBeforeApi28(uri: Uri, maxSidePx: Int): Bitmap {
        val bounds = BitmapFactory.Options().apply { inJustDecodeBounds = true }
        open(uri).use { BitmapFactory.decodeStream(it, null, bounds) }
        val longerSide = max(bounds.outWidth, bounds.outHeight)
        if (longerSide <= 0) throw IOException("not a picture")
        // The sample size must be a power of two. The decoded bitmap is then scaled to the exact size.
        val options = BitmapFactory.Options().apply {
            inSampleSize = Integer.highestOneBit(max(longerSide / maxSidePx, 1))
        }
        val sampled = open(uri).use { BitmapFactory.decodeStream(it, null, options) } ?: throw IOException("not a picture")
        val scaled = if (max(sampled.width, sampled.height) > maxSidePx) scale(sampled, maxSidePx) else sampled
        val matrix = open(uri).use { uprightMatrix(ExifInterface(it)) }
        return if (matrix.isIdentity) scaled else Bitmap.createBitmap(scaled, 0, 0, scaled.width, scaled.height, matrix, true)
    }

    private fun open(uri: Uri): InputStream =
        resolver.openInputStream(uri) ?: throw IOException("the content provider returned no data")

    private companion object {
        const val MIN_SIDE_PX = 320
        const val MIN_BYTES = 10_000
        val QUALITIES = intArrayOf(85, 75, 65, 50)

        fun invalidPhoto(rule: String, cause: Throwable?) =
            JalonException.InvalidInput("photo", rule).apply { initCause(cause) }

        fun fit(width: Int, height: Int, maxSidePx: Int): Pair<Int, Int> {
            val scale = minOf(1.0, maxSidePx.toDouble() / max(width, height))
            return max(1, (width * scale).roundToInt()) to max(1, (height * scale).roundToInt())
        }

        fun scale(bitmap: Bitmap, maxSidePx: Int): Bitmap {
            val (width, height) = fit(bitmap.width, bitmap.height, maxSidePx)
            return Bitmap.createScaledBitmap(bitmap, width, height, true)
        }

        /** Draws the bitmap on white. JPEG has no transparency and would show transparent pixels black. */
        fun withoutAlpha(bitmap: Bitmap): Bitmap {
            if (!bitmap.hasAlpha()) return bitmap
            val opaque = Bitmap.createBitmap(bitmap.width, bitmap.height, Bitmap.Config.ARGB_8888)
            Canvas(opaque).apply { drawColor(Color.WHITE) }.drawBitmap(bitmap, 0f, 0f, null)
            return opaque
        }

        fun uprightMatrix(exif: ExifInterface): Matrix = Matrix().apply {
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
