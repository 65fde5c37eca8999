//! Finding treks: the question, and a page of answers.

use std::collections::{BTreeMap, HashMap};

use jalon::catalogue as core;
use jalon::companion;

use crate::enum_mirror::mirror;
use crate::error::Result;
use crate::position::{Bounds, Position};

/// Most that one page has.
const MAX_ON_A_PAGE: u32 = 200;

/// What a trek can be chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Facet {
    /// On foot, by bicycle.
    Practice,
    /// How hard it is.
    Difficulty,
    /// Loop, there and back, crossing.
    Route,
    /// Who looks after it.
    Structure,
    /// What it is about.
    Theme,
    /// Labels of the office.
    Label,
    /// Waymarking.
    Network,
    /// For whom it is accessible.
    Accessibility,
    /// City that it lies in.
    City,
    /// District that it lies in.
    District,
}

mirror!(
    Facet = jalon::catalogue::Facet {
        Practice,
        Difficulty,
        Route,
        Structure,
        Theme,
        Label,
        Network,
        Accessibility,
        City,
        District
    }
);

/// A value of a facet, of one territory.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FacetValue {
    /// The facet.
    pub facet: Facet,
    /// Short name of the territory.
    pub territory: String,
    /// The server's number of the value.
    pub id: i64,
}

/// A range of a figure, both ends included; an end that is none is open.
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Record)]
pub struct NumericRange {
    /// Least.
    #[uniffi(default = None)]
    pub min: Option<f64>,
    /// Most.
    #[uniffi(default = None)]
    pub max: Option<f64>,
}

/// What treks are put in order by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum TrekSort {
    /// How well they match a text; by name where there is none.
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

mirror!(TrekSort = jalon::catalogue::TrekSort { Relevance, Name, Distance, Length, Ascent, Duration, Difficulty });

/// Which treks, in which order, which page.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct TrekQuery {
    /// Localizer that its texts must have, as far as they are typed; accents do not count.
    #[uniffi(default = "")]
    pub text: String,
    /// Short name of a territory to look in; none for all.
    #[uniffi(default = None)]
    pub territory: Option<String>,
    /// Values that it must have: of each facet that is named, one.
    #[uniffi(default = [])]
    pub values: Vec<FacetValue>,
    /// Labels that it must not have.
    #[uniffi(default = [])]
    pub excluded_labels: Vec<FacetValue>,
    /// Hours: one of these ranges.
    #[uniffi(default = [])]
    pub duration_h: Vec<NumericRange>,
    /// Metres of length: one of these ranges.
    #[uniffi(default = [])]
    pub length_m: Vec<NumericRange>,
    /// Metres up: one of these ranges.
    #[uniffi(default = [])]
    pub ascent_m: Vec<NumericRange>,
    /// A box that its line must meet.
    #[uniffi(default = None)]
    pub bounds: Option<Bounds>,
    /// Where "here" is.
    #[uniffi(default = None)]
    pub near: Option<Position>,
    /// No further from here than so many metres; needs `near`.
    #[uniffi(default = None)]
    pub max_distance_m: Option<f64>,
    /// The order; `Relevance` where none is given. Treks without the figure come last.
    #[uniffi(default = None)]
    pub sort: Option<TrekSort>,
    /// Most first, and not min.
    #[uniffi(default = false)]
    pub descending: bool,
    /// At max so many, 1 to 200.
    #[uniffi(default = 50)]
    pub limit: u32,
    /// After so many.
    #[uniffi(default = 0)]
    pub offset: u32,
    /// Whether to count what every choice would give.
    #[uniffi(default = false)]
    pub facet_counts: bool,
}

impl TrekQuery {
    /// The core's question.
    pub(crate) fn core(self, catalogue: &core::Catalogue) -> Result<companion::TrekQuery> {
        let TrekQuery {
            text,
            territory,
            values,
            excluded_labels,
            duration_h,
            length_m,
            ascent_m,
            bounds,
            near,
            max_distance_m,
            sort,
            descending,
            limit,
            offset,
            facet_counts,
        } = self;
        let mut keys: HashMap<String, i64> = HashMap::new();
        let mut key = |name: &str| -> Result<i64> {
            if let Some(key) = keys.get(name) {
                return Ok(*key);
            }
            let key = catalogue.territory(name)?.key;
            keys.insert(name.to_owned(), key);
            Ok(key)
        };
        let mut by_facet: BTreeMap<core::Facet, Vec<(i64, i64)>> = BTreeMap::new();
        for FacetValue { facet, territory, id } in values {
            by_facet.entry(facet.into()).or_default().push((key(&territory)?, id));
        }
        let mut unwanted = Vec::new();
        for FacetValue { facet, territory, id } in excluded_labels {
            if facet != Facet::Label {
                return Err(jalon::Error::invalid("excluded_labels", "values of the facet Label").into());
            }
            unwanted.push((key(&territory)?, id));
        }
        let ranges = |ranges: Vec<NumericRange>| -> Vec<core::NumericRange> {
            ranges.into_iter().map(|NumericRange { min, max }| core::NumericRange { min, max }).collect()
        };
        Ok(companion::TrekQuery {
            text: Some(text).filter(|text| !text.trim().is_empty()),
            filters: core::Filters {
                values: by_facet,
                excluded_labels: unwanted,
                duration_h: ranges(duration_h),
                length_m: ranges(length_m),
                ascent_m: ranges(ascent_m),
                bounds: bounds.map(Into::into),
                territory: territory.as_deref().map(key).transpose()?,
            },
            near: near.map(Into::into),
            max_distance_m,
            sort: sort.map(Into::into).unwrap_or_default(),
            order: if descending { core::SortOrder::Descending } else { core::SortOrder::Ascending },
            limit: page(limit)?,
            offset: offset as usize,
            facet_counts,
        })
    }
}

