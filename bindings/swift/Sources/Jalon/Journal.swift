import Storage
import JalonGenerated

/// What the person made, which exists nowhere else.
public struct Journal: Sendable {
    let inner: JalonGenerated.Journal
    let languages: [String]

    /// Marks an object, with its name as the catalogue has it in the first of `languages`.
    @discardableResult
    public func addFavourite(
        _ territory: String, _ kind: Kind, _ id: Int64, languages: [String]? = nil
    ) async throws -> Favourite {
        try await inner.addFavourite(territory: territory, kind: kind, id: id, languages: languages ?? self.languages)
    }

    /// Unmarks an object; tells whether it was marked.
    @discardableResult
    public func removeFavourite(_ territory: String, _ kind: Kind, _ id: Int64) async throws -> Bool {
        try await inner.removeFavourite(territory: territory, kind: kind, id: id)
    }

    /// What is marked, the first first.
    public func favourites() async throws -> [Favourite] {
        try await inner.favourites()
    }

    /// Writes something down, where `place` is given there.
    @discardableResult
    public func addNote(_ text: String, at place: Position? = nil) async throws -> Note {
        try await inner.addNote(text: text, place: place)
    }

    /// Writes something down about an object.
    @discardableResult
    public func addNote(
        _ text: String, about territory: String, _ kind: Kind, _ id: Int64, at place: Position? = nil
    ) async throws -> Note {
        try await inner.addNote(text: text, place: place, territory: territory, kind: kind, object: id)
    }

    /// Removes a note; tells whether it was there.
    @discardableResult
    public func removeNote(_ id: String) async throws -> Bool {
        try await inner.removeNote(id: id)
    }

    /// What was written down, the first first.
    public func notes() async throws -> [Note] {
        try await inner.notes()
    }

    /// Writes everything that is not accepted yet (`all` for that too), with photos, favourites and notes, to a zip file where
    /// nothing is yet. Gives the number of reports.
    @discardableResult
    public func export(to file: URL, all: Bool = false) async throws -> UInt64 {
        try await inner.export(path: file.path, all: all)
    }

    /// Takes over what an export has and this journal has not. What is here stays as it is.
    @discardableResult
    public func `import`(from file: URL) async throws -> ImportSummary {
        try await inner.importFrom(path: file.path)
    }

    /// What was saved out of a damaged file when this journal was opened; nil where it was sound.
    public func salvaged() async throws -> RecoverySummary? {
        try await inner.salvaged()
    }
}
