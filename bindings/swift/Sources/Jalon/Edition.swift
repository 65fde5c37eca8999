import Foundation
import JalonGenerated

/// Keys of editions, and the check of an edition before it is published. An edition is a territory as signed static files that
/// any web host serves: ``Companion/buildEdition(_:_:key:password:progress:)`` writes one, and a territory that is added with the
/// address of its manifest reads one.
public enum Edition {
    /// Makes a key pair that signs editions, in the format of minisign. With a password the secret key is encrypted, which takes
    /// about a second. Readers accept only editions that the key signed: keep it where only its owner can read it, and keep a
    /// copy.
    public static func newKey(password: String? = nil) async throws -> EditionKey {
        try await newEditionKey(password: password)
    }

    /// Checks an edition: its signature, the SHA-256 of every file, every object, every picture that an object names. The
    /// signature is verified if there are public keys. What is wrong with the edition is in the result.
    ///
    /// Throws `InvalidInput` for a public key that is none.
    public static func verify(_ directory: URL, publicKeys: [String] = []) async throws -> EditionCheck {
        try await verifyEdition(directory: directory.path, publicKeys: publicKeys)
    }

    /// Downloads the files of a published edition into a folder that exists, as phones see them, so that
    /// ``verify(_:publicKeys:)`` can check them.
    ///
    /// Throws `Offline`, and `ServerError` if there is no manifest at the address.
    ///
    /// - Parameters:
    ///   - url: the address of the manifest.
    ///   - directory: the folder.
    ///   - allowPlainHttp: whether the address may be `http:`.
    ///   - progress: counts files and bytes, without a total.
    public static func fetch(
        _ url: String, to directory: URL, allowPlainHttp: Bool = false, progress: ProgressStream? = nil
    ) async throws {
        try await withCancelToken(progress) { token, watch in
            try await fetchEdition(
                url: url, directory: directory.path, allowPlainHttp: allowPlainHttp, cancel: token, progress: watch)
        }
    }
}

extension Companion {
    /// Writes a territory as an edition: static files that any web host serves. It holds every object of the last refresh, and
    /// the pictures that packs have on this device. The files of the edition before stay, so that phones which hold its manifest
    /// can read on.
    ///
    /// Throws `InvalidInput` with the name of the option or for a territory that was never refreshed, and `StorageFull`.
    ///
    /// - Parameters:
    ///   - territory: the name of the territory.
    ///   - options: the folder of the edition, and what its manifest says.
    ///   - key: the text of the file of a secret key: see ``Edition/newKey(password:)``. Without a key the edition is not signed.
    ///   - password: the password of an encrypted key.
    ///   - progress: counts objects.
    @discardableResult
    public func buildEdition(
        _ territory: String, _ options: EditionOptions, key: String? = nil, password: String? = nil,
        progress: ProgressStream? = nil
    ) async throws -> EditionSummary {
        try await withCancelToken(progress) { token, watch in
            try await inner.buildEdition(
                territory: territory, options: options, key: key, password: password, cancel: token, progress: watch)
        }
    }
}
