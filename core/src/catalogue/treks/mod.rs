//! The rows of the trek list: names, numbers and facets, without texts and lines.

pub(super) mod filter;

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, Row};

use super::Catalogue;
use super::packs::check_bounds;
use crate::error::Result;
use crate::id::TerritoryId;
use crate::model::{Bounds, Id, Localized};
use filter::{FacetCount, Filters};

/// The fields of a trek that filters, order and lists use.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(test, derive(Default))]
#[allow(missing_docs, reason = "the fields of a trek, by their names")]
pub(crate) struct TrekRow {
    pub territory: TerritoryId,
    pub id: Id,
    pub names: Localized,
    pub practice: Option<Id>,
    pub difficulty: Option<Id>,
    pub route: Option<Id>,
    pub structure: Option<Id>,
    pub duration_h: Option<f64>,
    pub length_m: Option<f64>,
    pub ascent_m: Option<f64>,
    pub descent_m: Option<f64>,
    pub themes: Vec<Id>,
    pub labels: Vec<Id>,
    pub networks: Vec<Id>,
    pub accessibilities: Vec<Id>,
    pub cities: Vec<Id>,
    pub districts: Vec<Id>,
    /// Time at which a refresh noticed that the server no longer publishes it, Unix ms.
    pub withdrawn_ms: Option<i64>,
    /// Box of the line, if the filters have a box.
    pub bounds: Option<Bounds>,
}

/// SQL condition for a listed trek: not a stage that is published with its itinerary only.
pub(super) const LISTED: &str = "(published IS NOT NULL OR parents IS NULL)";

const COLUMNS: &str = "territory, trek.id, names, practice, difficulty, route, structure, duration_h,
    coalesce(length_m, length_2d_m), ascent_m, descent_m, themes, labels, networks, accessibilities, cities, districts,
    withdrawn_ms";

fn read(row: &Row<'_>) -> rusqlite::Result<TrekRow> {
    let ids = |column: usize| -> rusqlite::Result<Vec<Id>> {
        // A JSON array of integers: splitting at the commas is faster than a JSON parser.
        let json = row.get_ref(column)?.as_str_or_null()?.unwrap_or_default();
        let numbers = json.trim_matches(['[', ']']).split(',');
        Ok(numbers.filter_map(|number| number.trim().parse().ok()).collect())
    };
    let names: Option<String> = row.get(2)?;
    let west: Option<f64> = row.get(18)?;
    let bounds = match west {
        Some(west) => Some(Bounds { west, south: row.get(19)?, east: row.get(20)?, north: row.get(21)? }),
        None => None,
    };
    Ok(TrekRow {
        territory: row.get(0)?,
        id: row.get(1)?,
        names: names.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
        practice: row.get(3)?,
        difficulty: row.get(4)?,
        route: row.get(5)?,
        structure: row.get(6)?,
        duration_h: row.get(7)?,
        length_m: row.get(8)?,
        ascent_m: row.get(9)?,
        descent_m: row.get(10)?,
        themes: ids(11)?,
        labels: ids(12)?,
        networks: ids(13)?,
        accessibilities: ids(14)?,
        cities: ids(15)?,
        districts: ids(16)?,
        withdrawn_ms: row.get(17)?,
        bounds,
    })
}

impl Catalogue {
    /// The listed treks that `filters` and `also` accept, in no order, and the number of treks for each value of each facet
    /// if `counted`. Reads every trek of the catalogue.
    /// Invalid bounds of the filters are an error.
    pub(crate) fn treks(
        &self,
        filters: &Filters,
        counted: bool,
        also: impl Fn(&TrekRow) -> bool,
    ) -> Result<(Vec<TrekRow>, Vec<FacetCount>)> {
        if let Some(bounds) = filters.bounds {
            check_bounds(&bounds)?;
        }
        let mut rows: Vec<TrekRow> = self.read(|connection| {
            // The R-tree has the boxes; it is read only if needed.
            let sql = match filters.bounds {
                Some(_) => format!(
                    "SELECT {COLUMNS}, minx, miny, maxx, maxy FROM trek LEFT JOIN rtree_trek_geom r ON r.id = trek.fid
                       WHERE {LISTED}"
                ),
                None => format!("SELECT {COLUMNS}, NULL FROM trek WHERE {LISTED}"),
            };
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([], read)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })?;
        if let Some(bounds) = filters.bounds {
            // The box of a line may touch the box where the line does not.
            let candidates = rows.iter().filter(|row| row.bounds.is_some_and(|own| own.intersects(&bounds)));
            let candidates: HashSet<(TerritoryId, Id)> = candidates.map(|row| (row.territory, row.id)).collect();
            let meeting = self.meeting(&candidates, &bounds)?;
            rows.retain(|row| meeting.contains(&(row.territory, row.id)));
        }
        if filters.offline {
            let offline = self.offline_treks()?;
            rows.retain(|row| offline.contains(&(row.territory, row.id)));
        }
        let counts = if counted { filter::counts(&rows, filters, &also) } else { Vec::new() };
        rows.retain(|row| filters.accepts(row, None) && also(row));
        Ok((rows, counts))
    }

    /// The treks with the given keys of territories and ids, in their order. Missing ones are left out.
    pub(crate) fn treks_by_id(&self, wanted: &[(TerritoryId, Id)]) -> Result<Vec<TrekRow>> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS}, NULL FROM trek WHERE territory = ?1 AND id = ?2");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = wanted.iter().map(|key| statement.query_row(*key, read).optional());
            Ok(rows.filter_map(rusqlite::Result::transpose).collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Number of listed treks.
    pub(crate) fn count_treks(&self) -> Result<usize> {
        self.read(|connection| {
            let sql = format!("SELECT count(*) FROM trek WHERE {LISTED}");
            let count: i64 = connection.prepare_cached(&sql)?.query_row([], |row| row.get(0))?;
            Ok(usize::try_from(count).unwrap_or_default())
        })
    }

    /// The treks that are not listed.
    pub(crate) fn unlisted_treks(&self) -> Result<HashSet<(TerritoryId, Id)>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT territory, id FROM trek WHERE NOT {LISTED}"))?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The candidates whose line touches a box.
    fn meeting(&self, candidates: &HashSet<(TerritoryId, Id)>, bounds: &Bounds) -> Result<HashSet<(TerritoryId, Id)>> {
        let mut meeting = HashSet::new();
        for (territory, id) in candidates {
            let geometry = self.geometry(*territory, crate::model::Kind::Trek, *id)?;
            if geometry.is_some_and(|geometry| geometry.intersects(bounds)) {
                meeting.insert((*territory, *id));
            }
        }
        Ok(meeting)
    }

    /// The labels of a vocabulary, or the names for `city` and `district`, by territory and id.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed), [`Error::Corrupt`](crate::Error::Corrupt) and errors of the disk.
    pub fn labels(&self, vocabulary: &str) -> Result<HashMap<(TerritoryId, Id), Localized>> {
        let sql = match vocabulary {
            "city" => "SELECT territory, id, names FROM city WHERE ?1 != ''",
            "district" => "SELECT territory, id, names FROM district WHERE ?1 != ''",
            _ => "SELECT territory, id, names FROM term WHERE vocabulary = ?1",
        };
        self.read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([vocabulary], |row| {
                let names: Option<String> = row.get(2)?;
                let names = names.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
                Ok(((row.get(0)?, row.get(1)?), names))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}
