import JalonGenerated

/// What is near, from an index in memory.
public struct Nearby: Sendable {
    let inner: JalonGenerated.Nearby
    let languages: [String]

    /// What is nearest to a position, nearest first, with names in the first of `languages` (the companion's own where
    /// none are given) that has one. Not `async`: it takes well under a millisecond; until the index stands after opening, some.
    ///
    /// Throws `InvalidInput` for the position or the limit, `NotFound` for the territory.
    public func nearest(
        to position: Position, _ query: NearbyQuery = NearbyQuery(), languages: [String]? = nil
    ) throws -> [NearbyItem] {
        try inner.nearest(from: position, query: query, languages: languages ?? self.languages)
    }

    /// Builds the index, if it does not stand, and waits for it: for an app that has the time before its first question.
    public func warmUp() async throws {
        try await inner.warmUp()
    }
}
