//! Writing: objects in and out, all within the one transaction that [`Catalogue::change`](super::Catalogue::change) opens.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::search::Words;
use super::{Territory, around, geopackage, read, schema, search, territory};
use crate::error::{Error, Result};
use crate::model::{Geometry, Id, Kind, Object};

/// A change of the catalogue on its way; readers see nothing of it until it is whole.
#[derive(Debug)]
pub struct Change<'a> {
    transaction: &'a Transaction<'a>,
    /// Treks whose words are to be written at the end, when all that belongs to them is there.
    stale: BTreeMap<i64, BTreeSet<Id>>,
    /// Words that are still to be written.
    words: Vec<Words>,
    words_bytes: usize,
}

/// So many bytes of words are written at a time.
const WORDS_BYTES: usize = 4 << 20;

impl<'a> Change<'a> {
    pub(super) fn new(transaction: &'a Transaction<'a>) -> Self {
        Change { transaction, stale: BTreeMap::new(), words: Vec::new(), words_bytes: 0 }
    }

    pub(super) fn connection(&self) -> &Connection {
        self.transaction
    }

    /// Keeps an object, in the place of the one with the same number.
    pub fn put(&mut self, territory: &Territory, mut object: Object) -> Result<()> {
        let kind = object.kind();
        let geometry = object.geometry_mut().and_then(Option::take).map(|geometry| geopackage::encode(&geometry));
        let data = serde_json::to_string(&object).map_err(Error::internal)?;
        let name = object.name().and_then(|name| name.find(&[&territory.default_language])).map(|found| found.text);
        let names = object.name().map(serde_json::to_string).transpose().map_err(Error::internal)?;
        // Most of a refresh brings back what is there, and words cost more to write than to leave.
        let changed = kind != Kind::Term && !self.holds(territory, kind, object.id(), &data)?;
        if changed && kind != Kind::Trek {
            self.write_words(Words::of(territory, &object, names.clone(), &[]))?;
        }
        let mut statement = self.transaction.prepare_cached(&put_statement(kind))?;
        if kind.is_spatial() {
            statement.execute(params![territory.key, object.id(), name, names, data, geometry])?;
        } else {
            statement.execute(params![territory.key, object.id(), name, names, data])?;
        }
        if changed {
            let treks = around::treks_of(self.transaction, territory, &object)?;
            self.stale.entry(territory.key).or_default().extend(treks);
        }
        Ok(())
    }

    /// Says what lies beside a trek, by kind: number and metres. `estimated` where that was told by the distance, and not
    /// by the server.
    pub fn set_beside(
        &mut self,
        territory: &Territory,
        trek: Id,
        kind: Kind,
        beside: &BTreeMap<Id, f64>,
        estimated: bool,
    ) -> Result<()> {
        if around::set(self.transaction, territory, trek, kind, beside, estimated)? {
            self.stale.entry(territory.key).or_default().insert(trek);
        }
        Ok(())
    }

    /// Hands every geometry of a kind to `each`, as this change has them so far.
    pub fn geometries(&self, territory: &Territory, kind: Kind, each: impl FnMut(Id, Geometry)) -> Result<()> {
        read::geometries(self.transaction, territory, kind, each)
    }

    fn write_words(&mut self, words: Words) -> Result<()> {
        self.words_bytes += words.bytes();
        self.words.push(words);
        if self.words_bytes > WORDS_BYTES {
            self.words_bytes = 0;
            search::write(self.transaction, &mut self.words)?;
        }
        Ok(())
    }

    /// Whether this very text is what an object's row has, its geometry aside.
    fn holds(&self, territory: &Territory, kind: Kind, id: Id, data: &str) -> Result<bool> {
        let sql = format!("SELECT data = ?3 FROM {kind} WHERE territory = ?1 AND id = ?2");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let same = statement.query_row((territory.key, id, data), |row| row.get(0)).optional()?;
        Ok(same.unwrap_or(false))
    }

