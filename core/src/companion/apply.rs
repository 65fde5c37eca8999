//! What came, into the catalogue, in one change: a reader sees the territory as it was, or as it is now.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;

use serde::Serialize;

use super::job::Job;
use super::refresh::{Refresh, Role};
use super::{Companion, ROUTE_ITEM_MAX_OFFSET_M};
use crate::catalogue::{ChangeKind, Territory, WriteTransaction};
use crate::error::{Error, Result};
pub(super) use crate::geotrek::has_plain_texts;
use crate::geotrek::{ApiRequest, Reader, RequestKind, kind_of, read_list, read_one};
use crate::model::values::{ValueMut, ValueRef};
use crate::model::{Id, Kind, Localized, Object};
use crate::nearby::{Feature, Nearby};

/// So many corners of lines are in memory at once.
const CORNERS: usize = 100_000;

/// What a refresh has brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RefreshSummary {
    /// Short name of the territory.
    pub territory: String,
    /// Whether everything was asked for, and not only what the server said had changed.
    pub is_full: bool,
    /// Objects that came, by kind.
    pub objects: BTreeMap<Kind, u64>,
    /// Objects that are new, by kind.
    pub added: BTreeMap<Kind, u64>,
    /// Objects that are not as they were, by kind.
    pub changed: BTreeMap<Kind, u64>,
    /// Objects that are no longer published, by kind. Those that a pack needs stay until it is removed.
    pub removed: BTreeMap<Kind, u64>,
    /// Lists of modules that the server lacks.
    pub absent_lists: Vec<String>,
    /// Lists that were shorter than the server itself says: nobody was taken away by them.
    pub truncated_lists: Vec<String>,
    /// Fields that could not be read, and how often: `trek.ascent: mistyped`.
    pub problems: BTreeMap<String, u64>,
    /// Requests that were made for it.
    pub requests: u64,
    /// Bytes that came over the network in this process, packed as they were.
    pub bytes: u64,
}

impl Companion {
    /// Writes what a refresh has brought, once [`Job::next`] said that everything has come. `at_ms`
    /// is the wall clock, Unix ms. One transaction: on an error the catalogue stays as it was, and the refresh can be
    /// opened again.
    pub fn apply_refresh(&self, mut refresh: Refresh, at_ms: i64) -> Result<RefreshSummary> {
        let taken = self.write(&refresh, at_ms);
        match taken {
            Ok(taken) => {
                refresh.work.close()?;
                self.rebuild_snapshot()?;
                Ok(taken)
            }
            Err(error) => {
                if error == Error::StorageFull {
                    // What cannot be removed now is removed when the refresh is opened again.
                    let _ = refresh.release_space();
                }
                Err(error)
            }
        }
    }

