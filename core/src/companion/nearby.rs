//! The objects near a position, with names.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Serialize;

use super::Companion;
use super::snapshot::Snapshot;
use super::stats::{TrekLabels, TrekStats};
use crate::catalogue::{ObjectSummary, Territory, TrekRow};
use crate::error::{Error, Result};
use crate::id::{ObjectKey, TerritoryId};
use crate::model::event_dates::earliest_day;
use crate::model::{EventDates, Id, Kind, Localized, Object, Position};
use crate::nearby::Neighbor;

/// Which objects to find.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NearbyQuery {
    /// Kinds to find; empty for all but cities and districts, as a position is always in one.
    pub kinds: Vec<Kind>,
    /// Short name of the territory; `None` for all territories.
    pub territory: Option<String>,
    /// Maximum distance in metres.
    pub max_distance_m: Option<f64>,
    /// Maximum number of objects; 0 for no limit, which needs `max_distance_m`.
    pub limit: usize,
    /// Whether to find touristic events that have ended, too.
    pub past_events: bool,
}

/// An object near a position.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NearbyItem {
    /// Short name of its territory.
    pub territory: String,
    /// The kind of object.
    pub kind: Kind,
    /// The server's id.
    pub id: Id,
    /// Its name, or the label of its type if it has none, as services have; empty if there is neither.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// Length, ascent, duration and the like, if it is a trek.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub trek: Option<TrekStats>,
    /// Its dates, if it is a touristic event.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventDates>,
    /// Time at which a refresh noticed that the server no longer publishes it, Unix ms. A pack keeps such an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_ms: Option<i64>,
    /// Metres along the ellipsoid to its nearest point; 0 inside an area.
    pub distance_m: f64,
    /// Degrees clockwise from north.
    pub bearing_deg: f64,
    /// Its nearest point: longitude, latitude.
    pub point: [f64; 2],
}

impl Companion {
    /// The objects nearest to a position, nearest first, with names in the first of `languages` that has one. Answers come
    /// from the index in memory; until it is built after opening, from the R-trees of the file, which are the same.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the position is not on the Earth, or neither a distance nor a limit is given;
    /// [`Error::NotFound`] if there is no such territory.
    pub fn nearest(&self, from: Position, query: &NearbyQuery, languages: &[&str]) -> Result<Vec<NearbyItem>> {
        let territories = self.catalogue.territories()?;
        let found = self.found(from, query, |_| true)?;
        let summaries = self
            .catalogue
            .summaries(found.iter().map(|(territory, id, found)| (*territory, ObjectKey::new(found.kind, *id))))?;
        let treks: Vec<(TerritoryId, Id)> =
            found.iter().filter(|(_, _, found)| found.kind == Kind::Trek).map(|(key, id, _)| (*key, *id)).collect();
        let treks =
            if treks.is_empty() { None } else { Some((self.trek_labels()?, self.catalogue.treks_by_id(&treks)?)) };
        let treks = treks.map(|(labels, rows)| TrekPage { labels, rows: by_key(rows) });
        let naming = Naming { territories, treks, languages, today: self.earliest_day() };
        let items = found.into_iter().zip(summaries);
        let items = items.map(|((key, id, found), summary)| naming.item(key, id, found, summary)).collect();
        self.build_if_missing();
        Ok(items)
    }

    /// The dates of a touristic event, checked against the current day; `None` for other objects.
    pub fn event_dates(&self, object: &Object) -> Option<EventDates> {
        match object {
            Object::TouristicEvent(event) => Some(EventDates::of(event, &self.earliest_day())),
            _ => None,
        }
    }

    /// The current day where it is earliest on Earth, YYYY-MM-DD.
    pub(super) fn earliest_day(&self) -> String {
        earliest_day(self.clock.now_ms())
    }

    /// The filter of a query. The last days of events come from `snapshot`, or from the file without one.
    pub(super) fn object_filter<'a>(
        &self,
        kinds: &'a [Kind],
        territory: Option<&str>,
        past_events: bool,
        snapshot: Option<&'a Snapshot>,
    ) -> Result<ObjectFilter<'a>> {
        let only = territory.map(|name| self.catalogue.territory(name)).transpose()?.map(|territory| territory.key);
        let last_days = match snapshot {
            _ if past_events || !is_wanted(kinds, Kind::TouristicEvent) => Cow::Owned(HashMap::new()),
            Some(snapshot) => Cow::Borrowed(&snapshot.last_days),
            None => Cow::Owned(self.catalogue.last_days()?),
        };
        Ok(ObjectFilter { kinds, only, last_days, today: self.earliest_day() })
    }

    /// As [`Companion::nearest`], without names: territory, id, and where it was found; only objects that `also` accepts. The
    /// caller has the index built once its answer is complete: a phone has few cores, and a person waits.
    pub(super) fn found(
        &self,
        from: Position,
        query: &NearbyQuery,
        also: impl Fn((TerritoryId, Id)) -> bool,
    ) -> Result<Vec<(TerritoryId, Id, Neighbor)>> {
        let snapshot = self.snapshot()?;
        let territory = query.territory.as_deref();
        let filter = self.object_filter(&query.kinds, territory, query.past_events, snapshot.as_deref())?;
        let accept =
            |territory: TerritoryId, key: ObjectKey| filter.accepts(territory, key) && also((territory, key.id));
        let within = match (query.max_distance_m, query.limit) {
            (None, 0) => return Err(Error::invalid("limit", "must be at least 1 if no distance is given")),
            (within, _) => within,
        };
        let mut found = match &snapshot {
            Some(index) => index.find(from, within, query.limit, accept)?,
            None => self.nearest_from_disk(from, within, query.limit, &query.kinds, accept)?,
        };
        if query.limit > 0 {
            found.truncate(query.limit);
        }
        Ok(found)
    }
}

