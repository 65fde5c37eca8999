package org.jalon.sample.view

import android.content.Context
import android.content.res.ColorStateList
import android.graphics.Canvas
import android.os.Build
import android.text.Editable
import android.text.TextUtils
import android.text.TextWatcher
import android.view.Gravity
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.Button
import android.widget.EditText
import android.widget.FrameLayout
import android.widget.ImageButton
import android.widget.LinearLayout
import android.widget.TextView
import org.jalon.sample.R

/** How much a button stands out. */
enum class Look(val surface: Int, val ink: Int) {
    PRIMARY(R.color.accent, R.color.on_accent),
    SOFT(R.color.accent_soft, R.color.on_accent_soft),
    DANGER(R.color.danger, R.color.on_danger),
}

/** Adds a button of at least 48 dp. */
fun LinearLayout.button(
    label: String,
    icon: Int? = null,
    look: Look = Look.SOFT,
    weight: Float = 0f,
    onClick: () -> Unit,
): Button = add(context.button(label, icon, look, onClick), weight)

/** Makes a button of at least 48 dp. */
fun Context.button(label: String, icon: Int? = null, look: Look = Look.SOFT, onClick: () -> Unit): Button =
    CentredButton(this).apply {
        setTextAppearance(R.style.Text_Button)
        setTextColor(getColor(look.ink))
        background = surface(look.surface, 24f, isControl = true)
        minHeight = dp(48)
        setPadding(dp(20), dp(8), dp(20), dp(8))
        text = label
        if (icon != null) setIcon(icon, look.ink)
        setOnClickListener { onClick() }
    }

/** A button with its icon beside its text, in the middle. The framework would put the icon at the edge. */
private class CentredButton(context: Context) : Button(context, null, 0) {
    init {
        gravity = Gravity.START or Gravity.CENTER_VERTICAL
        isFocusable = true
    }

    override fun onDraw(canvas: Canvas) {
        val lines = layout ?: return super.onDraw(canvas)
        val widest = (0 until lines.lineCount).maxOfOrNull { lines.getLineWidth(it) } ?: 0f
        val free = (width - compoundPaddingLeft - compoundPaddingRight - widest) / 2
        canvas.save()
        canvas.translate(if (layoutDirection == LAYOUT_DIRECTION_RTL) -free else free, 0f)
        super.onDraw(canvas)
        canvas.restore()
    }
}

/** Puts an icon before the text. */
fun TextView.setIcon(icon: Int, color: Int, size: Int = 20) {
    val drawable = checkNotNull(context.getDrawable(icon)).mutate()
    drawable.setBounds(0, 0, context.dp(size), context.dp(size))
    drawable.setTint(context.getColor(color))
    setCompoundDrawablesRelative(drawable, null, null, null)
    compoundDrawablePadding = context.dp(8)
}

/** Adds a button with an icon alone. [label] is its name for screen readers. */
fun LinearLayout.iconButton(icon: Int, label: String, color: Int = R.color.ink, onClick: () -> Unit): ImageButton =
    add(context.iconButton(icon, label, color, onClick = onClick))

/** Makes a round button of 48 dp with an icon alone. [surface] is its colour, or nothing. */
fun Context.iconButton(icon: Int, label: String, color: Int = R.color.ink, surface: Int? = null, onClick: () -> Unit): ImageButton =
    ImageButton(this).apply {
        setImageResource(icon)
        imageTintList = ColorStateList.valueOf(getColor(color))
        background = surface(surface ?: android.R.color.transparent, 24f, isControl = true)
        minimumWidth = dp(48)
        minimumHeight = dp(48)
        contentDescription = label
        if (Build.VERSION.SDK_INT >= 26) tooltipText = label
        setOnClickListener { onClick() }
    }

/** Adds a chip that is on or off. */
fun LinearLayout.chip(label: String, icon: Int?, isOn: Boolean, onClick: () -> Unit): Button {
    val ink = if (isOn) R.color.on_accent else R.color.ink
    val button = context.button(label, icon, Look.SOFT, onClick).apply {
        background = context.surface(if (isOn) R.color.accent else R.color.card, 24f, true, if (isOn) null else R.color.outline)
        setTextColor(context.getColor(ink))
        if (icon != null) setIcon(icon, ink)
        isSelected = isOn
    }
    return add(button)
}

