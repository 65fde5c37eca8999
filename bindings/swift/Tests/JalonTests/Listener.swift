import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A server that does nothing by itself: a test accepts, reads, answers, or lets somebody wait.
final class Listener: Sendable {
    let port: UInt16
    private let socket: Int32

    init() throws {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        // Whoever has gone is no reason to die.
        signal(SIGPIPE, SIG_IGN)
        socket = Self.open(AF_INET, kind)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = socket
        let stands = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 16) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard stands else { throw Failed() }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close(socket)
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// Waits for somebody to connect, and to have asked.
    func accept() async throws -> Connection {
        let socket = socket
        return try await onThread {
            let accepted = Self.accepted(socket)
            guard accepted >= 0 else { throw Failed() }
            return try Connection(accepted)
        }
    }

    /// Answers everybody so, until the test ends.
    func answerAll(_ answer: String) -> Task<Void, Never> {
        Task {
            while let connection = try? await accept() {
                await connection.answer(answer)
            }
        }
    }

    // Within the class these names are its own.
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

struct Failed: Error {}

/// Somebody who has asked, and waits.
final class Connection: Sendable {
    let request: String
    private let socket: Int32

    fileprivate init(_ socket: Int32) throws {
        self.socket = socket
        var heard = [UInt8]()
        var piece = [UInt8](repeating: 0, count: 4_096)
        while !String(decoding: heard, as: UTF8.self).contains("\r\n\r\n") {
            let count = read(socket, &piece, piece.count)
            guard count > 0 else { break }
            heard += piece[..<count]
        }
        request = String(decoding: heard, as: UTF8.self)
    }

    deinit {
        close(socket)
    }

    /// Waits until the other side has gone.
    func gone() async throws {
        let socket = socket
        try await onThread {
            var piece = [UInt8](repeating: 0, count: 4_096)
            while read(socket, &piece, piece.count) > 0 {}
        }
    }

    /// Goes without a word.
    func leave() async {
        await answer("")
    }

    func answer(_ text: String) async {
        let socket = socket
        try? await onThread {
            let bytes = Array(text.utf8)
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
                guard count > 0 else { return }
                sent += count
            }
            shutdown(socket, Int32(SHUT_RDWR))
        }
    }
}

/// What blocks, on a thread of its own.
private func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}
