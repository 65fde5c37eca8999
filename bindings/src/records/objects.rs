//! Kinds, positions, objects of any kind, search and change history.

use jalon::catalogue;
pub use jalon::catalogue::ChangeKind;
use jalon::companion::{self, TrekStats};
pub use jalon::model::{Bounds, EventDates, Fix, Kind, Position};

use super::{AttachedFile, Highlight, Picture, RichText};
use crate::convert::{all, from_core, highlights};

/// Kind of an object.
#[uniffi::remote(Enum)] pub enum Kind {
    /** A trek: a walk, an itinerary, or a stage of one. */ Trek,
    /** A point of interest. */ Poi,
    /** Touristic content: accommodation, a restaurant, a museum. */ TouristicContent,
    /** Touristic event: takes place on a date. */ TouristicEvent,
    /** An area where wildlife must not be disturbed during some months. */ SensitiveArea,
    /** An information desk. */ InformationDesk,
    /** A service: a water point, a toilet, a shelter. */ Service,
    /** Signage: a signpost. */ Signage,
    /** Infrastructure: a bridge, a bench, a barrier. */ Infrastructure,
    /** An outdoor site: climbing, canyoning. */ Site,
    /** A course on an outdoor site. */ Course,
    /** A panorama in high definition. */ HdView,
    /** A city or commune. */ City,
    /** A district: a valley, a sector. */ District,
    /** A page of text. */ FlatPage,
    /** An entry of the office's menu. */ MenuItem,
    /** An entry of a vocabulary. */ Term,
}

/// A position on WGS84.
#[uniffi::remote(Record)] pub struct Position {
    /** Longitude, degrees east, -180 to 180. */ pub lon: f64,
    /** Latitude, degrees north, -90 to 90. */ pub lat: f64,
    /** Metres above sea level; none if unknown. */ #[uniffi(default = None)] pub elevation: Option<f64>,
}

/// One position from the receiver.
#[uniffi::remote(Record)] pub struct Fix {
    /** Position; its elevation is the altitude above sea level. */ pub position: Position,
    /** Time of the fix, Unix ms. */ pub time_ms: i64,
    /** Radius in metres that contains the true position with a probability of 68 %. */ #[uniffi(default = None)] pub accuracy_m: Option<f64>,
    /** Speed over ground, metres per second. */ #[uniffi(default = None)] pub speed_mps: Option<f64>,
    /** Direction of movement, degrees clockwise from true north. */ #[uniffi(default = None)] pub bearing_deg: Option<f64>,
}

/// A bounding box on WGS84. One whose west is greater than its east crosses the date line.
#[uniffi::remote(Record)] pub struct Bounds {
    /** Western edge, degrees east. */ pub west: f64,
    /** Southern edge, degrees north. */ pub south: f64,
    /** Eastern edge, degrees east. */ pub east: f64,
    /** Northern edge, degrees north. */ pub north: f64,
}

/// A count of one kind.
#[derive(uniffi::Record)] pub struct KindCount {
    /** The kind. */ pub kind: Kind,
    /** Number of objects, or of bytes. */ pub count: u64,
}

/// The dates of a touristic event, checked against the current day.
#[uniffi::remote(Record)] pub struct EventDates {
    /** First day, YYYY-MM-DD, as the server writes it. */ pub begin_date: Option<String>,
    /** Last day, YYYY-MM-DD; none for an event of one day. */ pub end_date: Option<String>,
    /** True if the last day has passed everywhere on Earth. */ pub is_past: bool,
    /** True if the dates cannot be right: none, no calendar day, or the end before the begin. */ pub has_invalid_dates: bool,
    /** True if the organiser cancelled the event. */ pub cancelled: bool,
}

/// An object of any kind.
#[derive(uniffi::Record)] pub struct Object {
    /** Name of its territory. */ pub territory: String,
    /** Its kind. */ pub kind: Kind,
    /** Its id on the server. */ pub id: i64,
    /** Its name, or the label of its type if it has none. */ pub name: String,
    /** Language of the name. */ pub lang: String,
    /** Its description; none if it has none. */ pub description: Option<RichText>,
    /** Its geometry, as ISO WKB. */ pub geometry: Option<Vec<u8>>,
    /** Its pictures, the cover first. */ pub pictures: Vec<Picture>,
    /** Its attached files and linked videos. */ pub files: Vec<AttachedFile>,
    /** Touristic events only: dates. */ pub event: Option<EventDates>,
    /** Time at which a refresh noticed that the server no longer publishes it, Unix ms. */ pub withdrawn_ms: Option<i64>,
    /** All its fields in all languages, as JSON in the shape of the catalogue's `data` column. */ pub json: String,
}

/// An object that a text search found.
#[derive(uniffi::Record)] pub struct SearchHit {
    /** Name of its territory. */ pub territory: String,
    /** Its kind. */ pub kind: Kind,
    /** Its id on the server. */ pub id: i64,
    /** Its name, or the label of its type if it has none. */ pub name: String,
    /** Language of the name. */ pub lang: String,
    /** Matches in the name; empty if only other texts match. */ pub highlights: Vec<Highlight>,
    /** Touristic events only: dates. */ pub event: Option<EventDates>,
    /** Time at which a refresh noticed that the server no longer publishes it, Unix ms. */ pub withdrawn_ms: Option<i64>,
}

from_core!(catalogue::SearchHit => SearchHit same { territory, kind, id, lang, event, withdrawn_ms }
    core { name, highlights: bytes, score: _ }
    own { highlights: highlights(&name, bytes), name });

