//! Queries of treks.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use jalon::catalogue::{Catalogue, Filters, SortOrder};
use jalon::{TerritoryId, companion};

use crate::records::{Facet, FacetValue, TrekQuery};

/// Maximum length of a page.
const MAX_LIMIT: u32 = 200;
/// Maximum number of objects on a map.
const MAX_FEATURES: u32 = 5_000;

impl TrekQuery {
    pub(crate) fn core(self, catalogue: &Catalogue) -> jalon::Result<companion::TrekQuery> {
        let mut keys: HashMap<String, TerritoryId> = HashMap::new();
        let mut key = |name: String| match keys.entry(name) {
            Entry::Occupied(entry) => Ok(*entry.get()),
            Entry::Vacant(entry) => catalogue.territory(entry.key()).map(|territory| *entry.insert(territory.key)),
        };
        let mut values: BTreeMap<Facet, Vec<(TerritoryId, i64)>> = BTreeMap::new();
        for FacetValue { facet, territory, id } in self.values {
            values.entry(facet).or_default().push((key(territory)?, id));
        }
        let mut excluded_labels = Vec::new();
        for FacetValue { facet, territory, id } in self.excluded_labels {
            if facet != Facet::Label {
                return Err(jalon::Error::invalid("excluded_labels", "must be values of the facet Label"));
            }
            excluded_labels.push((key(territory)?, id));
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
                territory: self.territory.map(key).transpose()?,
                offline: self.offline,
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
    check_limit(limit, MAX_LIMIT)
}

/// The number of objects on a map.
pub(crate) fn feature_limit(limit: u32) -> jalon::Result<usize> {
    check_limit(limit, MAX_FEATURES)
}

fn check_limit(limit: u32, max: u32) -> jalon::Result<usize> {
    let rule = || jalon::Error::invalid("limit", format!("must be from 1 to {max}"));
    if (1..=max).contains(&limit) { Ok(limit as usize) } else { Err(rule()) }
}
