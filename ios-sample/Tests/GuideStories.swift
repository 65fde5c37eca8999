import Foundation
import Jalon
import Testing

@testable import JalonSample

/// A walker follows a trek; the process dies on the way and the next one goes on.
@MainActor @Suite(.timeLimit(.minutes(5))) struct GuideStories {
    /// A walk along the route of a trek: a fix at each vertex, one a minute, and some at the end.
    private func walk(_ key: PackKey, _ home: Home) async throws -> [Fix] {
        let details = try await home.library.companion.catalogue.trekDetails(key.territory, key.trek)
        let start: Int64 = 1_780_000_000_000
        let line = try #require(try details.decodedGeometry()).positions
        let fixes = line.enumerated().map { index, position in
            Fix(position: position, timeMs: start + Int64(index) * 60_000, accuracyM: 5, bearingDeg: 90)
        }
        let last = try #require(fixes.last)
        return fixes + (1..<30).map { Fix(position: last.position, timeMs: last.timeMs + $0 * 1_000, accuracyM: 5) }
    }

    @Test func walkGoesOnAfterTheProcessDied() async throws {
        let first = try await TestApp.refreshed()
        let key = PackKey(territory: "park", trek: 1)
        let screen = Screen(first.app)
        try await screen.see(Texts.tabTreks)
        try first.home.router.open(.trek(key))
        try await screen.tap(Texts.trekFollow)
        try await screen.tap(Texts.actionStart)
        try await screen.see(Texts.guideNoFix)
        try await screen.tap(Texts.guideRecord)
        try await wait { first.app.home?.guide.isRecording == true }

        let fixes = try await walk(key, first.home)
        try await first.position.waitForReader()
        for fix in fixes.prefix(fixes.count / 2) { first.position.move(to: fix) }
        try await screen.see(Texts.guideOnRoute)
        let middle = fixes[fixes.count / 2 - 1]
        try await wait { first.app.home?.guide.update?.timeMs == middle.timeMs }
        #expect(screen.text.contains(Texts.guideLeft) && screen.text.contains(Texts.guideArrival))
        let left = try #require(try first.home.guide.update?.leftM)
        #expect(!first.speaker.spoken.isEmpty)
        #expect(try first.home.guide.announcements.map(\.text).reversed() == first.speaker.spoken)

        // The process dies here: the next one finds the files as they are now.
        let second = try TestApp(in: first.directory.copy())
        screen.close()
        let again = Screen(second.app)
        try await again.tap(Texts.tabGuide)
        let name = try await second.home.library.companion.catalogue.object("park", .trek, 1).name
        try await again.see(Texts.guideNotification(name))
        #expect(try second.home.guide.isRecording)
        try await second.position.waitForReader()
        for fix in fixes.dropFirst(fixes.count / 2) { second.position.move(to: fix) }
        try await again.see(Texts.guideArrived)
        #expect(try #require(try second.home.guide.update?.leftM) < min(left, 50))

        try await again.tap(Texts.actionStop)
        try await again.see(Texts.guideStopQuestion(name))
        try await again.tap(Texts.actionStop)
        try await again.see(Texts.guideNoneTitle)
        let tracks = TracksModel(try second.home.library)
        await tracks.load()
        let track = try #require(tracks.tracks?.first)
        #expect(track.stats.distanceM > 1_000)
        let file = try #require(await tracks.export(track))
        #expect(try String(contentsOf: file, encoding: .utf8).contains("<trkpt"))
        await tracks.remove(track)
        #expect(tracks.tracks?.isEmpty == true)
        again.close()
    }

    @Test func emergencyIsTwoTapsAway() async throws {
        let test = try await TestApp.refreshed()
        let screen = Screen(test.app)
        try await screen.tap(Texts.tabGuide)
        try await screen.tap(Texts.guideEmergency)
        try await screen.see(Texts.emergencyNoPosition)
        #expect(screen.isEnabled(Texts.emergencyCall("112")) == true)
        try await test.position.waitForReader()
        let fixes = try await walk(PackKey(territory: "park", trek: 1), test.home)
        test.position.move(to: fixes[0])
        try await screen.see(Texts.emergencyReadAloud)
        #expect(screen.text.contains("112") && screen.isEnabled(Texts.emergencyShare) == true)
        try await screen.tap(Texts.actionClose)
        try await screen.seeNot(Texts.emergencyReadAloud)
        screen.close()
    }

    @Test func mutedGuideIsSilentAndDeniedPermissionIsExplained() async throws {
        let test = try await TestApp.refreshed()
        test.position.answer = .denied
        let (screen, key) = (Screen(test.app), PackKey(territory: "park", trek: 1))
        try await screen.see(Texts.tabTreks)
        try await test.home.follow(key)
        try await screen.see(Texts.guidePermissionDenied)

        test.position.answer = .allowed
        try await screen.tap(Texts.guideSoundOff)
        #expect(try !test.home.library.settings.speaksAnnouncements)
        await test.app.resume()
        try await test.position.waitForReader()
        for fix in try await walk(key, test.home) { test.position.move(to: fix) }
        try await screen.see(Texts.guideArrived)
        #expect(test.speaker.spoken.isEmpty)
        #expect(try !test.home.guide.announcements.isEmpty)
        screen.close()
    }

    @Test func offRouteTellsTheWayBack() async throws {
        let test = try await TestApp.refreshed()
        let (screen, key) = (Screen(test.app), PackKey(territory: "park", trek: 1))
        try await screen.tap(Texts.tabGuide)
        try await test.home.guide.start(key)
        try await test.position.waitForReader()
        let fixes = try await walk(key, test.home)
        for fix in fixes.prefix(5) { test.position.move(to: fix) }
        let last = fixes[4]
        for second in 1..<40 {
            let away = Position(lon: last.position.lon, lat: last.position.lat + 0.004)
            test.position.move(to: Fix(position: away, timeMs: last.timeMs + Int64(second) * 15_000, accuracyM: 5))
        }
        try await wait { test.app.home?.guide.update?.state == .offRoute }
        let guide = try test.home.guide
        try await screen.see(guide.stateText)
        #expect(try screen.text.contains(#require(guide.wayBackText)))
        await guide.stop()
        screen.close()
    }
}
