//! Writing: objects in and out, all within the one transaction that [`Catalogue::transaction`](super::Catalogue::change) opens.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::history::{self, ChangeKind, Note};
use super::normalize::normalize;
use super::search::Words;
use super::{Territory, read, route_items, schema, search, territory};
use crate::error::{Error, Result};
use crate::geopackage;
use crate::model::{Bounds, Geometry, Id, Kind, Object};

/// A change of the catalogue on its way; readers see nothing of it until it is whole.
#[derive(Debug)]
pub struct WriteTransaction<'a> {
    transaction: &'a Transaction<'a>,
    /// Treks whose words are to be written at the end, when all that belongs to them is there.
    stale: BTreeMap<i64, BTreeSet<Id>>,
    /// Words that are still to be written.
    words: Vec<Words>,
    words_bytes: usize,
    /// When the refresh was made that this is, where what it changes is to be told later.
    noted_ms: Option<i64>,
    has_packs: Option<bool>,
    has_touched: bool,
    counts: BTreeMap<(ChangeKind, Kind), u64>,
}

/// An object as the catalogue has it.
struct Before {
    data: String,
    geometry: Option<Vec<u8>>,
    is_withdrawn: bool,
}

/// So many bytes of words are written at a time.
const WORDS_BYTES: usize = 4 << 20;

impl<'a> WriteTransaction<'a> {
    pub(super) fn new(transaction: &'a Transaction<'a>) -> Self {
        WriteTransaction {
            transaction,
            stale: BTreeMap::new(),
            words: Vec::new(),
            words_bytes: 0,
            noted_ms: None,
            has_packs: None,
            has_touched: false,
            counts: BTreeMap::new(),
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        self.transaction
    }

    /// What follows is a refresh that was made at this moment (Unix ms): what it changes can be asked for later.
    pub fn record_changes(&mut self, at_ms: i64) {
        self.noted_ms = Some(at_ms);
    }

    /// How many objects of each kind were added, changed and withdrawn so far.
    pub fn counts(&self) -> &BTreeMap<(ChangeKind, Kind), u64> {
        &self.counts
    }

    /// Keeps an object, in the place of the one with the same number. One that is what it was costs a look.
    pub fn put(&mut self, territory: &Territory, mut object: Object) -> Result<()> {
        let kind = object.kind();
        let geometry = object.geometry_mut().and_then(Option::take);
        let bounds = geometry.as_ref().and_then(Geometry::bounds);
        let geometry = geometry.map(|geometry| geopackage::encode(&geometry));
        let data = serde_json::to_string(&object).map_err(Error::internal)?;
        let before = self.before(territory, &object)?;
        let (what, fields) = match &before {
            None => (ChangeKind::Added, Vec::new()),
            Some(before) => {
                let geometry_differs = before.geometry != geometry;
                let data_differs = before.data != data && normalize(&before.data) != normalize(&data);
                match (before.is_withdrawn, data_differs || geometry_differs) {
                    (false, false) => return Ok(()),
                    (true, _) => (ChangeKind::Added, Vec::new()),
                    (false, true) => (ChangeKind::Changed, history::fields(&before.data, &data, geometry_differs)),
                }
            }
        };
        let name = object.name().and_then(|name| name.find(&[&territory.default_language])).map(|found| found.text);
        let names = object.name().map(serde_json::to_string).transpose().map_err(Error::internal)?;
        self.note(
            territory,
            &Note { kind, id: object.id(), change_kind: what, fields: &fields, names: names.as_deref() },
            bounds.as_ref(),
        )?;
        if kind != Kind::Term && kind != Kind::Trek {
            self.write_words(Words::of(territory, &object, names.clone(), &[]))?;
        }
        let mut statement = self.transaction.prepare_cached(&put_statement(kind))?;
        if kind.is_spatial() {
            statement.execute(params![territory.key, object.id(), name, names, data, geometry])?;
        } else {
            statement.execute(params![territory.key, object.id(), name, names, data])?;
        }
        if kind != Kind::Term {
            let treks = route_items::treks_of(self.transaction, territory, &object)?;
            self.stale.entry(territory.key).or_default().extend(treks);
        }
        Ok(())
    }

    fn before(&self, territory: &Territory, object: &Object) -> Result<Option<Before>> {
        let kind = object.kind();
        let geometry = if kind.is_spatial() { "geom" } else { "NULL" };
        let vocabulary = match object {
            Object::Term(term) => Some(term.vocabulary.as_str()),
            _ => None,
        };
        let condition = if vocabulary.is_some() { " AND vocabulary = ?3" } else { " AND ?3 IS NULL" };
        let sql = format!(
            "SELECT data, {geometry}, withdrawn_ms IS NOT NULL FROM {kind} WHERE territory = ?1 AND id = ?2{condition}"
        );
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let row = |row: &rusqlite::Row<'_>| {
            Ok(Before { data: row.get(0)?, geometry: row.get(1)?, is_withdrawn: row.get(2)? })
        };
        Ok(statement.query_row((territory.key, object.id(), vocabulary), row).optional()?)
    }

