//! The emergency sheet and the check before leaving.

use jalon::companion;
pub use jalon::safety::{
    CheckCode, CheckWarning, Coordinates, Daylight, EmergencyNumber, EmergencyPlace, NumberKind, PlaceRole, SunCrossings, WalkingTimes,
};

use super::{Kind, PackState};
use crate::convert::{all, from_core};

/// A position in several notations.
#[uniffi::remote(Record)] pub struct Coordinates {
    /** Latitude and longitude in decimal degrees, to 1 m: `44.87210, 6.41230`. */ pub decimal: String,
    /** Degrees, minutes and seconds, to 3 m. */ pub dms: String,
    /** UTM on WGS84, to 1 m: zone and latitude band, easting, northing; UPS near the poles. */ pub utm: String,
    /** MGRS, to 1 m, without spaces. */ pub mgrs: String,
    /** Plus code of 10 digits, an area of 14 m. */ pub plus_code: String,
}

/// The role of a place on an emergency sheet.
#[uniffi::remote(Enum)] pub enum PlaceRole {
    /** An object: its nearest point. */ Object,
    /** The departure of a trek. */ TrekStart,
}

/// A named place near an emergency.
#[uniffi::remote(Record)] pub struct EmergencyPlace {
    /** Name of its territory. */ pub territory: String,
    /** Its kind. */ pub kind: Kind,
    /** Its id on the server. */ pub id: i64,
    /** What it is. */ pub role: PlaceRole,
    /** Its name. */ pub name: String,
    /** Language of the name. */ pub lang: String,
    /** Metres from the position to it. */ pub distance_m: f64,
    /** Direction from the position to it, degrees clockwise from true north. */ pub bearing_deg: f64,
    /** That direction in words, one of eight: `to the north-east`. */ pub direction: String,
}

/// The service that answers at a telephone number.
#[uniffi::remote(Enum)] pub enum NumberKind {
    /** The emergency services, by voice. */ Emergency,
    /** The emergency services, by SMS only. */ EmergencySms,
    /** An information desk of a territory: knows the place, does not rescue. */ InformationDesk,
}

/// A telephone number.
#[uniffi::remote(Record)] pub struct EmergencyNumber {
    /** The service that answers. */ pub kind: NumberKind,
    /** The number, as the territory writes it. */ pub number: String,
    /** The service that answers, in words. */ pub label: String,
}

/// A position and its surroundings for the emergency services.
#[derive(uniffi::Record)] pub struct EmergencySheet {
    /** The position in several notations. */ pub coordinates: Coordinates,
    /** Radius in metres that contains the position with a probability of 68 %. */ pub accuracy_m: Option<f64>,
    /** Milliseconds since the position was taken; 0 if its time is in the future. */ pub age_ms: i64,
    /** Metres above sea level. */ pub altitude_m: Option<f64>,
    /** Named places, nearest first. */ pub places: Vec<EmergencyPlace>,
    /** Telephone numbers, emergency services first. */ pub numbers: Vec<EmergencyNumber>,
    /** Language of the text. */ pub lang: String,
    /** All of this as one text, to read aloud or send. */ pub text: String,
}

from_core!(jalon::safety::EmergencySheet => EmergencySheet
    same { coordinates, accuracy_m, age_ms, altitude_m, places, numbers, lang, text } core {} own {});

/// Whether the Sun crosses a horizon on a day.
#[uniffi::remote(Enum)] pub enum Daylight {
    /** It rises or sets, mostly both. */ RisesAndSets,
    /** It is above the horizon the whole day: polar day. */ AlwaysUp,
    /** It is below the horizon the whole day: polar night. */ AlwaysDown,
}

/// The times at which the Sun crosses a horizon on a day. Near the first and the last polar day a day may have only one.
#[uniffi::remote(Record)] pub struct SunCrossings {
    /** Whether it crosses the horizon. */ pub daylight: Daylight,
    /** Last rise before noon, Unix ms. */ pub rise_ms: Option<i64>,
    /** First set after noon, Unix ms. */ pub set_ms: Option<i64>,
}

/// The walking times of a trek in hours, without rests.
#[uniffi::remote(Record)] pub struct WalkingTimes {
    /** That of the office that publishes the trek. */ pub office_h: Option<f64>,
    /** By DIN 33466, from the length, the ascent and the descent. */ pub din_33466_h: Option<f64>,
    /** By the Swiss formula, from the profile. */ pub swiss_h: Option<f64>,
}

