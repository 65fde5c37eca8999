//! The write transaction of [`Catalogue::write`](super::Catalogue::write): inserts, updates and removes objects, and keeps the
//! search index, the change history and the states of packs up to date.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::history::{self, ChangeKind, NewRecord};
use super::normalize::normalize;
use super::schema::GEOMETRY_PARTS;
use super::search::Words;
use super::{Territory, read, route_items, schema, search, territory};
use crate::db::geopackage;
use crate::error::{Error, Result};
use crate::id::{ObjectKey, TerritoryId};
use crate::model::{Bounds, Geometry, Id, Kind, Object};

/// A write transaction. Readers see nothing of it until it is committed.
#[doc(hidden)]
#[derive(Debug)]
pub struct WriteTransaction<'a> {
    transaction: &'a Transaction<'a>,
    /// Objects to be indexed at the end, by territory: treks, when all the objects along them are stored, and objects without a
    /// name, when the terms of their types are stored.
    to_index: BTreeMap<TerritoryId, BTreeSet<ObjectKey>>,
    /// Terms that were added, changed or deleted, by territory and vocabulary.
    changed_terms: BTreeMap<(TerritoryId, String), BTreeSet<Id>>,
    /// Search entries that are not yet written.
    words: Vec<Words>,
    words_bytes: usize,
    /// Time of the refresh whose changes are recorded, Unix ms; `None` to record nothing.
    record_ms: Option<i64>,
    /// Whether there is any pack; `None` if not yet read.
    has_packs: Option<bool>,
    has_changes: bool,
    counts: BTreeMap<(ChangeKind, Kind), u64>,
}

/// The stored version of an object.
struct Stored {
    data: String,
    geometry: Option<Vec<u8>>,
    is_withdrawn: bool,
}

/// Search entries are written in batches of this many bytes.
const WORDS_BATCH_BYTES: usize = 4 << 20;

impl<'a> WriteTransaction<'a> {
    pub(super) fn new(transaction: &'a Transaction<'a>) -> Self {
        WriteTransaction {
            transaction,
            to_index: BTreeMap::new(),
            changed_terms: BTreeMap::new(),
            words: Vec::new(),
            words_bytes: 0,
            record_ms: None,
            has_packs: None,
            has_changes: false,
            counts: BTreeMap::new(),
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        self.transaction
    }

    /// Records the following changes in the change history, as those of a refresh at `at_ms` (Unix ms).
    pub(crate) fn record_changes(&mut self, at_ms: i64) {
        self.record_ms = Some(at_ms);
    }

    /// The number of objects added, changed and withdrawn so far, by kind.
    pub(crate) fn counts(&self) -> &BTreeMap<(ChangeKind, Kind), u64> {
        &self.counts
    }

    /// Inserts an object, or replaces the one with the same id. An unchanged object costs one read.
    ///
    /// # Errors
    /// Errors of the disk.
    pub fn put(&mut self, territory: &Territory, mut object: Object) -> Result<()> {
        let kind = object.kind();
        let geometry = object.geometry_mut().and_then(Option::take);
        let bounds = geometry.as_ref().and_then(Geometry::bounds);
        let parts = geometry.as_ref().map(Geometry::split_collection).unwrap_or_default();
        let geometry = geometry.map(|geometry| geopackage::encode(&geometry));
        let data = serde_json::to_string(&object).map_err(Error::internal)?;
        let stored = self.stored(territory, &object)?;
        let (change_kind, fields) = match &stored {
            None => (ChangeKind::Added, Vec::new()),
            Some(stored) => {
                let geometry_differs = stored.geometry != geometry;
                let data_differs = stored.data != data && normalize(&stored.data) != normalize(&data);
                match (stored.is_withdrawn, data_differs || geometry_differs) {
                    (false, false) => return Ok(()),
                    (true, _) => (ChangeKind::Added, Vec::new()),
                    (false, true) => {
                        (ChangeKind::Changed, history::changed_fields(&stored.data, &data, geometry_differs))
                    }
                }
            }
        };
        let name = object.name().and_then(|name| name.find(&[&territory.default_language])).map(|found| found.text);
        let names = object.name().map(serde_json::to_string).transpose().map_err(Error::internal)?;
        self.record(
            territory,
            &NewRecord { kind, id: object.id(), change_kind, fields: &fields, names: names.as_deref() },
            bounds.as_ref(),
        )?;
        match &object {
            Object::Term(term) => {
                let key = (territory.key, term.vocabulary.clone());
                self.changed_terms.entry(key).or_default().insert(term.id);
            }
            // A trek is indexed at the end, with the objects along it.
            Object::Trek(_) => {}
            _ => match object.name().filter(|name| !name.is_empty()) {
                Some(name) => self.write_words(Words::of(territory, &object, name, &[])?)?,
                None => self.index_at_end(territory.key, kind, [object.id()]),
            },
        }
        let mut statement = self.transaction.prepare_cached(&put_statement(kind))?;
        if kind.is_spatial() {
            statement.execute(params![territory.key, object.id(), name, names, data, geometry])?;
        } else {
            statement.execute(params![territory.key, object.id(), name, names, data])?;
        }
        if kind.is_spatial() {
            self.put_geometry_parts(territory, (kind, object.id()), name, stored.is_some(), &parts)?;
        }
        if kind != Kind::Term {
            let treks = route_items::treks_of(self.transaction, territory, &object)?;
            self.index_at_end(territory.key, Kind::Trek, treks);
        }
        Ok(())
    }

    /// Replaces the points, lines and areas of an object whose geometry is a collection.
    fn put_geometry_parts(
        &self,
        territory: &Territory,
        (kind, id): (Kind, Id),
        name: Option<&str>,
        is_replaced: bool,
        parts: &[Geometry],
    ) -> Result<()> {
        if is_replaced {
            let sql = format!("DELETE FROM {GEOMETRY_PARTS} WHERE territory = ?1 AND kind = ?2 AND id = ?3");
            self.transaction.prepare_cached(&sql)?.execute((territory.key, kind.as_str(), id))?;
        }
        for part in parts {
            let sql =
                format!("INSERT INTO {GEOMETRY_PARTS} (territory, kind, id, name, geom) VALUES (?1, ?2, ?3, ?4, ?5)");
            let values = (territory.key, kind.as_str(), id, name, geopackage::encode(part));
            self.transaction.prepare_cached(&sql)?.execute(values)?;
        }
        Ok(())
    }

    fn stored(&self, territory: &Territory, object: &Object) -> Result<Option<Stored>> {
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
            Ok(Stored { data: row.get(0)?, geometry: row.get(1)?, is_withdrawn: row.get(2)? })
        };
        Ok(statement.query_row((territory.key, object.id(), vocabulary), row).optional()?)
    }

