import Foundation

/// The territory that ships in the app: the files of a catalogue directory in a zip archive.
struct BundledTerritory {
    private static let catalogueFile = "catalogue.gpkg"

    let archive: URL

    init(_ archive: URL) {
        self.archive = archive
    }

    /// Unpacks it before the first start. Does nothing if there is a catalogue, even an empty one: the person may have removed the
    /// territory.
    func unpack(to catalogue: URL) throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: catalogue.appendingPathComponent(Self.catalogueFile).path) else { return }
        let unpacked = catalogue.deletingLastPathComponent().appendingPathComponent("unpacking", isDirectory: true)
        // A process that died may have left it half done.
        try? files.removeItem(at: unpacked)
        try Zip(archive).unpack(to: unpacked)
        try files.createDirectory(at: catalogue, withIntermediateDirectories: true)
        // The catalogue's file is moved last: with it, the territory is there.
        let names = try files.contentsOfDirectory(atPath: unpacked.path).filter { $0 != Self.catalogueFile }
        for name in names + [Self.catalogueFile] {
            let target = catalogue.appendingPathComponent(name)
            try? files.removeItem(at: target)
            try files.moveItem(at: unpacked.appendingPathComponent(name), to: target)
        }
        try? files.removeItem(at: unpacked)
    }
}
