//! Packs: what makes a trek, or a box, wholly usable offline. A pack is a list of objects and of files; objects and files
//! that several packs need are there once. Which files are there is `media`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::{Catalogue, Territory, WriteTransaction, state_digits};
use crate::error::{Error, Result};
use crate::model::{Bounds, Id, Kind, Position};

pub(super) const TABLES: &str = "
CREATE TABLE jalon_pack (
  pack INTEGER PRIMARY KEY AUTOINCREMENT, territory INTEGER NOT NULL, subject TEXT NOT NULL, pictures TEXT NOT NULL,
  state TEXT NOT NULL, as_of_ms INTEGER, west REAL, south REAL, east REAL, north REAL, UNIQUE (territory, subject));
CREATE TABLE jalon_pack_object (
  pack INTEGER NOT NULL REFERENCES jalon_pack (pack) ON DELETE CASCADE, kind TEXT NOT NULL, id INTEGER NOT NULL,
  seen TEXT, PRIMARY KEY (pack, kind, id)) WITHOUT ROWID;
CREATE INDEX jalon_pack_object_of ON jalon_pack_object (kind, id);
CREATE TABLE jalon_media (
  medium INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL UNIQUE, file TEXT, bytes INTEGER NOT NULL DEFAULT 0,
  sha256 TEXT, etag TEXT, last_modified TEXT, checked_ms INTEGER, lost TEXT);
CREATE TABLE jalon_pack_media (
  pack INTEGER NOT NULL REFERENCES jalon_pack (pack) ON DELETE CASCADE,
  medium INTEGER NOT NULL REFERENCES jalon_media (medium), PRIMARY KEY (pack, medium)) WITHOUT ROWID;
CREATE INDEX jalon_pack_media_of ON jalon_pack_media (medium);
CREATE TABLE jalon_reported_trek (territory INTEGER NOT NULL, trek INTEGER NOT NULL, PRIMARY KEY (territory, trek)) WITHOUT ROWID;
";

/// What a pack is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PackSubject {
    /// A trek, by its server's number.
    Trek(Id),
    /// A box: the treks that cross it, and all that lies in it.
    Bounds(Bounds),
}

impl fmt::Display for PackSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PackSubject::Trek(id) => write!(f, "trek/{id}"),
            PackSubject::Bounds(Bounds { west, south, east, north }) => write!(f, "box/{west},{south},{east},{north}"),
        }
    }
}

impl FromStr for PackSubject {
    type Err = Error;

    fn from_str(text: &str) -> Result<PackSubject> {
        let wrong = || Error::invalid("subject", "trek/NUMBER or box/W,S,E,N");
        match text.split_once('/') {
            Some(("trek", id)) => Ok(PackSubject::Trek(id.parse().map_err(|_| wrong())?)),
            Some(("box", corners)) => {
                let corners: Vec<f64> =
                    corners.split(',').map(|number| number.parse().map_err(|_| wrong())).collect::<Result<_>>()?;
                let [west, south, east, north] = corners[..] else { return Err(wrong()) };
                let bounds = Bounds { west, south, east, north };
                check_box(&bounds)?;
                Ok(PackSubject::Bounds(bounds))
            }
            _ => Err(wrong()),
        }
    }
}

impl PackSubject {
    /// Whether it can be one.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            PackSubject::Trek(_) => Ok(()),
            PackSubject::Bounds(bounds) => check_box(bounds),
        }
    }
}

/// Whether a box is one on the Earth; over the date line west is greater than east.
pub(super) fn check_box(bounds: &Bounds) -> Result<()> {
    let on_earth = |lon: f64, lat: f64| Position::new(lon, lat).is_valid();
    if on_earth(bounds.west, bounds.south) && on_earth(bounds.east, bounds.north) && bounds.south <= bounds.north {
        Ok(())
    } else {
        Err(Error::invalid("bounds", "west, south, east, north in degrees, south not above north"))
    }
}

/// Which pictures a pack takes along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureSize {
    /// Those of some 400 pixels that the server makes.
    #[default]
    Small,
    /// The originals.
    Large,
    /// None; pictograms come all the same.
    None,
}

