//! Which treks suit: OR inside a filter, AND between them, intervals with both ends, and how many each choice would give.
//! Pure, over rows in memory: a territory has some hundreds of treks, a phone some thousands.

use std::collections::BTreeMap;

use serde::Serialize;

use super::TrekRow;
use crate::model::{Bounds, Id};

/// What a trek can be chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the filter of its name")]
pub enum Facet {
    Practice,
    Difficulty,
    Route,
    Structure,
    Theme,
    Label,
    Network,
    Accessibility,
    City,
    District,
}

impl Facet {
    /// Every facet.
    pub const ALL: [Facet; 10] = [
        Facet::Practice,
        Facet::Difficulty,
        Facet::Route,
        Facet::Structure,
        Facet::Theme,
        Facet::Label,
        Facet::Network,
        Facet::Accessibility,
        Facet::City,
        Facet::District,
    ];

    /// The facet's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Facet::Practice => "practice",
            Facet::Difficulty => "difficulty",
            Facet::Route => "route",
            Facet::Structure => "structure",
            Facet::Theme => "theme",
            Facet::Label => "label",
            Facet::Network => "network",
            Facet::Accessibility => "accessibility",
            Facet::City => "city",
            Facet::District => "district",
        }
    }

    /// The vocabulary that its values are entries of; none for cities and districts, which are objects.
    pub const fn vocabulary(self) -> Option<&'static str> {
        match self {
            Facet::Practice => Some("trek_practice"),
            Facet::Difficulty => Some("trek_difficulty"),
            Facet::Route => Some("trek_route"),
            Facet::Structure => Some("structure"),
            Facet::Theme => Some("theme"),
            Facet::Label => Some("label"),
            Facet::Network => Some("trek_network"),
            Facet::Accessibility => Some("trek_accessibility"),
            Facet::City | Facet::District => None,
        }
    }

    /// The values that a trek has.
    pub(super) fn values(self, trek: &TrekRow) -> &[Id] {
        match self {
            Facet::Practice => trek.practice.as_slice(),
            Facet::Difficulty => trek.difficulty.as_slice(),
            Facet::Route => trek.route.as_slice(),
            Facet::Structure => trek.structure.as_slice(),
            Facet::Theme => &trek.themes,
            Facet::Label => &trek.labels,
            Facet::Network => &trek.networks,
            Facet::Accessibility => &trek.accessibilities,
            Facet::City => &trek.cities,
            Facet::District => &trek.districts,
        }
    }
}

/// A range of a figure, both ends included; an end that is none is open.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NumericRange {
    /// Least.
    pub min: Option<f64>,
    /// Most.
    pub max: Option<f64>,
}

impl NumericRange {
    fn contains(self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }
}

/// What treks must have. Empty filters ask nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filters {
    /// Values by facet, each of a territory (by its number in the catalogue): one of them is enough.
    pub values: BTreeMap<Facet, Vec<(i64, Id)>>,
    /// Labels that it must not have.
    pub excluded_labels: Vec<(i64, Id)>,
    /// Hours: one of these ranges.
    pub duration_h: Vec<NumericRange>,
    /// Metres of length: one of these ranges.
    pub length_m: Vec<NumericRange>,
    /// Metres up: one of these ranges.
    pub ascent_m: Vec<NumericRange>,
    /// A box that its line must meet.
    pub bounds: Option<Bounds>,
    /// Territory, by its number in the catalogue.
    pub territory: Option<i64>,
}

impl Filters {
    /// Whether any trek could be left out by them.
    pub fn is_unfiltered(&self) -> bool {
        let Filters { values, excluded_labels, duration_h, length_m, ascent_m, bounds, territory } = self;
        values.values().any(|wanted| !wanted.is_empty())
            || !excluded_labels.is_empty()
            || [duration_h, length_m, ascent_m].into_iter().any(|ranges| !ranges.is_empty())
            || bounds.is_some()
            || territory.is_some()
    }

    /// Whether a trek suits; `but` leaves one facet out of account.
    pub(super) fn suits(&self, trek: &TrekRow, but: Option<Facet>) -> bool {
        let has = |facet: Facet, wanted: &[(i64, Id)]| {
            facet.values(trek).iter().any(|value| wanted.contains(&(trek.territory, *value)))
        };
        let in_one = |intervals: &[NumericRange], value: Option<f64>| {
            intervals.is_empty() || value.is_some_and(|value| intervals.iter().any(|range| range.contains(value)))
        };
        self.territory.is_none_or(|territory| territory == trek.territory)
            && self.values.iter().all(|(facet, wanted)| Some(*facet) == but || wanted.is_empty() || has(*facet, wanted))
            && !has(Facet::Label, &self.excluded_labels)
            && in_one(&self.duration_h, trek.duration_h)
            && in_one(&self.length_m, trek.length_m)
            && in_one(&self.ascent_m, trek.ascent_m)
            && self.bounds.is_none_or(|bounds| trek.bounds.is_some_and(|own| own.intersects(&bounds)))
    }
}

