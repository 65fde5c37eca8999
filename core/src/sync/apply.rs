//! Applies the responses of a refresh to the catalogue in one transaction: a reader sees the territory as it was, or as it is
//! now.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;

use serde::Serialize;

use super::job::Job;
use super::refresh::{RefreshJob, RefreshPlanner, RefreshRole};
use super::route_items::ROUTE_ITEM_MAX_OFFSET_M;
use crate::catalogue::{ChangeKind, ListState, Territory, WriteTransaction};
use crate::error::{Error, Result};
use crate::geotrek::{
    ApiRequest, Limits, Reader, RequestKind, SyncPlan, UNREADABLE_ID, has_plain_texts, kind_of, object_lists,
    read_list, read_one, vocabularies,
};
use crate::id::ObjectKey;
use crate::model::values::{ValueMut, ValueRef};
use crate::model::{Id, Kind, Localized, Object, Position};
use crate::nearby::{Feature, Nearby};

/// Vertices of treks that are indexed at once.
const MAX_INDEXED_VERTICES: usize = 100_000;

/// Result of a refresh.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RefreshSummary {
    /// Short name of the territory.
    pub territory: String,
    /// Whether everything was requested, not only objects that the server dates as changed.
    pub is_full: bool,
    /// Objects received, by kind.
    pub objects: BTreeMap<Kind, u64>,
    /// New objects, by kind.
    pub added: BTreeMap<Kind, u64>,
    /// Changed objects, by kind.
    pub changed: BTreeMap<Kind, u64>,
    /// Objects that are no longer published, by kind. Those that belong to a pack stay until it is removed.
    pub removed: BTreeMap<Kind, u64>,
    /// Lists of modules that the server lacks.
    pub absent_lists: Vec<String>,
    /// Lists that the server could not answer, at least in part. Their objects stay as they are, and the next refresh
    /// requests what is missing.
    pub failed_lists: Vec<String>,
    /// Lists with fewer objects than the server announced. They delete nothing.
    pub truncated_lists: Vec<String>,
    /// Lists that the server calls empty, although they had objects. The next refresh withdraws these objects if the server
    /// says so again.
    pub empty_lists: Vec<String>,
    /// Fields that could not be read, and objects that were left out, with their number: `trek.ascent: mistyped`.
    pub problems: BTreeMap<String, u64>,
    /// Number of requests.
    pub requests: u64,
    /// Bytes received in this process, before content decoding.
    pub bytes: u64,
}

/// Writes the result of a refresh once everything was received. On an error the catalogue does not change, and the refresh
/// can be planned again.
pub(crate) fn apply_refresh(job: &RefreshJob) -> Result<RefreshSummary> {
    job.context.lock.check()?;
    match write(job) {
        Ok(summary) => {
            job.delete_responses()?;
            Ok(summary)
        }
        Err(error) => {
            if error == Error::StorageFull {
                // Responses that cannot be deleted now are deleted when the refresh is planned again.
                let _ = job.delete_responses();
            }
            Err(error)
        }
    }
}

fn write(job: &RefreshJob) -> Result<RefreshSummary> {
    let planner = &job.planner;
    let Some(lists) = &planner.lists else {
        return Err(Error::invalid("refresh", "must have completed every transfer before it is applied"));
    };
    let names = |names: &BTreeSet<&'static str>| names.iter().map(|name| (*name).to_owned()).collect();
    let mut summary = RefreshSummary {
        territory: planner.territory.name.clone(),
        is_full: lists.is_full(),
        absent_lists: names(lists.absent_lists()),
        failed_lists: names(lists.failed_lists()),
        truncated_lists: names(lists.truncated_lists()),
        empty_lists: names(&lists.unconfirmed_lists()),
        requests: job.done,
        bytes: job.progress().bytes,
        ..RefreshSummary::default()
    };
    let at_ms = job.context.clock.now_ms();
    job.context.catalogue.write(|transaction| {
        let territory = &planner.territory;
        if territory.refreshed_ms.is_some() {
            transaction.record_changes(at_ms);
        }
        let mut reader = Reader::new(Some(planner.origin.clone()), "", &planner.limits);
        let (texts, seen) = (PlainTexts::default(), HashMap::new());
        let mut applied = Application { transaction, territory, summary: &mut summary, texts, seen };
        let responses = job.responses().filter_map(|(role, file)| match role {
            RefreshRole::List(request) if request.purpose.is_kept() => Some((&**request, file)),
            _ => None,
        });
        // Objects that are limited to portals by their owners follow when the owners are known.
        let (owned, others): (Vec<_>, Vec<_>) = responses.partition(|(request, _)| request.is_limited_by_owners());
        let mut present = lists.present();
        let mut present_owned = BTreeMap::new();
        for (request, _) in &owned {
            present_owned.extend(present.remove_entry(request.endpoint));
        }
        for (responses, present) in [(others, present), (owned, present_owned)] {
            for (request, file) in responses {
                reader.set_language(&request.language);
                applied.put_response(request, File::open(file)?, &reader, &planner.limits)?;
            }
            applied.put_texts()?;
            applied.delete_absent(present, lists.is_full())?;
        }
        applied.record_route_items()?;
        for (list, field, problem, count) in reader.problems().iter() {
            let field = if field.is_empty() { String::new() } else { format!(".{field}") };
            *summary.problems.entry(format!("{list}{field}: {problem}")).or_default() += count;
        }
        for (list, count) in &planner.unreadable {
            *summary.problems.entry(format!("{list}.id: {UNREADABLE_ID}")).or_default() += count;
        }
        for ((change, kind), count) in transaction.counts() {
            let by_kind = match change {
                ChangeKind::Added => &mut summary.added,
                ChangeKind::Changed => &mut summary.changed,
                ChangeKind::Withdrawn => &mut summary.removed,
            };
            by_kind.insert(*kind, *count);
        }
        record_list_states(transaction, planner, lists, at_ms)?;
        transaction.record_refresh(territory, at_ms, lists.is_full())?;
        transaction.end_job(job.record.job)
    })?;
    Ok(summary)
}