    /// Counts a change, records it in the history, and marks the packs as stale that it concerns. `bounds` is the bounding box
    /// of the object.
    fn record(&mut self, territory: &Territory, record: &NewRecord<'_>, bounds: Option<&Bounds>) -> Result<()> {
        let NewRecord { kind, id, change_kind, fields, .. } = *record;
        self.has_changes = true;
        *self.counts.entry((change_kind, kind)).or_default() += 1;
        // If only the server's dates changed, a person sees no difference.
        let is_visible = kind != Kind::Term && (change_kind != ChangeKind::Changed || !fields.is_empty());
        if let Some(at_ms) = self.record_ms.filter(|_| is_visible) {
            history::insert(self.transaction, territory.key, at_ms, record)?;
        }
        let has_packs = match self.has_packs {
            Some(known) => known,
            None => *self.has_packs.insert(self.has_packs()?),
        };
        if has_packs && kind == Kind::Term && fields.iter().any(|field| field == "pictogram") {
            self.mark_all_packs_stale(territory.key)?;
        }
        // Even a changed date concerns a pack: a picture may have been replaced under its old URL.
        if has_packs && kind != Kind::Term {
            let has_new_position = change_kind == ChangeKind::Added || fields.iter().any(|field| field == "geometry");
            // Objects of these kinds are in no pack by their position.
            let is_everywhere = matches!(kind, Kind::City | Kind::District | Kind::HdView);
            let bounds = bounds.filter(|_| has_new_position && !is_everywhere);
            self.mark_packs_stale(territory.key, kind, id, bounds)?;
        }
        Ok(())
    }

    /// Replaces the objects of a kind along a trek: ids with distances from the trek in metres. `estimated` says that they are
    /// associated by distance rather than listed by the server.
    pub(crate) fn set_route_items(
        &mut self,
        territory: &Territory,
        trek: Id,
        kind: Kind,
        distances_m: &BTreeMap<Id, f64>,
        estimated: bool,
    ) -> Result<()> {
        if route_items::set(self.transaction, territory, trek, kind, distances_m, estimated)? {
            self.index_at_end(territory.key, Kind::Trek, [trek]);
        }
        Ok(())
    }

