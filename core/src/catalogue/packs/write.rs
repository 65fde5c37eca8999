//! Updates packs in a write transaction, and marks them as stale.

use std::collections::{BTreeMap, BTreeSet};

use super::pack::{Pack, PackState, PackSubject, PictureSize};
use super::read::withdrawn_objects;
use crate::catalogue::{Territory, WriteTransaction};
use crate::error::Result;
use crate::id::{ObjectKey, TerritoryId};
use crate::model::{Bounds, Id, Kind};
use crate::ordered;

/// The statements that mark the packs of a territory (`?1`) as stale that satisfy a condition: complete packs become stale,
/// the jobs of incomplete packs are deleted so that they read the pack's content again.
fn mark_stale_statements(condition: &str) -> [String; 2] {
    [
        format!("UPDATE jalon_pack SET state = 'stale' WHERE state = 'ready' AND territory = ?1 AND {condition}"),
        format!(
            "DELETE FROM jalon_job WHERE territory = ?1 AND finished AND subject IN
               (SELECT subject FROM jalon_pack WHERE territory = ?1 AND {condition})"
        ),
    ]
}

impl WriteTransaction<'_> {
    /// Inserts a planned pack of a territory, if there is a territory of this name.
    pub(crate) fn restore_pack(
        &mut self,
        territory: &str,
        subject: &PackSubject,
        pictures: PictureSize,
        with_files: bool,
    ) -> Result<()> {
        self.connection().execute(
            "INSERT OR IGNORE INTO jalon_pack (territory, subject, pictures, with_files, state)
               SELECT territory, ?2, ?3, ?4, 'planned' FROM jalon_territory WHERE name = ?1",
            (territory, subject.to_string(), pictures.as_str(), with_files),
        )?;
        Ok(())
    }

    /// Replaces the objects of a pack, and sets its bounding box. A new object in the box makes the pack stale.
    pub(crate) fn set_pack_objects(
        &mut self,
        territory: &Territory,
        pack: i64,
        objects: &BTreeSet<ObjectKey>,
        bounds: Option<&Bounds>,
    ) -> Result<()> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT kind, id FROM jalon_pack_object WHERE pack = ?1")?;
        let rows = statement.query_map([pack], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Id>(1)?)))?;
        let previous: Vec<(String, Id)> = rows.collect::<rusqlite::Result<_>>()?;
        drop(statement);
        let mut insert = connection
            .prepare_cached("INSERT OR IGNORE INTO jalon_pack_object (pack, kind, id) VALUES (?1, ?2, ?3)")?;
        for ObjectKey { kind, id } in objects {
            insert.execute((pack, kind.as_str(), id))?;
        }
        drop(insert);
        for (kind, id) in previous {
            let known_kind = kind.parse::<Kind>().ok();
            if known_kind.is_some_and(|kind| objects.contains(&ObjectKey::new(kind, id))) {
                continue;
            }
            self.connection().execute(
                "DELETE FROM jalon_pack_object WHERE pack = ?1 AND kind = ?2 AND id = ?3",
                (pack, &kind, id),
            )?;
            if let Some(kind) = known_kind {
                self.delete_withdrawn(territory, kind, id)?;
            }
        }
        let connection = self.connection();
        if let Some(Bounds { west, south, east, north }) = bounds {
            connection.execute(
                "UPDATE jalon_pack SET west = ?2, south = ?3, east = ?4, north = ?5 WHERE pack = ?1",
                (pack, west, south, east, north),
            )?;
        }
        Ok(())
    }

    /// Sets the state of a pack. For a complete pack, `as_of_ms` is its date (Unix ms) and `states` are the hashes of its objects
    /// (see [`Catalogue::object_states`](crate::catalogue::Catalogue)).
    pub(crate) fn set_pack_state(
        &mut self,
        pack: i64,
        state: PackState,
        as_of_ms: Option<i64>,
        states: &BTreeMap<ObjectKey, String>,
    ) -> Result<()> {
        self.connection().execute(
            "UPDATE jalon_pack SET state = ?2, as_of_ms = coalesce(?3, as_of_ms) WHERE pack = ?1",
            (pack, state.as_str(), as_of_ms),
        )?;
        let sql = "UPDATE jalon_pack_object SET state_hash = ?4 WHERE pack = ?1 AND kind = ?2 AND id = ?3";
        let mut statement = self.connection().prepare_cached(sql)?;
        for (ObjectKey { kind, id }, state) in states {
            statement.execute((pack, kind.as_str(), id, state))?;
        }
        Ok(())
    }

    /// Marks a pack as partial if it was only planned, or if a file of it is missing.
    pub(crate) fn record_missing(&mut self, pack: i64) -> Result<()> {
        self.connection().execute(
            "UPDATE jalon_pack SET state = 'partial' WHERE pack = ?1 AND (state = 'planned' OR EXISTS
               (SELECT 1 FROM jalon_pack_media JOIN jalon_media m USING (media)
                  WHERE pack = ?1 AND m.file IS NULL AND m.missing_reason IS NULL))",
            [pack],
        )?;
        Ok(())
    }

    /// The objects of a pack that the server has withdrawn.
    pub(crate) fn withdrawn_objects(&self, pack: i64) -> Result<BTreeSet<ObjectKey>> {
        Ok(ordered::set(withdrawn_objects(self.connection(), pack)?.into_keys()))
    }

    /// Records that the server has listed the objects along a trek.
    pub(crate) fn mark_reported(&mut self, territory: &Territory, trek: Id) -> Result<()> {
        self.connection()
            .execute("INSERT OR IGNORE INTO jalon_reported_trek VALUES (?1, ?2)", (territory.key, trek))?;
        Ok(())
    }

    /// The treks along which the server has listed the objects.
    pub(crate) fn reported_treks(&self, territory: &Territory) -> Result<BTreeSet<Id>> {
        let mut statement =
            self.connection().prepare_cached("SELECT trek FROM jalon_reported_trek WHERE territory = ?1")?;
        let rows = statement.query_map([territory.key], |row| row.get(0))?;
        Ok(ordered::try_set(rows)?)
    }

    /// Removes a pack, and the withdrawn objects that only this pack contained.
    pub(crate) fn remove_pack(&mut self, territory: &Territory, pack: &Pack) -> Result<()> {
        let mut statement = self.connection().prepare("SELECT kind, id FROM jalon_pack_object WHERE pack = ?1")?;
        let rows = statement.query_map([pack.key], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Id>(1)?)))?;
        let objects: Vec<(String, Id)> = rows.collect::<rusqlite::Result<_>>()?;
        drop(statement);
        self.connection().execute("DELETE FROM jalon_pack WHERE pack = ?1", [pack.key])?;
        for (kind, id) in objects {
            let Ok(kind) = kind.parse::<Kind>() else { continue };
            if kind == Kind::Trek && !self.is_packed(territory, kind, id)? {
                self.connection().execute(
                    "DELETE FROM jalon_reported_trek WHERE territory = ?1 AND trek = ?2",
                    (territory.key, id),
                )?;
            }
            self.delete_withdrawn(territory, kind, id)?;
        }
        Ok(())
    }

    /// Whether any pack contains an object.
    pub(in crate::catalogue) fn is_packed(&self, territory: &Territory, kind: Kind, id: Id) -> Result<bool> {
        let sql = "SELECT count(*) FROM jalon_pack_object o JOIN jalon_pack p USING (pack)
                     WHERE p.territory = ?1 AND o.kind = ?2 AND o.id = ?3";
        let mut statement = self.connection().prepare_cached(sql)?;
        Ok(statement.query_row((territory.key, kind.as_str(), id), |row| row.get::<_, i64>(0))? > 0)
    }

    /// Marks the packs as stale that contain an object, or whose bounding box intersects `new_bounds`, where a new object is.
    pub(in crate::catalogue) fn mark_packs_stale(
        &self,
        territory: TerritoryId,
        kind: Kind,
        id: Id,
        new_bounds: Option<&Bounds>,
    ) -> Result<()> {
        let contains = "pack IN (SELECT pack FROM jalon_pack_object WHERE kind = ?2 AND id = ?3)";
        let intersects = "south <= ?5 AND north >= ?3 AND (west > east OR (west <= ?4 AND east >= ?2))";
        for sql in mark_stale_statements(contains) {
            self.connection().prepare_cached(&sql)?.execute((territory, kind.as_str(), id))?;
        }
        if let Some(Bounds { west, south, east, north }) = new_bounds {
            for sql in mark_stale_statements(intersects) {
                self.connection().prepare_cached(&sql)?.execute((territory, west, south, east, north))?;
            }
        }
        Ok(())
    }

    /// Marks all complete packs of a territory as stale.
    pub(in crate::catalogue) fn mark_all_packs_stale(&self, territory: TerritoryId) -> Result<()> {
        self.connection()
            .prepare_cached("UPDATE jalon_pack SET state = 'stale' WHERE state = 'ready' AND territory = ?1")?
            .execute([territory])?;
        Ok(())
    }

    /// Whether the catalogue has any pack.
    pub(in crate::catalogue) fn has_packs(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM jalon_pack)";
        Ok(self.connection().prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }
}
