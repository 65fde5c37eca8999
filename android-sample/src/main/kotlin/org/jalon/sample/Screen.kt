package org.jalon.sample

import android.content.Context
import android.os.Bundle
import android.view.View
import android.widget.ScrollView
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.launch
import org.jalon.Jalon
import org.jalon.ffi.JalonException

/**
 * A screen: it makes its views and fills them from the local files. [state] survives a rotation and the end of the process:
 * what a screen puts there, it finds again.
 */
abstract class Screen(val host: MainActivity, val state: Bundle) {
    /** The context with the language that the person has chosen. */
    val context: Context = host.localized
    val services: Services = host.services
    val formats = Formats(context, services.settings.choices.value.isImperial)

    /** Ends when the screen is left. */
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)

    /** Makes the views. Content that is read from files comes later, by [load]. */
    abstract fun createView(): View

    /** The screen is visible. */
    open fun onShown() = Unit

    /** The screen is no longer visible. */
    open fun onHidden() = Unit

    /** Closes a part of the screen. Returns false if there is none, and the screen itself is left. */
    open fun onBack(): Boolean = false

    /** Puts what must survive into [state]. */
    open fun save() = Unit

    fun onDestroyed() = scope.cancel()

    /** Runs [work] with the open data. A failure is shown as a sentence. */
    fun load(work: suspend (Jalon) -> Unit): Job = scope.launch {
        try {
            work(services.jalon())
        } catch (error: JalonException) {
            onFailure(error)
        }
    }

    /** Calls [show] with each value, and again after every change of the data. */
    fun <T> observe(flow: Flow<T>, show: suspend (T) -> Unit): Job = load { flow.collect { show(it) } }

    /** Shows a failure. */
    open fun onFailure(error: JalonException) {
        if (error !is JalonException.Cancelled) host.showMessage(context.sentence(error))
    }

    fun text(id: Int, vararg arguments: Any): String = context.getString(id, *arguments)

    fun count(id: Int, count: Int): String = context.resources.getQuantityString(id, count, count)

    /** Keeps the scroll position in [state], and returns there once, when the content has come. */
    protected fun keepScroll(view: ScrollView) {
        var wanted = state.getInt(SCROLL, 0)
        view.viewTreeObserver.addOnGlobalLayoutListener {
            val height = view.getChildAt(0)?.height ?: 0
            if (wanted > 0 && height >= wanted + view.height) view.scrollTo(0, wanted)
        }
        view.setOnScrollChangeListener { _, _, y, _, _ ->
            wanted = 0
            state.putInt(SCROLL, y)
        }
    }

    private companion object {
        const val SCROLL = "scroll"
    }
}
