//! Filters of treks: OR between the values of one filter, AND between filters, ranges with both ends, and the number of
//! treks for each value. Pure, over rows in memory: a territory has some hundreds of treks, a phone some thousands.

use std::collections::BTreeMap;

use serde::Serialize;

use super::TrekRow;
use crate::id::TerritoryId;
use crate::model::{Bounds, Id, Kind};

macro_rules! facets {
    ($($facet:ident = $word:literal, $field:ident;)*) => {
        /// A field that treks can be filtered by.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "each is the field of its name")]
        pub enum Facet {
            $($facet,)*
        }

        impl Facet {
            /// Every facet.
            pub const ALL: [Facet; [$($word),*].len()] = [$(Facet::$facet),*];

            /// The facet's word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Facet::$facet => $word,)*
                }
            }

            /// The vocabulary of the values; `None` for cities and districts, which are objects.
            pub fn vocabulary(self) -> Option<&'static str> {
                let name = match self {
                    $(Facet::$facet => stringify!($field),)*
                };
                Kind::Trek.field(name)?.refers_to
            }

            /// The values of a trek.
            pub(super) fn values(self, trek: &TrekRow) -> &[Id] {
                match self {
                    $(Facet::$facet => trek.$field.as_slice(),)*
                }
            }
        }
    };
}

// The one list of facets: each with its word and the field of a trek.
facets! {
    Practice = "practice", practice;
    Difficulty = "difficulty", difficulty;
    Route = "route", route;
    Structure = "structure", structure;
    Theme = "theme", themes;
    Label = "label", labels;
    Network = "network", networks;
    Accessibility = "accessibility", accessibilities;
    City = "city", cities;
    District = "district", districts;
}

/// A range of numbers, both ends included; an end that is `None` is open.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NumericRange {
    /// Minimum.
    pub min: Option<f64>,
    /// Maximum.
    pub max: Option<f64>,
}

impl NumericRange {
    fn contains(self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }
}

/// Conditions for treks. An empty filter accepts every trek.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filters {
    /// Values by facet, each with its territory and id. A trek must have one of them.
    pub values: BTreeMap<Facet, Vec<(TerritoryId, Id)>>,
    /// Labels that a trek must not have.
    pub excluded_labels: Vec<(TerritoryId, Id)>,
    /// Ranges of hours; the duration must lie in one of them.
    pub duration_h: Vec<NumericRange>,
    /// Ranges of metres; the length must lie in one of them.
    pub length_m: Vec<NumericRange>,
    /// Ranges of metres; the ascent must lie in one of them.
    pub ascent_m: Vec<NumericRange>,
    /// Box that the line must touch.
    pub bounds: Option<Bounds>,
    /// The territory; `None` for all territories.
    pub territory: Option<TerritoryId>,
    /// Only treks of which a complete pack is on the device.
    pub offline: bool,
}

impl Filters {
    /// Whether a filter is set.
    pub(crate) fn has_filters(&self) -> bool {
        let Filters { values, excluded_labels, duration_h, length_m, ascent_m, bounds, territory, offline } = self;
        values.values().any(|wanted| !wanted.is_empty())
            || !excluded_labels.is_empty()
            || [duration_h, length_m, ascent_m].into_iter().any(|ranges| !ranges.is_empty())
            || bounds.is_some()
            || territory.is_some()
            || *offline
    }

