//! Lists of treks: filters, the query, a page.

pub use jalon::catalogue::{Facet, NumericRange, TrekSort};
use jalon::companion::{self, TrekStats};

use super::{Bounds, Position};
use crate::convert::{all, from_core, highlights};

/// A property of treks that a query can filter by.
#[uniffi::remote(Enum)] pub enum Facet {
    /** Practice: on foot, by bicycle. */ Practice,
    /** Difficulty. */ Difficulty,
    /** Type of route: loop, out and back, traverse. */ Route,
    /** The organisation that maintains the trek. */ Structure,
    /** Theme. */ Theme,
    /** Label of the office. */ Label,
    /** Network of waymarked paths. */ Network,
    /** Accessibility. */ Accessibility,
    /** City that the trek crosses. */ City,
    /** District that the trek crosses. */ District,
}

/// A value of a facet in a territory.
#[derive(uniffi::Record)] pub struct FacetValue {
    /** The facet. */ pub facet: Facet,
    /** Name of the territory. */ pub territory: String,
    /** Id of the value on the server. */ pub id: i64,
}

/// A range of numbers, both ends included.
#[uniffi::remote(Record)] pub struct NumericRange {
    /** Minimum; none for no minimum. */ #[uniffi(default = None)] pub min: Option<f64>,
    /** Maximum; none for no maximum. */ #[uniffi(default = None)] pub max: Option<f64>,
}

/// The order of treks.
#[uniffi::remote(Enum)] pub enum TrekSort {
    /** Best match of the text; by name if the query has no text. */ Relevance,
    /** Name. */ Name,
    /** Distance from `near`. */ Distance,
    /** Length. */ Length,
    /** Ascent. */ Ascent,
    /** Duration. */ Duration,
    /** Difficulty. */ Difficulty,
}

/// Which treks, in which order, and which page of them.
#[derive(uniffi::Record)] pub struct TrekQuery {
    /** Words, or starts of words, in its texts; accents are ignored. */ #[uniffi(default = "")] pub text: String,
    /** Name of the territory; none for all. */ #[uniffi(default = None)] pub territory: Option<String>,
    /** For each facet listed, one of its values listed. */ #[uniffi(default = [])] pub values: Vec<FacetValue>,
    /** The trek has none of these labels. */ #[uniffi(default = [])] pub excluded_labels: Vec<FacetValue>,
    /** Duration in one of these ranges, hours. */ #[uniffi(default = [])] pub duration_h: Vec<NumericRange>,
    /** Length in one of these ranges, metres. */ #[uniffi(default = [])] pub length_m: Vec<NumericRange>,
    /** Ascent in one of these ranges, metres. */ #[uniffi(default = [])] pub ascent_m: Vec<NumericRange>,
    /** A box that the line of the trek intersects. */ #[uniffi(default = None)] pub bounds: Option<Bounds>,
    /** Only treks of which a complete pack is on the device. */ #[uniffi(default = false)] pub offline: bool,
    /** Position that distances are measured from. */ #[uniffi(default = None)] pub near: Option<Position>,
    /** Maximum distance from `near`, metres. */ #[uniffi(default = None)] pub max_distance_m: Option<f64>,
    /** `Relevance` if none. Treks without the value come last. */ #[uniffi(default = None)] pub sort: Option<TrekSort>,
    /** Highest value first. */ #[uniffi(default = false)] pub descending: bool,
    /** Length of the page, 1 to 200. */ #[uniffi(default = 50)] pub limit: u32,
    /** Number of treks before the page. */ #[uniffi(default = 0)] pub offset: u32,
    /** Count the treks of every value of every facet. */ #[uniffi(default = false)] pub facet_counts: bool,
}

/// A match in a text, in UTF-16 code units, as Kotlin and Swift (`utf16`) count.
#[derive(Debug, PartialEq, uniffi::Record)] pub struct Highlight {
    /** First unit. */ pub start: u32,
    /** Unit after the last. */ pub end: u32,
}

/// A trek in a list.
#[derive(uniffi::Record)] pub struct TrekItem {
    /** Name of its territory. */ pub territory: String,
    /** Its id on the server. */ pub id: i64,
    /** Its name. */ pub name: String,
    /** Language of the name. */ pub lang: String,
    /** Matches in the name. */ pub highlights: Vec<Highlight>,
    /** Name of the practice. */ pub practice: Option<String>,
    /** Name of the difficulty. */ pub difficulty: Option<String>,
    /** Duration, hours. */ pub duration_h: Option<f64>,
    /** Length, metres. */ pub length_m: Option<f64>,
    /** Ascent, metres. */ pub ascent_m: Option<f64>,
    /** True if a complete pack of it is on the device. */ pub offline: bool,
    /** Time at which a refresh noticed that the server no longer publishes it, Unix ms. */ pub withdrawn_ms: Option<i64>,
    /** Metres from `near` to its nearest point. */ pub distance_m: Option<f64>,
    /** Bearing from `near` to its nearest point, degrees clockwise from north. */ pub bearing_deg: Option<f64>,
    /** Its nearest point. */ pub point: Option<Position>,
}

from_core!(companion::TrekItem => TrekItem same { territory, id, lang, withdrawn_ms, distance_m, bearing_deg }
    core { kind: _, name, highlights: bytes, stats, point }
    let TrekStats { practice, difficulty, duration_h, length_m, ascent_m, offline } = stats;
    own {
        highlights: highlights(&name, bytes), name, point: point.map(|[lon, lat]| Position::new(lon, lat)),
        practice, difficulty, duration_h, length_m, ascent_m, offline
    });

/// Number of treks of a value of a facet.
#[derive(uniffi::Record)] pub struct FacetValueCount {
    /** Name of the territory of the value. */ pub territory: String,
    /** Id of the value on the server. */ pub id: i64,
    /** Name of the value. */ pub name: String,
    /** Language of the name. */ pub lang: String,
    /** Number of treks that a query with this value finds. */ pub count: u64,
}

from_core!(companion::FacetValueCount => FacetValueCount same { territory, id, name, lang } core { count }
    own { count: count as u64 });

/// The counts of a facet.
#[derive(uniffi::Record)] pub struct FacetValueCounts {
    /** The facet. */ pub facet: Facet,
    /** Its values. */ pub counts: Vec<FacetValueCount>,
}

/// A page of treks.
#[derive(uniffi::Record)] pub struct TrekPage {
    /** Number of treks on all pages. */ pub total: u64,
    /** This page. */ pub items: Vec<TrekItem>,
    /** Counts by facet, if the query asks for them. */ pub facet_counts: Vec<FacetValueCounts>,
}

from_core!(companion::TrekPage => TrekPage same {} core { total, items, facet_counts } own {
    total: total as u64, items: all(items), facet_counts: facet_counts.unwrap_or_default().into_iter()
        .map(|(facet, counts)| FacetValueCounts { facet, counts: all(counts) }).collect(),
});
