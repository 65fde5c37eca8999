package org.jalon.sample

import android.content.Context
import android.content.res.Resources
import android.icu.text.DateFormat
import android.icu.text.MeasureFormat
import android.icu.text.NumberFormat
import android.icu.util.Measure
import android.icu.util.MeasureUnit
import android.text.format.Formatter
import java.util.Date
import java.util.Locale
import kotlin.math.roundToInt
import kotlin.math.roundToLong

/** Numbers, dates and sizes as the platform writes them in the language and the units of the person. */
class Formats(private val context: Context, isImperial: Boolean?) {
    private val locale: Locale = context.resources.configuration.locales[0]
    private val isImperial = isImperial ?: (Resources.getSystem().configuration.locales[0].country in IMPERIAL_COUNTRIES)

    /** The languages in which texts of a territory are shown, in the order of preference. */
    val languages: List<String> =
        context.resources.configuration.locales.let { locales -> List(locales.size()) { locales[it].language } }

    /** A length along the ground: 850 m, 6.5 km. */
    fun distance(metres: Double): String {
        val (big, small) = if (isImperial) metres / METRES_PER_MILE to metres / METRES_PER_FOOT else metres / 1000 to metres
        val isShort = if (isImperial) big < 0.2 else small < 995
        val unit = when {
            isShort -> if (isImperial) MeasureUnit.FOOT else MeasureUnit.METER
            else -> if (isImperial) MeasureUnit.MILE else MeasureUnit.KILOMETER
        }
        val value: Number = when {
            isShort -> if (small < 100) small.roundToInt() else (small / 10).roundToInt() * 10
            big < 20 -> (big * 10).roundToInt() / 10.0
            else -> big.roundToInt()
        }
        return measure(value, unit)
    }

    /** A difference of height, or an elevation. */
    fun height(metres: Double): String = if (isImperial) {
        measure((metres / METRES_PER_FOOT).roundToInt(), MeasureUnit.FOOT)
    } else {
        measure(metres.roundToInt(), MeasureUnit.METER)
    }

    /** A time of walking, rounded to five minutes from an hour on. */
    fun duration(hours: Double): String {
        val exact = (hours * 60).roundToLong()
        val minutes = if (exact < 60) exact else (hours * 12).roundToLong() * 5
        val parts = listOfNotNull(
            Measure(minutes / 60, MeasureUnit.HOUR).takeIf { minutes >= 60 },
            Measure(minutes % 60, MeasureUnit.MINUTE).takeIf { minutes < 60 || minutes % 60 > 0 },
        )
        return MeasureFormat.getInstance(locale, MeasureFormat.FormatWidth.NARROW).formatMeasures(*parts.toTypedArray())
    }

    /** The size of files. */
    fun size(bytes: ULong): String = Formatter.formatShortFileSize(context, bytes.toLong())

    /** A day. */
    fun date(ms: Long): String = DateFormat.getDateInstance(DateFormat.MEDIUM, locale).format(Date(ms))

    /** A time of the day. */
    fun time(ms: Long): String = DateFormat.getTimeInstance(DateFormat.SHORT, locale).format(Date(ms))

    /** A point of the compass, such as NE, for a bearing in degrees. */
    fun direction(degrees: Double): String {
        val points = context.getString(R.string.guide_compass).split(' ')
        return points[(degrees / 360 * points.size).roundToInt().mod(points.size)]
    }

    private fun measure(value: Number, unit: MeasureUnit): String =
        MeasureFormat.getInstance(locale, MeasureFormat.FormatWidth.SHORT, NumberFormat.getInstance(locale))
            .format(Measure(value, unit))

    private companion object {
        const val METRES_PER_MILE = 1609.344
        const val METRES_PER_FOOT = 0.3048
        val IMPERIAL_COUNTRIES = setOf("US", "LR", "MM")
    }
}