/// How many treks a value would give: with the other filters as they are, and this value alone in its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FacetCount {
    /// The filter.
    pub facet: Facet,
    /// Number of the territory in the catalogue.
    #[serde(skip)]
    pub territory: i64,
    /// The value.
    pub id: Id,
    /// How many.
    pub count: usize,
}

/// Counts every value of every facet among treks that pass `also` (the text, the place).
pub(super) fn counts(treks: &[TrekRow], filters: &Filters, also: impl Fn(&TrekRow) -> bool) -> Vec<FacetCount> {
    let mut counts = Vec::new();
    let candidates: Vec<&TrekRow> = treks.iter().filter(|trek| also(trek)).collect();
    for facet in Facet::ALL {
        let mut by_value: BTreeMap<(i64, Id), usize> = BTreeMap::new();
        for trek in candidates.iter().filter(|trek| filters.suits(trek, Some(facet))) {
            let values = facet.values(trek);
            // A trek counts once, however often a server writes the same value.
            for (_, value) in values.iter().enumerate().filter(|(at, value)| !values[..*at].contains(value)) {
                *by_value.entry((trek.territory, *value)).or_default() += 1;
            }
        }
        let counted = by_value.into_iter().map(|((territory, id), count)| FacetCount { facet, territory, id, count });
        counts.extend(counted);
    }
    counts
}

/// What treks are ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TrekSort {
    /// How well they match a text; by name where there is none.
    #[default]
    Relevance,
    /// Name, in the language in which it is shown.
    Name,
    /// Distance from here.
    Distance,
    /// Length.
    Length,
    /// Ascent.
    Ascent,
    /// Duration.
    Duration,
    /// Difficulty, in the order of the server's numbers.
    Difficulty,
}

/// Which end comes first. Treks without the figure come last either way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortOrder {
    /// Least first.
    #[default]
    Ascending,
    /// Most first.
    Descending,
}

impl TrekSort {
    /// The figure of a trek that counts, where it is one.
    pub(crate) fn value(self, trek: &TrekRow) -> Option<f64> {
        match self {
            TrekSort::Length => trek.length_m,
            TrekSort::Ascent => trek.ascent_m,
            TrekSort::Duration => trek.duration_h,
            TrekSort::Difficulty => trek.difficulty.map(|id| id as f64),
            TrekSort::Relevance | TrekSort::Name | TrekSort::Distance => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn trek() -> impl Strategy<Value = TrekRow> {
        let ids = || prop::collection::vec(1..4_i64, 0..3);
        let figure = || proptest::option::of(0..10_i32);
        (1..3_i64, proptest::option::of(1..4_i64), ids(), ids(), figure(), figure()).prop_map(
            |(territory, practice, themes, labels, hours, metres)| TrekRow {
                territory,
                practice,
                themes,
                labels,
                duration_h: hours.map(f64::from),
                length_m: metres.map(f64::from),
                ..TrekRow::default()
            },
        )
    }

    fn filters() -> impl Strategy<Value = Filters> {
        let wanted = || prop::collection::vec((1..3_i64, 1..4_i64), 0..3);
        let range = (proptest::option::of(0..10_i32), proptest::option::of(0..10_i32));
        let ranges = prop::collection::vec(range, 0..2);
        (wanted(), wanted(), wanted(), ranges).prop_map(|(practices, themes, excluded_labels, ranges)| Filters {
            values: BTreeMap::from([(Facet::Practice, practices), (Facet::Theme, themes)]),
            excluded_labels,
            duration_h: ranges
                .into_iter()
                .map(|(min, max)| NumericRange { min: min.map(f64::from), max: max.map(f64::from) })
                .collect(),
            ..Filters::default()
        })
    }

    proptest! {
        /// A count is what one would get: ask for that value alone and count.
        #[test]
        fn a_count_is_what_the_choice_gives(treks in prop::collection::vec(trek(), 0..30), filters in filters()) {
            for count in counts(&treks, &filters, |_| true) {
                let mut chosen = filters.clone();
                chosen.values.insert(count.facet, vec![(count.territory, count.id)]);
                let got = treks.iter().filter(|trek| chosen.suits(trek, None)).count();
                prop_assert_eq!(got, count.count);
            }
        }
    }

    #[test]
    fn intervals_include_their_ends_and_unknown_figures_suit_none() {
        let five = TrekRow { duration_h: Some(5.0), ..TrekRow::default() };
        let asks = |min, max| Filters { duration_h: vec![NumericRange { min, max }], ..Filters::default() };
        assert!(asks(Some(5.0), Some(5.0)).suits(&five, None));
        assert!(!asks(None, Some(4.9)).suits(&five, None));
        assert!(!asks(None, None).suits(&TrekRow::default(), None));
        assert!(Filters::default().suits(&TrekRow::default(), None));
    }
}