/// Stores up to when each list was read. A list that failed keeps its time, so that the next refresh requests what this one
/// could not read.
fn record_list_states(
    transaction: &mut WriteTransaction<'_>,
    planner: &RefreshPlanner,
    lists: &SyncPlan,
    at_ms: i64,
) -> Result<()> {
    let territory = &planner.territory;
    let now_ms = territory.server_ms.unwrap_or(at_ms);
    for list in object_lists().chain(vocabularies()) {
        let known = planner.list_states.get(list).copied();
        let has_failed = lists.failed_lists().contains(list);
        if !has_failed && !lists.is_requested(list) {
            continue;
        }
        let mut state = known.unwrap_or(ListState { changes_ms: planner.previous_ms, ..ListState::default() });
        if !has_failed {
            state.changes_ms = now_ms;
            if lists.is_whole(list) {
                state.read_ms = Some(at_ms);
            }
            if !lists.truncated_lists().contains(list) {
                let is_unconfirmed = lists.unconfirmed_lists().contains(list);
                state.empty_ms = is_unconfirmed.then_some(at_ms);
            }
        }
        transaction.set_list_state(territory, list, &state)?;
    }
    Ok(())
}

/// Objects whose texts come in one language at a time, until the responses in all languages are read: each object is
/// written once, and compared with its earlier state when it is complete.
#[derive(Default)]
pub(super) struct PlainTexts {
    objects: BTreeMap<ObjectKey, Object>,
}

