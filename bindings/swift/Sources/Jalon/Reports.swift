import Storage
import JalonGenerated

/// Field reports: written, queued, sent at max once unless somebody decides otherwise.
public struct Reports: Sendable {
    let inner: JalonGenerated.Reports
    let languages: [String]

    /// Begins a report for a territory, as a draft. `language` is that of the server's messages, the first of the
    /// companion's where none is given; the territory's own where the server does not have it.
    public func begin(_ territory: String, _ content: ReportContent, language: String? = nil) async throws -> Report {
        try await inner.begin(territory: territory, content: content, language: language ?? languages.first ?? "")
    }

    /// Writes a report on: `content` takes the place of what it says. One that was queued or refused is a draft again.
    @discardableResult
    public func edit(_ id: String, _ content: ReportContent) async throws -> Report {
        try await inner.edit(id: id, content: content)
    }

    /// Adds a photo from a file (JPEG, PNG, WebP): turned, made smaller, without its metadata. On Apple's systems
    /// `attach(_:shrinking:with:)` takes HEIC too, and needs less memory.
    @discardableResult
    public func attach(_ id: String, photo file: URL) async throws -> Report {
        try await inner.attachPhoto(id: id, path: file.path)
    }

    /// Adds a photo that is ready: a small JPEG, turned, without metadata. The file is copied.
    @discardableResult
    public func attach(_ id: String, readyPhoto file: URL) async throws -> Report {
        try await inner.attachEncodedPhoto(id: id, path: file.path)
    }

    /// Takes a photo out of a report.
    @discardableResult
    public func detach(_ id: String, photo: String) async throws -> Report {
        try await inner.detachPhoto(id: id, photo: photo)
    }

    /// Queues a report, if it can be used as it is. When this returns it is on stable storage, with its photos, twice. What is
    /// odd about it, and may be right all the same, is told.
    @discardableResult
    public func queue(_ id: String) async throws -> Queued {
        try await inner.queue(id: id)
    }

    /// Every report, in the order in which they were begun.
    public func list() async throws -> [Report] {
        try await inner.list()
    }

    /// A report by its id.
    public func get(_ id: String) async throws -> Report {
        try await inner.get(id: id)
    }

    /// Goes once over the reports that are due, and gives each as it is then. What could not be sent stays queued; nothing is
    /// sent twice unless somebody decided so. `now` tries what is to wait, too. Of the options it uses those of the network.
    ///
    /// To send while the app sleeps use a ``ReportSession``.
    @discardableResult
    public func send(
        now: Bool = false, options: RefreshOptions? = nil, progress: ProgressStream? = nil
    ) async throws -> [Report] {
        try await stoppable(progress) { cancel, watch in
            try await inner.send(options: options, now: now, cancel: cancel, progress: watch)
        }
    }

    /// Decides about a report in doubt.
    @discardableResult
    public func resolve(_ id: String, _ resolution: Resolution) async throws -> Report {
        try await inner.resolve(id: id, resolution: resolution)
    }

    /// Removes a report that only its writer has seen: a draft, or one that the server refused.
    public func discard(_ id: String) async throws {
        try await inner.discard(id: id)
    }

    /// Removes reports that were accepted before a moment, and tells how many.
    @discardableResult
    public func purgeAccepted(before moment: Date) async throws -> UInt64 {
        try await inner.purgeAccepted(beforeMs: milliseconds(moment))
    }
}

#if canImport(ImageIO)
    extension Reports {
        /// Adds a photo from a file of any format that the system reads, HEIC too, made ready by the system's own decoder.
        @discardableResult
        public func attach(
            _ id: String, shrinking photo: URL, with shrinker: PhotoShrinker = PhotoShrinker()
        ) async throws -> Report {
            try await attach(id, jpeg: shrinker.jpeg(of: photo))
        }

        /// The same of a photo in memory, as `PhotosPicker` hands one over.
        @discardableResult
        public func attach(
            _ id: String, shrinking photo: Data, with shrinker: PhotoShrinker = PhotoShrinker()
        ) async throws -> Report {
            try await attach(id, jpeg: shrinker.jpeg(of: photo))
        }

        private func attach(_ id: String, jpeg: Data) async throws -> Report {
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jpg")
            try jpeg.write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try await attach(id, readyPhoto: file)
        }
    }
#endif
