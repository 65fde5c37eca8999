// A stand-in for AVFoundation on Linux: the declarations that this sample uses, so that it is type-checked. It says nothing.

@_exported import Foundation

public final class AVSpeechSynthesisVoice: NSObject {
    public init?(language: String?) {}
}

public final class AVSpeechUtterance: NSObject {
    public var voice: AVSpeechSynthesisVoice?

    public init(string: String) {}
}

public enum AVSpeechBoundary: Int, Sendable {
    case immediate, word
}

public final class AVSpeechSynthesizer: NSObject {
    public func speak(_ utterance: AVSpeechUtterance) {}

    @discardableResult
    public func stopSpeaking(at boundary: AVSpeechBoundary) -> Bool { true }
}

public final class AVAudioSession: NSObject {
    public struct Category: Sendable {
        public static let playback = Category()
    }

    public struct Mode: Sendable {
        public static let voicePrompt = Mode()
    }

    public struct CategoryOptions: OptionSet, Sendable {
        public let rawValue: UInt

        public init(rawValue: UInt) {
            self.rawValue = rawValue
        }

        public static let duckOthers = CategoryOptions(rawValue: 2)
    }

    public static func sharedInstance() -> AVAudioSession { AVAudioSession() }
    public func setCategory(_ category: Category, mode: Mode, options: CategoryOptions = []) throws {}
    public func setActive(_ active: Bool) throws {}
}
