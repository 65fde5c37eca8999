package org.jalon.sample.view

import android.content.Context
import android.content.res.ColorStateList
import android.os.Build
import android.text.TextUtils
import android.util.TypedValue
import android.view.Gravity
import android.widget.FrameLayout
import android.widget.ImageView
import android.widget.LinearLayout
import android.widget.TextView
import kotlin.math.min
import org.jalon.sample.R
import org.jalon.sample.Tab

/** The tabs at the bottom, within reach of the thumb. */
class TabBar(context: Context, current: Tab, onSelect: (Tab) -> Unit) : LinearLayout(context) {
    private class Item(val control: LinearLayout, val disc: FrameLayout, val icon: ImageView, val label: TextView)

    private val items = Tab.entries.map { tab -> item(tab, onSelect) }

    init {
        setBackgroundColor(context.getColor(R.color.card))
        minimumHeight = context.dp(72)
        items.forEach { addView(it.control, LayoutParams(0, LayoutParams.MATCH_PARENT, 1f)) }
        select(current)
    }

    /** Marks a tab as the current one. */
    fun select(tab: Tab) = items.forEachIndexed { index, item ->
        val isCurrent = index == tab.ordinal
        item.control.isSelected = isCurrent
        item.disc.background = if (isCurrent) context.surface(R.color.accent_soft, 16f, false) else null
        val ink = context.getColor(if (isCurrent) R.color.on_accent_soft else R.color.ink_soft)
        item.icon.imageTintList = ColorStateList.valueOf(ink)
        item.label.setTextColor(ink)
    }

    private fun item(tab: Tab, onSelect: (Tab) -> Unit): Item {
        val icon = context.icon(tab.icon)
        val disc = FrameLayout(context).apply {
            addView(icon, FrameLayout.LayoutParams(context.dp(24), context.dp(24), Gravity.CENTER))
        }
        val label = context.text(context.getString(tab.title), R.style.Text_Caption).apply {
            // Five labels have to fit side by side: beyond this size they would be cut. Screen readers say them, and a long touch
            // shows them in full.
            val limit = context.dp(11).toFloat()
            setTextSize(TypedValue.COMPLEX_UNIT_PX, min(textSize, limit))
            maxLines = 1
            ellipsize = TextUtils.TruncateAt.END
        }
        val control = LinearLayout(context).apply {
            orientation = VERTICAL
            gravity = Gravity.CENTER
            background = context.surface(R.color.card, 0f, isControl = true)
            addView(disc, LayoutParams(context.dp(56), context.dp(32)))
            addView(label, LayoutParams(LayoutParams.WRAP_CONTENT, LayoutParams.WRAP_CONTENT).apply { topMargin = context.dp(4) })
            contentDescription = label.text
            if (Build.VERSION.SDK_INT >= 26) tooltipText = label.text
            setOnClickListener { onSelect(tab) }
        }
        return Item(control, disc, icon, label)
    }
}
