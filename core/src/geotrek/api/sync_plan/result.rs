//! The lists as a plan has found them, when all its requests have ended.

use std::collections::{BTreeMap, BTreeSet};

use super::SyncPlan;
use crate::geotrek::api::lists::{Dates, find};
use crate::model::Id;
use crate::ordered;

impl SyncPlan {
    /// The published objects by list, of complete lists only. A known object that is not among them is withdrawn, unless it
    /// is a stage that is published with its itinerary only.
    pub(crate) fn present(&self) -> BTreeMap<&'static str, BTreeSet<Id>> {
        let incomplete = [&self.truncated_lists, &self.absent_lists, &self.failed_lists];
        let is_complete = |endpoint: &&'static str| !incomplete.iter().any(|lists| lists.contains(endpoint));
        let mut present = self.listed.clone();
        let is_empty = |endpoint: &&'static str| self.empty_lists.contains(endpoint);
        // A list that became empty counts only when the server says so at the next refresh, too.
        let is_confirmed = |endpoint: &&'static str| !is_empty(endpoint) || self.known.empty.contains(endpoint);
        present.retain(|endpoint, ids| {
            let may_delete = self.is_full() || find(endpoint).is_some();
            may_delete && is_complete(endpoint) && (!ids.is_empty() || is_empty(endpoint)) && is_confirmed(endpoint)
        });
        for (list, ids) in &self.requested_entries {
            if let Some(present) = present.get_mut(list) {
                present.extend(ids);
            }
        }
        present
    }

    /// Lists of modules that the server lacks.
    pub(crate) fn absent_lists(&self) -> &BTreeSet<&'static str> {
        &self.absent_lists
    }

    /// Lists that are empty at this refresh for the first time. The next refresh withdraws their objects.
    pub(crate) fn unconfirmed_lists(&self) -> BTreeSet<&'static str> {
        ordered::set(self.empty_lists.difference(&self.known.empty).copied())
    }

    /// Whether every object of a list was requested, and not only those that the server dates as changed.
    pub(crate) fn is_whole(&self, endpoint: &str) -> bool {
        let is_undated = find(endpoint).is_none_or(|list| list.dates == Dates::None);
        self.is_requested(endpoint) && (self.is_full() || is_undated)
    }

    /// Whether a list was requested.
    pub(crate) fn is_requested(&self, endpoint: &str) -> bool {
        self.listed.contains_key(endpoint)
    }

    /// Lists that the server could not answer, at least in part.
    pub(crate) fn failed_lists(&self) -> &BTreeSet<&'static str> {
        &self.failed_lists
    }

    /// Single objects that the server could not answer, by list.
    pub(crate) fn unanswered(&self) -> &BTreeMap<&'static str, BTreeSet<Id>> {
        &self.unanswered
    }

    /// Whether the server could not limit a list to portals, and answered it without this filter.
    pub(crate) fn is_unfiltered(&self, endpoint: &str) -> bool {
        self.unfiltered.contains(endpoint)
    }

    /// Lists that are shorter than their count.
    pub(crate) fn truncated_lists(&self) -> &BTreeSet<&'static str> {
        &self.truncated_lists
    }
}