    /// The ids of the objects of a kind along a trek, as this transaction sees them.
    pub(crate) fn route_item_ids(&self, territory: &Territory, trek: Id, kind: Kind) -> Result<Vec<Id>> {
        route_items::route_item_ids(self.transaction, territory, trek, kind)
    }

    /// Calls `each` with every geometry of a kind, as this transaction sees them.
    pub(crate) fn geometries(&self, territory: &Territory, kind: Kind, each: impl FnMut(Id, Geometry)) -> Result<()> {
        read::geometries(self.transaction, territory, kind, each)
    }

    fn write_words(&mut self, words: Words) -> Result<()> {
        self.words_bytes += words.bytes();
        self.words.push(words);
        if self.words_bytes > WORDS_BATCH_BYTES {
            self.words_bytes = 0;
            search::write(self.transaction, &mut self.words)?;
        }
        Ok(())
    }

    /// Withdraws the objects of a kind that are not in `present`, and returns their number. An object of a pack stays, marked
    /// as withdrawn, until the pack is removed; other objects are deleted.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if `present` is empty, because a server that lists nothing must not empty the catalogue;
    /// errors of the disk.
    pub fn retain(&mut self, territory: &Territory, kind: Kind, present: &HashSet<Id>) -> Result<usize> {
        if present.is_empty() {
            return Err(Error::invalid("present", "must not be empty: an empty list never deletes objects"));
        }
        self.withdraw_absent(territory, kind, present)
    }

    /// Withdraws all objects of a kind, as [`WriteTransaction::retain`] withdraws those that are absent. To be called only if
    /// the server has confirmed that it publishes none.
    pub(crate) fn withdraw_all(&mut self, territory: &Territory, kind: Kind) -> Result<usize> {
        self.withdraw_absent(territory, kind, &HashSet::new())
    }

