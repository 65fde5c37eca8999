import Foundation
import Jalon
import Observation

/// The form of a report about a problem on the ground. It needs no network.
@MainActor @Observable
final class ReportFormModel {
    /// A territory or trek that the person chooses from.
    struct Choice: Identifiable, Hashable {
        let id: Int64
        let name: String
    }

    var comment = ""
    var email = ""
    var category: Int64?
    var trek: Int64?
    private(set) var position: ReportPosition?
    private(set) var photos: [URL] = []
    private(set) var categories: [Choice] = []
    private(set) var treks: [Choice] = []
    private(set) var failure: Failure?
    /// What the person must change before the report can be queued; set by ``queue()``.
    private(set) var problems: [String] = []
    private(set) var isQueued = false

    private let library: Library
    private var territory: String?
    /// The draft or refused report that the form changes; nil for a new one.
    private var edited: String?

    init(_ library: Library, about trek: PackKey? = nil) {
        self.library = library
        territory = trek?.territory
        self.trek = trek?.trek
    }

    /// Shows a draft or a refused report again. Its photos stay with it.
    convenience init(_ library: Library, editing report: Report) {
        self.init(library)
        (territory, edited, position) = (report.territory, report.id, report.content.position)
        (comment, email) = (report.content.comment, report.content.email)
        (category, trek) = (report.content.category, report.content.trek)
    }

    /// Reads what the person can choose from.
    func load() async {
        do {
            let companion = library.companion
            if territory == nil { territory = try await companion.territories().first?.name }
            guard let territory else { throw JalonError.NotFound(detail: "no territory") }
            categories = try await companion.catalogue.vocabulary(territory, "feedback_category").map {
                Choice(id: $0.id, name: $0.label)
            }
            let query = TrekQuery(territory: territory, sort: .name, limit: 200)
            treks = try await companion.catalogue.treks(query).items.map { Choice(id: $0.id, name: $0.name) }
        } catch {
            if !isCancellation(error) { failure = Failure(error) }
        }
    }

    /// Uses the next position of the receiver as the place.
    func locate() async {
        guard let fix = await library.position.next() else { return }
        position = ReportPosition(
            lon: fix.position.lon, lat: fix.position.lat, accuracyM: fix.accuracyM, atMs: fix.timeMs)
    }

    /// Uses a place that the person chose on a map.
    func choose(_ place: Position) {
        position = ReportPosition(place)
    }

    func addPhoto(_ data: Data) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).photo")
        do {
            try data.write(to: file)
            photos.append(file)
        } catch {
            failure = Failure(error)
        }
    }

    func removePhoto(at index: Int) {
        try? FileManager.default.removeItem(at: photos.remove(at: index))
    }

    /// Writes the report to the journal. It is sent when there is a network.
    func queue() async {
        (problems, failure) = (check(), nil)
        guard problems.isEmpty, let territory else { return }
        let reports = library.companion.reports
        let content = ReportContent(
            comment: comment, email: email, category: category, position: position, trek: trek)
        do {
            let id = try await write(content, territory)
            do {
                for photo in photos { try await attach(photo, to: id) }
                try await reports.queue(id)
            } catch {
                // The form still has everything, so that no half report stays behind.
                if edited == nil { try? await reports.discard(id) }
                throw error
            }
            isQueued = true
            for photo in photos { try? FileManager.default.removeItem(at: photo) }
        } catch JalonError.InvalidInput(field: "email", _) {
            problems = [Texts.reportEmailInvalid]
        } catch {
            failure = Failure(error)
        }
    }

    /// What the library would accept, and the park could not use.
    private func check() -> [String] {
        var problems: [String] = []
        if position == nil { problems.append(Texts.reportPlaceMissing) }
        if comment.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty { problems.append(Texts.reportCommentMissing) }
        return problems
    }

    private func write(_ content: ReportContent, _ territory: String) async throws -> String {
        let reports = library.companion.reports
        if let edited { return try await reports.edit(edited, content).id }
        return try await reports.newReport(territory, content).id
    }

    private func attach(_ photo: URL, to report: String) async throws {
        #if canImport(ImageIO)
            try await library.companion.reports.attachPhoto(report, file: photo, encoder: PhotoEncoder())
        #else
            try await library.companion.reports.attachPhoto(report, file: photo)
        #endif
    }
}
