//! Reads packs and their content.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row};

use super::map;
use super::pack::{MissingFile, Pack, PackState, PackSubject, PictureSize};
use crate::catalogue::{Catalogue, Territory, state_hash};
use crate::error::Result;
use crate::id::{ObjectKey, TerritoryId};
use crate::model::{Id, Kind};
use crate::ordered;

struct PackRow {
    key: i64,
    territory: TerritoryId,
    subject: PackSubject,
    pictures: PictureSize,
    with_files: bool,
    state: PackState,
    as_of_ms: Option<i64>,
}

const SELECT: &str = "SELECT pack, territory, subject, pictures, state, as_of_ms, with_files FROM jalon_pack";

/// Reads a row; `None` if a newer version of Jalon wrote its subject.
fn read_row(row: &Row<'_>) -> rusqlite::Result<Option<PackRow>> {
    let (subject, pictures, state): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
    let Ok(subject) = subject.parse() else { return Ok(None) };
    let pictures = PictureSize::ALL.into_iter().find(|known| known.as_str() == pictures);
    let state = PackState::ALL.into_iter().find(|known| known.as_str() == state);
    Ok(Some(PackRow {
        key: row.get(0)?,
        territory: row.get(1)?,
        subject,
        pictures: pictures.unwrap_or_default(),
        state: state.unwrap_or(PackState::Planned),
        as_of_ms: row.get(5)?,
        with_files: row.get(6)?,
    }))
}

fn count(number: i64) -> u64 {
    number.unsigned_abs()
}

/// Reads the content of a pack.
fn with_content(connection: &Connection, row: PackRow, territory: String, maps: &Path) -> Result<Pack> {
    let mut objects = BTreeMap::new();
    let mut statement =
        connection.prepare_cached("SELECT kind, count(*) FROM jalon_pack_object WHERE pack = ?1 GROUP BY kind")?;
    let mut rows = statement.query([row.key])?;
    while let Some(found) = rows.next()? {
        if let Ok(kind) = found.get_ref(0)?.as_str().unwrap_or_default().parse() {
            objects.insert(kind, count(found.get(1)?));
        }
    }
    let (files, bytes, own): (i64, i64, i64) = connection
        .prepare_cached(
            "SELECT count(m.file), coalesce(sum(m.bytes), 0), coalesce(sum(m.bytes) FILTER (WHERE NOT EXISTS
               (SELECT 1 FROM jalon_pack_media o WHERE o.media = m.media AND o.pack != ?1)), 0)
               FROM jalon_pack_media p JOIN jalon_media m USING (media) WHERE p.pack = ?1 AND m.file IS NOT NULL",
        )?
        .query_row([row.key], |found| Ok((found.get(0)?, found.get(1)?, found.get(2)?)))?;
    let mut statement = connection.prepare_cached(
        "SELECT m.url, m.missing_reason FROM jalon_pack_media p JOIN jalon_media m USING (media)
           WHERE p.pack = ?1 AND m.file IS NULL ORDER BY m.media",
    )?;
    let missing =
        statement.query_map([row.key], |found| Ok(MissingFile { url: found.get(0)?, reason: found.get(1)? }))?;
    let missing = missing.collect::<rusqlite::Result<_>>()?;
    let withdrawn_ms = match row.subject {
        PackSubject::Bounds(_) => None,
        PackSubject::Trek(id) => connection
            .prepare_cached("SELECT withdrawn_ms FROM trek WHERE territory = ?1 AND id = ?2")?
            .query_row((row.territory, id), |found| found.get(0))
            .optional()?
            .flatten(),
    };
    let PackRow { key, subject, pictures, with_files, state, as_of_ms, .. } = row;
    let map = map::read(connection, key, maps)?;
    let map_bytes = map.as_ref().map_or(0, |map| map.bytes);
    let (files, bytes, own_bytes) = (count(files), count(bytes) + map_bytes, count(own) + map_bytes);
    Ok(Pack {
        key,
        territory,
        subject,
        pictures,
        with_files,
        state,
        as_of_ms,
        objects,
        files,
        bytes,
        own_bytes,
        missing,
        withdrawn_ms,
        map,
    })
}

