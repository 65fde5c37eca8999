//! The trek list: text, filters, distance and order together, one page at a time.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::stats::TrekStats;
use super::{Companion, NearbyQuery};
use crate::catalogue::{Facet, FacetCount, Filters, SortOrder, TrekRow, TrekSort, highlight, sort_key};
use crate::error::{Error, Result};
use crate::id::TerritoryId;
use crate::model::{Id, Kind, Localized, Position};
use crate::nearby::{LinearScan, Neighbor};

/// Selection, order and page of a trek list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrekQuery {
    /// Words that the texts of a trek must have; `None` for any. A text without a letter and a digit is as none.
    pub text: Option<String>,
    /// Filters.
    pub filters: Filters,
    /// Position that distances are measured from.
    pub near: Option<Position>,
    /// Maximum distance from `near`, metres; needs `near`.
    pub max_distance_m: Option<f64>,
    /// Order of the treks.
    pub sort: TrekSort,
    /// Direction of the order.
    pub order: SortOrder,
    /// Maximum number of treks on the page.
    pub limit: usize,
    /// Number of treks before the page.
    pub offset: usize,
    /// Whether to count the treks for each value of each facet.
    pub facet_counts: bool,
}

/// A page of treks.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TrekPage {
    /// Number of treks on all pages.
    pub total: usize,
    /// Treks of this page.
    pub items: Vec<TrekItem>,
    /// Number of treks for each value of each facet, if the query asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facet_counts: Option<BTreeMap<Facet, Vec<FacetValueCount>>>,
}

/// One trek in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrekItem {
    /// Short name of its territory.
    pub territory: String,
    /// Kind of the object: always `trek`.
    pub kind: Kind,
    /// Identifier on the server.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Language of the name.
    pub lang: String,
    /// Words of the query in the name: start and end in bytes of its UTF-8.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub highlights: Vec<(usize, usize)>,
    /// Time at which a refresh noticed that the server no longer publishes it, Unix ms. A pack keeps such a trek.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_ms: Option<i64>,
    /// Practice, difficulty and numbers.
    #[serde(flatten)]
    pub stats: TrekStats,
    /// Distance from `near` to the nearest point of the trek, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<f64>,
    /// Bearing from `near` to this point, degrees clockwise from north.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bearing_deg: Option<f64>,
    /// The nearest point, `[longitude, latitude]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<[f64; 2]>,
}

/// A value of a facet, with its number of treks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FacetValueCount {
    /// Short name of its territory.
    pub territory: String,
    /// Id of the value.
    pub id: Id,
    /// Label.
    pub name: String,
    /// Language of the label.
    pub lang: String,
    /// Number of treks.
    pub count: usize,
}

/// Number of nearest treks up to which a page is read without the other treks.
const MAX_NEAREST: usize = 500;

struct NearestPage {
    treks: Vec<TrekRow>,
    places: HashMap<(TerritoryId, Id), Place>,
    total: usize,
}

struct BestPage {
    treks: Vec<TrekRow>,
    total: usize,
}

#[derive(Clone, Copy)]
struct Place {
    distance_m: f64,
    bearing_deg: f64,
    point: [f64; 2],
}

impl From<Neighbor> for Place {
    fn from(found: Neighbor) -> Place {
        let point = [found.point.lon, found.point.lat];
        Place { distance_m: found.distance_m, bearing_deg: found.bearing_deg, point }
    }
}

impl Companion {
    /// One page of treks. `languages` is the order of preference for texts.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a distance is requested without `near`.
    pub fn treks(&self, query: &TrekQuery, languages: &[&str]) -> Result<TrekPage> {
        let found = self.find_treks(query, languages)?;
        if query.near.is_some() {
            self.build_if_missing();
        }
        Ok(found)
    }

