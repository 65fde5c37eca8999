package org.jalon.sample.view

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.Canvas
import android.graphics.LinearGradient
import android.graphics.Paint
import android.graphics.Path
import android.graphics.Shader
import android.os.Bundle
import android.view.MotionEvent
import android.view.View
import android.view.accessibility.AccessibilityEvent
import android.view.accessibility.AccessibilityNodeInfo
import kotlin.math.max
import kotlin.math.roundToInt
import org.jalon.ffi.Position
import org.jalon.ffi.Profile
import org.jalon.sample.Formats
import org.jalon.sample.R

/**
 * An elevation profile. A finger that slides along it chooses a place; a screen reader moves it as a slider. [onSlide] gets the part
 * of the way, from 0 to 1.
 */
@SuppressLint("ViewConstructor")
class ProfileView(context: Context, private val formats: Formats, private val onSlide: (Double) -> Unit) : View(context) {
    private var profile: Profile? = null
    private var chosen: Double? = null
    private val path = Path()
    private val line = paint(R.color.accent).apply {
        style = Paint.Style.STROKE
        strokeWidth = context.dp(2.5f).toFloat()
        strokeJoin = Paint.Join.ROUND
    }
    private val area = paint(R.color.accent)
    private val grid = paint(R.color.outline)
    private val label = paint(R.color.ink_soft).apply {
        textSize = context.resources.displayMetrics.let { 12 * it.density * context.resources.configuration.fontScale.coerceAtMost(1.5f) }
    }
    private val marker = paint(R.color.route)
    private val halo = paint(R.color.card)

    init {
        isFocusable = true
        minimumHeight = context.dp(HEIGHT_DP)
        contentDescription = context.getString(R.string.trek_profile)
    }

    fun show(profile: Profile) {
        this.profile = profile
        invalidate()
    }

    /** Marks a part of the way. */
    fun mark(part: Double?) {
        chosen = part?.coerceIn(0.0, 1.0)
        describe()
        invalidate()
    }

    /** The elevation at a part of the way. */
    fun elevation(part: Double): Double? {
        val elevations = profile?.elevationM ?: return null
        return elevations.getOrNull((part * (elevations.size - 1)).toInt())
    }

    private fun describe() {
        val part = chosen ?: return
        val length = profile?.distanceM?.lastOrNull() ?: return
        val elevation = elevation(part) ?: return
        val place = context.getString(R.string.trek_profile_at, formats.distance(part * length), formats.height(elevation))
        contentDescription = "${context.getString(R.string.trek_profile)}, $place"
    }

    private val top get() = label.textSize * 1.6f
    private val bottom get() = height - label.textSize * 1.6f

    override fun onMeasure(widthSpec: Int, heightSpec: Int) =
        setMeasuredDimension(MeasureSpec.getSize(widthSpec), resolveSize(context.dp(HEIGHT_DP), heightSpec))

    override fun onDraw(canvas: Canvas) {
        val shown = profile ?: return
        val range = max(shown.maxM - shown.minM, 100.0)
        fun y(elevation: Double) = (bottom - (elevation - shown.minM) / range * (bottom - top)).toFloat()
        path.rewind()
        shown.elevationM.forEachIndexed { index, elevation ->
            val x = width * index / (shown.elevationM.size - 1f)
            if (index == 0) path.moveTo(x, y(elevation)) else path.lineTo(x, y(elevation))
        }
        canvas.drawLine(0f, bottom, width.toFloat(), bottom, grid)
        canvas.drawPath(path, line)
        path.lineTo(width.toFloat(), bottom)
        path.lineTo(0f, bottom)
        area.shader = LinearGradient(0f, top, 0f, bottom, context.getColor(R.color.accent) and 0x66FFFFFF, 0, Shader.TileMode.CLAMP)
        canvas.drawPath(path, area)
        canvas.drawText(formats.height(shown.maxM), 0f, label.textSize, label)
        canvas.drawText(formats.height(shown.minM), 0f, height - label.textSize * 0.2f, label)
        val length = formats.distance(shown.distanceM.last())
        canvas.drawText(length, width - label.measureText(length), height - label.textSize * 0.2f, label)
        val part = chosen ?: return
        val x = (part * width).toFloat()
        canvas.drawLine(x, top, x, bottom, marker)
        canvas.drawCircle(x, y(elevation(part) ?: return), context.dp(7).toFloat(), halo)
        canvas.drawCircle(x, y(elevation(part) ?: return), context.dp(5).toFloat(), marker)
    }

    @SuppressLint("ClickableViewAccessibility") // A screen reader moves the place by the actions below.
    override fun onTouchEvent(event: MotionEvent): Boolean {
        if (event.actionMasked == MotionEvent.ACTION_DOWN) parent.requestDisallowInterceptTouchEvent(true)
        if (event.actionMasked == MotionEvent.ACTION_DOWN || event.actionMasked == MotionEvent.ACTION_MOVE) slide(event.x / width.toDouble())
        return true
    }

    private fun slide(part: Double) {
        mark(part)
        onSlide(part.coerceIn(0.0, 1.0))
        sendAccessibilityEvent(AccessibilityEvent.TYPE_VIEW_SELECTED)
    }

    override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
        super.onInitializeAccessibilityNodeInfo(info)
        info.className = "android.widget.SeekBar"
        info.addAction(AccessibilityNodeInfo.AccessibilityAction.ACTION_SCROLL_FORWARD)
        info.addAction(AccessibilityNodeInfo.AccessibilityAction.ACTION_SCROLL_BACKWARD)
    }

    override fun performAccessibilityAction(action: Int, arguments: Bundle?): Boolean {
        val step = when (action) {
            AccessibilityNodeInfo.ACTION_SCROLL_FORWARD -> STEP
            AccessibilityNodeInfo.ACTION_SCROLL_BACKWARD -> -STEP
            else -> return super.performAccessibilityAction(action, arguments)
        }
        slide((chosen ?: 0.0) + step)
        return true
    }

    private fun paint(color: Int) = Paint(Paint.ANTI_ALIAS_FLAG).apply { this.color = context.getColor(color) }

    private companion object {
        const val HEIGHT_DP = 132
        const val STEP = 0.05
    }
}

/** Returns the position at a part of the line, from 0 at its start to 1 at its end. */
fun Profile.positionAt(part: Double): Position? = positions.getOrNull((part.coerceIn(0.0, 1.0) * positions.lastIndex).roundToInt())