impl PictureSize {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            PictureSize::Small => "small",
            PictureSize::Large => "large",
            PictureSize::None => "none",
        }
    }
}

/// How far a pack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackState {
    /// Nothing has come yet.
    Planned,
    /// What belongs to it is known, and not all of it is there.
    Partial,
    /// All of it is there, looked at file by file.
    Ready,
    /// All of it is there as it was on its date; its server has something newer.
    Stale,
}

impl PackState {
    const ALL: [PackState; 4] = [PackState::Planned, PackState::Partial, PackState::Ready, PackState::Stale];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            PackState::Planned => "planned",
            PackState::Partial => "partial",
            PackState::Ready => "ready",
            PackState::Stale => "stale",
        }
    }
}

/// A file that a pack does without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingFile {
    /// Its address.
    pub url: String,
    /// Why it is not there: nothing where it is still to come.
    pub reason: Option<String>,
}

/// A pack, as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Its number in this catalogue.
    pub key: i64,
    /// Short name of its territory.
    pub territory: String,
    /// What it is about.
    pub subject: PackSubject,
    /// Which pictures it has.
    pub pictures: PictureSize,
    /// How far it is.
    pub state: PackState,
    /// Of when what it has is, Unix ms; none where it never was whole.
    pub as_of_ms: Option<i64>,
    /// Its objects, by kind.
    pub objects: BTreeMap<Kind, u64>,
    /// Files that are there.
    pub files: u64,
    /// Their bytes, those that other packs need too included.
    pub bytes: u64,
    /// Bytes of the files that no other pack needs: what its removal gives back.
    pub own_bytes: u64,
    /// Files that are not there.
    pub missing: Vec<MissingFile>,
    /// When the server withdrew what it is about, Unix ms.
    pub withdrawn_ms: Option<i64>,
}

struct PackRow {
    key: i64,
    territory: i64,
    subject: PackSubject,
    pictures: PictureSize,
    state: PackState,
    as_of_ms: Option<i64>,
}

const SELECT: &str = "SELECT pack, territory, subject, pictures, state, as_of_ms FROM jalon_pack";

fn read_row(row: &Row<'_>) -> rusqlite::Result<Option<PackRow>> {
    let (subject, pictures, state): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
    let Ok(subject) = subject.parse() else { return Ok(None) };
    let known = [PictureSize::Small, PictureSize::Large, PictureSize::None]
        .into_iter()
        .find(|known| known.as_str() == pictures);
    let state = PackState::ALL.into_iter().find(|known| known.as_str() == state);
    Ok(Some(PackRow {
        key: row.get(0)?,
        territory: row.get(1)?,
        subject,
        pictures: known.unwrap_or_default(),
        state: state.unwrap_or(PackState::Planned),
        as_of_ms: row.get(5)?,
    }))
}

fn count(number: i64) -> u64 {
    number.unsigned_abs()
}

fn whole(connection: &Connection, row: PackRow, territory: String) -> Result<Pack> {
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
               (SELECT 1 FROM jalon_pack_media o WHERE o.medium = m.medium AND o.pack != ?1)), 0)
               FROM jalon_pack_media p JOIN jalon_media m USING (medium) WHERE p.pack = ?1 AND m.file IS NOT NULL",
        )?
        .query_row([row.key], |found| Ok((found.get(0)?, found.get(1)?, found.get(2)?)))?;
    let mut statement = connection.prepare_cached(
        "SELECT m.url, m.lost FROM jalon_pack_media p JOIN jalon_media m USING (medium)
           WHERE p.pack = ?1 AND m.file IS NULL ORDER BY m.medium",
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
    let PackRow { key, subject, pictures, state, as_of_ms, .. } = row;
    let (files, bytes, own_bytes) = (count(files), count(bytes), count(own));
    Ok(Pack {
        key,
        territory,
        subject,
        pictures,
        state,
        as_of_ms,
        objects,
        files,
        bytes,
        own_bytes,
        missing,
        withdrawn_ms,
    })
}

