package org.jalon.sample.map

import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.Path
import android.graphics.Typeface
import android.text.TextPaint
import android.text.TextUtils
import kotlin.math.hypot
import kotlin.math.max
import org.jalon.ffi.Fix
import org.jalon.ffi.Position
import org.jalon.sample.R
import org.jalon.sample.view.dp

/** The shapes of a map. All sizes are in density-independent pixels. */
internal class MapDrawing(private val context: Context, private val viewport: Viewport) {
    private val path = Path()
    private val grid = stroke(R.color.map_grid, 1f)
    private val casing = stroke(R.color.route_casing, 7f)
    private val route = stroke(R.color.route, 4f)
    private val zoneFill = fill(R.color.map_zone).apply { alpha = 48 }
    private val zoneEdge = stroke(R.color.map_zone, 2f)
    private val placeFill = fill(R.color.accent)
    private val placeEdge = stroke(R.color.card, 2f)
    private val label = fill(R.color.on_accent).apply {
        textAlign = Paint.Align.CENTER
        typeface = Typeface.create("sans-serif-medium", Typeface.NORMAL)
    }
    private val accuracy = fill(R.color.position).apply { alpha = 40 }
    private val position = fill(R.color.position)
    private val halo = fill(R.color.card)
    private val ground = fill(R.color.card).apply { alpha = 210 }
    private val attribution = TextPaint(fill(R.color.ink)).apply { textSize = context.dp(10).toFloat() }

    fun drawGrid(canvas: Canvas) {
        val step = context.dp(32).toFloat()
        var offset = step
        while (offset < max(viewport.width, viewport.height)) {
            canvas.drawLine(offset, 0f, offset, viewport.height.toFloat(), grid)
            canvas.drawLine(0f, offset, viewport.width.toFloat(), offset, grid)
            offset += step
        }
    }

    fun drawLine(canvas: Canvas, positions: List<Position>) {
        trace(positions)
        canvas.drawPath(path, casing)
        canvas.drawPath(path, route)
    }

    fun drawZone(canvas: Canvas, ring: List<Position>) {
        trace(ring)
        path.close()
        canvas.drawPath(path, zoneFill)
        canvas.drawPath(path, zoneEdge)
    }

    fun drawPlace(canvas: Canvas, place: MapPlace) {
        val (x, y) = viewport.screenX(place.position) to viewport.screenY(place.position)
        val radius = context.dp(if (place.label.isEmpty()) 7 else 11).toFloat()
        canvas.drawCircle(x, y, radius, placeFill)
        canvas.drawCircle(x, y, radius, placeEdge)
        if (place.label.isEmpty()) return
        label.textSize = context.dp(12).toFloat()
        canvas.drawText(place.label, x, y - (label.ascent() + label.descent()) / 2, label)
    }

    fun drawMark(canvas: Canvas, at: Position) {
        val (x, y) = viewport.screenX(at) to viewport.screenY(at)
        canvas.drawCircle(x, y, context.dp(10).toFloat(), halo)
        canvas.drawCircle(x, y, context.dp(7).toFloat(), fill(R.color.route))
    }

    /** Draws a position with the circle that holds it, and a wedge into the direction of walking. */
    fun drawFix(canvas: Canvas, fix: Fix) {
        val (x, y) = viewport.screenX(fix.position) to viewport.screenY(fix.position)
        fix.accuracyM?.let { canvas.drawCircle(x, y, viewport.pixels(it), accuracy) }
        fix.bearingDeg?.let { bearing ->
            canvas.save()
            canvas.rotate(bearing.toFloat(), x, y)
            val size = context.dp(9).toFloat()
            path.rewind()
            path.moveTo(x, y - 2.4f * size)
            path.lineTo(x - size, y - size)
            path.lineTo(x + size, y - size)
            path.close()
            canvas.drawPath(path, position)
            canvas.restore()
        }
        canvas.drawCircle(x, y, context.dp(10).toFloat(), halo)
        canvas.drawCircle(x, y, context.dp(7).toFloat(), position)
    }

    /** Writes the source of the map into its lower left corner, on a ground of its own. */
    fun drawAttribution(canvas: Canvas, text: String) {
        if (text.isEmpty()) return
        val margin = context.dp(4).toFloat()
        val shown = TextUtils.ellipsize(text, attribution, viewport.width - 4 * margin, TextUtils.TruncateAt.END).toString()
        val bottom = viewport.height.toFloat()
        canvas.drawRect(0f, bottom - attribution.textSize - 2 * margin, attribution.measureText(shown) + 4 * margin, bottom, ground)
        canvas.drawText(shown, 2 * margin, bottom - 1.5f * margin, attribution)
    }

    /** Tells whether a line passes within [reach] pixels. */
    fun isNear(line: List<Position>, x: Float, y: Float, reach: Float): Boolean = line.zipWithNext().any { (a, b) ->
        val (ax, ay) = viewport.screenX(a) to viewport.screenY(a)
        val (dx, dy) = viewport.screenX(b) - ax to viewport.screenY(b) - ay
        val part = (((x - ax) * dx + (y - ay) * dy) / max(dx * dx + dy * dy, 1e-6f)).coerceIn(0f, 1f)
        hypot(ax + part * dx - x, ay + part * dy - y) < reach
    }

    private fun trace(positions: List<Position>) {
        path.rewind()
        positions.forEachIndexed { index, position ->
            val (x, y) = viewport.screenX(position) to viewport.screenY(position)
            if (index == 0) path.moveTo(x, y) else path.lineTo(x, y)
        }
    }

    private fun fill(color: Int) = Paint(Paint.ANTI_ALIAS_FLAG).apply { this.color = context.getColor(color) }

    private fun stroke(color: Int, width: Float) = fill(color).apply {
        style = Paint.Style.STROKE
        strokeWidth = context.dp(width).toFloat()
        strokeJoin = Paint.Join.ROUND
        strokeCap = Paint.Cap.ROUND
    }
}