    fn write(&self, refresh: &Refresh, at_ms: i64) -> Result<RefreshSummary> {
        let plan = &refresh.work.plan;
        let Some(overview) = &plan.overview else {
            return Err(Error::invalid("refresh", "every transfer must be complete before it is taken in"));
        };
        let names = |names: &BTreeSet<&'static str>| names.iter().map(|name| (*name).to_owned()).collect();
        let mut taken = RefreshSummary {
            territory: plan.territory.name.clone(),
            is_full: overview.is_full(),
            absent_lists: names(overview.absent_lists()),
            truncated_lists: names(overview.truncated_lists()),
            requests: refresh.work.requests(),
            bytes: refresh.work.progress().bytes,
            ..RefreshSummary::default()
        };
        self.catalogue.write(|change| {
            let territory = &plan.territory;
            if territory.refreshed_ms.is_some() {
                change.record_changes(at_ms);
            }
            let (texts, seen) = (PlainTexts::default(), HashMap::new());
            let mut writing = Writing { change, territory, taken: &mut taken, texts, seen };
            let mut reader = Reader::new(Some(plan.origin.clone()), "", &plan.limits);
            for (role, file) in refresh.work.arrived() {
                let Role::ApiRequest(ask) = role else { continue };
                if !ask.purpose.is_kept() {
                    continue;
                }
                reader.set_language(&ask.language);
                let file = File::open(file)?;
                if ask.purpose == RequestKind::Object {
                    let object = read_one(file, &plan.limits)?;
                    writing.put(ask, reader.read(ask.endpoint, &object))?;
                } else {
                    read_list(file, &plan.limits, |json| writing.put(ask, reader.read(ask.endpoint, json)))?;
                }
            }
            writing.put_texts()?;
            writing.delete_absent(overview.present(), overview.is_full())?;
            writing.record_route_items()?;
            for (list, field, what, times) in reader.problems().iter() {
                *taken.problems.entry(format!("{list}.{field}: {what}")).or_default() += times;
            }
            for ((what, kind), count) in change.counts() {
                let by_kind = match what {
                    ChangeKind::Added => &mut taken.added,
                    ChangeKind::Changed => &mut taken.changed,
                    ChangeKind::Withdrawn => &mut taken.removed,
                };
                by_kind.insert(*kind, *count);
            }
            change.record_refresh(territory, at_ms, overview.is_full())?;
            change.end_job(refresh.work.job())
        })?;
        Ok(taken)
    }
}

/// Objects whose texts come in one language at a time, until the responses in all languages are read: each object is
/// written once, and compared with its earlier state when it is complete.
#[derive(Default)]
pub(super) struct PlainTexts {
    objects: BTreeMap<(Kind, Id), Object>,
}

impl PlainTexts {
    /// Takes an object of such a kind; gives back any other.
    pub(super) fn hold(&mut self, object: Object) -> Option<Object> {
        if !has_plain_texts(object.kind()) {
            return Some(object);
        }
        match self.objects.entry((object.kind(), object.id())) {
            Entry::Occupied(mut known) => merge_texts(known.get_mut(), &object),
            Entry::Vacant(entry) => {
                entry.insert(object);
            }
        }
        None
    }

    /// Removes and gives all objects.
    pub(super) fn take(&mut self) -> impl Iterator<Item = Object> + use<> {
        std::mem::take(&mut self.objects).into_values()
    }
}

struct Writing<'c, 'a> {
    change: &'c mut WriteTransaction<'a>,
    territory: &'c Territory,
    taken: &'c mut RefreshSummary,
    texts: PlainTexts,
    /// Ids by list (or vocabulary) and kind.
    seen: HashMap<(String, Kind), HashSet<Id>>,
}

impl Writing<'_, '_> {
    fn put(&mut self, ask: &ApiRequest, objects: Vec<Object>) -> Result<()> {
        for object in objects {
            let kind = object.kind();
            let list = match &object {
                Object::Term(term) => term.vocabulary.clone(),
                _ => ask.endpoint.to_owned(),
            };
            if self.seen.entry((list, kind)).or_default().insert(object.id()) {
                *self.taken.objects.entry(kind).or_default() += 1;
            }
            if let Some(object) = self.texts.hold(object) {
                self.change.put(self.territory, object)?;
            }
        }
        Ok(())
    }

    fn put_texts(&mut self) -> Result<()> {
        for object in self.texts.take() {
            self.change.put(self.territory, object)?;
        }
        Ok(())
    }