/** Adds a small rounded label that is no control. */
fun LinearLayout.badge(label: String, icon: Int? = null, surface: Int = R.color.accent_soft, ink: Int = R.color.on_accent_soft): TextView {
    val view = context.text(label, R.style.Text_Caption, ink).apply {
        background = context.surface(surface, 12f, isControl = false)
        setPadding(context.dp(10), context.dp(4), context.dp(10), context.dp(4))
        if (icon != null) setIcon(icon, ink, 14)
        if (icon != null) compoundDrawablePadding = context.dp(4)
        gravity = Gravity.CENTER_VERTICAL
    }
    addView(view, LinearLayout.LayoutParams(WRAP_CONTENT, WRAP_CONTENT))
    return view
}

/** Adds a field for text. [hint] is its label. */
fun LinearLayout.field(hint: String, value: String, type: Int, lines: Int = 1, onChange: (String) -> Unit): EditText {
    val field = EditText(context).apply {
        setTextAppearance(R.style.Text_Body)
        background = context.surface(R.color.card, 12f, false, R.color.outline)
        setPadding(context.dp(16), context.dp(12), context.dp(16), context.dp(12))
        setHint(hint)
        setHintTextColor(context.getColor(R.color.ink_soft))
        inputType = type
        minHeight = context.dp(48)
        minLines = lines
        gravity = if (lines > 1) Gravity.TOP or Gravity.START else Gravity.CENTER_VERTICAL
        setText(value)
        isSaveEnabled = false
        onTextChange(onChange)
    }
    return add(field)
}

/** Calls [onChange] with the text after each change. */
fun EditText.onTextChange(onChange: (String) -> Unit) = addTextChangedListener(object : TextWatcher {
    override fun beforeTextChanged(text: CharSequence?, start: Int, count: Int, after: Int) = Unit
    override fun onTextChanged(text: CharSequence?, start: Int, before: Int, count: Int) = Unit
    override fun afterTextChanged(text: Editable?) = onChange(text.toString())
})

/** Makes the bar above a screen: back, the title, and actions. */
fun Context.topBar(
    title: String,
    onBack: (() -> Unit)?,
    style: Int = if (onBack == null) R.style.Text_Display else R.style.Text_Heading,
    actions: LinearLayout.() -> Unit = {},
): LinearLayout = column {
    row(0) {
        minimumHeight = context.dp(56)
        setPadding(context.dp(if (onBack == null) 16 else 4), context.dp(4), context.dp(if (onBack == null) 16 else 4), context.dp(4))
        if (onBack != null) iconButton(R.drawable.ic_back, context.getString(R.string.action_back), onClick = onBack)
        text(title, style, 1f).apply {
            maxLines = 2
            ellipsize = TextUtils.TruncateAt.END
        }
        actions()
    }
}

/** Makes what a screen shows instead of an empty list: a picture, what is missing, and what to do. */
fun emptyState(context: Context, icon: Int, title: String, hint: String, actions: LinearLayout.() -> Unit = {}): View =
    context.column(12, 32) {
        gravity = Gravity.CENTER
        val disc = FrameLayout(context).apply {
            background = context.surface(R.color.accent_soft, 40f, false)
            addView(context.icon(icon, R.color.on_accent_soft), FrameLayout.LayoutParams(context.dp(36), context.dp(36), Gravity.CENTER))
        }
        addView(disc, LinearLayout.LayoutParams(context.dp(80), context.dp(80)))
        text(title, R.style.Text_Heading).gravity = Gravity.CENTER
        text(hint, R.style.Text_Note).gravity = Gravity.CENTER
        actions()
    }

/** A sentence at the bottom of the screen, which goes away by itself. */
class Message(context: Context) {
    private val label = context.text("", R.style.Text_Note, R.color.background).apply {
        background = context.surface(R.color.ink, 12f, false)
        setPadding(context.dp(16), context.dp(14), context.dp(16), context.dp(14))
        accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
    }
    private val hide = Runnable { view.visibility = View.GONE }

    /** The view of the sentence, above the other views of a screen. */
    val view: FrameLayout = FrameLayout(context).apply {
        setPadding(context.dp(16), 0, context.dp(16), context.dp(16))
        addView(label, MATCH_PARENT, WRAP_CONTENT)
        visibility = View.GONE
    }

    /** The sentence that is shown, or null. */
    val shown: String? get() = label.text.toString().takeIf { view.visibility == View.VISIBLE }

    fun show(text: String) {
        label.text = text
        view.visibility = View.VISIBLE
        view.removeCallbacks(hide)
        view.postDelayed(hide, SHOWN_MS)
    }

    private companion object {
        const val SHOWN_MS = 6_000L
    }
}
