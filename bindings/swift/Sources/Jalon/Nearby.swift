import JalonGenerated

/// Nearest-neighbour search in an index in memory.
public struct Nearby: Sendable {
    let inner: JalonGenerated.Nearby
    let languages: [String]

    /// Returns the objects that are nearest to a position, the nearest first. `languages` lists the languages of names in
    /// the order of preference; the default is the companion's list.
    ///
    /// The index answers in microseconds, and some milliseconds until it is built after opening; the names are read from the
    /// disk.
    ///
    /// Throws `InvalidInput` for the position or the limit (1 to 200), and `NotFound` for an unknown territory.
    public func nearest(
        to position: Position, _ query: NearbyQuery = NearbyQuery(), languages: [String]? = nil
    ) async throws -> [NearbyItem] {
        try await inner.nearest(position: position, query: query, languages: languages ?? self.languages)
    }

    /// Throws the error of the last build of the index in the background, once. Searches read the file until the index is
    /// built; one of them after a pause of a minute builds it again.
    public func checkIndex() throws {
        try inner.checkIndex()
    }

    /// Builds the index and waits for it, so that the first query is as fast as the following ones.
    public func warmUp() async throws {
        try await inner.warmUp()
    }
}