/// How many a page may have.
pub(crate) fn page(limit: u32) -> Result<usize> {
    if (1..=MAX_ON_A_PAGE).contains(&limit) {
        return Ok(limit as usize);
    }
    Err(jalon::Error::invalid("limit", format!("1 to {MAX_ON_A_PAGE}")).into())
}

/// Where words stand in a text, in UTF-16 code units from its start, as Kotlin's and Swift's (`utf16`) strings count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Highlight {
    /// The first unit.
    pub start: u32,
    /// The unit after the last.
    pub end: u32,
}

/// Marks in bytes of UTF-8, in UTF-16.
pub(crate) fn highlights(text: &str, bytes: Vec<(usize, usize)>) -> Vec<Highlight> {
    let units = |end: usize| text.get(..end).map_or(0, |before| before.encode_utf16().count() as u32);
    bytes.into_iter().map(|(start, end)| Highlight { start: units(start), end: units(end) }).collect()
}

/// One trek in a list.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct TrekItem {
    /// Short name of its territory.
    pub territory: String,
    /// The server's number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Language of the name.
    pub lang: String,
    /// Where the words that were asked for stand in the name.
    pub highlights: Vec<Highlight>,
    /// Its practice, in words.
    pub practice: Option<String>,
    /// Its difficulty, in words.
    pub difficulty: Option<String>,
    /// Hours.
    pub duration_h: Option<f64>,
    /// Metres along it.
    pub length_m: Option<f64>,
    /// Metres up.
    pub ascent_m: Option<f64>,
    /// Whether all that belongs to it is on the device.
    pub offline: bool,
    /// Metres from here to its nearest point.
    pub distance_m: Option<f64>,
    /// Degrees clockwise from north, from here.
    pub bearing_deg: Option<f64>,
    /// Its nearest point.
    pub point: Option<Position>,
}

impl From<companion::TrekItem> for TrekItem {
    fn from(item: companion::TrekItem) -> TrekItem {
        let companion::TrekItem {
            territory,
            kind: _,
            id,
            name,
            lang,
            highlights: bytes,
            stats,
            distance_m,
            bearing_deg,
            point,
        } = item;
        let companion::TrekStats { practice, difficulty, duration_h, length_m, ascent_m, offline } = stats;
        TrekItem {
            territory,
            id,
            lang,
            highlights: highlights(&name, bytes),
            name,
            practice,
            difficulty,
            duration_h,
            length_m,
            ascent_m,
            offline,
            distance_m,
            bearing_deg,
            point: point.map(Into::into),
        }
    }
}

/// A value of a facet and what it would give.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FacetValueCount {
    /// Short name of the territory whose value it is.
    pub territory: String,
    /// The value.
    pub id: i64,
    /// What people read.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// How many treks it would give.
    pub count: u64,
}

/// The choices of a facet.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FacetValueCounts {
    /// The facet.
    pub facet: Facet,
    /// Its values.
    pub counts: Vec<FacetValueCount>,
}

/// A page of treks.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct TrekPage {
    /// How many there are on all pages.
    pub total: u64,
    /// This page.
    pub items: Vec<TrekItem>,
    /// What every choice would give, where that was asked.
    pub facet_counts: Vec<FacetValueCounts>,
}

impl From<companion::TrekPage> for TrekPage {
    fn from(treks: companion::TrekPage) -> TrekPage {
        let companion::TrekPage { total, items, facet_counts } = treks;
        let choice = |choice: companion::FacetValueCount| {
            let companion::FacetValueCount { territory, id, name, lang, count } = choice;
            FacetValueCount { territory, id, name, lang, count: count as u64 }
        };
        let choices = |(facet, choices): (core::Facet, Vec<companion::FacetValueCount>)| FacetValueCounts {
            facet: facet.into(),
            counts: choices.into_iter().map(choice).collect(),
        };
        TrekPage {
            total: total as u64,
            items: items.into_iter().map(Into::into).collect(),
            facet_counts: facet_counts.unwrap_or_default().into_iter().map(choices).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_count_as_the_strings_of_the_platforms_do() {
        let name = "Étang 🏔 d’Émile";
        let at = name.find("Émile").unwrap();
        assert_eq!(highlights(name, vec![(at, at + "Émile".len())]), [Highlight { start: 11, end: 16 }]);
        assert_eq!(name.encode_utf16().skip(11).count(), 5);
    }
}
