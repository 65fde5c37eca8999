package org.jalon.sample.view

import android.content.Context
import android.content.res.ColorStateList
import android.graphics.drawable.ColorDrawable
import android.graphics.drawable.Drawable
import android.graphics.drawable.GradientDrawable
import android.graphics.drawable.RippleDrawable
import android.os.Build
import android.view.Gravity
import android.view.View
import android.view.ViewGroup
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.HorizontalScrollView
import android.widget.ImageView
import android.widget.LinearLayout
import android.widget.ScrollView
import android.widget.TextView
import org.jalon.sample.R

// The layouts of the app, written as Kotlin. Distances are multiples of 4 dp.

/** Converts density-independent pixels to pixels. */
fun Context.dp(value: Number): Int = Math.round(value.toFloat() * resources.displayMetrics.density)

/** Makes a column of views with [gap] dp between them. */
fun Context.column(gap: Int = 8, padding: Int = 0, build: LinearLayout.() -> Unit): LinearLayout =
    stack(LinearLayout.VERTICAL, gap, padding).apply(build)

/** Adds a column. */
fun LinearLayout.column(gap: Int = 8, weight: Float = 0f, build: LinearLayout.() -> Unit): LinearLayout =
    add(context.stack(LinearLayout.VERTICAL, gap, 0), weight).apply(build)

/** Adds a row of views, centred vertically, with [gap] dp between them. */
fun LinearLayout.row(gap: Int = 8, weight: Float = 0f, build: LinearLayout.() -> Unit): LinearLayout =
    add(context.stack(LinearLayout.HORIZONTAL, gap, 0).apply { gravity = Gravity.CENTER_VERTICAL }, weight).apply(build)

/** Adds a row that scrolls sideways. */
fun LinearLayout.scrollingRow(gap: Int = 8, build: LinearLayout.() -> Unit): HorizontalScrollView {
    val scroll = HorizontalScrollView(context).apply {
        isHorizontalScrollBarEnabled = false
        clipToPadding = false
        addView(context.stack(LinearLayout.HORIZONTAL, gap, 0).apply { gravity = Gravity.CENTER_VERTICAL }.apply(build))
    }
    return add(scroll)
}

/** Adds a rounded card. With [onClick] the whole card is one control. */
inline fun LinearLayout.card(
    color: Int = R.color.card,
    gap: Int = 8,
    noinline onClick: (() -> Unit)? = null,
    build: LinearLayout.() -> Unit,
): LinearLayout = add(context.card(color, gap, onClick)).apply(build)

/** Makes a rounded card. */
fun Context.card(color: Int = R.color.card, gap: Int = 8, onClick: (() -> Unit)? = null): LinearLayout =
    stack(LinearLayout.VERTICAL, gap, 16).apply {
        background = surface(color, 16f, onClick != null)
        if (onClick != null) {
            minimumHeight = dp(56)
            gravity = Gravity.CENTER_VERTICAL
            setOnClickListener { onClick() }
        }
    }

/** Makes a screen that scrolls, with 16 dp at its sides. */
fun Context.scroll(build: LinearLayout.() -> Unit): ScrollView = ScrollView(this).apply {
    id = R.id.scroll
    isFillViewport = true
    isVerticalScrollBarEnabled = false
    addView(column(16, 16, build), MATCH_PARENT, WRAP_CONTENT)
}

/** Adds a view as wide as its parent, or in a row as wide as its content, or with a part of the space by its [weight]. */
fun <V : View> LinearLayout.add(view: V, weight: Float = 0f, height: Int = WRAP_CONTENT): V {
    val isColumn = orientation == LinearLayout.VERTICAL
    val parameters = if (isColumn) {
        LinearLayout.LayoutParams(MATCH_PARENT, if (weight > 0) 0 else height, weight)
    } else {
        LinearLayout.LayoutParams(if (weight > 0) 0 else WRAP_CONTENT, height, weight)
    }
    addView(view, parameters)
    return view
}

/** Adds a text in a style of the type scale. */
fun LinearLayout.text(value: CharSequence, style: Int = R.style.Text_Body, weight: Float = 0f, color: Int? = null): TextView =
    add(context.text(value, style, color), weight)

/** Makes a text in a style of the type scale. */
fun Context.text(value: CharSequence, style: Int = R.style.Text_Body, color: Int? = null): TextView = TextView(this).apply {
    setTextAppearance(style)
    setLineSpacing(0f, 1.1f)
    if (color != null) setTextColor(getColor(color))
    if (Build.VERSION.SDK_INT >= 28 && style in HEADINGS) isAccessibilityHeading = true
    text = value
}

/** Adds an icon that only decorates the text beside it. */
fun LinearLayout.icon(icon: Int, color: Int = R.color.ink_soft, size: Int = 20): ImageView {
    val view = context.icon(icon, color)
    addView(view, LinearLayout.LayoutParams(context.dp(size), context.dp(size)))
    return view
}

/** Makes an icon that only decorates the text beside it. */
fun Context.icon(icon: Int, color: Int = R.color.ink_soft): ImageView = ImageView(this).apply {
    setImageResource(icon)
    imageTintList = ColorStateList.valueOf(getColor(color))
    importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO
}

/** Makes a rounded background, which answers a touch if it [isControl]. */
fun Context.surface(color: Int, radius: Float, isControl: Boolean, outline: Int? = null): Drawable {
    val shape = GradientDrawable().apply {
        setColor(getColor(color))
        cornerRadius = dp(radius).toFloat()
        if (outline != null) setStroke(dp(1), getColor(outline))
    }
    if (!isControl) return shape
    val mask = GradientDrawable().apply {
        setColor(-1)
        cornerRadius = dp(radius).toFloat()
    }
    return RippleDrawable(ColorStateList.valueOf(getColor(R.color.ink_soft) and 0x33FFFFFF), shape, mask)
}

/** Removes the views of a container and adds others. */
inline fun LinearLayout.refill(build: LinearLayout.() -> Unit) {
    removeAllViews()
    build()
}

private fun Context.stack(direction: Int, gap: Int, padding: Int): LinearLayout = LinearLayout(this).apply {
    orientation = direction
    setPadding(dp(padding), dp(padding), dp(padding), dp(padding))
    if (gap > 0) {
        showDividers = LinearLayout.SHOW_DIVIDER_MIDDLE
        dividerDrawable = Gap(dp(gap))
    }
}

/** An invisible divider of a fixed size. */
private class Gap(private val size: Int) : ColorDrawable(0) {
    override fun getIntrinsicWidth() = size
    override fun getIntrinsicHeight() = size
}

private val HEADINGS = setOf(R.style.Text_Display, R.style.Text_Title, R.style.Text_Heading)