    fn find_treks(&self, query: &TrekQuery, languages: &[&str]) -> Result<TrekPage> {
        if query.near.is_none() && (query.max_distance_m.is_some() || query.sort == TrekSort::Distance) {
            return Err(Error::invalid("near", "must be a position if a distance is requested"));
        }
        let territories = self.catalogue.territories()?;
        let names: HashMap<TerritoryId, &str> = territories.iter().map(|t| (t.key, t.name.as_str())).collect();
        let wanted: HashMap<TerritoryId, Vec<&str>> = territories
            .iter()
            .map(|t| (t.key, languages.iter().copied().chain([t.default_language.as_str()]).collect()))
            .collect();
        let find = |territory: TerritoryId, text: &Localized| -> (String, String) {
            let found = wanted.get(&territory).and_then(|wanted| text.find(wanted));
            found.map(|found| (found.text.to_owned(), found.lang.to_owned())).unwrap_or_default()
        };
        let scores = match &query.text {
            Some(text) => self.catalogue.scores(text, Kind::Trek)?,
            None => None,
        };
        if let Some(page) = self.nearest_page(query, scores.is_some())? {
            let items = page.treks.into_iter().map(|trek| {
                let place = page.places.get(&(trek.territory, trek.id)).copied();
                (trek, place)
            });
            let items = self.items(items.collect(), query, &names, find)?;
            return Ok(TrekPage { total: page.total, items, facet_counts: None });
        }
        if let Some(page) = self.best_page(query, scores.as_ref(), |trek| find(trek.territory, &trek.names).0)? {
            let items = self.items(self.placed(page.treks, query.near, &HashMap::new())?, query, &names, find)?;
            return Ok(TrekPage { total: page.total, items, facet_counts: None });
        }
        let around = match (query.near, query.max_distance_m) {
            (Some(from), Some(_)) => Some(self.places(from, query.max_distance_m, usize::MAX, |_| true)?),
            _ => None,
        };
        let number_of = |trek: &TrekRow| (trek.territory, trek.id);
        let (mut treks, counts) = self.catalogue.treks(&query.filters, query.facet_counts, |trek| {
            scores.as_ref().is_none_or(|scores| scores.contains_key(&number_of(trek)))
                && around.as_ref().is_none_or(|around| around.contains_key(&(trek.territory, trek.id)))
        })?;
        // The order by distance needs distances up to the end of this page only.
        let first = query.offset.saturating_add(query.limit);
        let places = match (query.near, around) {
            (_, Some(around)) => around,
            (Some(from), None) if query.sort == TrekSort::Distance => {
                let accepted: HashSet<(TerritoryId, Id)> = treks.iter().map(|trek| (trek.territory, trek.id)).collect();
                let all = query.order == SortOrder::Descending;
                self.places(from, None, if all { usize::MAX } else { first }, |key| accepted.contains(&key))?
            }
            _ => HashMap::new(),
        };
        let key = |trek: &TrekRow| -> Option<f64> {
            match query.sort {
                TrekSort::Relevance => scores.as_ref()?.get(&number_of(trek)).map(|score| -score),
                TrekSort::Distance => places.get(&(trek.territory, trek.id)).map(|place| place.distance_m),
                by_number => by_number.value(trek),
            }
        };
        treks.sort_by_cached_key(|trek| {
            let number = key(trek).map(|number| match query.order {
                SortOrder::Ascending => Ordered(number),
                SortOrder::Descending => Ordered(-number),
            });
            let name = sort_key(&find(trek.territory, &trek.names).0);
            (number.is_none(), number, name, trek.territory, trek.id)
        });
        // Without a text there are no scores, and the order is by name.
        let by_name = query.sort == TrekSort::Name || query.sort == TrekSort::Relevance && scores.is_none();
        if by_name && query.order == SortOrder::Descending {
            treks.reverse();
        }
        let total = treks.len();
        let page = treks.into_iter().skip(query.offset).take(query.limit).collect();
        let page = self.placed(page, query.near, &places)?;
        let items = self.items(page, query, &names, find)?;
        let facet_counts = if query.facet_counts { Some(self.choices(counts, &names, find)?) } else { None };
        Ok(TrekPage { total, items, facet_counts })
    }

    /// The page of a query for the nearest treks only, without reading the other treks. `None` for any other query, or if
    /// the page goes beyond the treks with a geometry.
    fn nearest_page(&self, query: &TrekQuery, has_text: bool) -> Result<Option<NearestPage>> {
        let (Some(from), TrekSort::Distance, SortOrder::Ascending) = (query.near, query.sort, query.order) else {
            return Ok(None);
        };
        let asks_more = has_text || query.max_distance_m.is_some() || query.facet_counts || query.filters.has_filters();
        let first = query.offset.saturating_add(query.limit);
        if asks_more || query.limit == 0 || first > MAX_NEAREST {
            return Ok(None);
        }
        let nearest = NearbyQuery { kinds: vec![Kind::Trek], limit: first, ..NearbyQuery::default() };
        let found = self.found(from, &nearest, |_| true)?;
        if found.len() < first {
            return Ok(None);
        }
        let page: Vec<(TerritoryId, Id)> =
            found.iter().skip(query.offset).map(|(territory, id, _)| (*territory, *id)).collect();
        let places = found.into_iter().map(|(territory, id, found)| ((territory, id), Place::from(found))).collect();
        let total = self.catalogue.count_treks()?;
        Ok(Some(NearestPage { treks: self.catalogue.treks_by_id(&page)?, places, total }))
    }