    /// Tells by the distance which POIs belong to which treks: the overview does not ask the server for it.
    fn record_route_items(&mut self) -> Result<()> {
        if !self.change.counts().keys().any(|(_, kind)| matches!(kind, Kind::Trek | Kind::Poi)) {
            return Ok(());
        }
        // What the server itself told is better than any distance.
        let told = self.change.told(self.territory)?;
        let mut beside: BTreeMap<Id, BTreeMap<Id, f64>> = BTreeMap::new();
        let (mut some, mut corners, mut failed) = (Vec::new(), 0, None);
        self.change.geometries(self.territory, Kind::Trek, |id, geometry| {
            if failed.is_some() || told.contains(&id) {
                return;
            }
            beside.insert(id, BTreeMap::new());
            geometry.for_each_position(&mut |_| corners += 1);
            some.push(Feature { key: id.unsigned_abs(), kind: Kind::Trek, geometry });
            if corners >= CORNERS {
                corners = 0;
                failed = self.record_some_route_items(std::mem::take(&mut some), &mut beside).err();
            }
        })?;
        failed.map_or(Ok(()), Err)?;
        self.record_some_route_items(some, &mut beside)?;
        for (trek, pois) in beside {
            self.change.set_route_items(self.territory, trek, Kind::Poi, &pois, true)?;
        }
        Ok(())
    }

    /// The same for some treks: the lines of a whole territory would be the most memory that a refresh takes.
    fn record_some_route_items(&self, treks: Vec<Feature>, beside: &mut BTreeMap<Id, BTreeMap<Id, f64>>) -> Result<()> {
        if treks.is_empty() {
            return Ok(());
        }
        let treks = Nearby::build(treks);
        let mut failed = None;
        self.change.geometries(self.territory, Kind::Poi, |poi, geometry| {
            let Some(place) = geometry.first_position() else { return };
            match treks.within(place, ROUTE_ITEM_MAX_OFFSET_M, |_, _| true) {
                Ok(found) => found.iter().for_each(|found| {
                    let trek = Id::try_from(found.key).unwrap_or_default();
                    beside.entry(trek).or_default().insert(poi, found.distance_m);
                }),
                Err(error) => failed = Some(error),
            }
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// Removes what no list has any more. A list that is absent, empty or shorter than it should be removes nothing.
    fn delete_absent(&mut self, present: BTreeMap<&'static str, BTreeSet<Id>>, is_whole: bool) -> Result<()> {
        for (list, ids) in present {
            let kind = kind_of(list);
            let mut present: HashSet<Id> = ids.into_iter().collect();
            // A menu has entries below its entries, an itinerary stages that no list has.
            present.extend(self.seen.get(&(list.to_owned(), kind)).into_iter().flatten());
            if kind == Kind::Trek && !is_whole {
                // Nobody asked for the stages of itineraries that have not changed.
                present.extend(self.change.unlisted_stages(self.territory)?);
            }
            if kind == Kind::Term {
                self.change.retain_terms(self.territory, list, &present)?;
                let within: Vec<&(String, Kind)> =
                    self.seen.keys().filter(|(name, kind)| *kind == Kind::Term && within(list, name)).collect();
                for key in within {
                    self.change.retain_terms(self.territory, &key.0, &self.seen[key])?;
                }
            } else {
                self.change.retain(self.territory, kind, &present)?;
            }
        }
        Ok(())
    }
}

/// Whether a vocabulary comes within another: the types of contents within their categories.
fn within(list: &str, vocabulary: &str) -> bool {
    list == "touristiccontent_category" && vocabulary == "touristiccontent_type"
}

/// Adds the texts of a response in one more language to an object. A server repeats a text that has no translation, so a
/// text that is there already is not added.
fn merge_texts(object: &mut Object, other: &Object) {
    fn add(texts: &mut Localized, other: &Localized) {
        for (language, text) in other.iter() {
            if !texts.iter().any(|(_, known)| known == text) {
                texts.insert(language, text);
            }
        }
    }
    let (record, other) = (object.record_mut(), other.record());
    for index in 0..record.fields().len() {
        match (record.value_mut(index), other.value(index)) {
            (Some(ValueMut::Text(text)), Some(ValueRef::Text(other))) => add(text, other),
            (Some(ValueMut::RichText(text)), Some(ValueRef::RichText(other))) => {
                add(&mut text.html, &other.html);
                add(&mut text.plain, &other.plain);
            }
            _ => {}
        }
    }
}
