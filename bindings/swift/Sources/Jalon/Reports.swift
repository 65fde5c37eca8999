import Foundation
import JalonGenerated

/// Field reports: write, queue and send them. A report is sent at most once, unless the user decides otherwise.
public struct Reports: Sendable {
    let inner: JalonGenerated.Reports
    let languages: [String]

    /// Creates a report for a territory, as a draft. `language` is the language of the server's messages; the default is the
    /// first of the companion's languages. If the server does not have it, the territory's default language is used.
    ///
    /// Throws `NotFound` for an unknown territory.
    public func newReport(_ territory: String, _ content: ReportContent, language: String? = nil) async throws -> Report {
        try await inner.newReport(territory: territory, content: content, language: language ?? languages.first ?? "")
    }

    /// Replaces the content of a report. A queued or refused report becomes a draft again.
    @discardableResult
    public func edit(_ id: String, _ content: ReportContent) async throws -> Report {
        try await inner.edit(id: id, content: content)
    }

    /// Adds a photo (JPEG, PNG or WebP) to a draft. The copy is rotated upright, reduced, and has no metadata. On Apple
    /// platforms, `attachPhoto(_:file:encoder:)` also reads HEIC and needs less memory.
    @discardableResult
    public func attachPhoto(_ id: String, file: URL) async throws -> Report {
        try await inner.attachPhoto(id: id, path: file.path)
    }

    /// Adds a copy of a JPEG file to a draft without any change: it must be small, upright and without metadata.
    @discardableResult
    public func attachEncodedPhoto(_ id: String, file: URL) async throws -> Report {
        try await inner.attachEncodedPhoto(id: id, path: file.path)
    }

    /// Removes a photo from a draft.
    @discardableResult
    public func detachPhoto(_ id: String, photoId: String) async throws -> Report {
        try await inner.detachPhoto(id: id, photoId: photoId)
    }

    /// Queues a report. When the call returns, the report and its photos are on stable storage, in two copies. The result
    /// lists warnings about unusual content.
    ///
    /// Throws `InvalidInput` with the name of the field that the server requires.
    @discardableResult
    public func queue(_ id: String) async throws -> QueuedReport {
        try await inner.queue(id: id)
    }

    /// Returns all reports, the oldest first.
    public func list() async throws -> [Report] {
        try await inner.list()
    }

    /// Returns a report. Throws `NotFound`.
    public func get(_ id: String) async throws -> Report {
        try await inner.get(id: id)
    }

    /// Tries once to send each report that is due, and returns these reports with their new state. A report that could not
    /// be sent stays queued. `now` includes reports that wait for their next attempt. Only the network settings of `options`
    /// are used.
    ///
    /// To send while the app is suspended, use a ``ReportSession``.
    @discardableResult
    public func send(
        now: Bool = false, options: RefreshOptions? = nil, progress: ProgressStream? = nil
    ) async throws -> [Report] {
        try await withCancelToken(progress) { token, watch in
            try await inner.send(options: options, now: now, cancel: token, progress: watch)
        }
    }

    /// Resolves a report in doubt.
    @discardableResult
    public func resolve(_ id: String, _ resolution: Resolution) async throws -> Report {
        try await inner.resolve(id: id, resolution: resolution)
    }

    /// Deletes a draft or a refused report. Throws `InvalidInput` for a report in another state.
    public func discard(_ id: String) async throws {
        try await inner.discard(id: id)
    }

    /// Deletes the reports that were accepted before a date. Returns their number.
    @discardableResult
    public func purgeAccepted(before date: Date) async throws -> UInt64 {
        try await inner.purgeAccepted(beforeMs: date.unixMs)
    }
}

#if canImport(ImageIO)
    extension Reports {
        /// Encodes the photo in a file of any format that the system reads, and adds it to a draft.
        @discardableResult
        public func attachPhoto(_ id: String, file: URL, encoder: PhotoEncoder) async throws -> Report {
            try await attachEncodedPhoto(id, jpeg: encoder.encodeJPEG(file))
        }

        /// Encodes a photo in memory, such as the result of a `PhotosPicker`, and adds it to a draft.
        @discardableResult
        public func attachPhoto(_ id: String, data: Data, encoder: PhotoEncoder = PhotoEncoder()) async throws -> Report {
            try await attachEncodedPhoto(id, jpeg: encoder.encodeJPEG(data))
        }

        private func attachEncodedPhoto(_ id: String, jpeg: Data) async throws -> Report {
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jpg")
            try jpeg.write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try await attachEncodedPhoto(id, file: file)
        }
    }
#endif
