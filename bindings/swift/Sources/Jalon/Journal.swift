import Foundation
import JalonGenerated

/// The user's own data. It exists nowhere else.
public struct Journal: Sendable {
    let inner: JalonGenerated.Journal
    let languages: [String]

    /// Marks an object as a favourite. The favourite stores the name of the object in the first of `languages` that it has.
    ///
    /// Throws `NotFound`.
    @discardableResult
    public func addFavourite(
        _ territory: String, _ kind: Kind, _ id: Int64, languages: [String]? = nil
    ) async throws -> Favourite {
        try await inner.addFavourite(territory: territory, kind: kind, id: id, languages: languages ?? self.languages)
    }

    /// Removes a favourite. Returns false if the object was not one.
    @discardableResult
    public func removeFavourite(_ territory: String, _ kind: Kind, _ id: Int64) async throws -> Bool {
        try await inner.removeFavourite(territory: territory, kind: kind, id: id)
    }

    /// Returns all favourites, the oldest first.
    public func favourites() async throws -> [Favourite] {
        try await inner.favourites()
    }

    /// Adds a note, with a position if one is given.
    @discardableResult
    public func addNote(_ text: String, at position: Position? = nil) async throws -> Note {
        try await inner.addNote(text: text, position: position)
    }

    /// Adds a note about an object.
    @discardableResult
    public func addNote(
        _ text: String, about territory: String, _ kind: Kind, _ id: Int64, at position: Position? = nil
    ) async throws -> Note {
        try await inner.addNote(text: text, position: position, territory: territory, kind: kind, objectId: id)
    }

    /// Removes a note. Returns false if it does not exist.
    @discardableResult
    public func removeNote(_ id: String) async throws -> Bool {
        try await inner.removeNote(id: id)
    }

    /// Returns all notes, the oldest first.
    public func notes() async throws -> [Note] {
        try await inner.notes()
    }

    /// Writes favourites, notes and the reports that are not accepted yet, with their photos, to a new zip file. With `all`,
    /// accepted reports are included. Returns the number of reports.
    ///
    /// With `handOver`, the device that imports the file sends the reports, and this one no longer does; import it on one
    /// device only. Without it, the imported copies are in doubt.
    @discardableResult
    public func export(to file: URL, all: Bool = false, handOver: Bool = false) async throws -> UInt64 {
        try await inner.export(path: file.path, all: all, handOver: handOver)
    }

    /// Adds the entries of an export that this journal does not have. Throws `InvalidInput` for any other file.
    @discardableResult
    public func `import`(from file: URL) async throws -> ImportSummary {
        try await inner.importFrom(path: file.path)
    }

    /// Returns what was recovered from a damaged file when the journal was opened; nil if it was not damaged.
    public func recovery() async throws -> RecoverySummary? {
        try await inner.recovery()
    }
}
