import Foundation

/// Keeps the state of a walk in a file, because the system may end the app at any time.
struct GuideStore {
    struct Walk: Codable, Equatable {
        let key: PackKey
        let startMs: Int64
        var snapshot: String
        var isRecording: Bool
    }

    let file: URL

    func read() -> Walk? {
        (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode(Walk.self, from: $0) }
    }

    func write(_ walk: Walk) throws {
        #if os(iOS)
            let options: Data.WritingOptions = [.atomic, .completeFileProtectionUntilFirstUserAuthentication]
        #else
            let options: Data.WritingOptions = .atomic
        #endif
        try JSONEncoder().encode(walk).write(to: file, options: options)
    }

    func remove() {
        try? FileManager.default.removeItem(at: file)
    }
}
