import Storage
import Jalon
import Testing

/// From an empty folder to a report at the office.
@Suite struct StoryTests {
    let place: Place

    init() throws {
        place = try Place()
    }

    @Test func theWholeStory() async throws {
        let companion = try await Companion.open(place.directories, languages: ["fr", "en"])
        let url = try geotrek()
        let added = try await companion.addTerritory("park", url: url)
        #expect(added.refreshed == nil)
        let result = try await companion.refresh("park")
        #expect(result.isFull && result.requests > 0)
        #expect(try await companion.territories().map(\.name) == ["park"])
        #expect(try await companion.territories().first?.refreshed != nil)

        // Found by its name, and the words are marked where they stand.
        let all = try await companion.catalogue.treks()
        let trek = try #require(all.items.first { $0.name.split(separator: " ").contains { $0.count > 4 } })
        let word = String(try #require(trek.name.split(separator: " ").first { $0.count > 4 }))
        let found = try await companion.catalogue.treks(TrekQuery(text: word))
        let hit = try #require(found.items.first { $0.id == trek.id })
        let mark = try #require(hit.highlights.first?.range(in: hit.name))
        #expect(String(hit.name[mark]).lowercased() == word.lowercased())
        #expect(try await companion.catalogue.search(word, kinds: [.trek]).items.contains { $0.id == trek.id })

        // The sheet: its line, its profile, what lies beside it.
        let sheet = try await companion.catalogue.sheet("park", trek.id)
        #expect(sheet.name == trek.name && sheet.lang == "fr" && !sheet.offline)
        #expect(try await companion.catalogue.sheet("park", trek.id, languages: ["en"]).lang == "en")
        let line = try #require(try sheet.line())
        let start = try #require(line.positions.first)
        let profile = try #require(try await companion.catalogue.profile("park", trek.id, columns: 50))
        #expect(profile.distanceM.count == 50 && profile.elevationM.count == 50)
        let poi = try #require(sheet.routeItems.first { $0.kind == .poi })
        #expect(try await companion.catalogue.object("park", .poi, poi.id).name == poi.name)

        // From its start the trek is nearest, and the nearest come first.
        let near = try companion.nearby.nearest(to: start, NearbyQuery(limit: 20))
        #expect(near.contains { $0.kind == .trek && $0.id == trek.id && $0.distanceM < 1 })
        #expect(zip(near, near.dropFirst()).allSatisfy { $0.distanceM <= $1.distanceM })
        let pois = try companion.nearby.nearest(to: start, NearbyQuery(kinds: [.poi], limit: 3))
        #expect(pois.count == 3 && pois.allSatisfy { $0.kind == .poi })

        // Taken along, with its pictures.
        let estimate = try await companion.packs.estimate("park", .trek(id: trek.id))
        #expect(estimate.files > 0)
        let pack = try await companion.packs.download("park", .trek(id: trek.id))
        #expect(pack.state == .ready && pack.missing.isEmpty && pack.asOf != nil)
        let packed = try await companion.catalogue.sheet("park", trek.id)
        #expect(packed.offline)
        let picture = try #require(packed.pictures.first?.file)
        #expect(FileManager.default.fileExists(atPath: picture.path))

        // A report with a photo, filed without a network, at the office when there is one.
        let draft = try await companion.reports.begin("park", report(in: companion))
        try await companion.reports.attach(draft.id, photo: picture)
        let queued = try await companion.reports.queue(draft.id)
        #expect(queued.report.state == .queued && queued.report.photos.count == 1)
        let sent = try await companion.reports.send()
        #expect(sent.map(\.id) == [draft.id])
        #expect(sent.first?.state == .accepted, "\(String(describing: sent.first?.lastError))")
        #expect(try await companion.reports.get(draft.id).accepted != nil)

        // Another process finds all of it.
        try await companion.shutdown()
        let again = try await Companion.open(place.directories, languages: ["fr", "en"])
        #expect(try await again.packs.list("park").map(\.state) == [.ready])
        #expect(try again.nearby.nearest(to: start, NearbyQuery(limit: 20)).map(\.id) == near.map(\.id))
        #expect(try await again.reports.list().map(\.state) == [.accepted])
        #expect(try await again.packs.remove("park", .trek(id: trek.id)) > 0)
        try await again.removeTerritory("park")
        #expect(try await again.territories().isEmpty)
    }

    @Test func whatThePersonMadeIsKeptAndHandedOver() async throws {
        let companion = try await park(at: place)
        let trek = try #require(try await companion.catalogue.treks().items.first)
        try await companion.journal.addFavourite("park", .trek, trek.id)
        #expect(try await companion.journal.favourites().map(\.name) == [trek.name])
        let note = try await companion.journal.addNote("Source à sec", at: Position(lon: 6.2, lat: 44.9))
        try await companion.journal.addNote("Joli", about: "park", .trek, trek.id)
        let written = try await write(report(in: companion), to: companion)

        let file = place.folder.appendingPathComponent("mine.zip")
        #expect(try await companion.journal.export(to: file) == 1)
        let other = try Place()
        let heir = try await Companion.open(other.directories)
        let imported = try await heir.journal.import(from: file)
        #expect(imported.reports == 1 && imported.favourites == 1 && imported.notes == 2)
        #expect(try await heir.reports.get(written.id).content == written.content)
        #expect(try await heir.journal.notes().map(\.text) == ["Source à sec", "Joli"])

        #expect(try await companion.journal.removeNote(note.id))
        #expect(try await companion.journal.removeFavourite("park", .trek, trek.id))
        #expect(try await companion.journal.removeFavourite("park", .trek, trek.id) == false)
        #expect(try await companion.journal.salvaged() == nil)

        let catalogue = place.folder.appendingPathComponent("catalogue-copy")
        try await companion.catalogue.export(to: catalogue)
        #expect(try Data(contentsOf: catalogue).starts(with: Data("SQLite format 3".utf8)))
        #expect(try await companion.account().catalogue > 0)
    }

    @Test func aDraftCanBeWrittenOnAndThrownAway() async throws {
        let companion = try await park(at: place)
        var content = try await report(in: companion, "")
        let draft = try await companion.reports.begin("park", content)
        content = try await report(in: companion, "Arbre tombé")
        #expect(try await companion.reports.edit(draft.id, content).content.comment == "Arbre tombé")
        try await companion.reports.discard(draft.id)
        #expect(try await companion.reports.list().isEmpty)
    }

    @Test func everybodyAtOnce() async throws {
        let companion = try await park(at: place)
        let total = try await companion.catalogue.treks().total
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await companion.refresh("park", options: RefreshOptions(sweep: .now)).isFull }
            for number in 0..<200 {
                group.addTask {
                    let here = Position(lon: 6 + Double(number) / 1_000, lat: 44.9)
                    let near = try companion.nearby.nearest(to: here)
                    return try await companion.catalogue.treks().total == total && near.count == 10
                }
                group.addTask { try await companion.journal.addNote("\(number)").text == "\(number)" }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(try await companion.journal.notes().count == 200)
    }
}