/// A page of search results.
#[derive(uniffi::Record)] pub struct SearchResults {
    /** Number of results on all pages. */ pub total: u64,
    /** This page, best match first. */ pub items: Vec<SearchHit>,
}

from_core!(catalogue::SearchResults => SearchResults same {} core { total, items }
    own { total: total as u64, items: all(items) });

/// An entry of a vocabulary.
#[derive(uniffi::Record)] pub struct Term {
    /** Its id on the server. */ pub id: i64,
    /** Its label. */ pub label: String,
    /** Language of the label. */ pub lang: String,
}

/// How an object changed.
#[uniffi::remote(Enum)] pub enum ChangeKind {
    /** It is new. */ Added,
    /** Some of its fields changed. */ Changed,
    /** The server no longer publishes it. */ Withdrawn,
}

/// A change of an object.
#[derive(uniffi::Record)] pub struct ChangeRecord {
    /** Its kind. */ pub kind: Kind,
    /** Its id on the server. */ pub id: i64,
    /** Its name at the time of the change. */ pub name: String,
    /** How it changed. */ pub change_kind: ChangeKind,
    /** Names of the changed fields. */ pub fields: Vec<String>,
    /** Time of the refresh that brought the change, Unix ms. */ pub at_ms: i64,
}

/// Which objects in a box to read.
#[derive(uniffi::Record)] pub struct FeatureQuery {
    /** Kinds to find, in the order of the result; empty for all but cities and districts. */ #[uniffi(default = [])] pub kinds: Vec<Kind>,
    /** Name of the territory; none for all. */ #[uniffi(default = None)] pub territory: Option<String>,
    /** Metres by which a geometry may be simplified: those of a pixel or two of the map. With 0 it is not. */ #[uniffi(default = 0.0)] pub tolerance_m: f64,
    /** Maximum number of objects, 1 to 5,000. */ #[uniffi(default = 1000)] pub limit: u32,
    /** Whether to find touristic events that have ended, too. */ #[uniffi(default = false)] pub past_events: bool,
}

/// An object with its geometry.
#[derive(uniffi::Record)] pub struct FeatureItem {
    /** Name of its territory. */ pub territory: String,
    /** Its kind. */ pub kind: Kind,
    /** Its id on the server. */ pub id: i64,
    /** Its name, or the label of its type if it has none. */ pub name: String,
    /** Language of the name. */ pub lang: String,
    /** Treks only: true if a complete pack of it is on the device. */ pub offline: bool,
    /** Its geometry, as ISO WKB; simplified as the query says, and not cut at the box. */ pub geometry: Vec<u8>,
}

from_core!(companion::FeatureItem => FeatureItem same { territory, kind, id, name, lang, offline } core { geometry }
    own { geometry: geometry.to_wkb() });

/// The objects in a box.
#[derive(uniffi::Record)] pub struct FeaturePage {
    /** Number of objects in the box. */ pub total: u64,
    /** The first of them, by kind. */ pub items: Vec<FeatureItem>,
}

from_core!(companion::FeaturePage => FeaturePage same {} core { total, items } own { total: total as u64, items: all(items) });

/// Which objects to search.
#[derive(uniffi::Record)] pub struct NearbyQuery {
    /** Kinds to find; empty for all but cities and districts. */ #[uniffi(default = [])] pub kinds: Vec<Kind>,
    /** Name of the territory; none for all. */ #[uniffi(default = None)] pub territory: Option<String>,
    /** Maximum distance, metres. */ #[uniffi(default = None)] pub max_distance_m: Option<f64>,
    /** Maximum number of results, 1 to 200. */ #[uniffi(default = 10)] pub limit: u32,
    /** Find touristic events that have ended, too. */ #[uniffi(default = false)] pub past_events: bool,
}

/// An object near a position.
#[derive(uniffi::Record)] pub struct NearbyItem {
    /** Name of its territory. */ pub territory: String,
    /** Its kind. */ pub kind: Kind,
    /** Its id on the server. */ pub id: i64,
    /** Its name, or the label of its type if it has none. */ pub name: String,
    /** Language of the name. */ pub lang: String,
    /** Metres on the ellipsoid to its nearest point; 0 inside an area. */ pub distance_m: f64,
    /** Bearing to its nearest point, degrees clockwise from north. */ pub bearing_deg: f64,
    /** Its nearest point. */ pub point: Position,
    /** Treks only: name of the practice. */ pub practice: Option<String>,
    /** Treks only: name of the difficulty. */ pub difficulty: Option<String>,
    /** Treks only: duration, hours. */ pub duration_h: Option<f64>,
    /** Treks only: length, metres. */ pub length_m: Option<f64>,
    /** Treks only: ascent, metres. */ pub ascent_m: Option<f64>,
    /** Treks only: true if a complete pack of it is on the device. */ pub offline: bool,
    /** Touristic events only: dates. */ pub event: Option<EventDates>,
    /** Time at which a refresh noticed that the server no longer publishes it, Unix ms. */ pub withdrawn_ms: Option<i64>,
}

from_core!(companion::NearbyItem => NearbyItem
    same { territory, kind, id, name, lang, distance_m, bearing_deg, event, withdrawn_ms }
    core { trek, point: [lon, lat] }
    let TrekStats { practice, difficulty, duration_h, length_m, ascent_m, offline } = trek.unwrap_or_default();
    own { point: Position::new(lon, lat), practice, difficulty, duration_h, length_m, ascent_m, offline });
