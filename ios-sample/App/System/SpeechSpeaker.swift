import AVFoundation

/// Speaks with the voice of the system, also while the screen is off. Music gets quieter meanwhile.
@MainActor
final class SpeechSpeaker: Speaker {
    private let synthesizer = AVSpeechSynthesizer()

    func speak(_ text: String, language: String) {
        let session = AVAudioSession.sharedInstance()
        // Without the session the announcement is still shown, and spoken if the phone allows it.
        try? session.setCategory(.playback, mode: .voicePrompt, options: .duckOthers)
        try? session.setActive(true)
        let utterance = AVSpeechUtterance(string: text)
        utterance.voice = AVSpeechSynthesisVoice(language: language)
        synthesizer.speak(utterance)
    }

    func stop() {
        synthesizer.stopSpeaking(at: .immediate)
    }
}
