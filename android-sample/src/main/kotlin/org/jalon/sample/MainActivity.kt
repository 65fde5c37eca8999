package org.jalon.sample

import android.app.Activity
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import android.os.Build
import android.os.Bundle
import android.view.ContextThemeWrapper
import android.view.Gravity
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.window.OnBackInvokedDispatcher
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import org.jalon.sample.view.*

/** The only activity: the tab bar, and above it the topmost screen of the chosen tab. */
class MainActivity : Activity() {
    val services: Services get() = (application as App).services

    /** The context with the app's theme and the language that the person has chosen. */
    lateinit var localized: Context
        private set

    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private lateinit var navigation: Navigation
    private lateinit var frame: LinearLayout
    private lateinit var content: FrameLayout
    private lateinit var message: Message
    private var screen: Screen? = null
    private var isVisible = false
    private var onPermission: ((Boolean) -> Unit)? = null

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        navigation = Navigation(saved?.getBundle(NAVIGATION))
        frame = LinearLayout(this).apply { orientation = LinearLayout.VERTICAL }
        setContentView(frame)
        // Apps for Android 15 and newer are drawn below the bars of the system.
        @Suppress("DEPRECATION")
        frame.setOnApplyWindowInsetsListener { view, insets ->
            view.setPadding(
                insets.systemWindowInsetLeft, insets.systemWindowInsetTop,
                insets.systemWindowInsetRight, insets.systemWindowInsetBottom,
            )
            insets
        }
        // From Android 16 on, back gestures come this way alone.
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
            onBackInvokedDispatcher.registerOnBackInvokedCallback(OnBackInvokedDispatcher.PRIORITY_DEFAULT, ::back)
        }
        scope.launch {
            start()
            services.settings.choices.map { it.language to it.isImperial }.distinctUntilChanged().drop(1).collect { start() }
        }
    }

    /** Shows the screens, in the language of the settings. Runs again when the person changes them. */
    private suspend fun start() {
        localized = ContextThemeWrapper(this, R.style.Theme_Jalon)
        try {
            services.jalon()
            services.settings.languageOverride?.let { language ->
                localized = ContextThemeWrapper(this, R.style.Theme_Jalon).apply { applyOverrideConfiguration(language) }
            }
            build()
        } catch (error: CancellationException) {
            throw error
        } catch (error: Exception) {
            // A full disk, or data of a newer version. The person reads what to do.
            frame.removeAllViews()
            frame.addView(
                emptyState(localized, R.drawable.ic_warning, localized.getString(R.string.app_name), localized.sentence(error)),
                LinearLayout.LayoutParams(MATCH_PARENT, 0, 1f),
            )
        }
    }

    private fun build() {
        leaveScreen()
        frame.removeAllViews()
        content = FrameLayout(localized)
        message = Message(localized)
        frame.addView(content, LinearLayout.LayoutParams(MATCH_PARENT, 0, 1f))
        frame.addView(TabBar(localized, navigation.tab, ::select), LinearLayout.LayoutParams(MATCH_PARENT, -2))
        show()
    }

    private fun show() {
        leaveScreen()
        val entry = navigation.top
        val shown = entry.route.screen(this, entry.state)
        screen = shown
        content.removeAllViews()
        content.addView(shown.createView(), MATCH_PARENT, MATCH_PARENT)
        content.addView(message.view, FrameLayout.LayoutParams(MATCH_PARENT, -2, Gravity.BOTTOM))
        (frame.getChildAt(1) as TabBar).select(navigation.tab)
        if (isVisible) shown.onShown()
    }

    private fun leaveScreen() {
        val left = screen ?: return
        screen = null
        left.save()
        if (isVisible) left.onHidden()
        left.onDestroyed()
    }

    /** Shows a screen above the current one. */
    fun open(route: Route) {
        navigation.push(route)
        show()
    }

    /** Shows a screen instead of the current one. */
    fun replace(route: Route) {
        navigation.pop()
        open(route)
    }

    /** Shows the topmost screen of a tab; of the current tab its first one. */
    fun select(tab: Tab) {
        navigation.select(tab)
        show()
    }

    /** Closes a part of the screen, or goes one screen back. */
    fun back() {
        if (screen?.onBack() == true) return
        if (navigation.pop()) show() else finish()
    }

    /** Shows a sentence for some seconds. */
    fun showMessage(text: String) = message.show(text)

    @Deprecated("Called up to Android 15")
    override fun onBackPressed() = back()

    /** Asks for a permission unless the person has given it, and tells [onResult]. */
    fun withPermission(permissions: List<String>, onResult: (Boolean) -> Unit) {
        if (checkSelfPermission(permissions[0]) == PackageManager.PERMISSION_GRANTED) return onResult(true)
        onPermission = onResult
        requestPermissions(permissions.toTypedArray(), 1)
    }

    override fun onRequestPermissionsResult(request: Int, permissions: Array<String>, results: IntArray) {
        val isGranted = results.firstOrNull() == PackageManager.PERMISSION_GRANTED
        if (isGranted) services.positions.restart()
        onPermission?.invoke(isGranted)
        onPermission = null
    }

    @Deprecated("The successor is in androidx")
    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        if (result != RESULT_OK) return
        // After the end of the process the screens come back later than the result.
        scope.launch {
            services.jalon()
            (screen as? TakesResult)?.onResult(request, data)
        }
    }

    override fun onStart() {
        super.onStart()
        isVisible = true
        screen?.onShown()
    }

    override fun onStop() {
        isVisible = false
        screen?.onHidden()
        super.onStop()
    }

    override fun onSaveInstanceState(out: Bundle) {
        super.onSaveInstanceState(out)
        screen?.save()
        out.putBundle(NAVIGATION, navigation.toBundle())
    }

    override fun onDestroy() {
        leaveScreen()
        scope.cancel()
        super.onDestroy()
    }

    private companion object {
        const val NAVIGATION = "navigation"
    }
}

/** A screen that another app gives a result, such as a photo. */
interface TakesResult {
    fun onResult(request: Int, data: Intent?)
}