/// The withdrawn objects of a pack, with the time of the withdrawal, Unix ms.
pub(super) fn withdrawn_objects(connection: &Connection, pack: i64) -> Result<BTreeMap<ObjectKey, i64>> {
    let mut withdrawn = BTreeMap::new();
    for kind in Kind::ALL {
        let sql = format!(
            "SELECT o.id, x.withdrawn_ms FROM jalon_pack p JOIN jalon_pack_object o USING (pack)
               JOIN {kind} x ON x.territory = p.territory AND x.id = o.id
               WHERE p.pack = ?1 AND o.kind = ?2 AND x.withdrawn_ms IS NOT NULL"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows =
            statement.query_map((pack, kind.as_str()), |row| Ok((ObjectKey::new(kind, row.get(0)?), row.get(1)?)))?;
        for row in rows {
            let (object, at_ms) = row?;
            withdrawn.insert(object, at_ms);
        }
    }
    Ok(withdrawn)
}

impl Catalogue {
    /// Reads every pack, or those of one territory, in the order of their creation.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed), [`Error::Corrupt`](crate::Error::Corrupt) and errors of the disk.
    pub(crate) fn packs(&self, territory: Option<&Territory>) -> Result<Vec<Pack>> {
        let names: HashMap<TerritoryId, String> = self.territories()?.into_iter().map(|t| (t.key, t.name)).collect();
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY pack"))?;
            let rows = statement.query_map([], read_row)?;
            let rows: Vec<PackRow> = rows.filter_map(rusqlite::Result::transpose).collect::<rusqlite::Result<_>>()?;
            rows.into_iter()
                .filter(|row| territory.is_none_or(|territory| territory.key == row.territory))
                .map(|row| {
                    let name = names.get(&row.territory).cloned().unwrap_or_default();
                    with_content(connection, row, name, &self.map_folder())
                })
                .collect()
        })
    }

    /// Reads the pack with a subject; `None` if there is none.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed), [`Error::Corrupt`](crate::Error::Corrupt) and errors of the disk.
    pub fn pack(&self, territory: &Territory, subject: &PackSubject) -> Result<Option<Pack>> {
        self.read(|connection| {
            let sql = format!("{SELECT} WHERE territory = ?1 AND subject = ?2");
            let row = connection
                .prepare_cached(&sql)?
                .query_row((territory.key, subject.to_string()), read_row)
                .optional()?
                .flatten();
            row.map(|row| with_content(connection, row, territory.name.clone(), &self.map_folder())).transpose()
        })
    }

    /// The treks that are usable offline: those of packs that are ready or stale.
    pub(crate) fn offline_treks(&self) -> Result<BTreeSet<(TerritoryId, Id)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT territory, o.id FROM jalon_pack p JOIN jalon_pack_object o USING (pack)
                   WHERE p.state IN ('ready', 'stale') AND o.kind = 'trek'",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(ordered::try_set(rows)?)
        })
    }

    /// Inserts a planned pack, or changes the picture size and the choice of files of an existing one. Returns its key.
    pub(crate) fn request_pack(
        &self,
        territory: &Territory,
        subject: &PackSubject,
        pictures: PictureSize,
        with_files: bool,
    ) -> Result<i64> {
        self.write_state(|connection| {
            connection.execute(
                "INSERT INTO jalon_pack (territory, subject, pictures, with_files, state)
                   VALUES (?1, ?2, ?3, ?4, 'planned') ON CONFLICT (territory, subject)
                   DO UPDATE SET pictures = excluded.pictures, with_files = excluded.with_files",
                (territory.key, subject.to_string(), pictures.as_str(), with_files),
            )?;
            let key = "SELECT pack FROM jalon_pack WHERE territory = ?1 AND subject = ?2";
            Ok(connection.query_row(key, (territory.key, subject.to_string()), |row| row.get(0))?)
        })
    }

    /// The objects of a pack, each with the hash of its version when the pack was last complete (see
    /// [`Catalogue::object_states`]).
    pub(crate) fn pack_objects(&self, pack: i64) -> Result<BTreeMap<ObjectKey, Option<String>>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT kind, id, state_hash FROM jalon_pack_object WHERE pack = ?1")?;
            let mut rows = statement.query([pack])?;
            let mut objects = BTreeMap::new();
            while let Some(row) = rows.next()? {
                if let Ok(kind) = row.get_ref(0)?.as_str().unwrap_or_default().parse() {
                    objects.insert(ObjectKey::new(kind, row.get(1)?), row.get(2)?);
                }
            }
            Ok(objects)
        })
    }

    /// Whether any pack of a territory is not completely downloaded.
    pub(crate) fn has_incomplete_pack(&self, territory: &Territory) -> Result<bool> {
        self.read(|connection| {
            let sql =
                "SELECT EXISTS (SELECT 1 FROM jalon_pack WHERE territory = ?1 AND state IN ('planned', 'partial'))";
            Ok(connection.prepare_cached(sql)?.query_row([territory.key], |row| row.get(0))?)
        })
    }

    /// A short hash of the current version of each object, to detect changes.
    pub(crate) fn object_states(
        &self,
        territory: &Territory,
        objects: impl IntoIterator<Item = ObjectKey>,
    ) -> Result<BTreeMap<ObjectKey, String>> {
        self.read(|connection| {
            let mut states = BTreeMap::new();
            for object @ ObjectKey { kind, id } in objects {
                let sql = format!("SELECT data FROM {kind} WHERE territory = ?1 AND id = ?2");
                let data: Option<String> =
                    connection.prepare_cached(&sql)?.query_row((territory.key, id), |row| row.get(0)).optional()?;
                states.extend(data.map(|data| (object, state_hash(&data))));
            }
            Ok(states)
        })
    }

    /// The objects of a pack that the server has withdrawn, with the time of the withdrawal, Unix ms. They stay until the pack
    /// is removed.
    pub(crate) fn withdrawn_objects(&self, pack: &Pack) -> Result<BTreeMap<ObjectKey, i64>> {
        self.read(|connection| withdrawn_objects(connection, pack.key))
    }

    /// Whether the server has listed the objects along a trek.
    pub(crate) fn is_reported(&self, territory: &Territory, trek: Id) -> Result<bool> {
        self.read(|connection| {
            let sql = "SELECT count(*) FROM jalon_reported_trek WHERE territory = ?1 AND trek = ?2";
            Ok(connection.prepare_cached(sql)?.query_row((territory.key, trek), |row| row.get::<_, i64>(0))? > 0)
        })
    }
}
