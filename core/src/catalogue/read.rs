//! Reads objects, their names and their geometries.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension, Row};

use super::{Catalogue, Territory, history, treks};
use crate::db::geopackage;
use crate::error::{Error, Result};
use crate::id::{ObjectKey, TerritoryId};
use crate::model::event_dates::last_day;
use crate::model::fields::Field;
use crate::model::{Bounds, Geometry, Id, Kind, Localized, Object};
use crate::ordered;

/// The fields of an object of any kind that lists show.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ObjectSummary {
    /// Its name, or the label of its type if it has none.
    pub(crate) names: Localized,
    /// Time at which a refresh noticed that the server no longer publishes it, Unix ms.
    pub(crate) withdrawn_ms: Option<i64>,
    /// First day of a touristic event.
    pub(crate) begin_date: Option<String>,
    /// Last day of a touristic event.
    pub(crate) end_date: Option<String>,
    /// Whether a touristic event is cancelled.
    pub(crate) cancelled: bool,
}

impl Catalogue {
    /// Reads an object by its id. Terms are read with [`Catalogue::objects`], because a term's id is unique only within its
    /// vocabulary.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::InvalidInput`] for terms; [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn object(&self, territory: &Territory, kind: Kind, id: Id) -> Result<Object> {
        self.find_object(territory, kind, id)?.ok_or_else(|| not_found(territory, kind, id))
    }

    /// As [`Catalogue::object`]; `None` for an object that is not in the catalogue.
    pub(crate) fn find_object(&self, territory: &Territory, kind: Kind, id: Id) -> Result<Option<Object>> {
        if kind == Kind::Term {
            return Err(Error::invalid("kind", "must not be term: read all terms instead"));
        }
        self.read(|connection| object(connection, territory, kind, id))
    }

    /// As [`Catalogue::object`], with its [`Catalogue::withdrawn_ms`], in one read.
    pub(crate) fn object_and_withdrawn_ms(
        &self,
        territory: &Territory,
        kind: Kind,
        id: Id,
    ) -> Result<(Object, Option<i64>)> {
        let found = self.find_object_and_withdrawn_ms(territory, kind, id)?;
        found.ok_or_else(|| not_found(territory, kind, id))
    }

    /// As [`Catalogue::object_and_withdrawn_ms`]; `None` for an object that is not in the catalogue.
    pub(crate) fn find_object_and_withdrawn_ms(
        &self,
        territory: &Territory,
        kind: Kind,
        id: Id,
    ) -> Result<Option<(Object, Option<i64>)>> {
        self.read(|connection| object_and_withdrawn_ms(connection, territory, kind, id))
    }

    /// As [`Catalogue::withdrawn_ms`], also for an object that was deleted when the server withdrew it: the change history has
    /// the time for a year.
    pub(crate) fn last_withdrawn_ms(&self, territory: &Territory, kind: Kind, id: Id) -> Result<Option<i64>> {
        self.read(|connection| {
            let sql = format!("SELECT withdrawn_ms FROM {kind} WHERE territory = ?1 AND id = ?2");
            let mut statement = connection.prepare_cached(&sql)?;
            match statement.query_row((territory.key, id), |row| row.get(0)).optional()? {
                Some(withdrawn_ms) => Ok(withdrawn_ms),
                None => history::withdrawn_ms(connection, territory.key, kind, id),
            }
        })
    }

    /// Calls `each` with the geometries of some kinds kind by kind, in the order of
    /// their insertion. Only listed treks are included, as in [`Catalogue::treks`].
    pub(crate) fn geometries(
        &self,
        kinds: &[Kind],
        mut each: impl FnMut(TerritoryId, ObjectKey, Geometry),
    ) -> Result<()> {
        self.read(|connection| {
            for kind in kinds.iter().copied().filter(|kind| kind.is_spatial()) {
                let sql = format!(
                    "SELECT territory, id, geom FROM {kind} WHERE geom IS NOT NULL AND {} ORDER BY fid",
                    listed_condition(kind)
                );
                let mut statement = connection.prepare_cached(&sql)?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    let geometry = decode(kind, row.get_ref(2)?.as_blob().unwrap_or_default())?;
                    each(row.get(0)?, ObjectKey::new(kind, row.get(1)?), geometry);
                }
            }
            Ok(())
        })
    }

    /// The geometry of one object; `None` if it has none.
    pub(crate) fn geometry(&self, territory: TerritoryId, kind: Kind, id: Id) -> Result<Option<Geometry>> {
        if !kind.is_spatial() {
            return Ok(None);
        }
        let blob: Option<Option<Vec<u8>>> = self.read(|connection| {
            let sql = format!("SELECT geom FROM {kind} WHERE territory = ?1 AND id = ?2");
            Ok(connection.prepare_cached(&sql)?.query_row((territory, id), |row| row.get(0)).optional()?)
        })?;
        blob.flatten().map(|blob| decode(kind, &blob)).transpose()
    }

    /// The geometries of a kind whose envelopes intersect `bounds`, in the order of
    /// [`Catalogue::geometries`]. A given `territory` limits them to it.
    pub(crate) fn geometries_in(
        &self,
        territory: Option<TerritoryId>,
        kind: Kind,
        bounds: &Bounds,
    ) -> Result<Vec<(TerritoryId, Id, Geometry)>> {
        let mut found = Vec::new();
        let accept = |own, _| territory.is_none_or(|wanted| own == wanted);
        self.visit_geometries_in(kind, bounds, accept, |territory, id, geometry| {
            found.push((territory, id, geometry))
        })?;
        Ok(found)
    }

    /// Calls `each` with the geometries of a kind whose envelopes intersect `bounds`, as [`Catalogue::geometries_in`]. Those
    /// that `accept` rejects are not decoded.
    pub(crate) fn visit_geometries_in(
        &self,
        kind: Kind,
        bounds: &Bounds,
        accept: impl Fn(TerritoryId, Id) -> bool,
        mut each: impl FnMut(TerritoryId, Id, Geometry),
    ) -> Result<()> {
        if !kind.is_spatial() {
            return Ok(());
        }
        // The stored envelope of a geometry that crosses the date line covers the other side of the Earth. It is wider than
        // 180°, so it contains one of the meridians 90° and -90°. Such geometries are candidates for every `bounds`.
        let within = |west: &str, east: &str, width: &str| {
            format!(
                "SELECT id FROM rtree_{kind}_geom
                   WHERE minx <= {east} AND maxx >= {west} AND miny <= ?4 AND maxy >= ?3 AND maxx - minx >= {width}"
            )
        };
        let sql = format!(
            "SELECT territory, id, geom FROM {kind} WHERE fid IN ({} UNION {} UNION {} UNION {}) AND {} ORDER BY fid",
            within("?1", "?2", "0"),
            within("?5", "?6", "0"),
            within("90", "90", "180"),
            within("-90", "-90", "180"),
            listed_condition(kind)
        );
        let mut sides = bounds.rects().map(|rect| (rect.min().x, rect.max().x));
        let none = (f64::INFINITY, f64::NEG_INFINITY);
        let ((west, east), (other_west, other_east)) = (sides.next().unwrap_or(none), sides.next().unwrap_or(none));
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query((west, east, bounds.south, bounds.north, other_west, other_east))?;
            while let Some(row) = rows.next()? {
                let (territory, id) = (row.get(0)?, row.get(1)?);
                if accept(territory, id) {
                    each(territory, id, decode(kind, row.get_ref(2)?.as_blob().unwrap_or_default())?);
                }
            }
            Ok(())
        })
    }

    /// The summaries of objects, in the order of `objects`; empty for an object that does not exist.
    pub(crate) fn summaries(
        &self,
        objects: impl IntoIterator<Item = (TerritoryId, ObjectKey)>,
    ) -> Result<Vec<ObjectSummary>> {
        self.read(|connection| {
            let one = |(territory, ObjectKey { kind, id }): (TerritoryId, ObjectKey)| {
                let sql = format!("SELECT {} FROM {kind} o WHERE territory = ?1 AND id = ?2", summary_columns(kind));
                let mut statement = connection.prepare_cached(&sql)?;
                let mut rows = statement.query((territory, id))?;
                rows.next()?.map_or(Ok(ObjectSummary::default()), |row| read_summary(row, kind))
            };
            objects.into_iter().map(one).collect()
        })
    }

    /// The time at which a refresh noticed that the server no longer publishes an object, Unix ms. `None` if the server
    /// publishes it, or if the catalogue does not have it.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn withdrawn_ms(&self, territory: &Territory, kind: Kind, id: Id) -> Result<Option<i64>> {
        self.read(|connection| {
            let sql = format!("SELECT withdrawn_ms FROM {kind} WHERE territory = ?1 AND id = ?2");
            let row = |row: &Row<'_>| row.get(0);
            Ok(connection.prepare_cached(&sql)?.query_row((territory.key, id), row).optional()?.flatten())
        })
    }

    /// The last day of each touristic event that has a day, YYYY-MM-DD.
    pub(crate) fn last_days(&self) -> Result<HashMap<(TerritoryId, Id), String>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT territory, id, begin_date, end_date FROM touristic_event")?;
            let mut rows = statement.query([])?;
            let mut days = HashMap::new();
            while let Some(row) = rows.next()? {
                let (begin, end): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
                if let Some(last) = last_day(begin.as_deref(), end.as_deref()) {
                    days.insert((row.get(0)?, row.get(1)?), last.to_owned());
                }
            }
            Ok(days)
        })
    }

    /// Reads every object of a kind, in the order of their ids.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn objects(&self, territory: &Territory, kind: Kind) -> Result<Vec<Object>> {
        let sql = format!("SELECT {} FROM {kind} WHERE territory = ?1 ORDER BY id, fid", fields(kind));
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query([territory.key])?;
            let mut objects = Vec::new();
            while let Some(row) = rows.next()? {
                objects.push(read_row(row, kind)?);
            }
            Ok(objects)
        })
    }

    /// The ids of the published objects of a kind, with the server's date of their last update if known, Unix ms.
    pub(crate) fn dates(&self, territory: &Territory, kind: Kind) -> Result<BTreeMap<Id, Option<i64>>> {
        self.read(|connection| {
            let sql = format!("SELECT id, updated_ms FROM {kind} WHERE territory = ?1 AND withdrawn_ms IS NULL");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([territory.key], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(ordered::try_map(rows)?)
        })
    }

    /// The ids of all objects of a kind, including withdrawn ones.
    pub(crate) fn ids(&self, territory: &Territory, kind: Kind) -> Result<BTreeSet<Id>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("SELECT id FROM {kind} WHERE territory = ?1"))?;
            let rows = statement.query_map([territory.key], |row| row.get(0))?;
            Ok(ordered::try_set(rows)?)
        })
    }

    /// The ids of the terms of a vocabulary.
    pub(crate) fn term_ids(&self, territory: &Territory, vocabulary: &str) -> Result<Vec<Id>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT id FROM term WHERE territory = ?1 AND vocabulary = ?2")?;
            let rows = statement.query_map((territory.key, vocabulary), |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The ids of the stages of all itineraries.
    pub(crate) fn stages(&self, territory: &Territory) -> Result<BTreeSet<Id>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT s.value FROM trek t, json_each(t.children) s
                   WHERE t.territory = ?1 AND t.withdrawn_ms IS NULL",
            )?;
            let rows = statement.query_map([territory.key], |row| row.get(0))?;
            Ok(ordered::try_set(rows)?)
        })
    }

    /// The ids of the stages that are published only through their itinerary.
    pub(crate) fn unlisted_stages(&self, territory: &Territory) -> Result<BTreeSet<Id>> {
        self.read(|connection| unlisted_stages(connection, territory))
    }

    /// The number of objects of a kind in all territories.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    #[doc(hidden)]
    pub fn count_all(&self, kind: Kind) -> Result<usize> {
        self.read(|connection| {
            let count: i64 =
                connection.prepare_cached(&format!("SELECT count(*) FROM {kind}"))?.query_row([], |row| row.get(0))?;
            Ok(usize::try_from(count).unwrap_or_default())
        })
    }

    /// The number of objects of a kind in a territory.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::Corrupt`] and errors of the disk.
    pub fn count(&self, territory: &Territory, kind: Kind) -> Result<u64> {
        self.read(|connection: &Connection| {
            let sql = format!("SELECT count(*) FROM {kind} WHERE territory = ?1");
            Ok(connection.prepare_cached(&sql)?.query_row([territory.key], |row| row.get::<_, i64>(0))?.unsigned_abs())
        })
    }
}

