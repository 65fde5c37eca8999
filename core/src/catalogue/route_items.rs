//! The objects along a trek: their distances from it, and their texts. The texts are part of the trek's entry in the search
//! index, because people search for a trek by the lake that it passes and by the village where it starts.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::{Catalogue, Territory};
use crate::error::Result;
use crate::model::{Id, Kind, Localized, Object};
use crate::ordered;

impl Catalogue {
    /// The ids of the objects of a kind along a trek.
    pub(crate) fn route_item_ids(&self, territory: &Territory, trek: Id, kind: Kind) -> Result<Vec<Id>> {
        self.read(|connection| route_item_ids(connection, territory, trek, kind))
    }

    /// The ids of the HD views that are attached to a trek.
    pub(crate) fn views_of(&self, territory: &Territory, trek: Id) -> Result<Vec<Id>> {
        self.read(|connection| {
            let sql = "SELECT id FROM hd_view WHERE territory = ?1 AND data ->> '$.trek' = ?2 ORDER BY id";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map((territory.key, trek), |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// The ids of the objects of a kind along a trek.
pub(super) fn route_item_ids(connection: &Connection, territory: &Territory, trek: Id, kind: Kind) -> Result<Vec<Id>> {
    let sql = "SELECT id FROM jalon_route_item WHERE territory = ?1 AND trek = ?2 AND kind = ?3 ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map((territory.key, trek, kind.as_str()), |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The ids of the treks whose search entry contains the texts of an object.
pub(super) fn treks_of(connection: &Connection, territory: &Territory, object: &Object) -> Result<Vec<Id>> {
    let sql = match object {
        Object::Trek(trek) => return Ok([trek.id].into_iter().chain(trek.parents.iter().copied()).collect()),
        Object::Poi(_) => "SELECT trek FROM jalon_route_item WHERE territory = ?1 AND kind = 'poi' AND id = ?2",
        Object::City(_) => "SELECT t.id FROM trek t, json_each(t.cities) c WHERE t.territory = ?1 AND c.value = ?2",
        Object::District(_) => {
            "SELECT t.id FROM trek t, json_each(t.districts) d WHERE t.territory = ?1 AND d.value = ?2"
        }
        _ => return Ok(Vec::new()),
    };
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map((territory.key, object.id()), |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Replaces the objects of a kind along a trek: ids with distances in metres. Returns whether the ids differ from before.
pub(super) fn set(
    connection: &Connection,
    territory: &Territory,
    trek: Id,
    kind: Kind,
    distances_m: &BTreeMap<Id, f64>,
    estimated: bool,
) -> Result<bool> {
    let mut select = connection.prepare_cached(
        "SELECT id, distance_m FROM jalon_route_item WHERE territory = ?1 AND trek = ?2 AND kind = ?3 ORDER BY id",
    )?;
    let rows = select.query_map((territory.key, trek, kind.as_str()), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let existing: BTreeMap<Id, f64> = ordered::try_map(rows)?;
    if existing == *distances_m {
        return Ok(false);
    }
    connection
        .prepare_cached("DELETE FROM jalon_route_item WHERE territory = ?1 AND trek = ?2 AND kind = ?3")?
        .execute((territory.key, trek, kind.as_str()))?;
    let mut insert = connection.prepare_cached("INSERT INTO jalon_route_item VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for (id, metres) in distances_m {
        insert.execute((territory.key, trek, kind.as_str(), id, metres, estimated))?;
    }
    Ok(!existing.keys().eq(distances_m.keys()))
}

/// Removes a deleted object from all treks, and returns their ids. If it is a trek, its own objects are removed, too.
pub(super) fn remove(connection: &Connection, territory: &Territory, kind: Kind, id: Id) -> Result<Vec<Id>> {
    let mut delete = connection
        .prepare_cached("DELETE FROM jalon_route_item WHERE territory = ?1 AND kind = ?2 AND id = ?3 RETURNING trek")?;
    let treks = delete.query_map((territory.key, kind.as_str(), id), |row| row.get(0))?;
    let treks = treks.collect::<rusqlite::Result<_>>()?;
    if kind == Kind::Trek {
        connection
            .prepare_cached("DELETE FROM jalon_route_item WHERE territory = ?1 AND trek = ?2")?
            .execute((territory.key, id))?;
    }
    Ok(treks)
}

/// The texts of a trek's stages, points of interest, cities and districts; empty for other kinds of objects.
pub(super) fn texts(connection: &Connection, territory: &Territory, object: &Object) -> Result<Vec<Localized>> {
    let Object::Trek(trek) = object else { return Ok(Vec::new()) };
    let mut texts = Vec::new();
    let mut add = |sql: &str, id: Id| -> Result<()> {
        let mut statement = connection.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query((territory.key, id))?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                let json: Option<String> = row.get(column)?;
                texts.extend(json.and_then(|json| serde_json::from_str::<Localized>(&json).ok()));
            }
        }
        Ok(())
    };
    for stage in &trek.children {
        add(
            "SELECT names, data -> '$.departure', data -> '$.arrival', data -> '$.description_teaser.plain',
               data -> '$.description.plain' FROM trek WHERE territory = ?1 AND id = ?2",
            *stage,
        )?;
    }
    add(
        "SELECT p.names, p.data -> '$.type_label', p.data -> '$.description.plain' FROM jalon_route_item b
           JOIN poi p ON p.territory = b.territory AND p.id = b.id
           WHERE b.territory = ?1 AND b.trek = ?2 AND b.kind = 'poi'",
        trek.id,
    )?;
    for city in &trek.cities {
        add("SELECT names FROM city WHERE territory = ?1 AND id = ?2", *city)?;
    }
    for district in &trek.districts {
        add("SELECT names FROM district WHERE territory = ?1 AND id = ?2", *district)?;
    }
    Ok(texts)
}
