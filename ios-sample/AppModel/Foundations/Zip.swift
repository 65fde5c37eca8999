import Foundation
import Jalon

/// Unpacks a zip archive with stored entries, such as the territory that ships in the app.
///
/// iOS has no public function for it. The entries are stored, not deflated, because the app's package is compressed anyway.
struct Zip {
    private let data: Data

    init(_ file: URL) throws {
        data = try Data(contentsOf: file, options: .mappedIfSafe)
    }

    /// Writes all files below a directory.
    func unpack(to directory: URL) throws {
        // The end record tells where the list of entries is. Its comment may be up to 65,535 bytes long.
        guard let end = (max(0, data.count - 65_557)...max(0, data.count - 22)).last(where: { integer($0, 4) == 0x0605_4b50 })
        else {
            throw damaged
        }
        var entry = integer(end + 16, 4)
        for _ in 0..<integer(end + 10, 2) {
            guard integer(entry, 4) == 0x0201_4b50, integer(entry + 10, 2) == 0 else { throw damaged }
            let (size, nameLength) = (integer(entry + 24, 4), integer(entry + 28, 2))
            let name = String(decoding: try bytes(entry + 46, nameLength), as: UTF8.self)
            let local = integer(entry + 42, 4)
            let start = local + 30 + integer(local + 26, 2) + integer(local + 28, 2)
            try write(try bytes(start, size), name, to: directory)
            entry += 46 + nameLength + integer(entry + 30, 2) + integer(entry + 32, 2)
        }
    }

    private func write(_ content: Data, _ name: String, to directory: URL) throws {
        guard !name.split(separator: "/").contains("..") else { throw damaged }
        let file = directory.appendingPathComponent(name)
        if name.hasSuffix("/") { return }
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: file)
    }

    private var damaged: JalonError { .Corrupt(detail: "the archive of the territory cannot be read") }

    private func bytes(_ start: Int, _ count: Int) throws -> Data {
        guard start >= 0, start + count <= data.count else { throw damaged }
        return data[(data.startIndex + start)..<(data.startIndex + start + count)]
    }

    /// An integer of 2 or 4 bytes, the lowest byte first. Beyond the end it is 0, which no signature is.
    private func integer(_ start: Int, _ count: Int) -> Int {
        guard let bytes = try? bytes(start, count) else { return 0 }
        return bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
