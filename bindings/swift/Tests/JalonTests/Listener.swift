import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A TCP server that is controlled by a test: it accepts connections, reads requests and sends responses only when the test
/// says so.
final class Listener: Sendable {
    let port: UInt16
    private let socket: Int32

    init() throws {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        // Writing to a closed connection must not end the process.
        signal(SIGPIPE, SIG_IGN)
        socket = Self.open(AF_INET, kind)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = socket
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 16) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isListening else { throw TestFailure() }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close(socket)
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// Accepts a connection and reads the head of its request.
    func accept() async throws -> Connection {
        let socket = socket
        return try await runBlocking {
            let accepted = Self.accepted(socket)
            guard accepted >= 0 else { throw TestFailure() }
            return try Connection(accepted)
        }
    }

    /// Responds to a request for the version, and accepts the next connection.
    func acceptAfterVersion() async throws -> Connection {
        let first = try await accept()
        guard first.isForVersion else { return first }
        await first.respond(Self.version)
        return try await accept()
    }

    /// Sends the same response to all requests, until the task is cancelled. With `exceptVersion`, requests for the version get
    /// the one of a Geotrek.
    func respondToAll(_ response: String, exceptVersion: Bool = false) -> Task<Void, Never> {
        Task {
            while let connection = try? await accept() {
                await connection.respond(exceptVersion && connection.isForVersion ? Self.version : response)
            }
        }
    }

    private static let version =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\nConnection: close\r\n\r\n"
        + #"{"version":"2.126.1"}"#

    // Qualified names, because the class has members of the same names.
    private static func open(_ family: Int32, _ kind: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.socket(family, kind, 0)
        #else
            Darwin.socket(family, kind, 0)
        #endif
    }

    private static func accepted(_ socket: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.accept(socket, nil, nil)
        #else
            Darwin.accept(socket, nil, nil)
        #endif
    }
}

struct TestFailure: Error {}

/// An accepted connection whose client waits for a response.
final class Connection: Sendable {
    let request: String
    private let socket: Int32

    var isForVersion: Bool { request.hasPrefix("GET /api/v2/version ") }

    fileprivate init(_ socket: Int32) throws {
        self.socket = socket
        var received = [UInt8]()
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while !String(decoding: received, as: UTF8.self).contains("\r\n\r\n") {
            let count = read(socket, &chunk, chunk.count)
            guard count > 0 else { break }
            received += chunk[..<count]
        }
        request = String(decoding: received, as: UTF8.self)
    }

    deinit {
        close(socket)
    }

    /// Waits until the client closes the connection.
    func waitForClose() async throws {
        let socket = socket
        try await runBlocking {
            var chunk = [UInt8](repeating: 0, count: 4_096)
            while read(socket, &chunk, chunk.count) > 0 {}
        }
    }

    /// Closes the connection without a response.
    func disconnect() async {
        await respond("")
    }

    /// Sends a response and closes the connection.
    func respond(_ text: String) async {
        await send(text)
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// Sends a response, or its start, and keeps the connection open.
    func send(_ text: String) async {
        let socket = socket
        try? await runBlocking {
            let bytes = Array(text.utf8)
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
                guard count > 0 else { return }
                sent += count
            }
        }
    }
}

/// Runs a blocking function on a new thread.
private func runBlocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}