/// A sensitive area along a route that is in season.
#[derive(uniffi::Record)] pub struct SensitiveAreaInSeason {
    /** Name of its territory, which may be another one than the trek's. */ pub territory: String,
    /** Its id on the server. */ pub id: i64,
    /** Species, or name of the regulation. */ pub name: String,
    /** Language of the name. */ pub lang: String,
    /** Metres along the route to the point nearest to the area. */ pub along_m: f64,
    /** Metres from the route to the area; 0 if the route crosses it. */ pub offset_m: f64,
    /** Months in which it is sensitive, 1 to 12; empty if unknown, which counts as the whole year. */ pub months: Vec<u32>,
    /** Labels of the practices that it concerns; empty for all. */ pub practices: Vec<String>,
    /** True if it concerns practices in the air only. */ pub aerial_only: bool,
    /** What to do and not to do there, as plain text; empty if unknown. */ pub rules: String,
    /** Whom to ask, as plain text; empty if unknown. */ pub contact: String,
    /** Time at which a refresh noticed that the server no longer publishes it, Unix ms. */ pub withdrawn_ms: Option<i64>,
}

from_core!(companion::SensitiveAreaInSeason => SensitiveAreaInSeason
    same { territory, id, name, lang, along_m, offset_m, practices, aerial_only, rules, contact, withdrawn_ms }
    core { season }
    own { months: (1..=12_u8).filter(|month| season.contains_month(*month)).map(u32::from).collect() });

/// The kind of a warning.
#[uniffi::remote(Enum)] pub enum CheckCode {
    /** Some of the trek is missing without a network: it was never downloaded. */ NotDownloaded,
    /** The download of the trek did not end. */ IncompleteDownload,
    /** The server has newer content than the download. */ StaleDownload,
    /** The data is more than 30 days old. */ OldData,
    /** The server no longer publishes the trek. */ Withdrawn,
    /** A sensitive area along the route is in season. */ SensitiveArea,
    /** The walking time is longer than the time from sunrise to sunset. */ LongerThanDaylight,
    /** Today, the latest start has passed. */ TooLate,
    /** The Sun does not rise. */ PolarNight,
    /** Neither the office nor the line gives a walking time. */ UnknownWalkingTime,
    /** The elevation of some vertices is unknown or impossible. */ UnknownElevations,
    /** Advice of a label of the trek: heart of a park, no dogs. */ LabelAdvice,
    /** Advice of the office for the trek. */ Advice,
    /** Gear that the office advises. */ Gear,
}

/// A warning of a check before leaving.
#[uniffi::remote(Record)] pub struct CheckWarning {
    /** Its kind. */ pub code: CheckCode,
    /** A sentence for a person. */ pub text: String,
}

/// The result of the check of a trek before leaving on a day.
#[derive(uniffi::Record)] pub struct TrekCheck {
    /** Name of the territory. */ pub territory: String,
    /** Id of the trek on the server. */ pub id: i64,
    /** Name of the trek. */ pub name: String,
    /** Language of the name. */ pub lang: String,
    /** The day, YYYY-MM-DD. */ pub date: String,
    /** True if everything of the trek is on the device. */ pub offline: bool,
    /** State of the most complete pack with the trek; none if there is no pack. */ pub pack_state: Option<PackState>,
    /** Time of the data, Unix ms: of a pack with the trek, else of the last refresh of its territory. */ pub as_of_ms: Option<i64>,
    /** Sensitive areas of all territories along the route that are in season, ordered by `along_m`. */ pub zones: Vec<SensitiveAreaInSeason>,
    /** Sunrise and sunset at the departure, on a level horizon. */ pub sun: SunCrossings,
    /** Civil dawn and dusk at the departure. */ pub civil_twilight: SunCrossings,
    /** Walking times without rests. */ pub walking_times: WalkingTimes,
    /** The walking time that the latest start is calculated with, hours: that of the office, else the longest. */ pub walking_time_h: Option<f64>,
    /** The latest start to arrive by sunset without a rest, Unix ms. It may be before sunrise. */ pub latest_start_ms: Option<i64>,
    /** Reasons to think again, the most urgent first. */ pub warnings: Vec<CheckWarning>,
}

from_core!(companion::TrekCheck => TrekCheck
    same {
        territory, id, name, lang, date, offline, pack_state, as_of_ms, sun, civil_twilight, walking_times, walking_time_h,
        latest_start_ms, warnings
    }
    core { zones }
    own { zones: all(zones) });
