import JalonGenerated

/// Treks and areas that are downloaded for offline use.
public struct Packs: Sendable {
    let inner: JalonGenerated.Packs

    /// Returns the packs of one or all territories, in the order in which they were requested.
    public func list(_ territory: String? = nil) async throws -> [Pack] {
        try await inner.list(territory: territory)
    }

    /// Estimates the size of a pack from local data, without a network.
    public func estimate(
        _ territory: String, _ subject: PackSubject, pictures: PictureSize = .small
    ) async throws -> Estimate {
        try await inner.estimate(territory: territory, subject: subject, pictures: pictures)
    }

    /// Downloads a pack, resumes its download, or updates it. If files are not available, the pack is `partial` and lists
    /// them.
    ///
    /// Throws `Offline`, `ServerError`, `Busy`, `StorageFull` and `NotFound`, and `InvalidInput` for a territory that was
    /// never refreshed.
    @discardableResult
    public func download(
        _ territory: String, _ subject: PackSubject, pictures: PictureSize = .small,
        options: RefreshOptions? = nil, progress: ProgressStream? = nil
    ) async throws -> Pack {
        try await withCancelToken(progress) { token, watch in
            try await inner.download(
                territory: territory, subject: subject, options: options, pictures: pictures, cancel: token,
                progress: watch)
        }
    }

    /// Updates the packs of a territory that are stale or incomplete. Returns the updated packs.
    @discardableResult
    public func update(
        _ territory: String, options: RefreshOptions? = nil, progress: ProgressStream? = nil
    ) async throws -> [Pack] {
        try await withCancelToken(progress) { token, watch in
            try await inner.update(
                territory: territory, options: options, cancel: token, progress: watch)
        }
    }

    /// Plans a download for the HTTP client of the platform, or resumes an interrupted one: pass it to a
    /// ``TransferSession``.
    public func planDownload(
        _ territory: String, _ subject: PackSubject, pictures: PictureSize = .small,
        options: RefreshOptions? = nil
    ) async throws -> Transfers {
        try await inner.planDownload(territory: territory, subject: subject, options: options, pictures: pictures)
    }

    /// Removes a pack and the files that no other pack uses. Returns the number of bytes that it freed.
    @discardableResult
    public func remove(_ territory: String, _ subject: PackSubject) async throws -> UInt64 {
        try await inner.remove(territory: territory, subject: subject)
    }
}