/// Reads an object by its id, on any connection.
pub(super) fn object(connection: &Connection, territory: &Territory, kind: Kind, id: Id) -> Result<Option<Object>> {
    Ok(object_and_withdrawn_ms(connection, territory, kind, id)?.map(|(object, _)| object))
}

fn object_and_withdrawn_ms(
    connection: &Connection,
    territory: &Territory,
    kind: Kind,
    id: Id,
) -> Result<Option<(Object, Option<i64>)>> {
    let sql = format!("SELECT {}, withdrawn_ms FROM {kind} WHERE territory = ?1 AND id = ?2", fields(kind));
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query((territory.key, id))?;
    rows.next()?.map(|row| Ok((read_row(row, kind)?, row.get(2)?))).transpose()
}

/// The name of an object, or the label of its type if it has none; empty if there is neither. On any connection.
pub(super) fn name_or_type_label(connection: &Connection, territory: &Territory, object: &Object) -> Result<Localized> {
    let own = object.name().filter(|name| !name.is_empty());
    if let Some(name) = own.or_else(|| object.type_label().filter(|label| !label.is_empty())) {
        return Ok(name.clone());
    }
    let Some((vocabulary, id)) = object.object_type() else { return Ok(Localized::default()) };
    let sql = "SELECT names FROM term WHERE territory = ?1 AND vocabulary = ?2 AND id = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let names =
        statement.query_row((territory.key, vocabulary, id), |row| row.get::<_, Option<String>>(0)).optional()?;
    Ok(names.flatten().and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

/// The ids of the objects of a kind without a name whose type is one of some terms of a vocabulary, on any connection.
pub(super) fn unnamed_of_types(
    connection: &Connection,
    territory: TerritoryId,
    kind: Kind,
    vocabulary: &str,
    terms: &BTreeSet<Id>,
) -> Result<Vec<Id>> {
    let Some(field) = kind.type_field().filter(|field| field.refers_to == Some(vocabulary)) else {
        return Ok(Vec::new());
    };
    let sql = format!(
        "SELECT id, json_extract(data, '$.{}') FROM {kind} WHERE territory = ?1 AND coalesce(names, '{{}}') = '{{}}'",
        field.name
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([territory], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let typed: Vec<(Id, Option<Id>)> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(typed.into_iter().filter(|(_, term)| term.is_some_and(|term| terms.contains(&term))).map(|(id, _)| id).collect())
}

/// The ids of the stages that are published only through their itinerary, on any connection.
pub(super) fn unlisted_stages(connection: &Connection, territory: &Territory) -> Result<BTreeSet<Id>> {
    let sql = format!("SELECT id FROM trek WHERE territory = ?1 AND withdrawn_ms IS NULL AND NOT {}", treks::LISTED);
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([territory.key], |row| row.get(0))?;
    Ok(ordered::try_set(rows)?)
}

/// Calls `each` with all geometries of a kind in one territory, on any connection.
pub(super) fn geometries(
    connection: &Connection,
    territory: &Territory,
    kind: Kind,
    mut each: impl FnMut(Id, Geometry),
) -> Result<()> {
    if !kind.is_spatial() {
        return Ok(());
    }
    let sql = format!("SELECT id, geom FROM {kind} WHERE territory = ?1 AND geom IS NOT NULL ORDER BY fid");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([territory.key])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, decode(kind, row.get_ref(1)?.as_blob().unwrap_or_default())?);
    }
    Ok(())
}

/// SQL condition for the objects of a kind that are found by position: of treks only the listed ones.
fn listed_condition(kind: Kind) -> &'static str {
    if kind == Kind::Trek { treks::LISTED } else { "1" }
}

/// SQL columns of a summary, of the layer `o`.
fn summary_columns(kind: Kind) -> String {
    let label = match kind.type_field() {
        _ if kind.field("type_label").is_some() => "json_extract(o.data, '$.type_label')".to_owned(),
        Some(Field { name, refers_to: Some(vocabulary), .. }) => format!(
            "(SELECT t.names FROM term t WHERE t.territory = o.territory AND t.vocabulary = '{vocabulary}'
                AND t.id = json_extract(o.data, '$.{name}'))"
        ),
        _ => "NULL".to_owned(),
    };
    let dates = event_columns(kind);
    format!("CASE WHEN coalesce(o.names, '{{}}') = '{{}}' THEN {label} ELSE o.names END, o.withdrawn_ms, {dates}")
}

