package org.jalon.sample

import android.content.Context
import android.content.SharedPreferences
import android.content.res.Configuration
import android.os.LocaleList
import java.util.Locale
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

/** What the person has chosen. Null means the setting of the phone. */
data class Choices(val language: String? = null, val isImperial: Boolean? = null, val speaks: Boolean = true)

/** The settings, kept in a file. They are read before the first screen is shown. */
class Settings(private val context: Context) {
    private val mutableChoices = MutableStateFlow(Choices())
    private var file: SharedPreferences? = null
    val choices: StateFlow<Choices> = mutableChoices

    /** Reads the file, off the main thread. */
    suspend fun load() {
        val preferences = withContext(disk) {
            context.getSharedPreferences("settings", Context.MODE_PRIVATE).also { it.all }
        }
        file = preferences
        mutableChoices.value = Choices(
            language = preferences.getString(LANGUAGE, null),
            isImperial = preferences.getString(UNITS, null)?.let { it == IMPERIAL },
            speaks = preferences.getBoolean(SPEAKS, true),
        )
    }

    /** Changes the settings. The file is written off the main thread, and also if the app is left at once. */
    fun change(choices: Choices) {
        mutableChoices.value = choices
        val edit = file?.edit() ?: return
        edit.putString(LANGUAGE, choices.language)
            .putString(UNITS, choices.isImperial?.let { if (it) IMPERIAL else "metric" })
            .putBoolean(SPEAKS, choices.speaks)
        CoroutineScope(disk).launch { edit.commit() }
    }

    /** The configuration with the chosen language; null if that is the phone's. */
    val languageOverride: Configuration?
        get() = choices.value.language?.let { language ->
            Configuration().apply { setLocales(LocaleList(Locale.forLanguageTag(language))) }
        }

    /** Returns the context with the chosen language. */
    fun localized(base: Context): Context = languageOverride?.let(base::createConfigurationContext) ?: base

    private companion object {
        /** One thread at a time, so that the last change is the one that stays. */
        val disk = Dispatchers.IO.limitedParallelism(1)
        const val LANGUAGE = "language"
        const val UNITS = "units"
        const val IMPERIAL = "imperial"
        const val SPEAKS = "speaks"
    }
}
