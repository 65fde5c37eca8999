package org.jalon.sample.view

import android.view.Gravity
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.FrameLayout
import android.widget.HorizontalScrollView
import android.widget.ImageView
import android.widget.LinearLayout
import org.jalon.ffi.Picture
import org.jalon.file
import org.jalon.sample.R
import org.jalon.sample.Screen

/**
 * Makes a row of pictures with their credits, which scrolls sideways. A picture that is not downloaded says so. [name] is what the
 * pictures show.
 */
fun gallery(screen: Screen, pictures: List<Picture>, name: String): View {
    val context = screen.context
    val width = context.dp(if (pictures.size == 1) 328 else 288)
    val row = LinearLayout(context).apply { gravity = Gravity.TOP }
    for (picture in pictures) row.addView(
        pictureWithCredit(screen, picture, name, width),
        LinearLayout.LayoutParams(width, WRAP_CONTENT).apply { marginEnd = context.dp(8) },
    )
    return HorizontalScrollView(context).apply {
        isHorizontalScrollBarEnabled = false
        addView(row)
    }
}

private fun pictureWithCredit(screen: Screen, picture: Picture, name: String, width: Int): View {
    val context = screen.context
    return context.column(4) {
        val frame = FrameLayout(context).apply {
            setBackgroundColor(context.getColor(R.color.map_ground))
            round(16)
        }
        addView(frame, LinearLayout.LayoutParams(MATCH_PARENT, width * 2 / 3))
        val title = picture.legend.ifEmpty { picture.title.ifEmpty { name } }
        val file = picture.file
        if (file == null) {
            val missing = context.text(screen.text(R.string.trek_picture_missing), R.style.Text_Note).apply { gravity = Gravity.CENTER }
            frame.addView(missing, MATCH_PARENT, MATCH_PARENT)
        } else {
            val image = ImageView(context).apply {
                scaleType = ImageView.ScaleType.CENTER_CROP
                contentDescription = screen.text(R.string.trek_picture_of, title)
            }
            frame.addView(image, MATCH_PARENT, MATCH_PARENT)
            screen.load { image.setImageBitmap(Pictures.read(file, width)) }
        }
        val credit = listOf(picture.author, picture.license).filter { it.isNotEmpty() }.joinToString(", ")
        if (credit.isNotEmpty()) text(screen.text(R.string.trek_picture_credit, credit), R.style.Text_Caption)
    }
}