    /// The page of a query for a text only, the best match first, without reading treks of other pages. `None` for any
    /// other query.
    fn best_page(
        &self,
        query: &TrekQuery,
        scores: Option<&HashMap<(TerritoryId, Id), f64>>,
        name: impl Fn(&TrekRow) -> String,
    ) -> Result<Option<BestPage>> {
        let (Some(scores), TrekSort::Relevance, SortOrder::Ascending) = (scores, query.sort, query.order) else {
            return Ok(None);
        };
        if query.max_distance_m.is_some() || query.facet_counts || query.filters.has_filters() {
            return Ok(None);
        }
        let unlisted = self.catalogue.unlisted_treks()?;
        let mut found: Vec<((TerritoryId, Id), f64)> =
            scores.iter().map(|(key, score)| (*key, *score)).filter(|(key, _)| !unlisted.contains(key)).collect();
        found.sort_unstable_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        let total = found.len();
        let page = query.offset.min(total)..query.offset.saturating_add(query.limit).min(total);
        let mut treks = Vec::with_capacity(page.len());
        let mut start = 0;
        for like in found.chunk_by(|one, other| one.1 == other.1) {
            let end = start + like.len();
            // Treks with the same score are ordered by name, so all of them are read.
            if start < page.end && page.start < end {
                let keys: Vec<(TerritoryId, Id)> = like.iter().map(|(key, _)| *key).collect();
                let mut like = self.catalogue.treks_by_id(&keys)?;
                like.sort_by_cached_key(|trek| (sort_key(&name(trek)), trek.territory, trek.id));
                let from = page.start.saturating_sub(start);
                treks.extend(like.into_iter().skip(from).take(page.end - start.max(page.start)));
            }
            start = end;
        }
        Ok(Some(BestPage { treks, total }))
    }

    /// Adds the position relative to `near` to treks that have none in `places`.
    fn placed(
        &self,
        treks: Vec<TrekRow>,
        near: Option<Position>,
        places: &HashMap<(TerritoryId, Id), Place>,
    ) -> Result<Vec<(TrekRow, Option<Place>)>> {
        let placed = treks.into_iter().map(|trek| {
            let key = (trek.territory, trek.id);
            let place = match (places.get(&key), near) {
                (Some(place), _) => Some(*place),
                (None, Some(from)) => self.place(from, key)?,
                (None, None) => None,
            };
            Ok((trek, place))
        });
        placed.collect()
    }

    /// The treks of a page, with their texts and labels.
    fn items(
        &self,
        page: Vec<(TrekRow, Option<Place>)>,
        query: &TrekQuery,
        names: &HashMap<TerritoryId, &str>,
        find: impl Fn(TerritoryId, &Localized) -> (String, String),
    ) -> Result<Vec<TrekItem>> {
        let labels = self.trek_labels()?;
        let items = page.into_iter().map(|(trek, place)| {
            let (name, lang) = find(trek.territory, &trek.names);
            let highlights = query.text.as_deref().map(|text| highlight(&name, text)).unwrap_or_default();
            TrekItem {
                territory: names.get(&trek.territory).copied().unwrap_or_default().to_owned(),
                kind: Kind::Trek,
                id: trek.id,
                lang,
                highlights: highlights.into_iter().map(|range| (range.start, range.end)).collect(),
                withdrawn_ms: trek.withdrawn_ms,
                stats: labels.stats(&trek, |label| find(trek.territory, label).0),
                distance_m: place.map(|place| place.distance_m),
                bearing_deg: place.map(|place| place.bearing_deg),
                point: place.map(|place| place.point),
                name,
            }
        });
        Ok(items.collect())
    }

    fn places(
        &self,
        from: Position,
        max_distance_m: Option<f64>,
        limit: usize,
        accept: impl Fn((TerritoryId, Id)) -> bool,
    ) -> Result<HashMap<(TerritoryId, Id), Place>> {
        let limit = if max_distance_m.is_some() { 0 } else { limit.max(1) };
        let query = NearbyQuery { kinds: vec![Kind::Trek], max_distance_m, limit, ..NearbyQuery::default() };
        let found = self.found(from, &query, accept)?;
        Ok(found.into_iter().map(|(territory, id, found)| ((territory, id), Place::from(found))).collect())
    }

    /// The position of one trek relative to `from`.
    fn place(&self, from: Position, (territory, id): (TerritoryId, Id)) -> Result<Option<Place>> {
        let Some(geometry) = self.catalogue.geometry(territory, Kind::Trek, id)? else { return Ok(None) };
        Ok(LinearScan::new(from, None)?.measure(0, Kind::Trek, &geometry, f64::INFINITY).map(Place::from))
    }

    fn choices(
        &self,
        counts: Vec<FacetCount>,
        names: &HashMap<TerritoryId, &str>,
        find: impl Fn(TerritoryId, &Localized) -> (String, String),
    ) -> Result<BTreeMap<Facet, Vec<FacetValueCount>>> {
        let mut choices: BTreeMap<Facet, Vec<FacetValueCount>> = BTreeMap::new();
        let mut labels: HashMap<Facet, HashMap<(TerritoryId, Id), Localized>> = HashMap::new();
        for facet in Facet::ALL {
            labels.insert(facet, self.catalogue.labels(facet.vocabulary().unwrap_or(facet.as_str()))?);
        }
        for count in counts {
            let label = labels.get(&count.facet).and_then(|labels| labels.get(&(count.territory, count.id)));
            let (name, lang) = label.map(|label| find(count.territory, label)).unwrap_or_default();
            choices.entry(count.facet).or_default().push(FacetValueCount {
                territory: names.get(&count.territory).copied().unwrap_or_default().to_owned(),
                id: count.id,
                name,
                lang,
                count: count.count,
            });
        }
        Ok(choices)
    }
}

/// A number with a total order.
struct Ordered(f64);

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