/// What makes packs stale that are so: the ready ones, and the work of the others.
fn stale(are: &str) -> [String; 2] {
    [
        format!("UPDATE jalon_pack SET state = 'stale' WHERE state = 'ready' AND territory = ?1 AND {are}"),
        format!(
            "DELETE FROM jalon_job WHERE territory = ?1 AND settled AND subject IN
               (SELECT subject FROM jalon_pack WHERE territory = ?1 AND {are})"
        ),
    ]
}

fn withdrawn(connection: &Connection, pack: i64) -> Result<BTreeMap<(Kind, Id), i64>> {
    let mut withdrawn = BTreeMap::new();
    for kind in Kind::ALL {
        let sql = format!(
            "SELECT o.id, x.withdrawn_ms FROM jalon_pack p JOIN jalon_pack_object o USING (pack)
               JOIN {kind} x ON x.territory = p.territory AND x.id = o.id
               WHERE p.pack = ?1 AND o.kind = ?2 AND x.withdrawn_ms IS NOT NULL"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map((pack, kind.as_str()), |row| Ok(((kind, row.get(0)?), row.get(1)?)))?;
        for row in rows {
            let (object, at_ms) = row?;
            withdrawn.insert(object, at_ms);
        }
    }
    Ok(withdrawn)
}

impl Catalogue {
    /// Every pack, in the order in which they were first wanted; `territory` limits them to one.
    pub fn packs(&self, territory: Option<&Territory>) -> Result<Vec<Pack>> {
        let names: BTreeMap<i64, String> = self.territories()?.into_iter().map(|t| (t.key, t.name)).collect();
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY pack"))?;
            let rows = statement.query_map([], read_row)?;
            let rows: Vec<PackRow> = rows.filter_map(rusqlite::Result::transpose).collect::<rusqlite::Result<_>>()?;
            rows.into_iter()
                .filter(|row| territory.is_none_or(|territory| territory.key == row.territory))
                .map(|row| {
                    let name = names.get(&row.territory).cloned().unwrap_or_default();
                    whole(connection, row, name)
                })
                .collect()
        })
    }

    /// The pack about a subject.
    pub fn pack(&self, territory: &Territory, subject: &PackSubject) -> Result<Option<Pack>> {
        self.read(|connection| {
            let sql = format!("{SELECT} WHERE territory = ?1 AND subject = ?2");
            let row = connection
                .prepare_cached(&sql)?
                .query_row((territory.key, subject.to_string()), read_row)
                .optional()?
                .flatten();
            row.map(|row| whole(connection, row, territory.name.clone())).transpose()
        })
    }

    /// Treks that are wholly on the device, by number of the territory and number: those of packs that are ready, or were
    /// and have something newer.
    pub(crate) fn offline_treks(&self) -> Result<BTreeSet<(i64, Id)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT territory, o.id FROM jalon_pack p JOIN jalon_pack_object o USING (pack)
                   WHERE p.state IN ('ready', 'stale') AND o.kind = 'trek'",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Wants a pack, or wants another size of its pictures; gives its number.
    pub(crate) fn request_pack(
        &self,
        territory: &Territory,
        subject: &PackSubject,
        pictures: PictureSize,
    ) -> Result<i64> {
        self.note(|connection| {
            connection.execute(
                "INSERT INTO jalon_pack (territory, subject, pictures, state) VALUES (?1, ?2, ?3, 'planned')
                   ON CONFLICT (territory, subject) DO UPDATE SET pictures = excluded.pictures",
                (territory.key, subject.to_string(), pictures.as_str()),
            )?;
            let key = "SELECT pack FROM jalon_pack WHERE territory = ?1 AND subject = ?2";
            Ok(connection.query_row(key, (territory.key, subject.to_string()), |row| row.get(0))?)
        })
    }

    /// The objects of a pack, and of each the state in which it was when the pack was ready last.
    pub(crate) fn pack_objects(&self, pack: i64) -> Result<BTreeMap<(Kind, Id), Option<String>>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT kind, id, seen FROM jalon_pack_object WHERE pack = ?1")?;
            let mut rows = statement.query([pack])?;
            let mut objects = BTreeMap::new();
            while let Some(row) = rows.next()? {
                if let Ok(kind) = row.get_ref(0)?.as_str().unwrap_or_default().parse() {
                    objects.insert((kind, row.get(1)?), row.get(2)?);
                }
            }
            Ok(objects)
        })
    }

    /// Whether a pack of a territory is not whole yet.
    pub(crate) fn wants_files(&self, territory: &Territory) -> Result<bool> {
        self.read(|connection| {
            let sql =
                "SELECT EXISTS (SELECT 1 FROM jalon_pack WHERE territory = ?1 AND state IN ('planned', 'partial'))";
            Ok(connection.prepare_cached(sql)?.query_row([territory.key], |row| row.get(0))?)
        })
    }

    /// A few digits of each of some objects, which differ where it is not what it was.
    pub(crate) fn object_states(
        &self,
        territory: &Territory,
        objects: impl IntoIterator<Item = (Kind, Id)>,
    ) -> Result<BTreeMap<(Kind, Id), String>> {
        self.read(|connection| {
            let mut states = BTreeMap::new();
            for (kind, id) in objects {
                let sql = format!("SELECT data FROM {kind} WHERE territory = ?1 AND id = ?2");
                let data: Option<String> =
                    connection.prepare_cached(&sql)?.query_row((territory.key, id), |row| row.get(0)).optional()?;
                states.extend(data.map(|data| ((kind, id), state_digits(&data))));
            }
            Ok(states)
        })
    }

    /// The objects of a pack that their server withdrew, and when, Unix ms: they stay until the pack is removed.
    pub fn withdrawn(&self, pack: &Pack) -> Result<BTreeMap<(Kind, Id), i64>> {
        self.read(|connection| withdrawn(connection, pack.key))
    }

    /// Whether the server told what belongs to a trek.
    pub(crate) fn is_reported(&self, territory: &Territory, trek: Id) -> Result<bool> {
        self.read(|connection| {
            let sql = "SELECT count(*) FROM jalon_reported_trek WHERE territory = ?1 AND trek = ?2";
            Ok(connection.prepare_cached(sql)?.query_row((territory.key, trek), |row| row.get::<_, i64>(0))? > 0)
        })
    }
}