/// SQL columns of the begin, the end and the cancellation of a touristic event, of the layer `o`.
pub(super) fn event_columns(kind: Kind) -> &'static str {
    match kind {
        Kind::TouristicEvent => "o.begin_date, o.end_date, coalesce(json_extract(o.data, '$.cancelled'), 0)",
        _ => "NULL, NULL, 0",
    }
}

fn read_summary(row: &Row<'_>, kind: Kind) -> Result<ObjectSummary> {
    let names: Option<String> = row.get(0)?;
    let names =
        names.map_or(Ok(Localized::default()), |json| serde_json::from_str(&json).map_err(|_| damaged(kind)))?;
    Ok(ObjectSummary {
        names,
        withdrawn_ms: row.get(1)?,
        begin_date: row.get(2)?,
        end_date: row.get(3)?,
        cancelled: row.get(4)?,
    })
}

fn not_found(territory: &Territory, kind: Kind, id: Id) -> Error {
    Error::NotFound { detail: format!("{kind} {}/{id}", territory.name) }
}

fn decode(kind: Kind, blob: &[u8]) -> Result<Geometry> {
    geopackage::decode(blob).ok_or_else(|| damaged(kind))
}

fn damaged(kind: Kind) -> Error {
    Error::corrupt(format!("a row of layer {kind} cannot be read"))
}

pub(super) fn fields(kind: Kind) -> &'static str {
    if kind.is_spatial() { "data, geom" } else { "data, NULL" }
}

/// Reads an object from a row of [`fields`], without a copy of its JSON and geometry.
pub(super) fn read_row(row: &Row<'_>, kind: Kind) -> Result<Object> {
    let json = row.get_ref(0)?.as_str().map_err(|_| damaged(kind))?;
    let mut object = Object::from_json(kind, json).map_err(|_| damaged(kind))?;
    let blob = row.get_ref(1)?.as_blob_or_null().map_err(|_| damaged(kind))?;
    if let (Some(place), Some(blob)) = (object.geometry_mut(), blob) {
        *place = Some(decode(kind, blob)?);
    }
    Ok(object)
}
