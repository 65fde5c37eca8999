import Foundation
import Jalon
import Testing

/// All functions in one scenario, from an empty directory to a delivered report.
@Suite struct WalkthroughTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func walkthroughDeliversReport() async throws {
        let companion = try await Companion.open(directory.directories, languages: ["fr", "en"])
        let url = try serverURL()
        let added = try await companion.addTerritory("park", url: url)
        #expect(added.refreshed == nil)
        let summary = try await companion.refresh("park")
        #expect(summary.isFull && summary.requests > 0)
        #expect(try await companion.territories().map(\.name) == ["park"])
        #expect(try await companion.territories().first?.refreshed != nil)

        // Search finds the trek by a word of its name, and highlights the word.
        let all = try await companion.catalogue.treks()
        let trek = try #require(all.items.first { $0.name.split(separator: " ").contains { $0.count > 4 } })
        let word = String(try #require(trek.name.split(separator: " ").first { $0.count > 4 }))
        let page = try await companion.catalogue.treks(TrekQuery(text: word))
        let hit = try #require(page.items.first { $0.id == trek.id })
        let range = try #require(hit.highlights.first?.range(in: hit.name))
        #expect(String(hit.name[range]).lowercased() == word.lowercased())
        #expect(try await companion.catalogue.search(word, kinds: [.trek]).items.contains { $0.id == trek.id })

        // The details of the trek: its line, its profile, the items along the route.
        let details = try await companion.catalogue.trekDetails("park", trek.id)
        #expect(details.name == trek.name && details.lang == "fr" && !details.offline)
        #expect(try await companion.catalogue.trekDetails("park", trek.id, languages: ["en"]).lang == "en")
        let line = try #require(try details.decodedGeometry())
        let start = try #require(line.positions.first)
        let profile = try #require(try await companion.catalogue.profile("park", trek.id, columns: 50))
        #expect(profile.distanceM.count == 50 && profile.elevationM.count == 50)
        let poi = try #require(details.routeItems.first { $0.kind == .poi })
        #expect(try await companion.catalogue.object("park", .poi, poi.id).name == poi.name)

        // At the start of the trek, the trek is among the nearest objects, and the results are ordered by distance.
        let near = try await companion.nearby.nearest(to: start, NearbyQuery(limit: 20))
        #expect(near.contains { $0.kind == .trek && $0.id == trek.id && $0.distanceM < 1 })
        #expect(zip(near, near.dropFirst()).allSatisfy { $0.distanceM <= $1.distanceM })
        let pois = try await companion.nearby.nearest(to: start, NearbyQuery(kinds: [.poi], limit: 3))
        #expect(pois.count == 3 && pois.allSatisfy { $0.kind == .poi })

        let box = Bounds(west: start.lon - 0.1, south: start.lat - 0.1, east: start.lon + 0.1, north: start.lat + 0.1)
        let shown = try await companion.catalogue.features(in: box, FeatureQuery(kinds: [.trek, .poi], toleranceM: 20))
        #expect(shown.total == UInt64(shown.items.count) && Set(shown.items.map(\.kind)) == [.trek, .poi])
        #expect(try shown.items.allSatisfy { try !$0.decodedGeometry().positions.isEmpty })

        // Trek 1 has a topo-guide and an audio commentary.
        let sizes = try await companion.packs.fetchFileSizes("park", .trek(id: 1))
        #expect(try await companion.packs.estimate("park", .trek(id: 1)).attachedFiles == sizes)
        #expect(sizes.files >= 2 && sizes.bytes > 0 && sizes.unknown == 0)
        #expect(try await companion.packs.download("park", .trek(id: 1), pictures: .none, files: true).withFiles)
        let files = try await companion.catalogue.trekDetails("park", 1).files.filter { $0.media == "file" }
        #expect(files.suffix(2).first?.title == "Topo-guide")
        for file in files {
            let attributes = try FileManager.default.attributesOfItem(atPath: #require(file.file).path)
            #expect((attributes[.size] as? NSNumber)?.uint64Value == file.bytes)
        }
        try await companion.packs.remove("park", .trek(id: 1))

        // Download the trek with its pictures.
        let estimate = try await companion.packs.estimate("park", .trek(id: trek.id))
        #expect(estimate.files > 0)
        let pack = try await companion.packs.download("park", .trek(id: trek.id))
        #expect(pack.state == .ready && pack.missing.isEmpty && pack.asOf != nil)
        let offlineDetails = try await companion.catalogue.trekDetails("park", trek.id)
        #expect(offlineDetails.offline)
        let offline = try await companion.catalogue.treks(TrekQuery(offline: true)).items
        #expect(offline.contains { $0.id == trek.id } && offline.allSatisfy(\.offline))
        let gpx = directory.url.appendingPathComponent("trek.gpx")
        try await companion.catalogue.exportTrek("park", trek.id, to: gpx)
        #expect(try String(contentsOf: gpx, encoding: .utf8).contains("<wpt"))
        let picture = try #require(offlineDetails.pictures.first?.file)
        #expect(FileManager.default.fileExists(atPath: picture.path))

        // Write a report with a photo, and send it.
        let draft = try await companion.reports.newReport("park", validContent(in: companion))
        try await companion.reports.attachPhoto(draft.id, file: picture)
        let queued = try await companion.reports.queue(draft.id)
        #expect(queued.report.state == .queued && queued.report.photos.count == 1)
        let sent = try await companion.reports.send()
        #expect(sent.map(\.id) == [draft.id])
        #expect(sent.first?.state == .accepted, "\(String(describing: sent.first?.lastError))")
        #expect(try await companion.reports.get(draft.id).accepted != nil)

        // Another process finds all data.
        try await companion.close()
        let again = try await Companion.open(directory.directories, languages: ["fr", "en"])
        #expect(try await again.packs.list("park").map(\.state) == [.ready])
        #expect(try await again.nearby.nearest(to: start, NearbyQuery(limit: 20)).map(\.id) == near.map(\.id))
        #expect(try await again.reports.list().map(\.state) == [.accepted])
        #expect(try await again.packs.remove("park", .trek(id: trek.id)) > 0)
        try await again.removeTerritory("park")
        #expect(try await again.territories().isEmpty)
    }

    @Test func journalExportIsImportedByAnotherJournal() async throws {
        let companion = try await refreshedCompanion(in: directory)
        let trek = try #require(try await companion.catalogue.treks().items.first)
        try await companion.journal.addFavourite("park", .trek, trek.id)
        #expect(try await companion.journal.favourites().map(\.name) == [trek.name])
        let note = try await companion.journal.addNote("Source à sec", at: Position(lon: 6.2, lat: 44.9))
        try await companion.journal.addNote("Joli", about: "park", .trek, trek.id)
        let queued = try await queueReport(validContent(in: companion), with: companion)

        let file = directory.url.appendingPathComponent("mine.zip")
        #expect(try await companion.journal.export(to: file) == 1)
        let other = try TemporaryDirectory()
        let recipient = try await Companion.open(other.directories)
        let imported = try await recipient.journal.import(from: file)
        #expect(imported.reports == 1 && imported.favourites == 1 && imported.notes == 2)
        #expect(try await recipient.reports.get(queued.id).content == queued.content)
        #expect(try await recipient.journal.notes().map(\.text) == ["Source à sec", "Joli"])

        #expect(try await companion.journal.removeNote(note.id))
        #expect(try await companion.journal.removeFavourite("park", .trek, trek.id))
        #expect(try await companion.journal.removeFavourite("park", .trek, trek.id) == false)
        #expect(try await companion.journal.recovery() == nil)

        let catalogue = directory.url.appendingPathComponent("catalogue-copy")
        try await companion.catalogue.export(to: catalogue)
        #expect(try Data(contentsOf: catalogue).starts(with: Data("SQLite format 3".utf8)))
        #expect(try await companion.storageUsage().catalogue > 0)
    }

    @Test func draftIsEditedAndDiscarded() async throws {
        let companion = try await refreshedCompanion(in: directory)
        var content = try await validContent(in: companion, "")
        let draft = try await companion.reports.newReport("park", content)
        content = try await validContent(in: companion, "Arbre tombé")
        #expect(try await companion.reports.edit(draft.id, content).content.comment == "Arbre tombé")
        try await companion.reports.discard(draft.id)
        #expect(try await companion.reports.list().isEmpty)
    }

    @Test func concurrentCallsReturnConsistentResults() async throws {
        let companion = try await refreshedCompanion(in: directory)
        let total = try await companion.catalogue.treks().total
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await companion.refresh("park", options: RefreshOptions(mode: .full)).isFull }
            for index in 0..<200 {
                group.addTask {
                    let here = Position(lon: 6 + Double(index) / 1_000, lat: 44.9)
                    let near = try await companion.nearby.nearest(to: here)
                    return try await companion.catalogue.treks().total == total && near.count == 10
                }
                group.addTask { try await companion.journal.addNote("\(index)").text == "\(index)" }
            }
            for try await isCorrect in group { #expect(isCorrect) }
        }
        #expect(try await companion.journal.notes().count == 200)
    }
}
