import Foundation
import Testing

/// The second test server, into which the tests inject faults. Its suites are serialized.
enum Faults {
    private static func path(_ name: String) throws -> String {
        try #require(ProcessInfo.processInfo.environment[name], "\(name) is not set: run ios-sample/test")
    }

    static func url() throws -> String {
        try path("JALON_FAULTY_GEOTREK")
    }

    /// Makes the server answer as it should.
    static func reset() throws {
        if try answer("repair").hasPrefix("error") { try send("start") }
        try send("repair")
    }

    /// Sends a command, and returns the answer of the server. `geotrek --help` lists the commands.
    @discardableResult
    static func send(_ command: String) throws -> String {
        let answer = try answer(command)
        try #require(answer.hasPrefix("ok"), "the server answered \(answer)")
        return answer
    }

    private static func answer(_ command: String) throws -> String {
        let commands = try #require(FileHandle(forWritingAtPath: path("JALON_FAULTY_COMMANDS")))
        let answers = try #require(FileHandle(forReadingAtPath: path("JALON_FAULTY_ANSWERS")))
        try commands.write(contentsOf: Data("\(command)\n".utf8))
        while true {
            let line = try line(answers)
            // The server greets before the first answer.
            if line.hasPrefix("ok") || line.hasPrefix("error") { return line }
        }
    }

    private static func line(_ file: FileHandle) throws -> String {
        var line = Data()
        while let byte = try file.read(upToCount: 1), byte != Data("\n".utf8) { line += byte }
        return String(decoding: line, as: UTF8.self)
    }
}

/// The suites that change the second server, one after the other.
@Suite(.serialized) enum FaultStories {}
