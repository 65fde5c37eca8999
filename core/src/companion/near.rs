//! What is near, with names.

use std::collections::HashMap;

use serde::Serialize;

use super::Companion;
use super::figures::{TrekFigures, TrekWords};
use crate::catalogue::{Territory, TrekRow};
use crate::error::{Error, Result};
use crate::model::{Id, Kind, Localized, Position};
use crate::nearby::Found;

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
    /// What people choose it by, where it is a trek.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub trek: Option<TrekFigures>,
    /// Metres along the ellipsoid to its nearest point; 0 inside an area.
    pub distance_m: f64,
    /// Degrees clockwise from north.
    pub bearing_deg: f64,
    /// Its nearest point, `[longitude, latitude]`.
    pub point: [f64; 2],
}

impl Companion {
    /// What is nearest to a position, nearest first. Answers come from memory; until the index stands after opening, the
    /// file's own R-tree gives the same ones.
    pub fn near(&self, from: Position, query: &NearQuery, languages: &[&str]) -> Result<Vec<NearItem>> {
        let territories = self.catalogue.territories()?;
        let found = self.found(from, query, |_| true)?;
        let names = self.catalogue.names(found.iter().map(|(territory, id, found)| (*territory, found.kind, *id)))?;
        let treks: Vec<(i64, Id)> =
            found.iter().filter(|(_, _, found)| found.kind == Kind::Trek).map(|(key, id, _)| (*key, *id)).collect();
        let treks =
            if treks.is_empty() { None } else { Some((self.trek_words()?, self.catalogue.treks_by_id(&treks)?)) };
        let treks = treks.map(|(words, rows)| Treks { words, rows: by_key(rows) });
        let naming = Naming { territories, treks, languages };
        let items = found.into_iter().zip(&names);
        let items = items.map(|((key, id, found), names)| naming.item(key, id, found, names)).collect();
        self.build_if_none_stands();
        Ok(items)
    }

    /// The same without names: number of the territory, number of the object, where it was found. Who asks lets the index
    /// be built when the whole answer is there: a phone has few cores, and somebody waits.
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
        let accept = |territory: i64, kind: Kind, id: Id| {
            let wanted = match query.kinds.as_slice() {
                [] => !matches!(kind, Kind::City | Kind::District),
                kinds => kinds.contains(&kind),
            };
            wanted && only.is_none_or(|only| territory == only) && also((territory, id))
        };
        let within = match (query.within_m, query.limit) {
            (None, 0) => return Err(Error::invalid("limit", "at least 1 where no distance is given")),
            (within, _) => within,
        };
        let mut found = match self.standing()? {
            Some(index) => index.find(from, within, query.limit, accept)?,
            None => self.find_in_file(from, within, query.limit, &query.kinds, accept)?,
        };
        if query.limit > 0 {
            found.truncate(query.limit);
        }
        Ok(found)
    }
}

/// What turns numbers into words.
struct Naming<'a> {
    territories: Vec<Territory>,
    /// The treks among what was found, if any.
    treks: Option<Treks>,
    languages: &'a [&'a str],
}

impl Naming<'_> {
    fn item(&self, key: i64, id: Id, found: Found, names: &Localized) -> NearItem {
        let territory = self.territories.iter().find(|territory| territory.key == key);
        let mut wanted = self.languages.to_vec();
        wanted.extend(territory.map(|territory| territory.default_language.as_str()));
        let text = |text: &Localized| text.find(&wanted).map(|found| (found.text.to_owned(), found.lang.to_owned()));
        let (name, lang) = text(names).unwrap_or_default();
        let trek = self.treks.as_ref().filter(|_| found.kind == Kind::Trek).and_then(|treks| {
            let row = treks.rows.get(&(key, id))?;
            Some(treks.words.figures(row, |label| text(label).unwrap_or_default().0))
        });
        NearItem {
            territory: territory.map(|territory| territory.name.clone()).unwrap_or_default(),
            kind: found.kind,
            id,
            name,
            lang,
            trek,
            distance_m: found.distance_m,
            bearing_deg: found.bearing_deg,
            point: [found.point.lon, found.point.lat],
        }
    }
}

struct Treks {
    words: TrekWords,
    rows: HashMap<(i64, Id), TrekRow>,
}

fn by_key(rows: Vec<TrekRow>) -> HashMap<(i64, Id), TrekRow> {
    rows.into_iter().map(|row| ((row.territory, row.id), row)).collect()
}
