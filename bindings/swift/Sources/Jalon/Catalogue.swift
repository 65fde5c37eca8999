import Storage
import JalonGenerated

/// The downloaded territories: finding treks, reading sheets and objects, what changed. `languages` is always the order in
/// which texts are wanted, the companion's own where none is given; the territory's default comes after them.
public struct Catalogue: Sendable {
    let inner: JalonGenerated.Catalogue
    let languages: [String]

    /// Finds treks: text, filters, place and order together, a page at a time. About a millisecond for 2,000 treks.
    ///
    /// Throws `InvalidInput` naming the field, `NotFound` for a territory.
    public func treks(_ query: TrekQuery = TrekQuery(), languages: [String]? = nil) async throws -> TrekPage {
        try await inner.treks(query: query, languages: languages ?? self.languages)
    }

    /// The sheet of a trek, with what lies beside its line. `beside` limits the kinds; empty for all that may belong to one.
    public func sheet(
        _ territory: String, _ id: Int64, languages: [String]? = nil, beside: [Kind] = []
    ) async throws -> TrekDetails {
        try await inner.sheet(territory: territory, id: id, languages: languages ?? self.languages, beside: beside)
    }

    /// Elevation over distance along a trek, as `columns` samples (2 to 65,536); nil where its line has no elevations.
    public func profile(_ territory: String, _ id: Int64, columns: UInt32 = 200) async throws -> Profile? {
        try await inner.profile(territory: territory, id: id, columns: columns)
    }

    /// Any object, of any kind.
    public func object(
        _ territory: String, _ kind: Kind, _ id: Int64, languages: [String]? = nil
    ) async throws -> Object {
        try await inner.object(territory: territory, kind: kind, id: id, languages: languages ?? self.languages)
    }

    /// Finds objects of any kind by their words, as far as they are typed, accents ignored; `kinds` limits them, unless it is
    /// empty. `limit` is 1 to 200.
    public func search(
        _ text: String, languages: [String]? = nil, kinds: [Kind] = [], limit: UInt32 = 50, offset: UInt32 = 0
    ) async throws -> SearchResults {
        try await inner.search(text: text, languages: languages ?? self.languages, kinds: kinds, limit: limit, offset: offset)
    }

    /// The entries of a vocabulary of a territory (`trek_practice`, `feedback_category`, `city`), by number.
    public func vocabulary(
        _ territory: String, _ vocabulary: String, languages: [String]? = nil
    ) async throws -> [Term] {
        try await inner.vocabulary(territory: territory, vocabulary: vocabulary, languages: languages ?? self.languages)
    }

    /// What changed in a territory after a moment, the latest first; without one, what the last refresh that changed anything
    /// brought. A year is kept. `limit` is 1 to 200.
    public func changes(
        _ territory: String, after: Date? = nil, languages: [String]? = nil, limit: UInt32 = 200, offset: UInt32 = 0
    ) async throws -> [Change] {
        try await inner.changes(
            territory: territory, afterMs: after.map(milliseconds), languages: languages ?? self.languages, limit: limit,
            offset: offset)
    }

    /// Writes a copy of the catalogue, whole and in one file, to a place where nothing is yet: a GeoPackage that QGIS opens.
    public func export(to file: URL) async throws {
        try await inner.export(path: file.path)
    }
}
