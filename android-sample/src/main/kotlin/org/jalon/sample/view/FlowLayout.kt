package org.jalon.sample.view

import android.content.Context
import android.view.View
import android.view.ViewGroup
import android.widget.LinearLayout
import kotlin.math.max

/** Places its views side by side, and goes on in a new line when there is no more space, as with a large font. */
class FlowLayout(context: Context, private val gap: Int) : LinearLayout(context) {
    override fun onMeasure(widthSpec: Int, heightSpec: Int) {
        val available = if (View.MeasureSpec.getMode(widthSpec) == View.MeasureSpec.UNSPECIFIED) {
            Int.MAX_VALUE
        } else {
            View.MeasureSpec.getSize(widthSpec) - paddingLeft - paddingRight
        }
        val childSpec = if (available == Int.MAX_VALUE) 0 else View.MeasureSpec.makeMeasureSpec(available, View.MeasureSpec.AT_MOST)
        for (index in 0 until childCount) getChildAt(index).measure(childSpec, 0)
        var widest = 0
        val height = place(available) { view, x, _ -> widest = max(widest, x + view.measuredWidth) }
        setMeasuredDimension(
            View.resolveSize(widest + paddingLeft + paddingRight, widthSpec),
            View.resolveSize(height + paddingTop + paddingBottom, heightSpec),
        )
    }

    override fun onLayout(changed: Boolean, left: Int, top: Int, right: Int, bottom: Int) {
        val isMirrored = layoutDirection == View.LAYOUT_DIRECTION_RTL
        place(width - paddingLeft - paddingRight) { view, x, y ->
            val start = if (isMirrored) width - paddingRight - x - view.measuredWidth else paddingLeft + x
            view.layout(start, paddingTop + y, start + view.measuredWidth, paddingTop + y + view.measuredHeight)
        }
    }

    /** Calls [put] with the place of each view, and returns the height of all lines. */
    private fun place(available: Int, put: (View, Int, Int) -> Unit): Int {
        var x = 0
        var y = 0
        var lineHeight = 0
        for (index in 0 until childCount) {
            val view = getChildAt(index)
            if (view.visibility == View.GONE) continue
            if (x > 0 && x + view.measuredWidth > available) {
                x = 0
                y += lineHeight + gap
                lineHeight = 0
            }
            put(view, x, y)
            x += view.measuredWidth + gap
            lineHeight = max(lineHeight, view.measuredHeight)
        }
        return y + lineHeight
    }
}

/** Adds a group of views that continues in a new line when there is no more space. */
fun LinearLayout.flow(gap: Int = 8, build: LinearLayout.() -> Unit): LinearLayout =
    add(FlowLayout(context, context.dp(gap))).apply(build)