    /// Removes the objects of a kind that are not in `present`, and tells how many. An empty `present` is refused: a
    /// server that lists nothing must not empty a catalogue.
    pub fn keep_only(&mut self, territory: &Territory, kind: Kind, present: &HashSet<Id>) -> Result<usize> {
        if present.is_empty() {
            return Err(Error::invalid("present", "an empty list never deletes"));
        }
        // What is still to be written may be about to go.
        search::write(self.transaction, &mut self.words)?;
        let mut held = self.transaction.prepare_cached(&format!("SELECT fid, id FROM {kind} WHERE territory = ?1"))?;
        let rows = held.query_map([territory.key], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let gone: Vec<(i64, Id)> = rows
            .filter_map(|row: rusqlite::Result<(i64, Id)>| match row {
                Ok((_, id)) if present.contains(&id) => None,
                Ok(gone) => Some(Ok(gone)),
                Err(error) => Some(Err(error)),
            })
            .collect::<rusqlite::Result<_>>()?;
        let mut delete = self.transaction.prepare_cached(&format!("DELETE FROM {kind} WHERE fid = ?1"))?;
        for (fid, id) in &gone {
            delete.execute([fid])?;
            let treks = around::forget(self.transaction, territory, kind, *id)?;
            self.stale.entry(territory.key).or_default().extend(treks);
            search::remove(self.transaction, territory.key, kind, *id)?;
        }
        Ok(gone.len())
    }

    /// Removes the entries of one vocabulary that are not in `present`, and tells how many; as [`Change::keep_only`].
    pub fn keep_only_terms(&mut self, territory: &Territory, vocabulary: &str, present: &HashSet<Id>) -> Result<usize> {
        if present.is_empty() {
            return Err(Error::invalid("present", "an empty list never deletes"));
        }
        let numbers: Vec<String> = present.iter().map(Id::to_string).collect();
        let sql =
            format!("DELETE FROM term WHERE territory = ?1 AND vocabulary = ?2 AND id NOT IN ({})", numbers.join(","));
        Ok(self.transaction.execute(&sql, params![territory.key, vocabulary])?)
    }

    /// An object as this change has it so far.
    pub fn object(&self, territory: &Territory, kind: Kind, id: Id) -> Result<Option<Object>> {
        read::object(self.transaction, territory, kind, id)
    }

    /// Writes the words of treks, and the layers' boxes, which the standard wants beside their names.
    pub(super) fn finish(mut self) -> Result<()> {
        for (key, treks) in std::mem::take(&mut self.stale) {
            let Some(territory) = territory::by_key(self.transaction, key)? else { continue };
            for id in treks {
                if let Some(object) = read::object(self.transaction, &territory, Kind::Trek, id)? {
                    let names = object.name().map(serde_json::to_string).transpose().map_err(Error::internal)?;
                    let around = around::texts(self.transaction, &territory, &object)?;
                    self.write_words(Words::of(&territory, &object, names, &around))?;
                }
            }
        }
        search::write(self.transaction, &mut self.words)?;
        for kind in Kind::ALL.into_iter().filter(|kind| kind.is_spatial()) {
            self.transaction.execute(
                &format!(
                    "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) =
                       (SELECT min(minx), min(miny), max(maxx), max(maxy) FROM rtree_{kind}_geom),
                       last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now') WHERE table_name = ?1"
                ),
                [kind.as_str()],
            )?;
        }
        Ok(())
    }
}

/// Readable columns are taken out of the JSON by SQLite itself, so that they cannot disagree with it.
fn put_statement(kind: Kind) -> String {
    let mut names = String::from("territory, id, name, names, data, uuid, updated_ms");
    let mut values = String::from("?1, ?2, ?3, ?4, ?5, json_extract(?5, '$.uuid'), json_extract(?5, '$.updated_ms')");
    for (column, _, path) in schema::columns(kind) {
        names.push_str(&format!(", {column}"));
        values.push_str(&format!(", json_extract(?5, '{path}')"));
    }
    if kind.is_spatial() {
        names.push_str(", geom");
        values.push_str(", ?6");
    }
    let key = if kind == Kind::Term { "territory, vocabulary, id" } else { "territory, id" };
    let updates: Vec<_> = names.split(", ").map(|column| format!("{column} = excluded.{column}")).collect();
    format!("INSERT INTO {kind} ({names}) VALUES ({values}) ON CONFLICT ({key}) DO UPDATE SET {}", updates.join(", "))
}
