//! The index of what is near, and its answers with names. The index is a snapshot: while a new one is built, or the
//! catalogue is written, questions go on with the one that stands.

use std::sync::{Arc, PoisonError};

use serde::Serialize;

use super::Companion;
use crate::catalogue::Territory;
use crate::error::Result;
use crate::model::{Id, Kind, Position};
use crate::nearby::{Feature, Found, Nearby};

/// What to look for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NearQuery {
    /// Kinds to find; empty for all but cities and districts, in which one always is.
    pub kinds: Vec<Kind>,
    /// Short name of the territory to look in; none for all.
    pub territory: Option<String>,
    /// No further than so many metres.
    pub within_m: Option<f64>,
    /// At most so many; 0 for no limit, which needs `within_m`.
    pub limit: usize,
}

/// Something that is near.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NearItem {
    /// Short name of its territory.
    pub territory: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// The server's number.
    pub id: Id,
    /// Its name; empty where it has none.
    pub name: String,
    /// Language of that name.
    pub lang: String,
    /// Metres along the ellipsoid to its nearest point; 0 inside an area.
    pub distance_m: f64,
    /// Degrees clockwise from north.
    pub bearing_deg: f64,
    /// Its nearest point, `[longitude, latitude]`.
    pub point: [f64; 2],
}

#[derive(Debug)]
pub(super) struct Index {
    nearby: Nearby,
    /// Territory and number of each feature, by its key.
    objects: Vec<(i64, Id)>,
}

impl Companion {
    /// What is nearest to a position, nearest first. The first question after opening or a refresh builds the index
    /// (some tens of milliseconds for 50,000 features); the others take microseconds and a look at the names.
    pub fn near(&self, from: Position, query: &NearQuery, languages: &[&str]) -> Result<Vec<NearItem>> {
        let territories = self.catalogue.territories()?;
        let found = self.found(from, query, |_| true)?;
        found.into_iter().map(|(key, id, found)| self.named(key, id, found, &territories, languages)).collect()
    }

    /// The same without names: number of the territory, number of the object, where it was found.
    pub(super) fn found(
        &self,
        from: Position,
        query: &NearQuery,
        also: impl Fn((i64, Id)) -> bool,
    ) -> Result<Vec<(i64, Id, Found)>> {
        let only = match &query.territory {
            Some(name) => Some(self.catalogue.territory(name)?.key),
            None => None,
        };
        let index = self.index()?;
        let accept = |kind: Kind, key: u64| {
            let wanted = match query.kinds.as_slice() {
                [] => !matches!(kind, Kind::City | Kind::District),
                kinds => kinds.contains(&kind),
            };
            let object = index.objects[key as usize];
            wanted && only.is_none_or(|only| object.0 == only) && also(object)
        };
        let mut found = match (query.within_m, query.limit) {
            (Some(metres), _) => index.nearby.within(from, metres, accept)?,
            (None, 0) => return Err(crate::Error::invalid("limit", "at least 1 where no distance is given")),
            (None, limit) => index.nearby.nearest(from, limit, accept)?,
        };
        if query.limit > 0 {
            found.truncate(query.limit);
        }
        let objects = found.into_iter().map(|found| {
            let (territory, id) = index.objects[found.key as usize];
            (territory, id, found)
        });
        Ok(objects.collect())
    }

    fn named(&self, key: i64, id: Id, found: Found, territories: &[Territory], languages: &[&str]) -> Result<NearItem> {
        let territory = territories.iter().find(|territory| territory.key == key);
        let names = self.catalogue.names(key, found.kind, id)?;
        let mut wanted = languages.to_vec();
        wanted.extend(territory.map(|territory| territory.default_language.as_str()));
        let name = names.find(&wanted);
        Ok(NearItem {
            territory: territory.map(|territory| territory.name.clone()).unwrap_or_default(),
            kind: found.kind,
            id,
            name: name.map(|name| name.text.to_owned()).unwrap_or_default(),
            lang: name.map(|name| name.lang.to_owned()).unwrap_or_default(),
            distance_m: found.distance_m,
            bearing_deg: found.bearing_deg,
            point: [found.point.lon, found.point.lat],
        })
    }

    fn index(&self) -> Result<Arc<Index>> {
        let standing = || self.index.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(index) = standing() {
            return Ok(index);
        }
        let _one_builds = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = standing() {
            return Ok(index);
        }
        let mut objects = Vec::new();
        let mut features = Vec::new();
        self.catalogue.geometries(&Kind::ALL, |territory, kind, id, geometry| {
            features.push(Feature { key: objects.len() as u64, kind, geometry });
            objects.push((territory, id));
        })?;
        let index = Arc::new(Index { nearby: Nearby::build(features), objects });
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&index));
        Ok(index)
    }
}
