//! A batch that the server cannot answer because of one object: it is requested in halves, and the half that fails in halves
//! again, until the object is found. So the others are loaded, and the object is named. A batch of `n` objects takes at most
//! `2 log2 n` more requests. If both halves fail, the search ends: the server can answer none of them, or lacks several.

use std::collections::BTreeSet;

use super::{SyncPlan, join};
use crate::geotrek::api::lists::ListSpec;
use crate::geotrek::api::request::{ApiRequest, RequestKind};
use crate::model::Id;
use crate::ordered;

/// A batch that is requested in two halves.
#[derive(Debug)]
pub(super) struct Split {
    endpoint: &'static str,
    language: String,
    halves: [BTreeSet<Id>; 2],
    /// The half that ended first, and whether the server answered it.
    ended: Option<(ApiRequest, bool)>,
}

impl SyncPlan {
    /// The requests that follow the end of a batch, answered or failed: its halves, or those of the other half.
    pub(super) fn on_batch_end(&mut self, request: &ApiRequest, is_answered: bool) -> Vec<ApiRequest> {
        let Some(index) = self.splits.iter().position(|split| is_half(split, request)) else {
            return if is_answered { Vec::new() } else { self.split(request) };
        };
        let Some((other, was_answered)) = self.splits[index].ended.take() else {
            self.splits[index].ended = Some((request.clone(), is_answered));
            return Vec::new();
        };
        self.splits.swap_remove(index);
        match (is_answered, was_answered) {
            (true, true) => Vec::new(),
            (false, true) => self.split(request),
            (true, false) => self.split(&other),
            (false, false) => {
                self.record_unanswered(request);
                self.record_unanswered(&other);
                Vec::new()
            }
        }
    }

    /// The requests that follow a batch that failed whatever its objects are: it is not split further.
    pub(super) fn on_batch_failure(&mut self, request: &ApiRequest) -> Vec<ApiRequest> {
        self.failed_lists.insert(request.endpoint);
        self.splits.retain(|split| !is_half(split, request));
        Vec::new()
    }

    fn split(&mut self, request: &ApiRequest) -> Vec<ApiRequest> {
        if request.ids.len() < 2 {
            self.record_unanswered(request);
            return Vec::new();
        }
        let ids: Vec<Id> = request.ids.iter().copied().collect();
        let (first, second) = ids.split_at(ids.len() / 2);
        let (endpoint, language) = (request.endpoint, request.language.clone());
        self.batches.start(endpoint, &language, 2);
        let list = ListSpec::of(endpoint);
        let requests = [first, second].map(|ids| {
            let query = format!("ids={}&no_page", join(ids));
            let half = self.request(&list, RequestKind::Objects, &query, &language);
            ApiRequest { ids: ordered::set(ids.iter().copied()), ..half }
        });
        let halves = [requests[0].ids.clone(), requests[1].ids.clone()];
        self.splits.push(Split { endpoint, language, halves, ended: None });
        requests.into()
    }

    fn record_unanswered(&mut self, request: &ApiRequest) {
        self.failed_lists.insert(request.endpoint);
        if request.ids.len() == 1 {
            self.unanswered.entry(request.endpoint).or_default().extend(&request.ids);
        }
    }
}

fn is_half(split: &Split, request: &ApiRequest) -> bool {
    split.endpoint == request.endpoint && split.language == request.language && split.halves.contains(&request.ids)
}
