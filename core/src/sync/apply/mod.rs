//! Applies the responses of a refresh to the catalogue in one transaction: a reader sees the territory as it was, or as it is
//! now.
//!
//! * `application`: the objects of the responses into the write transaction.

mod application;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;

use serde::Serialize;

use super::job::Job;
use super::refresh::{GeotrekPlanner, GeotrekRole};
use super::refresh_job::{RefreshJob, RefreshPlanner, RefreshRole};
use super::route_items::estimate_pois_along_treks;
use crate::catalogue::{ChangeKind, ListState, WriteTransaction};
use crate::error::{Error, Result};
use crate::geotrek::{Reader, RequestKind, SyncPlan, UNREADABLE_ID, object_lists, vocabularies};
use crate::model::Kind;
use application::Application;
pub(super) use application::{PlainTexts, merge_texts};

/// The problem of an object whose request the server answers with an error.
const UNANSWERED: &str = "the server cannot send it";

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
    /// Fields that could not be read, and objects that were left out, with their number: `trek.ascent: mistyped`. An object
    /// for which the server fails has its id: `trek 31: the server cannot send it`.
    pub problems: BTreeMap<String, u64>,
    /// Number of requests.
    pub requests: u64,
    /// Bytes received in this process, before content decoding.
    pub bytes: u64,
}

impl RefreshSummary {
    /// Takes the numbers of changed objects from the transaction that changes them.
    pub(super) fn set_changes(&mut self, transaction: &WriteTransaction<'_>) {
        for ((change, kind), count) in transaction.counts() {
            let by_kind = match change {
                ChangeKind::Added => &mut self.added,
                ChangeKind::Changed => &mut self.changed,
                ChangeKind::Withdrawn => &mut self.removed,
            };
            by_kind.insert(*kind, *count);
        }
    }
}

/// Writes the result of a refresh once everything was received. On an error the catalogue does not change, and the refresh
/// can be planned again.
pub(crate) fn apply_refresh(job: &RefreshJob) -> Result<RefreshSummary> {
    job.context.lock.check()?;
    let result = match &job.planner {
        RefreshPlanner::Geotrek(planner) => write(job, planner),
        RefreshPlanner::Mobile(planner) => super::mobile::write(job, planner),
        #[cfg(feature = "edition")]
        RefreshPlanner::Edition(planner) => super::edition::write(job, planner),
    };
    match result {
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

fn write(job: &RefreshJob, planner: &GeotrekPlanner) -> Result<RefreshSummary> {
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
            RefreshRole::Geotrek(GeotrekRole::List(request)) if request.purpose.is_kept() => Some((&**request, file)),
            _ => None,
        });
        // Objects that are limited to portals by their owners follow when the owners are known.
        let (owned, others): (Vec<_>, Vec<_>) = responses.partition(|(request, _)| request.is_limited_by_owners());
        let mut present = lists.present();
        let mut present_owned = BTreeMap::new();
        for (request, _) in &owned {
            present_owned.extend(present.remove_entry(request.endpoint));
        }
        let responses = job.responses().filter_map(|(role, file)| match role {
            RefreshRole::Geotrek(GeotrekRole::List(request)) if request.purpose == RequestKind::Fields => {
                Some((&**request, file))
            }
            _ => None,
        });
        let fields: Vec<_> = responses.collect();
        for (responses, present) in [(others, present), (owned, present_owned)] {
            for (request, file) in responses {
                reader.set_language(&request.language);
                applied.put_response(request, File::open(file)?, &reader, &planner.limits)?;
            }
            applied.put_texts()?;
            applied.delete_absent(present, lists.is_full())?;
        }
        for (request, file) in fields {
            applied.merge_fields(request, File::open(file)?, &reader, &planner.limits)?;
        }
        estimate_pois_along_treks(transaction, territory)?;
        for (list, field, problem, count) in reader.problems().iter() {
            let field = if field.is_empty() { String::new() } else { format!(".{field}") };
            *summary.problems.entry(format!("{list}{field}: {problem}")).or_default() += count;
        }
        for (list, ids) in lists.unanswered() {
            for id in ids {
                summary.problems.insert(format!("{list} {id}: {UNANSWERED}"), 1);
            }
        }
        for (list, count) in &planner.unreadable {
            *summary.problems.entry(format!("{list}.id: {UNREADABLE_ID}")).or_default() += count;
        }
        summary.set_changes(transaction);
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
    planner: &GeotrekPlanner,
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
            state.is_unfiltered = lists.is_unfiltered(list);
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
