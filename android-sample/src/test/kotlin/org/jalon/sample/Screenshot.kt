package org.jalon.sample

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.os.Handler
import android.os.Looper
import android.view.PixelCopy
import java.io.ByteArrayOutputStream
import java.io.File
import kotlin.math.abs
import org.robolectric.Shadows.shadowOf

/**
 * Compares the picture of a screen with the one in `src/test/pictures`, pixel by pixel. `android-sample/test --write` writes it anew.
 * A picture that differs is kept in the target directory.
 *
 * On one machine the pictures are equal to the byte. Another processor may round colours otherwise, so some pixels may differ: far
 * fewer than a letter or an icon has.
 */
object Screenshot {
    private val folder = File(checkNotNull(System.getProperty("sample.pictures")))
    private val failed = File(checkNotNull(System.getProperty("sample.failed")))
    private val isWritten = System.getProperty("sample.write") == "true"

    fun check(activity: Activity, name: String) {
        val picture = take(activity)
        val file = File(folder, "$name.png")
        if (isWritten) {
            folder.mkdirs()
            file.writeBytes(png(picture))
            return
        }
        val expected = BitmapFactory.decodeFile(file.path)
        if (expected == null || differences(expected, picture) > MAX_PIXELS) {
            failed.mkdirs()
            File(failed, "$name.png").writeBytes(png(picture))
            throw AssertionError("the screen differs from $file: see $failed/$name.png, or run android-sample/test --write")
        }
    }

    /** Returns the number of pixels that differ visibly; all of them if the sizes differ. */
    private fun differences(expected: Bitmap, picture: Bitmap): Int {
        val (width, height) = picture.width to picture.height
        if (expected.width != width || expected.height != height) return width * height
        val (a, b) = listOf(expected, picture).map { bitmap ->
            IntArray(width * height).also { bitmap.getPixels(it, 0, width, 0, 0, width, height) }
        }
        return a.indices.count { index ->
            listOf(16, 8, 0).any { shift -> abs((a[index] shr shift and 0xff) - (b[index] shr shift and 0xff)) > MAX_DIFFERENCE }
        }
    }

    /** Draws the screen, as Android does between two messages. */
    fun draw(activity: Activity) {
        take(activity)
    }

    private fun take(activity: Activity): Bitmap {
        val view = activity.window.decorView
        val bitmap = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
        var result: Int? = null
        PixelCopy.request(activity.window, bitmap, { result = it }, Handler(Looper.getMainLooper()))
        shadowOf(Looper.getMainLooper()).idle()
        check(result == PixelCopy.SUCCESS) { "the screen cannot be copied: $result" }
        return bitmap
    }

    private const val MAX_PIXELS = 40
    private const val MAX_DIFFERENCE = 8

    private fun png(bitmap: Bitmap): ByteArray =
        ByteArrayOutputStream().also { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }.toByteArray()
}
