import Foundation
import Jalon
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Editions: built, checked, served by a static web host, read.
@Suite struct EditionTests {
    let directory: TemporaryDirectory
    /// The directory that the test server has at `url`.
    let files: URL
    let url: String

    init() throws {
        directory = try TemporaryDirectory()
        let name = "edition-\(UUID().uuidString)"
        files = try filesDirectory().appendingPathComponent(name, isDirectory: true)
        url = try "\(serverURL())/files/\(name)/datapackage.json"
    }

    private func options(_ edition: UInt64? = nil) -> EditionOptions {
        EditionOptions(
            directory: files.path, edition: edition, createdMs: edition.map { 1_764_400_000_000 + Int64($0) },
            title: "Demo park", licenses: [EditionLicense(name: "CC-BY-4.0")])
    }

    @Test(arguments: [false, true]) func publishedEditionIsReadAndRefreshed(usesURLSession: Bool) async throws {
        let (key, other) = (try await Edition.newKey(), try await Edition.newKey())
        let office = try await companion(in: directory, url: serverURL())
        let unrefreshed = try await jalonError { try await office.buildEdition("park", options()) }
        guard case .InvalidInput(field: "territory", _) = unrefreshed else { throw unrefreshed }
        try await office.refresh("park")
        let progress = ProgressStream()
        async let building = office.buildEdition("park", options(1), key: key.secretKey, progress: progress)
        var last: TransferProgress?
        for await update in progress { last = update }
        let built = try await building
        #expect(built.signedBy == key.id && last?.done == built.objects && last?.planned == built.objects)
        let check = try await Edition.verify(files, publicKeys: [key.publicKey])
        #expect(check.valid && check.signedBy == key.id, "\(check.problems)")
        #expect(try await Edition.verify(files, publicKeys: [other.publicKey]).valid == false)

        let fetched = directory.url.appendingPathComponent("fetched", isDirectory: true)
        try FileManager.default.createDirectory(at: fetched, withIntermediateDirectories: true)
        try await Edition.fetch(url, to: fetched)
        #expect(try await Edition.verify(fetched, publicKeys: [key.publicKey]).valid)

        let session = TransferSession()
        func refresh(_ name: String) async throws -> RefreshSummary {
            guard usesURLSession else { return try await office.refresh(name) }
            guard case .refresh(let summary) = try await session.run(office.planRefresh(name)) else { throw TestFailure() }
            return summary
        }
        func edition(_ name: String) async throws -> TerritoryEdition {
            try #require(try await office.territories().first { $0.name == name }?.edition)
        }
        try await office.addTerritory("copy", url: url, publicKeys: [key.publicKey])
        let first = try await refresh("copy")
        #expect(first.isFull)
        let read = try await edition("copy")
        #expect(read.number == 1 && read.title == "Demo park" && read.signedBy == key.id && read.licenses == ["CC-BY-4.0"])
        let copy = try await office.catalogue.treks(TrekQuery(territory: "copy"))
        #expect(try await office.catalogue.treks(TrekQuery(territory: "park")).total == copy.total)

        try await office.buildEdition("park", options(2), key: key.secretKey)
        let second = try await refresh("copy")
        #expect(second.requests < first.requests && second.changed.isEmpty)
        #expect(try await edition("copy").number == 2)

        let box = Bounds(west: 6.18, south: 44.78, east: 6.22, north: 44.82)
        try await office.addTerritory("box", url: url, bounds: box, publicKeys: [key.publicKey])
        #expect(try await refresh("box").bytes < first.bytes)
        try await office.addTerritory("strict", url: url, publicKeys: [other.publicKey])
        let refused = try await jalonError { try await refresh("strict") }
        guard case .ServerError(_, let detail) = refused, detail.contains("signed by another key") else { throw refused }
    }

    @Test func picturesOfAnArchiveAreNotRequested() async throws {
        let phone = try await companion(in: directory, url: serverURL())
        try await phone.addTerritory("tree", url: serverURL() + "/mobile/")
        try await phone.refresh("tree")
        let (archive, _) = try await URLSession.shared.data(from: #require(URL(string: serverURL() + "/mobile/1.zip")))
        let file = directory.url.appendingPathComponent("1.zip")
        try archive.write(to: file)
        let imported = try await phone.packs.importArchive("tree", .trek(id: 1), from: file)
        #expect(imported.files > 0 && imported.refused.isEmpty)
        #expect(try await phone.packs.download("tree", .trek(id: 1)).state == .ready)
    }

    @Test func encryptedKeyNeedsItsPassword() async throws {
        let key = try await Edition.newKey(password: "col des vents")
        let office = try await refreshedCompanion(in: directory)
        for password in [nil, "wrong"] {
            let error = try await jalonError {
                try await office.buildEdition("park", options(), key: key.secretKey, password: password)
            }
            guard case .InvalidInput(field: "password", _) = error else { throw error }
        }
        let built = try await office.buildEdition("park", options(), key: key.secretKey, password: "col des vents")
        #expect(built.signedBy == key.id)
    }
}
