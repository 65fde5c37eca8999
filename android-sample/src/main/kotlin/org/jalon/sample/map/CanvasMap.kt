package org.jalon.sample.map

import android.annotation.SuppressLint
import android.content.Context
import android.content.res.Configuration
import android.graphics.Canvas
import android.graphics.ColorMatrix
import android.graphics.ColorMatrixColorFilter
import android.graphics.Paint
import android.graphics.Rect
import android.graphics.RectF
import android.view.GestureDetector
import android.view.MotionEvent
import android.view.ScaleGestureDetector
import android.view.View
import kotlin.math.floor
import kotlin.math.hypot
import kotlin.math.ln
import kotlin.math.min
import kotlin.math.roundToInt
import kotlinx.coroutines.CoroutineScope
import org.jalon.Jalon
import org.jalon.ffi.Fix
import org.jalon.ffi.Position
import org.jalon.sample.R
import org.jalon.sample.Route
import org.jalon.sample.view.dp

/** A map drawn on a canvas, with the raster tiles of Jalon. It needs no other library. */
@SuppressLint("ViewConstructor")
class CanvasMap(context: Context, scope: CoroutineScope, jalon: suspend () -> Jalon) : View(context), MapSurface {
    private val viewport = Viewport(context.dp(TILE_DP).toDouble())
    private val tiles = Tiles(scope, jalon) { postInvalidateOnAnimation() }
    private val drawing = MapDrawing(context, viewport)
    private val tilePaint = Paint(Paint.FILTER_BITMAP_FLAG)
    private val source = Rect()
    private val target = RectF()
    /** What the map shows. */
    var content = MapContent()
        private set
    private var fix: Fix? = null
    private var marked: Position? = null
    private var wanted: List<Position>? = null
    private var margin = 0
    private var isCovered: Boolean? = null
    private var extent: MapExtent? = null

    override val view: View get() = this
    override var onOpen: (Route) -> Unit = {}
    override var onTap: (Position) -> Unit = {}
    override var onMoved: () -> Unit = {}
    override var onExtent: (MapExtent) -> Unit = {}
        set(value) {
            field = value
            extent = null
            invalidate()
        }
    override var onCoverage: (Boolean) -> Unit = {}

    /** True while tiles are being read. */
    val isReading: Boolean get() = tiles.isReading

    /** False for a map that is a picture: it does not move, and a tap is a click. */
    var isInteractive = true

    init {
        setBackgroundColor(context.getColor(R.color.map_ground))
        val night = resources.configuration.uiMode and Configuration.UI_MODE_NIGHT_MASK
        if (night == Configuration.UI_MODE_NIGHT_YES) {
            val dimmed = ColorMatrix().apply { setScale(0.55f, 0.58f, 0.62f, 1f) }
            tilePaint.colorFilter = ColorMatrixColorFilter(dimmed)
        }
    }

    override fun show(content: MapContent) {
        // The tiles that no map has are looked for again only in other maps: content comes after each move.
        if (content.maps != this.content.maps) {
            tiles.packs = content.maps.packs
            isCovered = null
        }
        this.content = content
        invalidate()
    }

    override fun fit(positions: List<Position>, marginDp: Int) {
        wanted = positions
        margin = context.dp(marginDp)
        if (width > 0) applyFit()
    }

    private fun applyFit() {
        viewport.fit(wanted ?: return, margin)
        wanted = null
        invalidate()
    }

    override fun moveTo(position: Position) {
        viewport.moveTo(position)
        invalidate()
    }

    override fun zoomBy(levels: Double) {
        viewport.zoomBy(levels, width / 2f, height / 2f)
        invalidate()
    }

    override fun showFix(fix: Fix?) {
        this.fix = fix
        invalidate()
    }

    override fun mark(position: Position?) {
        marked = position
        invalidate()
    }

    override fun save() = doubleArrayOf(viewport.centerX, viewport.centerY, viewport.zoom)

    override fun restore(saved: DoubleArray) {
        viewport.centerX = saved[0]
        viewport.centerY = saved[1]
        viewport.zoom = saved[2]
        wanted = null
        invalidate()
    }

    override fun onSizeChanged(width: Int, height: Int, oldWidth: Int, oldHeight: Int) {
        viewport.width = width
        viewport.height = height
        applyFit()
    }

