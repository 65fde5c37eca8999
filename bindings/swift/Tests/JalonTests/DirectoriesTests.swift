import Foundation
import Jalon
import Testing

@Suite struct DirectoriesTests {
    @Test func applicationSupportCreatesBothDirectories() throws {
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
        // Repeat it, as the next start of the app does.
        _ = try Directories.applicationSupport(named: name)
    }

    @Test func prepareJournalInsideCatalogueThrows() throws {
        let directory = try TemporaryDirectory()
        let nested = Directories(within: directory.url)
        #expect(throws: JalonError.self) { try nested.prepare() }
        let separate = Directories(
            catalogue: directory.url.appendingPathComponent("park"),
            journal: directory.url.appendingPathComponent("park-journal")
        )
        try separate.prepare()
        #expect(FileManager.default.fileExists(atPath: separate.journal.path))
    }
}
