package org.jalon.sample

import android.os.Bundle

/** The screens of each tab, the topmost last. */
class Navigation(saved: Bundle?) {
    /** A screen with what it keeps. */
    class Entry(val route: Route, val state: Bundle = Bundle())

    private val stacks = Tab.entries.associateWith { tab ->
        val names = saved?.getStringArray(tab.name)
        val entries = names?.mapIndexed { index, name -> Entry(Route(name), saved.getBundle("${tab.name}/$index") ?: Bundle()) }
        (entries ?: listOf(Entry(tab.root))).toMutableList()
    }

    var tab: Tab = saved?.getString(TAB)?.let(Tab::valueOf) ?: Tab.TREKS
        private set

    private val stack get() = stacks.getValue(tab)
    val top: Entry get() = stack.last()
    val canGoBack: Boolean get() = stack.size > 1 || tab != Tab.TREKS

    fun push(route: Route) {
        stack += Entry(route)
    }

    /** Goes one screen back, or from the first screen of a tab to the first tab. Returns false at the very first screen. */
    fun pop(): Boolean {
        if (!canGoBack) return false
        if (stack.size > 1) stack.removeAt(stack.lastIndex) else tab = Tab.TREKS
        return true
    }

    fun select(chosen: Tab) {
        if (chosen == tab) while (stack.size > 1) stack.removeAt(stack.lastIndex)
        tab = chosen
    }

    fun toBundle(): Bundle = Bundle().apply {
        putString(TAB, tab.name)
        for ((tab, entries) in stacks) {
            putStringArray(tab.name, entries.map { it.route.path }.toTypedArray())
            entries.forEachIndexed { index, entry -> putBundle("${tab.name}/$index", entry.state) }
        }
    }

    private companion object {
        const val TAB = "tab"
    }
}
