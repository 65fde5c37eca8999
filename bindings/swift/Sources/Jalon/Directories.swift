import Foundation
import JalonGenerated

/// The directories of the files of a companion: two, so that a phone can back up only one of them.
public struct Directories: Sendable, Hashable {
    /// The directory of the data that can be downloaded again.
    public var catalogue: URL
    /// The directory of the user's own data, which exists nowhere else.
    public var journal: URL

    /// Uses two directories that the app chooses. They are created if they do not exist. See ``applicationSupport(named:)``
    /// for the usual ones.
    public init(catalogue: URL, journal: URL) {
        self.catalogue = catalogue
        self.journal = journal
    }

    /// Uses one directory, with the journal in its subdirectory `journal`, like the command line and the other languages. On
    /// a phone, use ``applicationSupport(named:)``: excluding a directory from backups also excludes its subdirectories.
    public init(within directory: URL) {
        self.init(catalogue: directory, journal: directory.appendingPathComponent("journal", isDirectory: true))
    }

    /// Creates two directories in the app's Application Support directory and calls ``prepare()``. Backups exclude the
    /// catalogue and include the journal. Both can be read while the phone is locked, after the first unlock since its
    /// start: see <doc:Background>.
    public static func applicationSupport(named name: String = "Jalon") throws -> Directories {
        let support = try FileManager.default.url(
            for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        let own = support.appendingPathComponent(name, isDirectory: true)
        let directories = Directories(
            catalogue: own.appendingPathComponent("catalogue", isDirectory: true),
            journal: own.appendingPathComponent("journal", isDirectory: true))
        try directories.prepare()
        return directories
    }

    /// Creates the directories if they do not exist, and sets their backup flags and file protection. Call it for
    /// directories that the app chooses, such as those of an app group.
    ///
    /// Throws `InvalidInput` if the journal is inside the catalogue directory, because backups would exclude it.
    public func prepare() throws {
        guard !journal.standardizedFileURL.pathComponents.starts(with: catalogue.standardizedFileURL.pathComponents) else {
            throw JalonError.InvalidInput(
                field: "journal", rule: "must be outside the catalogue directory, which backups exclude")
        }
        #if os(iOS)
            // New files inherit the protection class of their directory. With the default class (complete), an app that runs
            // in the background could not read its files while the phone is locked.
            let attributes: [FileAttributeKey: Any] = [
                .protectionKey: FileProtectionType.completeUntilFirstUserAuthentication
            ]
        #else
            let attributes: [FileAttributeKey: Any] = [:]
        #endif
        for directory in [catalogue, journal] {
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true, attributes: attributes)
            #if os(iOS)
                try FileManager.default.setAttributes(attributes, ofItemAtPath: directory.path)
            #endif
        }
        #if canImport(Darwin)
            var values = URLResourceValues()
            values.isExcludedFromBackup = true
            var catalogue = catalogue
            try catalogue.setResourceValues(values)
        #endif
    }

    var generated: JalonGenerated.Directories {
        JalonGenerated.Directories(catalogue: catalogue.path, journal: journal.path)
    }
}
