package org.jalon.sample.trek

import android.view.View
import android.view.ViewGroup
import android.widget.BaseAdapter
import android.widget.FrameLayout
import android.widget.TextView
import org.jalon.ffi.SearchHit
import org.jalon.ffi.TrekItem
import org.jalon.sample.R
import org.jalon.sample.Screen
import org.jalon.sample.view.*

/** Treks, and below them the places that a search found. */
class TreksAdapter(private val screen: Screen) : BaseAdapter() {
    private var items: List<Any> = emptyList()

    fun show(treks: List<TrekItem>, places: List<SearchHit>) {
        items = treks + places
        notifyDataSetChanged()
    }

    fun add(treks: List<TrekItem>) {
        items = items + treks
        notifyDataSetChanged()
    }

    override fun getCount() = items.size
    override fun getItem(position: Int): Any = items[position]
    override fun getItemId(position: Int) = position.toLong()
    override fun getViewTypeCount() = 2
    override fun getItemViewType(position: Int) = if (items[position] is TrekItem) 0 else 1

    override fun getView(position: Int, recycled: View?, parent: ViewGroup): View = when (val item = items[position]) {
        is TrekItem -> ((recycled?.tag as? TrekRow) ?: TrekRow(screen)).apply { show(item) }.view
        is SearchHit -> (recycled ?: placeRow()).apply { findViewWithTag<TextView>(NAME).text = item.name }
        else -> error("an unknown item of the list: $item")
    }

    private fun placeRow(): View = FrameLayout(screen.context).apply {
        setPadding(context.dp(16), context.dp(4), context.dp(16), context.dp(4))
        val card = context.card().apply {
            row(16) {
                icon(R.drawable.ic_pin)
                text("", weight = 1f).tag = NAME
            }
        }
        addView(card)
    }

    private companion object {
        const val NAME = "name"
    }
}
