//! Trek lists: the query and a page of results.

use std::collections::{BTreeMap, HashMap};

use jalon::catalogue::{self, Catalogue, Filters, SortOrder};
pub use jalon::catalogue::{Facet, NumericRange, TrekSort};
use jalon::companion::{self, TrekStats};

use crate::convert::{all, from_core};
use crate::position::{Bounds, Position, at};

/// Maximum length of a page.
const MAX_LIMIT: u32 = 200;

/// A property of treks that a query can filter by.
#[uniffi::remote(Enum)]
pub enum Facet {
    /// Practice: on foot, by bicycle.
    Practice,
    /// Difficulty.
    Difficulty,
    /// Type of route: loop, out and back, traverse.
    Route,
    /// The organisation that maintains the trek.
    Structure,
    /// Theme.
    Theme,
    /// Label of the office.
    Label,
    /// Network of waymarked paths.
    Network,
    /// Accessibility.
    Accessibility,
    /// City that the trek crosses.
    City,
    /// District that the trek crosses.
    District,
}

/// A value of a facet in a territory.
#[derive(Debug, uniffi::Record)]
pub struct FacetValue {
    /// The facet.
    pub facet: Facet,
    /// Name of the territory.
    pub territory: String,
    /// Id of the value on the server.
    pub id: i64,
}

/// A range of numbers, both ends included.
#[uniffi::remote(Record)]
pub struct NumericRange {
    /// Minimum; none for no minimum.
    #[uniffi(default = None)]
    pub min: Option<f64>,
    /// Maximum; none for no maximum.
    #[uniffi(default = None)]
    pub max: Option<f64>,
}

/// The order of treks.
#[uniffi::remote(Enum)]
pub enum TrekSort {
    /// Best match of the text; by name if the query has no text.
    Relevance,
    /// Name.
    Name,
    /// Distance from `near`.
    Distance,
    /// Length.
    Length,
    /// Ascent.
    Ascent,
    /// Duration.
    Duration,
    /// Difficulty.
    Difficulty,
}

/// Which treks, in which order, and which page of them.
#[derive(Debug, uniffi::Record)]
pub struct TrekQuery {
    /// Words in the texts of the trek, ignoring accents; the last letters of a word may be missing.
    #[uniffi(default = "")]
    pub text: String,
    /// Name of the territory; none for all.
    #[uniffi(default = None)]
    pub territory: Option<String>,
    /// The trek has, for each facet listed, one of the values listed.
    #[uniffi(default = [])]
    pub values: Vec<FacetValue>,
    /// The trek has none of these labels.
    #[uniffi(default = [])]
    pub excluded_labels: Vec<FacetValue>,
    /// Duration in one of these ranges, hours.
    #[uniffi(default = [])]
    pub duration_h: Vec<NumericRange>,
    /// Length in one of these ranges, metres.
    #[uniffi(default = [])]
    pub length_m: Vec<NumericRange>,
    /// Ascent in one of these ranges, metres.
    #[uniffi(default = [])]
    pub ascent_m: Vec<NumericRange>,
    /// A box that the line of the trek intersects.
    #[uniffi(default = None)]
    pub bounds: Option<Bounds>,
    /// Position that distances are measured from.
    #[uniffi(default = None)]
    pub near: Option<Position>,
    /// Maximum distance from `near`, metres.
    #[uniffi(default = None)]
    pub max_distance_m: Option<f64>,
    /// The order; `Relevance` if none. Treks without the value come last.
    #[uniffi(default = None)]
    pub sort: Option<TrekSort>,
    /// Highest value first.
    #[uniffi(default = false)]
    pub descending: bool,
    /// Length of the page, 1 to 200.
    #[uniffi(default = 50)]
    pub limit: u32,
    /// Number of treks before the page.
    #[uniffi(default = 0)]
    pub offset: u32,
    /// Count the treks of every value of every facet.
    #[uniffi(default = false)]
    pub facet_counts: bool,
}

impl TrekQuery {
    pub(crate) fn core(self, catalogue: &Catalogue) -> jalon::Result<companion::TrekQuery> {
        let mut keys: HashMap<String, i64> = HashMap::new();
        let mut key = |name: &str| -> jalon::Result<i64> {
            if let Some(key) = keys.get(name) {
                return Ok(*key);
            }
            let key = catalogue.territory(name)?.key;
            keys.insert(name.to_owned(), key);
            Ok(key)
        };
        let mut values: BTreeMap<Facet, Vec<(i64, i64)>> = BTreeMap::new();
        for FacetValue { facet, territory, id } in self.values {
            values.entry(facet).or_default().push((key(&territory)?, id));
        }
        let mut excluded_labels = Vec::new();
        for FacetValue { facet, territory, id } in self.excluded_labels {
            if facet != Facet::Label {
                return Err(jalon::Error::invalid("excluded_labels", "must be values of the facet Label"));
            }
            excluded_labels.push((key(&territory)?, id));
        }
        Ok(companion::TrekQuery {
            text: Some(self.text).filter(|text| !text.trim().is_empty()),
            filters: Filters {
                values,
                excluded_labels,
                duration_h: self.duration_h,
                length_m: self.length_m,
                ascent_m: self.ascent_m,
                bounds: self.bounds,
                territory: self.territory.as_deref().map(key).transpose()?,
            },
            near: self.near,
            max_distance_m: self.max_distance_m,
            sort: self.sort.unwrap_or_default(),
            order: if self.descending { SortOrder::Descending } else { SortOrder::Ascending },
            limit: page(self.limit)?,
            offset: self.offset as usize,
            facet_counts: self.facet_counts,
        })
    }
}

