package org.jalon.sample.view

import android.content.Context
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.Canvas
import android.graphics.Outline
import android.graphics.Paint
import android.graphics.Path
import android.util.LruCache
import android.view.View
import android.view.ViewOutlineProvider
import android.widget.ImageView
import java.io.File
import kotlin.math.cos
import kotlin.math.max
import kotlin.math.min
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.jalon.ffi.Position
import org.jalon.sample.R

/** Reads pictures off the main thread, at the size at which they are shown, and keeps the last ones. */
object Pictures {
    private val cache = object : LruCache<String, Bitmap>(12 shl 20) {
        override fun sizeOf(key: String, value: Bitmap) = value.allocationByteCount
    }

    /** Returns the picture, or null if the file is not there or no picture. */
    suspend fun read(file: File, widthPx: Int): Bitmap? {
        val key = "$file $widthPx"
        return cache[key] ?: withContext(Dispatchers.IO) { decode(file, widthPx) }?.also { cache.put(key, it) }
    }

    private fun decode(file: File, widthPx: Int): Bitmap? {
        val options = BitmapFactory.Options().apply { inJustDecodeBounds = true }
        BitmapFactory.decodeFile(file.path, options)
        options.inJustDecodeBounds = false
        options.inSampleSize = max(1, Integer.highestOneBit(max(1, options.outWidth / max(1, widthPx))))
        return BitmapFactory.decodeFile(file.path, options)
    }
}

/** Makes a view with rounded corners. */
fun View.round(radius: Int) {
    clipToOutline = true
    outlineProvider = object : ViewOutlineProvider() {
        override fun getOutline(view: View, outline: Outline) =
            outline.setRoundRect(0, 0, view.width, view.height, context.dp(radius).toFloat())
    }
}

/** The picture of a trek, or the shape of its line while no picture is downloaded. */
class Thumbnail(context: Context) : ImageView(context) {
    private var line: List<Position> = emptyList()
    private val path = Path()
    private val paint = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        style = Paint.Style.STROKE
        strokeWidth = context.dp(2.5f).toFloat()
        strokeCap = Paint.Cap.ROUND
        strokeJoin = Paint.Join.ROUND
        color = context.getColor(R.color.route)
    }

    init {
        setBackgroundColor(context.getColor(R.color.map_ground))
        scaleType = ScaleType.CENTER_CROP
        importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO
        round(12)
    }

    /** True while there is neither a picture nor a line. */
    val isEmpty: Boolean get() = drawable == null && line.isEmpty()

    fun show(picture: Bitmap?, shape: List<Position>) {
        setImageBitmap(picture)
        line = if (picture == null) shape else emptyList()
        invalidate()
    }

    override fun onDraw(canvas: Canvas) {
        super.onDraw(canvas)
        if (line.size < 2) return
        val shrink = cos(Math.toRadians(line[0].lat))
        val west = line.minOf { it.lon }
        val north = line.maxOf { it.lat }
        val wide = (line.maxOf { it.lon } - west) * shrink
        val high = north - line.minOf { it.lat }
        val scale = min(width, height) * 0.7 / max(max(wide, high), 1e-9)
        path.rewind()
        line.forEachIndexed { index, point ->
            val x = (width - wide * scale) / 2 + (point.lon - west) * shrink * scale
            val y = (height - high * scale) / 2 + (north - point.lat) * scale
            if (index == 0) path.moveTo(x.toFloat(), y.toFloat()) else path.lineTo(x.toFloat(), y.toFloat())
        }
        canvas.drawPath(path, paint)
    }
}