impl WriteTransaction<'_> {
    /// Says what belongs to a pack, and where that lies: something new there makes it stale.
    pub(crate) fn set_pack_objects(
        &mut self,
        territory: &Territory,
        pack: i64,
        objects: &BTreeSet<(Kind, Id)>,
        bounds: Option<&Bounds>,
    ) -> Result<()> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT kind, id FROM jalon_pack_object WHERE pack = ?1")?;
        let rows = statement.query_map([pack], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Id>(1)?)))?;
        let held: Vec<(String, Id)> = rows.collect::<rusqlite::Result<_>>()?;
        drop(statement);
        let mut insert = connection
            .prepare_cached("INSERT OR IGNORE INTO jalon_pack_object (pack, kind, id) VALUES (?1, ?2, ?3)")?;
        for (kind, id) in objects {
            insert.execute((pack, kind.as_str(), id))?;
        }
        drop(insert);
        for (kind, id) in held {
            let known = kind.parse::<Kind>().ok();
            if known.is_some_and(|kind| objects.contains(&(kind, id))) {
                continue;
            }
            self.connection().execute(
                "DELETE FROM jalon_pack_object WHERE pack = ?1 AND kind = ?2 AND id = ?3",
                (pack, &kind, id),
            )?;
            if let Some(kind) = known {
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

    /// Says how far a pack is; with a date where it is whole now, and in which state each of its objects is then.
    pub(crate) fn set_pack_state(
        &mut self,
        pack: i64,
        state: PackState,
        as_of_ms: Option<i64>,
        seen: &BTreeMap<(Kind, Id), String>,
    ) -> Result<()> {
        self.connection().execute(
            "UPDATE jalon_pack SET state = ?2, as_of_ms = coalesce(?3, as_of_ms) WHERE pack = ?1",
            (pack, state.as_str(), as_of_ms),
        )?;
        let sql = "UPDATE jalon_pack_object SET seen = ?4 WHERE pack = ?1 AND kind = ?2 AND id = ?3";
        let mut statement = self.connection().prepare_cached(sql)?;
        for ((kind, id), state) in seen {
            statement.execute((pack, kind.as_str(), id, state))?;
        }
        Ok(())
    }

    /// A pack is no longer whole where a file of it is not here; what lacks nothing stays what it was.
    pub(crate) fn record_missing(&mut self, pack: i64) -> Result<()> {
        self.connection().execute(
            "UPDATE jalon_pack SET state = 'partial' WHERE pack = ?1 AND (state = 'planned' OR EXISTS
               (SELECT 1 FROM jalon_pack_media JOIN jalon_media m USING (medium)
                  WHERE pack = ?1 AND m.file IS NULL AND m.lost IS NULL))",
            [pack],
        )?;
        Ok(())
    }

    /// The objects of a pack that their server withdrew.
    pub(crate) fn withdrawn_of(&self, pack: i64) -> Result<BTreeSet<(Kind, Id)>> {
        Ok(withdrawn(self.connection(), pack)?.into_keys().collect())
    }

    /// The server has told what belongs to a trek.
    pub(crate) fn mark_reported(&mut self, territory: &Territory, trek: Id) -> Result<()> {
        self.connection()
            .execute("INSERT OR IGNORE INTO jalon_reported_trek VALUES (?1, ?2)", (territory.key, trek))?;
        Ok(())
    }

    /// The treks of which the server told what belongs to them.
    pub(crate) fn told(&self, territory: &Territory) -> Result<BTreeSet<Id>> {
        let mut statement =
            self.connection().prepare_cached("SELECT trek FROM jalon_reported_trek WHERE territory = ?1")?;
        let rows = statement.query_map([territory.key], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Removes a pack, and the withdrawn objects that were kept for it alone.
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

    /// Whether a pack needs an object.
    pub(super) fn is_packed(&self, territory: &Territory, kind: Kind, id: Id) -> Result<bool> {
        let sql = "SELECT count(*) FROM jalon_pack_object o JOIN jalon_pack p USING (pack)
                     WHERE p.territory = ?1 AND o.kind = ?2 AND o.id = ?3";
        let mut statement = self.connection().prepare_cached(sql)?;
        Ok(statement.query_row((territory.key, kind.as_str(), id), |row| row.get::<_, i64>(0))? > 0)
    }

    /// Packs that have an object, or in whose place something new is, are no longer up to date; those that are not whole
    /// yet ask anew what belongs to them.
    pub(super) fn make_stale(&self, territory: i64, kind: Kind, id: Id, place: Option<&Bounds>) -> Result<()> {
        let has = "pack IN (SELECT pack FROM jalon_pack_object WHERE kind = ?2 AND id = ?3)";
        let is_there = "south <= ?5 AND north >= ?3 AND (west > east OR (west <= ?4 AND east >= ?2))";
        for sql in stale(has) {
            self.connection().prepare_cached(&sql)?.execute((territory, kind.as_str(), id))?;
        }
        if let Some(Bounds { west, south, east, north }) = place {
            for sql in stale(is_there) {
                self.connection().prepare_cached(&sql)?.execute((territory, west, south, east, north))?;
            }
        }
        Ok(())
    }

    /// Something that packs of a territory show everywhere has changed.
    pub(super) fn make_all_stale(&self, territory: i64) -> Result<()> {
        self.connection()
            .prepare_cached("UPDATE jalon_pack SET state = 'stale' WHERE state = 'ready' AND territory = ?1")?
            .execute([territory])?;
        Ok(())
    }

    /// Whether there is any pack at all.
    pub(super) fn has_packs(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM jalon_pack)";
        Ok(self.connection().prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_read_as_it_is_written() {
        let square = Bounds { west: 6.0, south: 44.5, east: 6.25, north: 45.0 };
        for subject in [PackSubject::Trek(31), PackSubject::Bounds(square)] {
            assert_eq!(subject.to_string().parse(), Ok(subject));
        }
        for wrong in ["trek/x", "box/1,2,3", "box/1,9,3,4", "box/1,2,3,99", "poi/1", ""] {
            assert!(wrong.parse::<PackSubject>().is_err(), "{wrong}");
        }
    }
}
