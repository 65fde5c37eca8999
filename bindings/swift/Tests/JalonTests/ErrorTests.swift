import Storage
import Jalon
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Every way in which Jalon fails, as an app meets it.
@Suite struct ErrorTests {
    let place: Place

    init() throws {
        place = try Place()
    }

    @Test func offline() async throws {
        // Port 1 answers nowhere.
        let companion = try await companion(at: place, url: "http://127.0.0.1:1")
        let error = try await failure { try await companion.refresh("park", options: once) }
        guard case .Offline(let detail) = error else { return wrong(error) }
        #expect(!detail.isEmpty)
    }

    @Test func server() async throws {
        let listener = try Listener()
        let answering = listener.answerAll("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        defer { answering.cancel() }
        let companion = try await companion(at: place, url: listener.url)
        let error = try await failure { try await companion.refresh("park", options: once) }
        guard case .Server(let status, _) = error else { return wrong(error) }
        #expect(status == 403)
    }

    @Test func invalidInput() async throws {
        let companion = try await companion(at: place, url: "http://127.0.0.1:1")
        let error = try await failure {
            try await companion.addTerritory("Le Parc", url: "https://geotrek.example.org")
        }
        guard case .InvalidInput(let field, let rule) = error else { return wrong(error) }
        #expect(field == "name" && !rule.isEmpty)
        #expect(throws: JalonError.self) {
            try companion.nearby.nearest(to: Position(lon: 6.2, lat: 144.9))
        }
        #expect(error.localizedDescription.contains("name"))
    }

    @Test func notFound() async throws {
        let companion = try await companion(at: place, url: "http://127.0.0.1:1")
        let error = try await failure { try await companion.catalogue.sheet("park", 404) }
        guard case .NotFound = error else { return wrong(error) }
    }

    @Test func busy() async throws {
        let listener = try Listener()
        let companion = try await companion(at: place, url: listener.url)
        let refresh = Task { try await companion.refresh("park") }
        _ = try await listener.accept()
        let error = try await failure { try await companion.refresh("park") }
        guard case .Busy = error else { return wrong(error) }
        refresh.cancel()
        _ = await refresh.result
    }

    /// `bindings/swift/test` mounts a disk of a few hundred kilobytes.
    @Test(.enabled(if: smallDisk != nil, "JALON_SMALL_DISK names no small disk: bindings/swift/test"))
    func storageFull() async throws {
        let small = try Place(within: URL(fileURLWithPath: #require(smallDisk), isDirectory: true))
        let companion = try await companion(at: small, url: geotrek())
        await #expect(throws: JalonError.StorageFull) { try await companion.refresh("park") }
        #expect(try await companion.territories().map(\.name) == ["park"])
    }

    @Test func tooNew() async throws {
        let companion = try await companion(at: place, url: "http://127.0.0.1:1")
        try await companion.shutdown()
        try change(
            place.directories.catalogue.appendingPathComponent("catalogue.gpkg"),
            "UPDATE jalon_schema SET version = 4000")
        let error = try await failure { try await Companion.open(place.directories) }
        guard case .TooNew(let found, let supported) = error else { return wrong(error) }
        #expect(found == 4_000 && supported < found)
    }

    @Test func corrupt() async throws {
        let companion = try await companion(at: place, url: "http://127.0.0.1:1")
        let photo = place.folder.appendingPathComponent("photo.jpg")
        try Data([0xFF, 0xD8, 0xFF, 0xE0]).write(to: photo)
        let draft = try await companion.reports.begin("park", ReportContent(comment: "Arbre tombé"))
        let attached = try await companion.reports.attach(draft.id, readyPhoto: photo)
        // Somebody took the photo's bytes away.
        try Data().write(to: URL(fileURLWithPath: #require(attached.photos.first?.path)))
        let error = try await failure { try await companion.reports.queue(draft.id) }
        guard case .Corrupt = error else { return wrong(error) }
    }

    @Test func aDamagedCatalogueIsMovedAside() async throws {
        let companion = try await companion(at: place, url: "http://127.0.0.1:1")
        #expect(!companion.wasDamaged)
        try await companion.shutdown()
        let file = place.directories.catalogue.appendingPathComponent("catalogue.gpkg")
        try Data(repeating: 0x55, count: 40_960).write(to: file)
        let again = try await Companion.open(place.directories)
        #expect(again.wasDamaged)
    }

    @Test func closed() async throws {
        let companion = try await companion(at: place, url: "http://127.0.0.1:1")
        try await companion.shutdown()
        await #expect(throws: JalonError.Closed) { try await companion.territories() }
        await #expect(throws: JalonError.Closed) { try await companion.refresh("park") }
        await #expect(throws: JalonError.Closed) { try await companion.resume() }
    }

    @Test func aPanicIsAnErrorAndTheAppLives() async throws {
        for _ in 0..<20 {
            let error = try await failure { try Companion.debugPanic() }
            guard case .Internal(let detail) = error else { return wrong(error) }
            #expect(detail.contains("panic"))
            let background = try await failure { try await Companion.debugPanicInBackground() }
            guard case .Internal = background else { return wrong(background) }
        }
        #expect(try Companion.version().split(separator: ".").count == 3)
        #expect(try await Companion.open(place.directories).territories().isEmpty)
    }

    private func wrong(_ error: JalonError) {
        Issue.record("not the error that was meant: \(error)")
    }
}

private let smallDisk = ProcessInfo.processInfo.environment["JALON_SMALL_DISK"].flatMap { $0.isEmpty ? nil : $0 }

/// Runs one statement in a file by the system's own SQLite.
private func change(_ file: URL, _ statement: String) throws {
    typealias Open = @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<OpaquePointer?>) -> Int32
    typealias Execute = @convention(c) (
        OpaquePointer?, UnsafePointer<CChar>, OpaquePointer?, OpaquePointer?, OpaquePointer?
    ) -> Int32
    typealias Close = @convention(c) (OpaquePointer?) -> Int32
    let library = try #require(
        dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL) ?? dlopen("libsqlite3.dylib", RTLD_NOW | RTLD_LOCAL))
    let open = unsafeBitCast(try #require(dlsym(library, "sqlite3_open")), to: Open.self)
    let execute = unsafeBitCast(try #require(dlsym(library, "sqlite3_exec")), to: Execute.self)
    let close = unsafeBitCast(try #require(dlsym(library, "sqlite3_close")), to: Close.self)
    var database: OpaquePointer?
    try #require(open(file.path, &database) == 0)
    defer { _ = close(database) }
    try #require(execute(database, statement, nil, nil, nil) == 0)
}
