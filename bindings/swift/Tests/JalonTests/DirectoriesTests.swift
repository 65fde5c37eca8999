import Foundation
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
}