/// Whether a query with these kinds wants a kind. Without kinds it wants all but cities and districts, as a position is always in
/// one.
fn is_wanted(kinds: &[Kind], kind: Kind) -> bool {
    if kinds.is_empty() { !matches!(kind, Kind::City | Kind::District) } else { kinds.contains(&kind) }
}

/// The objects that a query wants.
pub(super) struct ObjectFilter<'a> {
    kinds: &'a [Kind],
    only: Option<TerritoryId>,
    /// The last day of each touristic event; empty if events that have ended are wanted.
    last_days: Cow<'a, HashMap<(TerritoryId, Id), String>>,
    /// The current day, YYYY-MM-DD.
    today: String,
}

impl ObjectFilter<'_> {
    /// The wanted kinds in the order of the query, each once.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        let wanted = if self.kinds.is_empty() { &Kind::ALL } else { self.kinds };
        let mut kinds = Vec::new();
        for kind in wanted.iter().filter(|kind| is_wanted(self.kinds, **kind)) {
            if !kinds.contains(kind) {
                kinds.push(*kind);
            }
        }
        kinds
    }

    pub(super) fn accepts(&self, territory: TerritoryId, key: ObjectKey) -> bool {
        let ObjectKey { kind, id } = key;
        let is_past = || self.last_days.get(&(territory, id)).is_some_and(|last| *last < self.today);
        is_wanted(self.kinds, kind)
            && self.only.is_none_or(|only| territory == only)
            && !(kind == Kind::TouristicEvent && is_past())
    }
}

/// Turns ids into names.
pub(super) struct Naming<'a> {
    territories: Vec<Territory>,
    /// The treks among the objects, if any.
    treks: Option<TrekPage>,
    languages: &'a [&'a str],
    /// The current day, YYYY-MM-DD.
    today: String,
}

impl<'a> Naming<'a> {
    /// Names without the statistics of treks.
    pub(super) fn new(companion: &Companion, languages: &'a [&'a str]) -> Result<Naming<'a>> {
        let territories = companion.catalogue.territories()?;
        Ok(Naming { territories, treks: None, languages, today: companion.earliest_day() })
    }

    /// The short name of a territory.
    pub(super) fn territory(&self, key: TerritoryId) -> String {
        self.find_territory(key).map(|territory| territory.name.clone()).unwrap_or_default()
    }

    /// A text of an object of a territory and its language; both empty if there is none.
    pub(super) fn text(&self, key: TerritoryId, text: &Localized) -> (String, String) {
        let mut wanted = self.languages.to_vec();
        wanted.extend(self.find_territory(key).map(|territory| territory.default_language.as_str()));
        text.find(&wanted).map(|found| (found.text.to_owned(), found.lang.to_owned())).unwrap_or_default()
    }

    fn find_territory(&self, key: TerritoryId) -> Option<&Territory> {
        self.territories.iter().find(|territory| territory.key == key)
    }

    fn item(&self, key: TerritoryId, id: Id, found: Neighbor, summary: ObjectSummary) -> NearbyItem {
        let ObjectSummary { names, withdrawn_ms, begin_date, end_date, cancelled } = summary;
        let (name, lang) = self.text(key, &names);
        let trek = self.treks.as_ref().filter(|_| found.kind == Kind::Trek).and_then(|treks| {
            let row = treks.rows.get(&(key, id))?;
            Some(treks.labels.stats(row, |label| self.text(key, label).0))
        });
        NearbyItem {
            territory: self.territory(key),
            kind: found.kind,
            id,
            name,
            lang,
            trek,
            event: (found.kind == Kind::TouristicEvent)
                .then(|| EventDates::new(begin_date, end_date, cancelled, &self.today)),
            withdrawn_ms,
            distance_m: found.distance_m,
            bearing_deg: found.bearing_deg,
            point: [found.point.lon, found.point.lat],
        }
    }
}

struct TrekPage {
    labels: TrekLabels,
    rows: HashMap<(TerritoryId, Id), TrekRow>,
}

fn by_key(rows: Vec<TrekRow>) -> HashMap<(TerritoryId, Id), TrekRow> {
    rows.into_iter().map(|row| ((row.territory, row.id), row)).collect()
}