    fn withdraw_absent(&mut self, territory: &Territory, kind: Kind, present: &HashSet<Id>) -> Result<usize> {
        // An object whose search entry is not yet written may be deleted below.
        search::write(self.transaction, &mut self.words)?;
        let sql = format!("SELECT fid, id, names FROM {kind} WHERE territory = ?1 AND withdrawn_ms IS NULL");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let mut rows = statement.query([territory.key])?;
        let mut absent: Vec<(i64, Id, Option<String>)> = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get(1)?;
            if !present.contains(&id) {
                absent.push((row.get(0)?, id, row.get(2)?));
            }
        }
        drop(rows);
        let at_ms = self.record_ms.unwrap_or_default();
        for (fid, id, names) in &absent {
            let names = names.as_deref();
            let record = NewRecord { kind, id: *id, change_kind: ChangeKind::Withdrawn, fields: &[], names };
            self.record(territory, &record, None)?;
            if self.has_packs == Some(true) && self.is_packed(territory, kind, *id)? {
                let sql = format!("UPDATE {kind} SET withdrawn_ms = ?2 WHERE fid = ?1");
                self.transaction.prepare_cached(&sql)?.execute((fid, at_ms))?;
            } else {
                self.delete(territory, kind, *fid, *id)?;
            }
        }
        Ok(absent.len())
    }

    fn delete(&mut self, territory: &Territory, kind: Kind, fid: i64, id: Id) -> Result<()> {
        self.has_changes = true;
        self.transaction.prepare_cached(&format!("DELETE FROM {kind} WHERE fid = ?1"))?.execute([fid])?;
        let treks = route_items::remove(self.transaction, territory, kind, id)?;
        self.index_at_end(territory.key, Kind::Trek, treks);
        search::remove(self.transaction, territory.key, kind, id)
    }

    /// Deletes a withdrawn object that no pack contains any more.
    pub(super) fn delete_withdrawn(&mut self, territory: &Territory, kind: Kind, id: Id) -> Result<()> {
        let sql = format!("SELECT fid FROM {kind} WHERE territory = ?1 AND id = ?2 AND withdrawn_ms IS NOT NULL");
        let fid = self.transaction.prepare_cached(&sql)?.query_row((territory.key, id), |row| row.get(0)).optional()?;
        match fid {
            Some(fid) if !self.is_packed(territory, kind, id)? => self.delete(territory, kind, fid, id),
            _ => Ok(()),
        }
    }

    /// Deletes the terms of a vocabulary that are not in `present`, and returns their number. To be called with an empty
    /// `present` only if the server has confirmed that the vocabulary is empty.
    pub(crate) fn retain_terms(
        &mut self,
        territory: &Territory,
        vocabulary: &str,
        present: &HashSet<Id>,
    ) -> Result<usize> {
        let mut statement =
            self.transaction.prepare_cached("SELECT fid, id FROM term WHERE territory = ?1 AND vocabulary = ?2")?;
        let rows = statement.query_map(params![territory.key, vocabulary], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let known: Vec<(i64, Id)> = rows.collect::<rusqlite::Result<_>>()?;
        let mut delete = self.transaction.prepare_cached("DELETE FROM term WHERE fid = ?1")?;
        let (mut deleted, mut ids) = (0, BTreeSet::new());
        for (fid, id) in known.into_iter().filter(|(_, id)| !present.contains(id)) {
            deleted += delete.execute([fid])?;
            ids.insert(id);
        }
        if !ids.is_empty() {
            self.changed_terms.entry((territory.key, vocabulary.to_owned())).or_default().extend(ids);
        }
        Ok(deleted)
    }

    /// The vocabularies that have terms.
    #[cfg(feature = "edition")]
    pub(crate) fn vocabularies(&self, territory: &Territory) -> Result<Vec<String>> {
        let sql = "SELECT DISTINCT vocabulary FROM term WHERE territory = ?1";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let rows = statement.query_map([territory.key], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The stages that are published only through their itinerary, as this transaction sees them.
    pub(crate) fn unlisted_stages(&self, territory: &Territory) -> Result<BTreeSet<Id>> {
        read::unlisted_stages(self.transaction, territory)
    }

    /// Whether an object is there and not withdrawn, as this transaction sees it.
    pub(crate) fn is_published(&self, territory: &Territory, kind: Kind, id: Id) -> Result<bool> {
        let sql =
            format!("SELECT EXISTS (SELECT 1 FROM {kind} WHERE territory = ?1 AND id = ?2 AND withdrawn_ms IS NULL)");
        Ok(self.transaction.prepare_cached(&sql)?.query_row((territory.key, id), |row| row.get(0))?)
    }

    /// Reads an object, as this transaction sees it.
    pub(crate) fn object(&self, territory: &Territory, kind: Kind, id: Id) -> Result<Option<Object>> {
        read::object(self.transaction, territory, kind, id)
    }

    fn index_at_end(&mut self, territory: TerritoryId, kind: Kind, ids: impl IntoIterator<Item = Id>) {
        let keys = ids.into_iter().map(|id| ObjectKey::new(kind, id));
        self.to_index.entry(territory).or_default().extend(keys);
    }

    /// Has the objects indexed that are called by the label of a changed term, as they have no name.
    fn index_objects_of_changed_terms(&mut self) -> Result<()> {
        for ((territory, vocabulary), terms) in std::mem::take(&mut self.changed_terms) {
            for kind in Kind::ALL {
                let ids = read::unnamed_of_types(self.transaction, territory, kind, &vocabulary, &terms)?;
                self.index_at_end(territory, kind, ids);
            }
        }
        Ok(())
    }

    /// Writes the search entries of changed treks and of objects without a name, and the bounding boxes of the layers, which
    /// GeoPackage requires.
    pub(super) fn finish(mut self) -> Result<()> {
        self.index_objects_of_changed_terms()?;
        for (key, objects) in std::mem::take(&mut self.to_index) {
            let Some(territory) = territory::by_key(self.transaction, key)? else { continue };
            for ObjectKey { kind, id } in objects {
                if let Some(object) = read::object(self.transaction, &territory, kind, id)? {
                    let name = read::name_or_type_label(self.transaction, &territory, &object)?;
                    let texts = route_items::texts(self.transaction, &territory, &object)?;
                    self.write_words(Words::of(&territory, &object, &name, &texts)?)?;
                }
            }
        }
        search::write(self.transaction, &mut self.words)?;
        if !self.has_changes {
            return Ok(());
        }
        history::increment_generation(self.transaction)?;
        let layers = Kind::ALL.into_iter().filter(|kind| kind.is_spatial()).map(|kind| kind.as_str());
        for layer in layers.chain([GEOMETRY_PARTS]) {
            self.transaction.execute(
                &format!(
                    "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) =
                       (SELECT min(minx), min(miny), max(maxx), max(maxy) FROM rtree_{layer}_geom),
                       last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now') WHERE table_name = ?1"
                ),
                [layer],
            )?;
        }
        Ok(())
    }
}

/// The upsert statement of a kind. SQLite extracts the readable columns from the JSON, so that they always agree with it.
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
    // An object that is published again is no longer withdrawn.
    updates.push("withdrawn_ms = NULL".to_owned());
    format!("INSERT INTO {kind} ({names}) VALUES ({values}) ON CONFLICT ({key}) DO UPDATE SET {}", updates.join(", "))
}
