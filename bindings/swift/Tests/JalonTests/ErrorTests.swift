import Foundation
import Jalon
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Every case of `JalonError`, caused as in an app.
@Suite struct ErrorTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func refreshWithoutServerThrowsOffline() async throws {
        // No server listens on port 1.
        let companion = try await companion(in: directory, url: "http://127.0.0.1:1")
        let error = try await jalonError { try await companion.refresh("park", options: noRetries) }
        guard case .Offline(let detail) = error else { return unexpected(error) }
        #expect(!detail.isEmpty)
    }

    @Test func refreshWithErrorResponseThrowsServerError() async throws {
        let listener = try Listener()
        let responder = listener.respondToAll("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        defer { responder.cancel() }
        let companion = try await companion(in: directory, url: listener.url)
        let error = try await jalonError { try await companion.refresh("park", options: noRetries) }
        guard case .ServerError(let status, _) = error else { return unexpected(error) }
        #expect(status == 403)
    }

    @Test func invalidArgumentThrowsInvalidInput() async throws {
        let companion = try await companion(in: directory, url: "http://127.0.0.1:1")
        let error = try await jalonError {
            try await companion.addTerritory("Le Parc", url: "https://geotrek.example.org")
        }
        guard case .InvalidInput(let field, let rule) = error else { return unexpected(error) }
        #expect(field == "name" && !rule.isEmpty)
        await #expect(throws: JalonError.self) {
            try await companion.nearby.nearest(to: Position(lon: 6.2, lat: 144.9))
        }
        #expect(error.localizedDescription.contains("name"))
    }

    @Test func unknownTrekThrowsNotFound() async throws {
        let companion = try await companion(in: directory, url: "http://127.0.0.1:1")
        let error = try await jalonError { try await companion.catalogue.trekDetails("park", 404) }
        guard case .NotFound = error else { return unexpected(error) }
    }

    @Test func refreshDuringRefreshThrowsBusy() async throws {
        let listener = try Listener()
        let companion = try await companion(in: directory, url: listener.url)
        let refresh = Task { try await companion.refresh("park") }
        _ = try await listener.accept()
        let error = try await jalonError { try await companion.refresh("park") }
        guard case .Busy = error else { return unexpected(error) }
        refresh.cancel()
        _ = await refresh.result
    }

    /// `bindings/swift/test` mounts a file system of one megabyte.
    @Test(.enabled(if: smallDisk != nil, "JALON_SMALL_DISK is not set: run bindings/swift/test"))
    func refreshOnFullDiskThrowsStorageFull() async throws {
        let small = try TemporaryDirectory(within: URL(fileURLWithPath: #require(smallDisk), isDirectory: true))
        let companion = try await companion(in: small, url: serverURL())
        await #expect(throws: JalonError.StorageFull) { try await companion.refresh("park") }
        #expect(try await companion.territories().map(\.name) == ["park"])
    }

    @Test func openNewerFileThrowsTooNew() async throws {
        let companion = try await companion(in: directory, url: "http://127.0.0.1:1")
        try await companion.close()
        try execute(
            directory.directories.catalogue.appendingPathComponent("catalogue.gpkg"),
            "UPDATE jalon_schema SET version = 4000")
        let error = try await jalonError { try await Companion.open(directory.directories) }
        guard case .TooNew(let found, let supported) = error else { return unexpected(error) }
        #expect(found == 4_000 && supported < found)
    }

    @Test func queueWithEmptiedPhotoThrowsCorrupt() async throws {
        let companion = try await companion(in: directory, url: "http://127.0.0.1:1")
        let photo = directory.url.appendingPathComponent("photo.jpg")
        try Data([0xFF, 0xD8, 0xFF, 0xD9]).write(to: photo)
        let draft = try await companion.reports.newReport("park", ReportContent(comment: "Arbre tombé"))
        let attached = try await companion.reports.attachEncodedPhoto(draft.id, file: photo)
        // Truncate the copy in the journal.
        try Data().write(to: URL(fileURLWithPath: #require(attached.photos.first?.path)))
        let error = try await jalonError { try await companion.reports.queue(draft.id) }
        guard case .Corrupt = error else { return unexpected(error) }
    }

    @Test func openDamagedCatalogueReplacesIt() async throws {
        let companion = try await companion(in: directory, url: "http://127.0.0.1:1")
        #expect(!companion.wasDamaged)
        try await companion.close()
        let file = directory.directories.catalogue.appendingPathComponent("catalogue.gpkg")
        try Data(repeating: 0x55, count: 40_960).write(to: file)
        let again = try await Companion.open(directory.directories)
        #expect(again.wasDamaged)
    }

    @Test func callsAfterCloseThrowClosed() async throws {
        let companion = try await companion(in: directory, url: "http://127.0.0.1:1")
        try await companion.close()
        await #expect(throws: JalonError.Closed) { try await companion.territories() }
        await #expect(throws: JalonError.Closed) { try await companion.refresh("park") }
        await #expect(throws: JalonError.Closed) { try await companion.resume() }
    }

    @Test func panicThrowsInternalAndProcessSurvives() async throws {
        for _ in 0..<20 {
            let error = try await jalonError { try Companion.debugPanic() }
            guard case .Internal(let detail) = error else { return unexpected(error) }
            #expect(detail.contains("provoked by the app"))
            let background = try await jalonError { try await Companion.debugPanicInBackground() }
            guard case .Internal = background else { return unexpected(background) }
        }
        #expect(try Companion.version().split(separator: ".").count == 3)
        #expect(try await Companion.open(directory.directories).territories().isEmpty)
    }

    private func unexpected(_ error: JalonError) {
        Issue.record("unexpected error: \(error)")
    }
}

private let smallDisk = ProcessInfo.processInfo.environment["JALON_SMALL_DISK"].flatMap { $0.isEmpty ? nil : $0 }

/// Executes an SQL statement in a file, with the system's SQLite.
private func execute(_ file: URL, _ statement: String) throws {
    typealias Open = @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<OpaquePointer?>) -> Int32
    typealias Execute = @convention(c) (
        OpaquePointer?, UnsafePointer<CChar>, OpaquePointer?, OpaquePointer?, OpaquePointer?
    ) -> Int32
    typealias Close = @convention(c) (OpaquePointer?) -> Int32
    let library = try #require(
        dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL) ?? dlopen("libsqlite3.dylib", RTLD_NOW | RTLD_LOCAL))
    let open = unsafeBitCast(try #require(dlsym(library, "sqlite3_open")), to: Open.self)
    let exec = unsafeBitCast(try #require(dlsym(library, "sqlite3_exec")), to: Execute.self)
    let close = unsafeBitCast(try #require(dlsym(library, "sqlite3_close")), to: Close.self)
    var database: OpaquePointer?
    try #require(open(file.path, &database) == 0)
    defer { _ = close(database) }
    try #require(exec(database, statement, nil, nil, nil) == 0)
}