    /// Whether a trek passes the filters; the filter of the facet `except` is ignored. Packs are not looked at.
    pub(super) fn accepts(&self, trek: &TrekRow, except: Option<Facet>) -> bool {
        let has = |facet: Facet, wanted: &[(TerritoryId, Id)]| {
            facet.values(trek).iter().any(|value| wanted.contains(&(trek.territory, *value)))
        };
        let in_a_range = |ranges: &[NumericRange], value: Option<f64>| {
            ranges.is_empty() || value.is_some_and(|value| ranges.iter().any(|range| range.contains(value)))
        };
        self.territory.is_none_or(|territory| territory == trek.territory)
            && self
                .values
                .iter()
                .all(|(facet, wanted)| Some(*facet) == except || wanted.is_empty() || has(*facet, wanted))
            && !has(Facet::Label, &self.excluded_labels)
            && in_a_range(&self.duration_h, trek.duration_h)
            && in_a_range(&self.length_m, trek.length_m)
            && in_a_range(&self.ascent_m, trek.ascent_m)
            && self.bounds.is_none_or(|bounds| trek.bounds.is_some_and(|own| own.intersects(&bounds)))
    }
}

/// Number of treks for one value of a facet: the treks that pass the other filters and have this value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FacetCount {
    /// Facet.
    pub facet: Facet,
    #[serde(skip)]
    pub territory: TerritoryId,
    /// Id of the value.
    pub id: Id,
    /// Number of treks.
    pub count: usize,
}

/// Counts every value of every facet among the treks that `also` accepts (by text, by distance).
pub(super) fn counts(treks: &[TrekRow], filters: &Filters, also: impl Fn(&TrekRow) -> bool) -> Vec<FacetCount> {
    let mut counts = Vec::new();
    let candidates: Vec<&TrekRow> = treks.iter().filter(|trek| also(trek)).collect();
    for facet in Facet::ALL {
        let mut by_value: BTreeMap<(TerritoryId, Id), usize> = BTreeMap::new();
        for trek in candidates.iter().filter(|trek| filters.accepts(trek, Some(facet))) {
            let values = facet.values(trek);
            // A trek counts once, even if its server repeats the value.
            for (_, value) in values.iter().enumerate().filter(|(at, value)| !values[..*at].contains(value)) {
                *by_value.entry((trek.territory, *value)).or_default() += 1;
            }
        }
        let counted = by_value.into_iter().map(|((territory, id), count)| FacetCount { facet, territory, id, count });
        counts.extend(counted);
    }
    counts
}

/// Order of treks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TrekSort {
    /// Score of the text search; the name if there is no text.
    #[default]
    Relevance,
    /// Name, in the language that is shown.
    Name,
    /// Distance from a position.
    Distance,
    /// Length.
    Length,
    /// Ascent.
    Ascent,
    /// Duration.
    Duration,
    /// Difficulty, in the order of the server's ids.
    Difficulty,
}

/// Direction of the order. Treks without a value come last in both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortOrder {
    /// Smallest first.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

impl TrekSort {
    /// The number that treks are ordered by; `None` if the order is not by a number of the trek.
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
        ((1..3_i64).prop_map(TerritoryId), proptest::option::of(1..4_i64), ids(), ids(), figure(), figure()).prop_map(
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
        let wanted = || prop::collection::vec(((1..3_i64).prop_map(TerritoryId), 1..4_i64), 0..3);
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
        /// A count is the number of treks with a filter for that value alone.
        #[test]
        fn count_of_each_value_equals_the_filtered_treks(treks in prop::collection::vec(trek(), 0..30), filters in filters()) {
            for count in counts(&treks, &filters, |_| true) {
                let mut chosen = filters.clone();
                chosen.values.insert(count.facet, vec![(count.territory, count.id)]);
                let got = treks.iter().filter(|trek| chosen.accepts(trek, None)).count();
                prop_assert_eq!(got, count.count);
            }
        }
    }

    #[test]
    fn ranges_include_their_ends_and_reject_unknown_values() {
        let five = TrekRow { duration_h: Some(5.0), ..TrekRow::default() };
        let within = |min, max| Filters { duration_h: vec![NumericRange { min, max }], ..Filters::default() };
        assert!(within(Some(5.0), Some(5.0)).accepts(&five, None));
        assert!(!within(None, Some(4.9)).accepts(&five, None));
        assert!(!within(None, None).accepts(&TrekRow::default(), None));
        assert!(Filters::default().accepts(&TrekRow::default(), None));
    }
}
