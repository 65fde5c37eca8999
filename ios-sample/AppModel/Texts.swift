// Written by tests/samples/texts from tests/samples/texts.toml.
// swift-format-ignore-file

/// The texts of the app in the person's language.
public enum Texts {
    /// Treks
    public static var tabTreks: String { text("tab.treks") }
    /// Map
    public static var tabMap: String { text("tab.map") }
    /// Guide
    public static var tabGuide: String { text("tab.guide") }
    /// Report
    public static var tabReport: String { text("tab.report") }
    /// Me
    public static var tabMe: String { text("tab.me") }
    /// Add
    public static var actionAdd: String { text("action.add") }
    /// Back
    public static var actionBack: String { text("action.back") }
    /// Cancel
    public static var actionCancel: String { text("action.cancel") }
    /// Close
    public static var actionClose: String { text("action.close") }
    /// Delete
    public static var actionDelete: String { text("action.delete") }
    /// Download
    public static var actionDownload: String { text("action.download") }
    /// Open
    public static var actionOpen: String { text("action.open") }
    /// Pause
    public static var actionPause: String { text("action.pause") }
    /// Update
    public static var actionRefresh: String { text("action.refresh") }
    /// Remove
    public static var actionRemove: String { text("action.remove") }
    /// Resume
    public static var actionResume: String { text("action.resume") }
    /// Try again
    public static var actionRetry: String { text("action.retry") }
    /// Save
    public static var actionSave: String { text("action.save") }
    /// Send
    public static var actionSend: String { text("action.send") }
    /// Share
    public static var actionShare: String { text("action.share") }
    /// Start
    public static var actionStart: String { text("action.start") }
    /// Stop
    public static var actionStop: String { text("action.stop") }
    /// Search a trek, a lake, a summit…
    public static var treksSearch: String { text("treks.search") }
    /// Clear the search
    public static var treksClearSearch: String { text("treks.clear_search") }
    /// Near me
    public static var treksNearMe: String { text("treks.near_me") }
    /// Offline
    public static var treksOffline: String { text("treks.offline") }
    /// Filters
    public static var treksFilters: String { text("treks.filters") }
    /// Clear the filters
    public static var treksClearFilters: String { text("treks.clear_filters") }
    /// Activity
    public static var treksPractice: String { text("treks.practice") }
    /// Difficulty
    public static var treksDifficulty: String { text("treks.difficulty") }
    /// {count} treks
    public static func treksCount(_ count: Int) -> String { format("treks.count", count) }
    /// No trek found
    public static var treksEmptyTitle: String { text("treks.empty_title") }
    /// Change the search or clear the filters.
    public static var treksEmptyHint: String { text("treks.empty_hint") }
    /// No trek is downloaded. Open a trek and press Download.
    public static var treksEmptyOffline: String { text("treks.empty_offline") }
    /// There is no territory yet. Add one under Me.
    public static var treksEmptyTerritory: String { text("treks.empty_territory") }
    /// {distance} from here
    public static func treksDistanceAway(_ distance: String) -> String { format("treks.distance_away", distance) }
    /// Distance
    public static var trekLength: String { text("trek.length") }
    /// Climb
    public static var trekAscent: String { text("trek.ascent") }
    /// Duration
    public static var trekDuration: String { text("trek.duration") }
    /// Available offline
    public static var trekIsOffline: String { text("trek.is_offline") }
    /// Download not finished
    public static var trekIsPartial: String { text("trek.is_partial") }
    /// As of {date}
    public static func trekAsOf(_ date: String) -> String { format("trek.as_of", date) }
    /// Elevation profile
    public static var trekProfile: String { text("trek.profile") }
    /// {distance} from the start, {elevation} high
    public static func trekProfileAt(_ distance: String, _ elevation: String) -> String { format("trek.profile_at", distance, elevation) }
    /// Slide to see the place on the map
    public static var trekProfileSlide: String { text("trek.profile_slide") }
    /// Description
    public static var trekDescription: String { text("trek.description") }
    /// Advice
    public static var trekAdvice: String { text("trek.advice") }
    /// Stages
    public static var trekStages: String { text("trek.stages") }
    /// Along the way
    public static var trekAlong: String { text("trek.along") }
    /// at {distance}
    public static func trekAtDistance(_ distance: String) -> String { format("trek.at_distance", distance) }
    /// Parking and bus
    public static var trekAccess: String { text("trek.access") }
    /// Labels
    public static var trekLabels: String { text("trek.labels") }
    /// Information desks
    public static var trekDesks: String { text("trek.desks") }
    /// Sensitive areas this month
    public static var trekZones: String { text("trek.zones") }
    /// No sensitive area is in season this month.
    public static var trekZonesNone: String { text("trek.zones_none") }
    /// Contact: {contact}
    public static func trekZoneContact(_ contact: String) -> String { format("trek.zone_contact", contact) }
    /// Photo: {author}
    public static func trekPictureCredit(_ author: String) -> String { format("trek.picture_credit", author) }
    /// Picture of {name}
    public static func trekPictureOf(_ name: String) -> String { format("trek.picture_of", name) }
    /// This picture is not downloaded.
    public static var trekPictureMissing: String { text("trek.picture_missing") }
    /// Download ({size})
    public static func trekDownloadSize(_ size: String) -> String { format("trek.download_size", size) }
    /// With the map
    public static var trekDownloadWithMap: String { text("trek.download_with_map") }
    /// Downloading: {done} of {total}
    public static func trekDownloading(_ done: String, _ total: String) -> String { format("trek.downloading", done, total) }
    /// The download stopped: {reason}
    public static func trekDownloadFailed(_ reason: String) -> String { format("trek.download_failed", reason) }
    /// Remove the download of {name}?
    public static func trekRemoveQuestion(_ name: String) -> String { format("trek.remove_question", name) }
    /// Share as GPX
    public static var trekShareGpx: String { text("trek.share_gpx") }
    /// Follow this trek
    public static var trekFollow: String { text("trek.follow") }
    /// Show on the map
    public static var trekShowOnMap: String { text("trek.show_on_map") }
    /// Add to favourites
    public static var trekFavouriteAdd: String { text("trek.favourite_add") }
    /// Remove from favourites
    public static var trekFavouriteRemove: String { text("trek.favourite_remove") }
    /// {name} is not downloaded
    public static func trekNotDownloadedTitle(_ name: String) -> String { format("trek.not_downloaded_title", name) }
    /// Its texts are here. Download it to have its pictures and its map without a network.
    public static var trekNotDownloadedHint: String { text("trek.not_downloaded_hint") }
    /// The park no longer publishes this trek. Your copy stays until you remove it.
    public static var trekWithdrawn: String { text("trek.withdrawn") }
    /// Follow my position
    public static var mapFollow: String { text("map.follow") }
    /// Stop following
    public static var mapFree: String { text("map.free") }
    /// Zoom in
    public static var mapZoomIn: String { text("map.zoom_in") }
    /// Zoom out
    public static var mapZoomOut: String { text("map.zoom_out") }
    /// No map is downloaded here.
    public static var mapNoTiles: String { text("map.no_tiles") }
    /// Map of {name}
    public static func mapDescribed(_ name: String) -> String { format("map.described", name) }
    /// Position to within {distance}
    public static func mapAccuracy(_ distance: String) -> String { format("map.accuracy", distance) }
    /// Position unknown
    public static var mapPositionUnknown: String { text("map.position_unknown") }
    /// No trek is followed
    public static var guideNoneTitle: String { text("guide.none_title") }
    /// Open a trek and press Follow this trek.
    public static var guideNoneHint: String { text("guide.none_hint") }
    /// Stop following {name}?
    public static func guideStopQuestion(_ name: String) -> String { format("guide.stop_question", name) }
    /// Left
    public static var guideLeft: String { text("guide.left") }
    /// Climb left
    public static var guideAscentLeft: String { text("guide.ascent_left") }
    /// Time left
    public static var guideTimeLeft: String { text("guide.time_left") }
    /// Arrival
    public static var guideArrival: String { text("guide.arrival") }
    /// Arrival at {time}, sunset at {sunset}
    public static func guideArrivalAt(_ time: String, _ sunset: String) -> String { format("guide.arrival_at", time, sunset) }
    /// You arrive after sunset.
    public static var guideLate: String { text("guide.late") }
    /// On the route
    public static var guideOnRoute: String { text("guide.on_route") }
    /// Off the route by {distance}
    public static func guideOffRoute(_ distance: String) -> String { format("guide.off_route", distance) }
    /// Back: {distance} {direction}
    public static func guideWayBack(_ distance: String, _ direction: String) -> String { format("guide.way_back", distance, direction) }
    /// N NE E SE S SW W NW
    public static var guideCompass: String { text("guide.compass") }
    /// Wrong direction
    public static var guideWrongWay: String { text("guide.wrong_way") }
    /// Arrived
    public static var guideArrived: String { text("guide.arrived") }
    /// Waiting for a position
    public static var guideNoFix: String { text("guide.no_fix") }
    /// Ahead
    public static var guideAhead: String { text("guide.ahead") }
    /// in {distance}
    public static func guideInDistance(_ distance: String) -> String { format("guide.in_distance", distance) }
    /// Nothing more before the end.
    public static var guideNothingAhead: String { text("guide.nothing_ahead") }
    /// Announcements
    public static var guideAnnouncements: String { text("guide.announcements") }
    /// Speak announcements
    public static var guideSoundOn: String { text("guide.sound_on") }
    /// Mute announcements
    public static var guideSoundOff: String { text("guide.sound_off") }
    /// Emergency
    public static var guideEmergency: String { text("guide.emergency") }
    /// Following {name}
    public static func guideNotification(_ name: String) -> String { format("guide.notification", name) }
    /// Record my track
    public static var guideRecord: String { text("guide.record") }
    /// The guide needs your position. It stays on this phone.
    public static var guidePermission: String { text("guide.permission") }
    /// Without your position the guide cannot work. Allow it in the settings of the phone.
    public static var guidePermissionDenied: String { text("guide.permission_denied") }
    /// Emergency
    public static var emergencyTitle: String { text("emergency.title") }
    /// Call {number}
    public static func emergencyCall(_ number: String) -> String { format("emergency.call", number) }
    /// Read this aloud or send it:
    public static var emergencyReadAloud: String { text("emergency.read_aloud") }
    /// Send my position
    public static var emergencyShare: String { text("emergency.share") }
    /// The position is not known yet. Go where you see the sky.
    public static var emergencyNoPosition: String { text("emergency.no_position") }
    /// New report
    public static var reportNew: String { text("report.new") }
    /// Place
    public static var reportPlace: String { text("report.place") }
    /// Use my position
    public static var reportPlaceHere: String { text("report.place_here") }
    /// Choose a place: your position, or a tap on the map.
    public static var reportPlaceMissing: String { text("report.place_missing") }
    /// Category
    public static var reportCategory: String { text("report.category") }
    /// No category
    public static var reportCategoryNone: String { text("report.category_none") }
    /// What is wrong?
    public static var reportComment: String { text("report.comment") }
    /// Describe the problem in a few words.
    public static var reportCommentMissing: String { text("report.comment_missing") }
    /// E-mail (for an answer)
    public static var reportEmail: String { text("report.email") }
    /// This is not an e-mail address.
    public static var reportEmailInvalid: String { text("report.email_invalid") }
    /// Trek
    public static var reportTrek: String { text("report.trek") }
    /// No trek
    public static var reportTrekNone: String { text("report.trek_none") }
    /// {count} photos
    public static func reportPhotos(_ count: Int) -> String { format("report.photos", count) }
    /// Take a photo
    public static var reportPhotoTake: String { text("report.photo_take") }
    /// Choose a photo
    public static var reportPhotoChoose: String { text("report.photo_choose") }
    /// Remove photo {number}
    public static func reportPhotoRemove(_ number: String) -> String { format("report.photo_remove", number) }
    /// Queue the report
    public static var reportQueue: String { text("report.queue") }
    /// Your reports
    public static var reportQueueTitle: String { text("report.queue_title") }
    /// You have written no report.
    public static var reportQueueEmpty: String { text("report.queue_empty") }
    /// Draft
    public static var reportStateDraft: String { text("report.state_draft") }
    /// Waiting for a network
    public static var reportStateQueued: String { text("report.state_queued") }
    /// Being sent
    public static var reportStateSending: String { text("report.state_sending") }
    /// Received by the park
    public static var reportStateAccepted: String { text("report.state_accepted") }
    /// Refused: {reason}
    public static func reportStateRefused(_ reason: String) -> String { format("report.state_refused", reason) }
    /// Perhaps received
    public static var reportStateInDoubt: String { text("report.state_in_doubt") }
    /// Given up: perhaps received
    public static var reportStateGivenUp: String { text("report.state_given_up") }
    /// Received on {date}, number {number}
    public static func reportReceipt(_ date: String, _ number: String) -> String { format("report.receipt", date, number) }
    /// Received on {date}
    public static func reportReceiptNoNumber(_ date: String) -> String { format("report.receipt_no_number", date) }
    /// The connection broke while the report was sent. Nobody can know whether it arrived.
    public static var reportDoubtHint: String { text("report.doubt_hint") }
    /// It arrived
    public static var reportDoubtReceived: String { text("report.doubt_received") }
    /// Send again
    public static var reportDoubtSendAgain: String { text("report.doubt_send_again") }
    /// Give it up
    public static var reportDoubtDiscard: String { text("report.doubt_discard") }
    /// Export unsent reports
    public static var reportExportUnsent: String { text("report.export_unsent") }
    /// {count} reports exported
    public static func reportExported(_ count: Int) -> String { format("report.exported", count) }
    /// The report is saved. It is sent when there is a network.
    public static var reportSaved: String { text("report.saved") }
    /// Favourites
    public static var meFavourites: String { text("me.favourites") }
    /// You have no favourite yet.
    public static var meFavouritesEmpty: String { text("me.favourites_empty") }
    /// Recorded tracks
    public static var meTracks: String { text("me.tracks") }
    /// You have recorded no track.
    public static var meTracksEmpty: String { text("me.tracks_empty") }
    /// Storage
    public static var meStorage: String { text("me.storage") }
    /// {size} on this phone
    public static func meStorageTotal(_ size: String) -> String { format("me.storage_total", size) }
    /// Territories
    public static var meTerritories: String { text("me.territories") }
    /// Add a territory
    public static var meTerritoryAdd: String { text("me.territory_add") }
    /// Address of a Geotrek server, or text of a QR code
    public static var meTerritoryAddress: String { text("me.territory_address") }
    /// This is not the address of a Geotrek server.
    public static var meTerritoryInvalid: String { text("me.territory_invalid") }
    /// Demo territory, invented
    public static var meTerritoryDemo: String { text("me.territory_demo") }
    /// Updated on {date}
    public static func meTerritoryUpdated(_ date: String) -> String { format("me.territory_updated", date) }
    /// Remove {name} and its downloads?
    public static func meTerritoryRemove(_ name: String) -> String { format("me.territory_remove", name) }
    /// Language
    public static var meLanguage: String { text("me.language") }
    /// As the phone
    public static var meLanguageSystem: String { text("me.language_system") }
    /// Units
    public static var meUnits: String { text("me.units") }
    /// Metric
    public static var meUnitsMetric: String { text("me.units_metric") }
    /// Imperial
    public static var meUnitsImperial: String { text("me.units_imperial") }
    /// What was sent, and to whom
    public static var mePrivacy: String { text("me.privacy") }
    /// Nothing was sent.
    public static var mePrivacyNone: String { text("me.privacy_none") }
    /// Your position never leaves this phone, except with a report that you send.
    public static var mePrivacyHint: String { text("me.privacy_hint") }
    /// {date}: report to {server}
    public static func mePrivacyEntry(_ date: String, _ server: String) -> String { format("me.privacy_entry", date, server) }
    /// Sources and licences
    public static var meLicences: String { text("me.licences") }
    /// Data: {source}
    public static func meLicencesData(_ source: String) -> String { format("me.licences_data", source) }
    /// Software: Jalon, MIT or Apache 2.0
    public static var meLicencesSoftware: String { text("me.licences_software") }
    /// There is no network. What is downloaded still works.
    public static var errorOffline: String { text("error.offline") }
    /// The park’s server does not answer as it should. Try again later.
    public static var errorServer: String { text("error.server") }
    /// The phone is full. Remove downloads under Me, Storage.
    public static var errorStorageFull: String { text("error.storage_full") }
    /// This is already running. Wait until it is finished.
    public static var errorBusy: String { text("error.busy") }
    /// The data was written by a newer version. Update the app.
    public static var errorTooNew: String { text("error.too_new") }
    /// This is no longer here.
    public static var errorNotFound: String { text("error.not_found") }
    /// The downloaded data was damaged and is being restored. Update the territory.
    public static var errorDamaged: String { text("error.damaged") }
    /// Something went wrong in the app. Nothing of yours is lost.
    public static var errorUnknown: String { text("error.unknown") }
}