/// The length of a page.
pub(crate) fn page(limit: u32) -> jalon::Result<usize> {
    let rule = || jalon::Error::invalid("limit", format!("must be from 1 to {MAX_LIMIT}"));
    if (1..=MAX_LIMIT).contains(&limit) { Ok(limit as usize) } else { Err(rule()) }
}

/// A match in a text, in UTF-16 code units, as Kotlin and Swift (`utf16`) count.
#[derive(Debug, PartialEq, uniffi::Record)]
pub struct Highlight {
    /// First unit.
    pub start: u32,
    /// Unit after the last.
    pub end: u32,
}

/// Converts ranges of UTF-8 bytes.
pub(crate) fn highlights(text: &str, bytes: Vec<(usize, usize)>) -> Vec<Highlight> {
    let units = |end: usize| text.get(..end).map_or(0, |before| before.encode_utf16().count() as u32);
    bytes.into_iter().map(|(start, end)| Highlight { start: units(start), end: units(end) }).collect()
}

/// A trek in a list.
#[derive(Debug, uniffi::Record)]
pub struct TrekItem {
    /// Name of its territory.
    pub territory: String,
    /// Its id on the server.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Language of the name.
    pub lang: String,
    /// Matches in the name.
    pub highlights: Vec<Highlight>,
    /// Name of the practice.
    pub practice: Option<String>,
    /// Name of the difficulty.
    pub difficulty: Option<String>,
    /// Duration, hours.
    pub duration_h: Option<f64>,
    /// Length, metres.
    pub length_m: Option<f64>,
    /// Ascent, metres.
    pub ascent_m: Option<f64>,
    /// True if a complete pack of it is on the device.
    pub offline: bool,
    /// Metres from `near` to its nearest point.
    pub distance_m: Option<f64>,
    /// Bearing from `near` to its nearest point, degrees clockwise from north.
    pub bearing_deg: Option<f64>,
    /// Its nearest point.
    pub point: Option<Position>,
}

from_core!(companion::TrekItem => TrekItem same { territory, id, lang, distance_m, bearing_deg }
core { kind: _, name, highlights: bytes, stats, point }
let TrekStats { practice, difficulty, duration_h, length_m, ascent_m, offline } = stats;
own {
    highlights: highlights(&name, bytes), name, point: point.map(at),
    practice, difficulty, duration_h, length_m, ascent_m, offline
});

/// Number of treks of a value of a facet.
#[derive(Debug, uniffi::Record)]
pub struct FacetValueCount {
    /// Name of the territory of the value.
    pub territory: String,
    /// Id of the value on the server.
    pub id: i64,
    /// Name of the value.
    pub name: String,
    /// Language of the name.
    pub lang: String,
    /// Number of treks that a query with this value finds.
    pub count: u64,
}

from_core!(companion::FacetValueCount => FacetValueCount same { territory, id, name, lang } core { count }
    own { count: count as u64 });

/// The counts of a facet.
#[derive(Debug, uniffi::Record)]
pub struct FacetValueCounts {
    /// The facet.
    pub facet: Facet,
    /// Its values.
    pub counts: Vec<FacetValueCount>,
}

/// A page of treks.
#[derive(Debug, uniffi::Record)]
pub struct TrekPage {
    /// Number of treks on all pages.
    pub total: u64,
    /// This page.
    pub items: Vec<TrekItem>,
    /// Counts by facet, if the query asks for them.
    pub facet_counts: Vec<FacetValueCounts>,
}

from_core!(companion::TrekPage => TrekPage same {} core { total, items, facet_counts }
    own { total: total as u64, items: all(items), facet_counts: by_facet(facet_counts.unwrap_or_default()) });

fn by_facet(counts: BTreeMap<catalogue::Facet, Vec<companion::FacetValueCount>>) -> Vec<FacetValueCounts> {
    counts.into_iter().map(|(facet, counts)| FacetValueCounts { facet, counts: all(counts) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highlight_after_surrogate_pair_counts_utf16_units() {
        let name = "Étang 🏔 d’Émile";
        let start = name.find("Émile").unwrap();
        assert_eq!(highlights(name, vec![(start, start + "Émile".len())]), [Highlight { start: 11, end: 16 }]);
        assert_eq!(name.encode_utf16().skip(11).count(), 5);
    }
}
