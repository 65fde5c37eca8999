import JalonGenerated

/// What is wholly on the device.
public struct Packs: Sendable {
    let inner: JalonGenerated.Packs

    /// Every pack, in the order in which they were first wanted; `territory` limits them to one.
    public func list(_ territory: String? = nil) async throws -> [Pack] {
        try await inner.list(territory: territory)
    }

    /// What a pack will cost, from what is known without its server.
    public func estimate(
        _ territory: String, _ subject: PackSubject, pictures: PictureSize = .small
    ) async throws -> Estimate {
        try await inner.estimate(territory: territory, subject: subject, pictures: pictures)
    }

    /// Makes a pack, goes on with it, or brings it up to date. Where something could not be had the pack is `partial` and
    /// says what is missing.
    ///
    /// Throws `InvalidInput` for a territory that was never refreshed.
    @discardableResult
    public func download(
        _ territory: String, _ subject: PackSubject, pictures: PictureSize = .small,
        options: RefreshOptions? = nil, progress: ProgressStream? = nil
    ) async throws -> Pack {
        try await stoppable(progress) { cancel, watch in
            try await inner.download(
                territory: territory, subject: subject, options: options, pictures: pictures, cancel: cancel,
                progress: watch)
        }
    }

    /// Brings the packs of a territory up to date that a refresh has made stale, or that are not whole yet.
    @discardableResult
    public func follow(
        _ territory: String, options: RefreshOptions? = nil, progress: ProgressStream? = nil
    ) async throws -> [Pack] {
        try await stoppable(progress) { cancel, watch in
            try await inner.follow(
                territory: territory, options: options, cancel: cancel, progress: watch)
        }
    }

    /// Plans a download for the platform's own HTTP client, or goes on with one: give it to a ``TransferSession``.
    public func planDownload(
        _ territory: String, _ subject: PackSubject, pictures: PictureSize = .small,
        options: RefreshOptions? = nil
    ) async throws -> Transfers {
        try await inner.planDownload(territory: territory, subject: subject, options: options, pictures: pictures)
    }

    /// Removes a pack with all that no other pack needs, and gives the bytes that are free now.
    @discardableResult
    public func remove(_ territory: String, _ subject: PackSubject) async throws -> UInt64 {
        try await inner.remove(territory: territory, subject: subject)
    }
}