    /// Counts a change, notes it where it is to be told, and makes the packs stale that it concerns.
    fn note(&mut self, territory: &Territory, note: &Note<'_>, place: Option<&Bounds>) -> Result<()> {
        self.has_touched = true;
        *self.counts.entry((note.change_kind, note.kind)).or_default() += 1;
        // A date that moved, and nothing else, is nothing that a person could see.
        let is_seen = note.kind != Kind::Term && (note.change_kind != ChangeKind::Changed || !note.fields.is_empty());
        if let Some(at_ms) = self.noted_ms.filter(|_| is_seen) {
            history::note(self.transaction, territory.key, at_ms, note)?;
        }
        let has_packs = match self.has_packs {
            Some(known) => known,
            None => *self.has_packs.insert(self.has_packs()?),
        };
        if has_packs && note.kind == Kind::Term && note.fields.iter().any(|field| field == "pictogram") {
            self.make_all_stale(territory.key)?;
        }
        // A date that moved may be that of a picture, under the address that it had.
        if has_packs && note.kind != Kind::Term {
            let is_new_there =
                note.change_kind == ChangeKind::Added || note.fields.iter().any(|field| field == "geometry");
            let kept_for_all = matches!(note.kind, Kind::City | Kind::District | Kind::HdView);
            let place = place.filter(|_| is_new_there && !kept_for_all);
            self.make_stale(territory.key, note.kind, note.id, place)?;
        }
        Ok(())
    }

    /// Says what lies beside a trek, by kind: number and metres. `estimated` where that was told by the distance, and not
    /// by the server.
    pub fn set_route_items(
        &mut self,
        territory: &Territory,
        trek: Id,
        kind: Kind,
        beside: &BTreeMap<Id, f64>,
        estimated: bool,
    ) -> Result<()> {
        if route_items::set(self.transaction, territory, trek, kind, beside, estimated)? {
            self.stale.entry(territory.key).or_default().insert(trek);
        }
        Ok(())
    }

