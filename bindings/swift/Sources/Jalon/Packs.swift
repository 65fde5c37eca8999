import Foundation
import JalonGenerated

/// Treks and areas that are downloaded for offline use.
public struct Packs: Sendable {
    let inner: JalonGenerated.Packs

    /// Returns the packs of one or all territories, in the order in which they were requested.
    public func list(_ territory: String? = nil) async throws -> [Pack] {
        try await inner.list(territory: territory)
    }

    /// Estimates the size of a pack from local data, without a network. Attached files are counted separately, so that an app
    /// can show the size with and without them.
    public func estimate(
        _ territory: String, _ subject: PackSubject, pictures: PictureSize = .small
    ) async throws -> Estimate {
        try await inner.estimate(territory: territory, subject: subject, pictures: pictures)
    }

    /// Asks for the sizes of a pack's attached files: each file whose size is not known costs a request. ``estimate(_:_:pictures:)`` then
    /// includes them.
    ///
    /// Throws `Offline`, `ServerError`, `Busy` and `NotFound`.
    @discardableResult
    public func fetchFileSizes(
        _ territory: String, _ subject: PackSubject, options: RefreshOptions? = nil
    ) async throws -> AttachedFileSizes {
        try await withCancelToken(nil) { token, _ in
            try await inner.fetchFileSizes(territory: territory, subject: subject, options: options, cancel: token)
        }
    }

    /// Plans the requests of ``fetchFileSizes(_:_:options:)`` for the HTTP client of the platform: pass them to a
    /// ``TransferSession``.
    public func planFileSizes(
        _ territory: String, _ subject: PackSubject, options: RefreshOptions? = nil
    ) async throws -> Transfers {
        try await inner.planFileSizes(territory: territory, subject: subject, options: options)
    }

    /// Downloads a pack, resumes its download, or updates it. If files are not available, the pack is `partial` and lists
    /// them. `files` downloads attached files too, such as PDF topo-guides and audio.
    ///
    /// Throws `Offline`, `ServerError`, `Busy`, `StorageFull` and `NotFound`, and `InvalidInput` for a territory that was
    /// never refreshed.
    @discardableResult
    public func download(
        _ territory: String, _ subject: PackSubject, pictures: PictureSize = .small, files: Bool = false,
        options: RefreshOptions? = nil, progress: ProgressStream? = nil
    ) async throws -> Pack {
        try await withCancelToken(progress) { token, watch in
            try await inner.download(
                territory: territory, subject: subject, options: options, pictures: pictures, files: files,
                cancel: token, progress: watch)
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
        _ territory: String, _ subject: PackSubject, pictures: PictureSize = .small, files: Bool = false,
        options: RefreshOptions? = nil
    ) async throws -> Transfers {
        try await inner.planDownload(
            territory: territory, subject: subject, options: options, pictures: pictures, files: files)
    }

    /// Takes the pictures of a pack from an archive of its territory's mobile tree (`global.zip` or `<trek>.zip`), without a
    /// network. The download then requests what is still missing.
    ///
    /// Throws `InvalidInput` if the territory is no mobile tree, or if the file is no archive or exceeds a limit.
    @discardableResult
    public func importArchive(
        _ territory: String, _ subject: PackSubject, from archive: URL, pictures: PictureSize = .small, files: Bool = false
    ) async throws -> ArchiveImport {
        try await inner.importArchive(
            territory: territory, subject: subject, path: archive.path, pictures: pictures, files: files)
    }

    /// Removes a pack and the files that no other pack uses. Returns the number of bytes that it freed.
    @discardableResult
    public func remove(_ territory: String, _ subject: PackSubject) async throws -> UInt64 {
        try await inner.remove(territory: territory, subject: subject)
    }
}
