package org.jalon.sample.guide

import android.content.Context
import android.speech.tts.TextToSpeech
import java.util.Locale

/** Says the announcements. Those that come before the engine has started are said as soon as it has. */
class Speaker(context: Context, private val locale: Locale) : AutoCloseable {
    private var isReady = false
    private val waiting = mutableListOf<String>()
    private val engine = TextToSpeech(context, ::onStarted)

    private fun onStarted(status: Int) {
        if (status != TextToSpeech.SUCCESS) return
        isReady = true
        engine.language = locale
        waiting.forEach(::say)
        waiting.clear()
    }

    fun say(text: String) {
        if (isReady) engine.speak(text, TextToSpeech.QUEUE_ADD, null, text) else waiting += text
    }

    override fun close() = engine.shutdown()
}
