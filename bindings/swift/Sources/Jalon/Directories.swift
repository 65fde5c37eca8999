import Storage
import JalonGenerated

/// Where a companion keeps its files: two folders, since phones should back up one and not the other.
public struct Directories: Sendable, Hashable {
    /// For what can be downloaded again.
    public var catalogue: URL
    /// For what the person made, which exists nowhere else.
    public var journal: URL

    /// Two folders of the app's own choice, made where they are missing. See ``applicationSupport(named:)`` for the usual
    /// one.
    public init(catalogue: URL, journal: URL) {
        self.catalogue = catalogue
        self.journal = journal
    }

    /// One folder with the journal in a folder of its own below it, as the command line and the other languages have it. On a
    /// phone ``applicationSupport(named:)`` is right: what leaves a folder out of backups leaves out all that is in it.
    public init(within folder: URL) {
        self.init(catalogue: folder, journal: folder.appendingPathComponent("journal", isDirectory: true))
    }

    /// Two folders in the app's Application Support, made, with their flags: the catalogue is left out of backups, the
    /// journal is in them; both can be read while the phone is locked, once it was unlocked after its start (see
    /// <doc:Background>).
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

    /// Makes the folders where they are missing, and sets their flags: for folders of the app's own choice, such as an app
    /// group's. Throws `InvalidInput` where the journal lies within the catalogue's folder, as it would be left out of backups.
    public func prepare() throws {
        guard !journal.standardizedFileURL.pathComponents.starts(with: catalogue.standardizedFileURL.pathComponents) else {
            throw JalonError.InvalidInput(
                field: "journal", rule: "a folder outside that of the catalogue, which is left out of backups")
        }
        #if os(iOS)
            // What is made in a folder inherits its class. With the default one (complete) the files of an app that is woken
            // in the background would be unreadable while the phone is locked.
            let attributes: [FileAttributeKey: Any] = [
                .protectionKey: FileProtectionType.completeUntilFirstUserAuthentication
            ]
        #else
            let attributes: [FileAttributeKey: Any] = [:]
        #endif
        for folder in [catalogue, journal] {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: attributes)
            #if os(iOS)
                try FileManager.default.setAttributes(attributes, ofItemAtPath: folder.path)
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
