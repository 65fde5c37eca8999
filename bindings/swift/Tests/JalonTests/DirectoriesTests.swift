import Storage
import Jalon
import Testing

@Suite struct DirectoriesTests {
    @Test func theUsualOnesAreMadeSideBySide() throws {
        let name = "jalon-test-\(UUID().uuidString)"
        let directories = try Directories.applicationSupport(named: name)
        let parent = directories.catalogue.deletingLastPathComponent()
        defer { try? FileManager.default.removeItem(at: parent) }
        #expect(parent.lastPathComponent == name && directories.journal.deletingLastPathComponent() == parent)
        for folder in [directories.catalogue, directories.journal] {
            var isFolder: ObjCBool = false
            #expect(FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder))
            #expect(isFolder.boolValue)
        }
        #if canImport(Darwin)
            let key: Set<URLResourceKey> = [.isExcludedFromBackupKey]
            #expect(try directories.catalogue.resourceValues(forKeys: key).isExcludedFromBackup == true)
            #expect(try directories.journal.resourceValues(forKeys: key).isExcludedFromBackup == false)
        #endif
        // Once more, as at the next start of the app.
        _ = try Directories.applicationSupport(named: name)
    }

    @Test func aJournalThatNoBackupWouldHaveIsRefused() throws {
        let place = try Place()
        let nested = Directories(within: place.folder)
        #expect(throws: JalonError.self) { try nested.prepare() }
        let besides = Directories(
            catalogue: place.folder.appendingPathComponent("park"), journal: place.folder.appendingPathComponent("park-journal")
        )
        try besides.prepare()
        #expect(FileManager.default.fileExists(atPath: besides.journal.path))
    }
}
