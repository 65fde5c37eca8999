import Foundation
import Testing

/// A test server for one test, with the data and at the address that the test chooses.
final class OwnServer {
    let url: String
    private let process = Process()

    init(treks: Int, seed: Int = 1, port: Int = 0) throws {
        let program = ProcessInfo.processInfo.environment["JALON_GEOTREK_PROGRAM"]
        process.executableURL = URL(
            fileURLWithPath: try #require(program, "JALON_GEOTREK_PROGRAM is not set: run ios-sample/test"))
        process.arguments = ["--port", "\(port)", "--treks", "\(treks)", "--seed", "\(seed)"]
        let output = Pipe()
        process.standardInput = Pipe()
        process.standardOutput = output
        try process.run()
        // The first line has the address of the API.
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8) { line += byte }
        let address = String(decoding: line, as: UTF8.self).firstMatch(of: /http:\/\/127\.0\.0\.1:\d+/)
        url = String(try #require(address).output)
    }

    /// Returns when the server has ended, so that its port is free.
    func stop() async {
        await withCheckedContinuation { continuation in
            process.terminationHandler = { _ in continuation.resume() }
            end()
        }
    }

    /// The child inherits the signal mask of this thread, so only a signal that cannot be blocked ends it for sure.
    private func end() {
        kill(process.processIdentifier, SIGKILL)
    }

    deinit {
        if process.isRunning { end() }
    }
}