impl PlainTexts {
    /// Takes an object of such a kind; gives back any other.
    pub(super) fn hold(&mut self, object: Object) -> Option<Object> {
        if !has_plain_texts(object.kind()) {
            return Some(object);
        }
        match self.objects.entry(ObjectKey::new(object.kind(), object.id())) {
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

/// A refresh that is being applied.
struct Application<'c, 'a> {
    transaction: &'c mut WriteTransaction<'a>,
    territory: &'c Territory,
    summary: &'c mut RefreshSummary,
    texts: PlainTexts,
    /// Ids received, by list (or vocabulary) and kind.
    seen: HashMap<(String, Kind), HashSet<Id>>,
}

impl Application<'_, '_> {
    fn put_response(&mut self, request: &ApiRequest, file: File, reader: &Reader, limits: &Limits) -> Result<()> {
        if request.purpose == RequestKind::Object {
            let json = read_one(file, limits)?;
            let mut objects = reader.read(request.endpoint, &json);
            for object in &mut objects {
                if let Object::Trek(stage) = object {
                    // A stage that the list lacks is shown with its itinerary only, even if another portal publishes it.
                    stage.published.clear();
                }
            }
            return self.put(request, objects);
        }
        read_list(file, limits, |json| {
            if !request.accepts(json) {
                return Ok(());
            }
            let mut objects = reader.read(request.endpoint, json);
            if request.is_limited_by_owners() {
                let mut result = Ok(());
                objects.retain(|object| {
                    self.has_owner(object).unwrap_or_else(|error| {
                        result = Err(error);
                        false
                    })
                });
                result?;
            }
            self.put(request, objects)
        })?;
        Ok(())
    }

    /// Whether an object that this object belongs to is in the territory.
    fn has_owner(&self, object: &Object) -> Result<bool> {
        let owners: Vec<(Kind, Id)> = match object {
            Object::HdView(view) => {
                let owners = [(Kind::Trek, view.trek), (Kind::Poi, view.poi), (Kind::Site, view.site)];
                owners.into_iter().filter_map(|(kind, id)| Some((kind, id?))).collect()
            }
            Object::Course(course) => course.sites.iter().map(|id| (Kind::Site, *id)).collect(),
            _ => return Ok(true),
        };
        for (kind, id) in owners {
            if self.transaction.is_published(self.territory, kind, id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn put(&mut self, request: &ApiRequest, objects: Vec<Object>) -> Result<()> {
        for object in objects {
            let kind = object.kind();
            let list = match &object {
                Object::Term(term) => term.vocabulary.clone(),
                _ => request.endpoint.to_owned(),
            };
            if self.seen.entry((list, kind)).or_default().insert(object.id()) {
                *self.summary.objects.entry(kind).or_default() += 1;
            }
            if let Some(object) = self.texts.hold(object) {
                self.transaction.put(self.territory, object)?;
            }
        }
        Ok(())
    }

    fn put_texts(&mut self) -> Result<()> {
        for object in self.texts.take() {
            self.transaction.put(self.territory, object)?;
        }
        Ok(())
    }

    /// Associates POIs with treks by distance: a refresh does not ask the server for the POIs of each trek.
    fn record_route_items(&mut self) -> Result<()> {
        if !self.transaction.counts().keys().any(|(_, kind)| matches!(kind, Kind::Trek | Kind::Poi)) {
            return Ok(());
        }
        // Treks of packs have the POIs that the server listed.
        let reported = self.transaction.reported_treks(self.territory)?;
        let mut pois: BTreeMap<Id, BTreeMap<Id, f64>> = BTreeMap::new();
        let (mut treks, mut vertices, mut error) = (Vec::new(), 0, None);
        self.transaction.geometries(self.territory, Kind::Trek, |id, geometry| {
            if error.is_some() || reported.contains(&id) {
                return;
            }
            pois.insert(id, BTreeMap::new());
            vertices += geometry.vertex_count();
            treks.push(Feature { key: id.unsigned_abs(), kind: Kind::Trek, geometry });
            if vertices >= MAX_INDEXED_VERTICES {
                vertices = 0;
                error = self.find_pois(std::mem::take(&mut treks), &mut pois).err();
            }
        })?;
        error.map_or(Ok(()), Err)?;
        self.find_pois(treks, &mut pois)?;
        for (trek, pois) in pois {
            self.transaction.set_route_items(self.territory, trek, Kind::Poi, &pois, true)?;
        }
        Ok(())
    }

    /// Finds the POIs near some treks. Only some at once: an index of all treks would be the most memory that a refresh
    /// takes.
    fn find_pois(&self, treks: Vec<Feature>, pois: &mut BTreeMap<Id, BTreeMap<Id, f64>>) -> Result<()> {
        if treks.is_empty() {
            return Ok(());
        }
        let treks = Nearby::build(treks);
        let mut error = None;
        self.transaction.geometries(self.territory, Kind::Poi, |poi, geometry| {
            // A POI is a point in Geotrek; of another geometry the vertices count here.
            for position in geometry.positions().filter(Position::is_valid) {
                match treks.within(position, ROUTE_ITEM_MAX_OFFSET_M, |_, _| true) {
                    Ok(near) => near.iter().for_each(|near| {
                        let trek = Id::try_from(near.key).unwrap_or_default();
                        let metres = pois.entry(trek).or_default().entry(poi).or_insert(near.distance_m);
                        *metres = metres.min(near.distance_m);
                    }),
                    Err(failure) => error = Some(failure),
                }
            }
        })?;
        error.map_or(Ok(()), Err)
    }

    /// Deletes objects that are in no list any more. A list that is absent, truncated, failed, or empty for the first time
    /// deletes nothing.
    fn delete_absent(&mut self, present: BTreeMap<&'static str, BTreeSet<Id>>, is_full: bool) -> Result<()> {
        for (list, ids) in present {
            let kind = kind_of(list);
            let mut present: HashSet<Id> = ids.into_iter().collect();
            // Objects nested in a list are present, too: the entries below a menu entry, the stages of an itinerary.
            present.extend(self.seen.get(&(list.to_owned(), kind)).into_iter().flatten());
            if kind == Kind::Trek && !is_full {
                // The stages of unchanged itineraries were not requested.
                present.extend(self.transaction.unlisted_stages(self.territory)?);
            }
            if kind == Kind::HdView && !self.territory.portals.is_empty() {
                // The server does not limit this list to portals.
                present = self.seen.get(&(list.to_owned(), kind)).cloned().unwrap_or_default();
            }
            if kind == Kind::Term {
                self.transaction.retain_terms(self.territory, list, &present)?;
                let is_nested = |(name, kind): &&(String, Kind)| *kind == Kind::Term && is_nested_in(name, list);
                let nested: Vec<&(String, Kind)> = self.seen.keys().filter(is_nested).collect();
                for key in nested {
                    self.transaction.retain_terms(self.territory, &key.0, &self.seen[key])?;
                }
            } else if present.is_empty() {
                self.transaction.withdraw_all(self.territory, kind)?;
            } else {
                self.transaction.retain(self.territory, kind, &present)?;
            }
        }
        Ok(())
    }
}

/// Whether the entries of a vocabulary come within those of a list: the types of touristic contents within their categories.
fn is_nested_in(vocabulary: &str, list: &str) -> bool {
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