    /// The numbers of the objects of a kind that lie beside a trek, as this change has them so far.
    pub(crate) fn route_item_ids(&self, territory: &Territory, trek: Id, kind: Kind) -> Result<Vec<Id>> {
        route_items::route_item_ids(self.transaction, territory, trek, kind)
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

    /// Withdraws the objects of a kind that are not in `present`, and tells how many. Those that a pack needs stay, marked,
    /// until it is removed; the others go. An empty `present` is refused: a server that lists nothing must not empty a
    /// catalogue.
    pub fn retain(&mut self, territory: &Territory, kind: Kind, present: &HashSet<Id>) -> Result<usize> {
        if present.is_empty() {
            return Err(Error::invalid("present", "an empty list never deletes"));
        }
        // What is still to be written may be about to go.
        search::write(self.transaction, &mut self.words)?;
        let sql = format!("SELECT fid, id, names FROM {kind} WHERE territory = ?1 AND withdrawn_ms IS NULL");
        let mut held = self.transaction.prepare_cached(&sql)?;
        let mut rows = held.query([territory.key])?;
        let mut gone: Vec<(i64, Id, Option<String>)> = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get(1)?;
            if !present.contains(&id) {
                gone.push((row.get(0)?, id, row.get(2)?));
            }
        }
        drop(rows);
        let at_ms = self.noted_ms.unwrap_or_default();
        for (fid, id, names) in &gone {
            self.note(
                territory,
                &Note { kind, id: *id, change_kind: ChangeKind::Withdrawn, fields: &[], names: names.as_deref() },
                None,
            )?;
            if self.has_packs == Some(true) && self.is_packed(territory, kind, *id)? {
                let sql = format!("UPDATE {kind} SET withdrawn_ms = ?2 WHERE fid = ?1");
                self.transaction.prepare_cached(&sql)?.execute((fid, at_ms))?;
            } else {
                self.delete(territory, kind, *fid, *id)?;
            }
        }
        Ok(gone.len())
    }

    fn delete(&mut self, territory: &Territory, kind: Kind, fid: i64, id: Id) -> Result<()> {
        self.has_touched = true;
        self.transaction.prepare_cached(&format!("DELETE FROM {kind} WHERE fid = ?1"))?.execute([fid])?;
        let treks = route_items::forget(self.transaction, territory, kind, id)?;
        self.stale.entry(territory.key).or_default().extend(treks);
        search::remove(self.transaction, territory.key, kind, id)
    }

    /// Removes an object that was withdrawn and that no pack needs any more.
    pub(super) fn delete_withdrawn(&mut self, territory: &Territory, kind: Kind, id: Id) -> Result<()> {
        let sql = format!("SELECT fid FROM {kind} WHERE territory = ?1 AND id = ?2 AND withdrawn_ms IS NOT NULL");
        let fid = self.transaction.prepare_cached(&sql)?.query_row((territory.key, id), |row| row.get(0)).optional()?;
        match fid {
            Some(fid) if !self.is_packed(territory, kind, id)? => self.delete(territory, kind, fid, id),
            _ => Ok(()),
        }
    }

    /// Removes the entries of one vocabulary that are not in `present`, and tells how many; as [`WriteTransaction::retain`].
    pub fn retain_terms(&mut self, territory: &Territory, vocabulary: &str, present: &HashSet<Id>) -> Result<usize> {
        if present.is_empty() {
            return Err(Error::invalid("present", "an empty list never deletes"));
        }
        let numbers: Vec<String> = present.iter().map(Id::to_string).collect();
        let sql =
            format!("DELETE FROM term WHERE territory = ?1 AND vocabulary = ?2 AND id NOT IN ({})", numbers.join(","));
        Ok(self.transaction.execute(&sql, params![territory.key, vocabulary])?)
    }

    /// The stages that only their itinerary publishes, as this change has them so far.
    pub(crate) fn unlisted_stages(&self, territory: &Territory) -> Result<BTreeSet<Id>> {
        read::unlisted_stages(self.transaction, territory)
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
                    let around = route_items::texts(self.transaction, &territory, &object)?;
                    self.write_words(Words::of(&territory, &object, names, &around))?;
                }
            }
        }
        search::write(self.transaction, &mut self.words)?;
        if !self.has_touched {
            return Ok(());
        }
        history::step_generation(self.transaction)?;
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
    let mut updates: Vec<_> = names.split(", ").map(|column| format!("{column} = excluded.{column}")).collect();
    // What is published again is no longer withdrawn.
    updates.push("withdrawn_ms = NULL".to_owned());
    format!("INSERT INTO {kind} ({names}) VALUES ({values}) ON CONFLICT ({key}) DO UPDATE SET {}", updates.join(", "))
}