    override fun onDraw(canvas: Canvas) {
        drawing.drawGrid(canvas)
        drawTiles(canvas)
        content.zones.forEach { drawing.drawZone(canvas, it) }
        content.lines.forEach { drawing.drawLine(canvas, it.positions) }
        content.places.forEach { drawing.drawPlace(canvas, it) }
        marked?.let { drawing.drawMark(canvas, it) }
        fix?.let { drawing.drawFix(canvas, it) }
        drawing.drawAttribution(canvas, content.maps.attribution)
        reportExtent()
    }

    /** Draws each tile, or the part of the nearest larger one that is there. */
    private fun drawTiles(canvas: Canvas) {
        var hasTile = false
        val zoom = min(viewport.zoom.roundToInt(), tiles.maxZoom ?: return reportCoverage(false))
        val count = 1 shl zoom
        val (west, north) = corner(0f, 0f, count)
        val (east, south) = corner(width.toFloat(), height.toFloat(), count)
        for (y in north..south) for (x in west..east) {
            target.set(
                viewport.screenX(x.toDouble() / count), viewport.screenY(y.toDouble() / count),
                viewport.screenX((x + 1.0) / count), viewport.screenY((y + 1.0) / count),
            )
            if (drawTile(canvas, TileId(zoom, x, y))) hasTile = true
        }
        if (!tiles.isReading) reportCoverage(hasTile)
    }

    private fun drawTile(canvas: Canvas, id: TileId): Boolean {
        var found = id
        var bitmap = tiles.get(id)
        while (bitmap == null && found.z > 0 && id.z - found.z < 6) {
            found = found.parent
            bitmap = tiles.get(found)
        }
        if (bitmap == null) return false
        val parts = 1 shl (id.z - found.z)
        val (dx, dy) = id.x - found.x * parts to id.y - found.y * parts
        source.set(
            bitmap.width * dx / parts, bitmap.height * dy / parts,
            bitmap.width * (dx + 1) / parts, bitmap.height * (dy + 1) / parts,
        )
        canvas.drawBitmap(bitmap, source, target, tilePaint)
        return true
    }

    private fun corner(x: Float, y: Float, count: Int): Pair<Int, Int> {
        val position = viewport.position(x, y)
        val column = floor(Viewport.worldX(position.lon) * count).toInt().coerceIn(0, count - 1)
        val row = floor(Viewport.worldY(position.lat) * count).toInt().coerceIn(0, count - 1)
        return column to row
    }

    private fun reportExtent() {
        val shown = viewport.extent()
        if (shown == extent) return
        extent = shown
        post { onExtent(shown) }
    }

    private fun reportCoverage(covered: Boolean) {
        if (covered == isCovered) return
        isCovered = covered
        post { onCoverage(covered) }
    }

    /** Tells what is at a place of the screen: a place before a line. */
    private fun routeAt(x: Float, y: Float): Route? {
        val reach = context.dp(24)
        fun distance(position: Position) = hypot(viewport.screenX(position) - x, viewport.screenY(position) - y)
        content.places.filter { it.route != null }.minByOrNull { distance(it.position) }?.let { if (distance(it.position) < reach) return it.route }
        return content.lines.firstOrNull { line -> line.route != null && drawing.isNear(line.positions, x, y, reach.toFloat()) }?.route
    }

    private val gestures = GestureDetector(context, object : GestureDetector.SimpleOnGestureListener() {
        override fun onDown(event: MotionEvent) = true

        override fun onScroll(first: MotionEvent?, event: MotionEvent, dx: Float, dy: Float): Boolean {
            viewport.moveBy(dx, dy)
            onMoved()
            invalidate()
            return true
        }

        override fun onDoubleTap(event: MotionEvent): Boolean {
            viewport.zoomBy(1.0, event.x, event.y)
            invalidate()
            return true
        }

        override fun onSingleTapConfirmed(event: MotionEvent): Boolean {
            val route = routeAt(event.x, event.y)
            if (route != null) onOpen(route) else onTap(viewport.position(event.x, event.y))
            return true
        }
    })

    private val pinch = ScaleGestureDetector(context, object : ScaleGestureDetector.SimpleOnScaleGestureListener() {
        override fun onScale(detector: ScaleGestureDetector): Boolean {
            viewport.zoomBy(ln(detector.scaleFactor.toDouble()) / ln(2.0), detector.focusX, detector.focusY)
            onMoved()
            invalidate()
            return true
        }
    })

    @SuppressLint("ClickableViewAccessibility") // Everything on the map can also be opened from a list.
    override fun onTouchEvent(event: MotionEvent): Boolean {
        if (!isInteractive) return super.onTouchEvent(event)
        pinch.onTouchEvent(event)
        gestures.onTouchEvent(event)
        return true
    }

    private companion object {
        const val TILE_DP = 256
    }
}
