import Foundation
import Jalon
import Testing

@testable import JalonSample

@Suite struct TextTests {
    @Test func textsAreInBothLanguages() {
        LanguageOverride.$current.withValue("fr") {
            #expect(Texts.tabTreks == "Randonnées" && Texts.treksCount(0) == "0 randonnée")
            #expect(Texts.treksCount(1) == "1 randonnée" && Texts.treksCount(2) == "2 randonnées")
            #expect(Texts.trekDownloading("3", "7") == "Téléchargement : 3 sur 7")
        }
        LanguageOverride.$current.withValue("en") {
            #expect(Texts.tabTreks == "Treks" && Texts.treksCount(0) == "0 treks" && Texts.treksCount(1) == "1 trek")
        }
    }

    @Test func valuesAreWrittenAsInTheCountry() {
        let french = Format(locale: Locale(identifier: "fr_FR"), usesMiles: false, timeZone: .gmt)
        #expect(french.distance(12_345) == "12,3 km" && french.distance(437) == "440 m" && french.distance(12) == "10 m")
        #expect(french.elevation(1_234) == "1\u{202F}234 m")
        let american = Format(locale: Locale(identifier: "en_US"), usesMiles: true, timeZone: .gmt)
        #expect(american.distance(12_345) == "7.7 mi" && american.distance(100) == "350 ft")
        #expect(american.elevation(1_000) == "3,280 ft")
        #expect(american.duration(hours: 2.5) == "2h 30m" && american.duration(hours: 0.01) == "5m")
        #expect(american.size(12_345_678) == "12.3 MB")
        #expect(american.date(1_780_000_000_000) == "May 28, 2026")
    }

    @Test func compassHasEightPoints() {
        LanguageOverride.$current.withValue("fr") {
            let format = Format(locale: Locale(identifier: "fr"), usesMiles: false)
            #expect([0, 44, 270, 359, -45].map(format.direction) == ["N", "NE", "O", "N", "NO"])
        }
    }

    @Test func errorsAreSentences() {
        let errors: [JalonError] = [
            .Offline(detail: "x"), .ServerError(status: 500, detail: "x"), .StorageFull, .Busy(detail: "x"),
            .TooNew(found: 2, supported: 1), .NotFound(detail: "x"), .Corrupt(detail: "x"), .Internal(detail: "x"),
        ]
        let sentences = errors.map { Failure($0).sentence }
        #expect(Set(sentences).count == errors.count && sentences.allSatisfy { $0.hasSuffix(".") && !$0.contains("x.") })
        #expect(isCancellation(CancellationError()) && isCancellation(JalonError.Cancelled) && !isCancellation(errors[0]))
        #expect(isCancellation(JalonError.Closed))
    }
}
