import Foundation
import JalonGenerated

/// The downloaded territories: list treks, read trek details and objects, search, read the change history.
///
/// In every function, `languages` lists the languages of texts in the order of preference. The default is the companion's
/// list. The territory's default language is the fallback.
public struct Catalogue: Sendable {
    let inner: JalonGenerated.Catalogue
    let languages: [String]

    /// Returns one page of the treks that match the text and all filters. Takes about a millisecond for 2,000 treks.
    ///
    /// Throws `InvalidInput` with the name of the field, and `NotFound` for an unknown territory.
    public func treks(_ query: TrekQuery = TrekQuery(), languages: [String]? = nil) async throws -> TrekPage {
        try await inner.treks(query: query, languages: languages ?? self.languages)
    }

    /// Returns a trek with the items along its route. `kinds` limits the kinds of these items; empty for all kinds.
    /// Touristic events that have ended are left out, unless `pastEvents`.
    ///
    /// Throws `NotFound`.
    public func trekDetails(
        _ territory: String, _ id: Int64, languages: [String]? = nil, kinds: [Kind] = [], pastEvents: Bool = false
    ) async throws -> TrekDetails {
        try await inner.trekDetails(
            territory: territory, id: id, languages: languages ?? self.languages, kinds: kinds, pastEvents: pastEvents)
    }

    /// Returns the elevation profile of a trek as `columns` samples (2 to 65,536); nil if its line has no elevations.
    ///
    /// Throws `NotFound`.
    public func profile(_ territory: String, _ id: Int64, columns: UInt32 = 200) async throws -> Profile? {
        try await inner.profile(territory: territory, id: id, columns: columns)
    }

    /// Returns the objects whose geometry has a point in a box, with simplified geometries: what a map shows. Objects that the
    /// server no longer publishes are left out. Takes some milliseconds for a screen.
    ///
    /// Throws `InvalidInput` for the box, the tolerance and the limit (1 to 5,000), and `NotFound` for an unknown territory.
    public func features(
        in bounds: Bounds, _ query: FeatureQuery = FeatureQuery(), languages: [String]? = nil
    ) async throws -> FeaturePage {
        try await inner.features(bounds: bounds, query: query, languages: languages ?? self.languages)
    }

    /// Returns an object of any kind. Throws `NotFound`.
    public func object(
        _ territory: String, _ kind: Kind, _ id: Int64, languages: [String]? = nil
    ) async throws -> Object {
        try await inner.object(territory: territory, kind: kind, id: id, languages: languages ?? self.languages)
    }

    /// Finds objects by the beginnings of their words. Ignores case and accents. `kinds` limits the kinds of objects; empty
    /// for all kinds. `limit` is 1 to 200. Touristic events that have ended are left out unless `pastEvents`.
    public func search(
        _ text: String, languages: [String]? = nil, kinds: [Kind] = [], limit: UInt32 = 50, offset: UInt32 = 0,
        pastEvents: Bool = false
    ) async throws -> SearchResults {
        try await inner.search(
            text: text, languages: languages ?? self.languages, kinds: kinds, limit: limit, offset: offset,
            pastEvents: pastEvents)
    }

    /// Returns the terms of a vocabulary of a territory (such as `trek_practice`, `feedback_category`, `city`), ordered by
    /// id.
    public func vocabulary(
        _ territory: String, _ vocabulary: String, languages: [String]? = nil
    ) async throws -> [Term] {
        try await inner.vocabulary(territory: territory, vocabulary: vocabulary, languages: languages ?? self.languages)
    }

    /// Returns the changes of a territory after a date, the latest first. Without a date, returns the changes of the last
    /// refresh that changed anything. Changes are kept for a year. `limit` is 1 to 200.
    public func changeHistory(
        _ territory: String, after: Date? = nil, languages: [String]? = nil, limit: UInt32 = 200, offset: UInt32 = 0
    ) async throws -> [ChangeRecord] {
        try await inner.changeHistory(
            territory: territory, afterMs: after?.unixMs, languages: languages ?? self.languages, limit: limit,
            offset: offset)
    }

    /// Writes a trek to a file: GPX 1.1, or GeoJSON if its name ends with `.geojson` or `.json`. Its points of interest and the
    /// ends of its stages are waypoints. An existing file is replaced.
    public func exportTrek(_ territory: String, _ id: Int64, to file: URL, languages: [String]? = nil) async throws {
        try await inner.exportTrek(territory: territory, id: id, path: file.path, languages: languages ?? self.languages)
    }

    /// Writes a copy of the catalogue to a new file: a GeoPackage that QGIS opens.
    public func export(to file: URL) async throws {
        try await inner.export(path: file.path)
    }
}
