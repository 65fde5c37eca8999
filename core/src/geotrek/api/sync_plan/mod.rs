//! The requests of a refresh, as a pure plan: it gives the first requests, takes the facts of each response, and gives the
//! requests that follow.
//!
//! Pages of Geotrek are not stable, as lists are ordered by names that are not unique. So a long list is not read page by
//! page: its ids come first, all in one response, then its objects by `ids=` in batches of about ten seconds each. An
//! object that a batch lacks is requested once more. Short lists come whole (`no_page`); `next` is followed if a server
//! splits one into pages all the same.
//!
//! A full refresh requests everything. A refresh between two full ones requests the changes: dates come with the ids if a
//! list has dates, else `updated_after` gives the changes since a day. Lists without dates are read as a whole. Vocabularies, and
//! the fields of sensitive areas that come from their species or rules, are read at each refresh, because closed months must be
//! right. Other lists are read when they are due. If a list lacks a known object, its `count` must
//! agree with its length before the object counts as withdrawn: a truncated list deletes no objects. A list that became empty
//! deletes its objects when its count is 0 at two refreshes in succession.
//!
//! * `failure`: the requests after a failed request. `split`: the object for which a batch fails. `paging`: pages. `result`: the
//!   lists as they were found.
//!
//! A list that the server cannot answer does not end the plan. If it was requested with a filter, it is requested again
//! without the filter, and filtered here; the refreshes up to the next full one then leave the filter out. Else the list is
//! named in the result, and its objects stay as they are.

mod failure;
mod paging;
mod result;
mod split;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use url::Url;

use super::batches::Batches;
use super::lists::{ByPortal, Dates, Fetch, LISTS, ListSpec, find, vocabularies};
use super::request::{ApiRequest, ApiResponse, RequestKind, portal_filter};
use crate::error::{Error, Result};
use crate::geotrek::address::below;
use crate::model::Id;
use crate::ordered;
use split::Split;

/// Entries of vocabularies that are requested one by one at a time. More of them mean a defect of the server.
const MAX_ENTRIES: usize = 200;
/// Longest list whose ids are requested with their dates. For a longer one the ids alone and the changes are less to load.
const MAX_MANIFEST: usize = 3_000;

/// The objects that the catalogue has already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KnownObjects {
    /// By list: ids, with the server's date of change if there is one, Unix ms.
    pub(crate) lists: BTreeMap<&'static str, BTreeMap<Id, Option<i64>>>,
    /// Stages of itineraries.
    pub(crate) stages: BTreeSet<Id>,
    /// Stages that are on no list, as they are published with their itinerary only.
    pub(crate) unlisted: BTreeSet<Id>,
    /// Day since which changes are requested (`YYYY-MM-DD`); `None` for a full refresh.
    pub(crate) since: Option<String>,
    /// Lists whose changes are requested since another day, as an earlier refresh could not read them.
    pub(crate) since_by_list: BTreeMap<&'static str, String>,
    /// Lists without dates that are to be read as a whole.
    pub(crate) due: BTreeSet<&'static str>,
    /// Lists that the server called empty at the last refresh, although they had objects before.
    pub(crate) empty: BTreeSet<&'static str>,
    /// Lists that the server could not limit to portals at an earlier refresh.
    pub(crate) unfiltered: BTreeSet<&'static str>,
}

/// The plan of one refresh.
#[derive(Debug)]
pub(crate) struct SyncPlan {
    api: Url,
    portals: Vec<Id>,
    languages: Vec<String>,
    known: Arc<KnownObjects>,
    batches: Batches,
    /// Ids that the lists have, by list.
    listed: BTreeMap<&'static str, BTreeSet<Id>>,
    /// Lists that lack a known object and whose length is not confirmed by their count.
    truncated_lists: BTreeSet<&'static str>,
    absent_lists: BTreeSet<&'static str>,
    /// Lists that are empty, and had objects before.
    empty_lists: BTreeSet<&'static str>,
    failed_lists: BTreeSet<&'static str>,
    /// Lists that the server cannot limit to portals.
    unfiltered: BTreeSet<&'static str>,
    /// Lists that the server cannot limit to changes: every object is requested.
    undated: BTreeSet<&'static str>,
    /// Number of objects of other portals, by list.
    rejected: BTreeMap<&'static str, u64>,
    /// Addresses of the pages of a list in one language.
    pages: BTreeMap<(&'static str, String), BTreeSet<String>>,
    stages: BTreeSet<Id>,
    requested_stages: BTreeSet<Id>,
    /// Entries of vocabularies that objects refer to.
    named: BTreeSet<(&'static str, Id)>,
    requested_entries: BTreeMap<&'static str, BTreeSet<Id>>,
    /// Batches of which a half is in flight.
    splits: Vec<Split>,
    /// Objects that the server cannot answer, by list.
    unanswered: BTreeMap<&'static str, BTreeSet<Id>>,
}

impl SyncPlan {
    /// A plan for the server at `origin`. `languages` are the server's, its default first; texts that come in one language
    /// at a time are requested in each of them.
    ///
    /// # Errors
    /// `languages` must not be empty, and `origin` must have a host.
    pub(crate) fn new(
        origin: &Url,
        portals: &[Id],
        languages: &[String],
        known: Arc<KnownObjects>,
    ) -> Result<SyncPlan> {
        if languages.is_empty() {
            let rule = "must have at least one language code, the server's default first";
            return Err(Error::invalid("languages", rule));
        }
        let api = below(origin, "/api/v2/")?;
        Ok(SyncPlan {
            api,
            portals: portals.to_vec(),
            languages: languages.to_vec(),
            unfiltered: known.unfiltered.clone(),
            known,
            batches: Batches::default(),
            listed: BTreeMap::new(),
            truncated_lists: BTreeSet::new(),
            absent_lists: BTreeSet::new(),
            empty_lists: BTreeSet::new(),
            failed_lists: BTreeSet::new(),
            undated: BTreeSet::new(),
            rejected: BTreeMap::new(),
            pages: BTreeMap::new(),
            stages: BTreeSet::new(),
            requested_stages: BTreeSet::new(),
            named: BTreeSet::new(),
            requested_entries: BTreeMap::new(),
            splits: Vec::new(),
            unanswered: BTreeMap::new(),
        })
    }

    /// Whether the plan requests everything.
    pub(crate) fn is_full(&self) -> bool {
        self.known.since.is_none()
    }

    /// The first requests.
    pub(crate) fn begin(&self) -> Vec<ApiRequest> {
        let mut requests = Vec::new();
        match &self.known.since {
            None => {
                for list in LISTS {
                    requests.extend(self.whole(list));
                }
                for endpoint in vocabularies() {
                    requests.extend(self.whole(&ListSpec::vocabulary(endpoint)));
                }
            }
            Some(day) => {
                for list in LISTS {
                    let day = self.known.since_by_list.get(list.endpoint).unwrap_or(day);
                    requests.extend(self.changed(list, day));
                    if self.known.due.contains(list.endpoint) {
                        requests.extend(self.whole(list));
                    }
                }
                // Vocabularies are short. Those that are empty, or that the server lacks, are left to a full refresh.
                let is_known =
                    |endpoint: &&'static str| self.known.lists.get(endpoint).is_some_and(|list| !list.is_empty());
                for endpoint in vocabularies().into_iter().filter(is_known) {
                    requests.extend(self.whole(&ListSpec::vocabulary(endpoint)));
                }
            }
        }
        requests
    }

    /// The ids of a long list, or all of a short one.
    fn whole(&self, list: &ListSpec) -> Vec<ApiRequest> {
        let first = &self.languages[..1];
        match list.fetch {
            Fetch::Batched(_) => vec![self.request(list, RequestKind::Ids, "fields=id&no_page", &self.languages[0])],
            Fetch::Whole => {
                let languages = if list.plain_texts { &self.languages[..] } else { first };
                languages.iter().map(|language| self.request(list, RequestKind::Objects, "no_page", language)).collect()
            }
        }
    }

    /// The changes of a list since a day.
    fn changed(&self, list: &ListSpec, day: &str) -> Vec<ApiRequest> {
        let language = &self.languages[0];
        let known = self.known.lists.get(list.endpoint).map_or(0, BTreeMap::len);
        let since = |purpose: RequestKind, fields: &str| {
            self.request(list, purpose, &format!("updated_after={day}{fields}&no_page"), language)
        };
        match (list.fetch, list.dates) {
            // A new object is not known, and so is requested by its id.
            (Fetch::Batched(_), _) if known == 0 => self.whole(list),
            (Fetch::Batched(_), Dates::PerObject) if !list.undated_fields.is_empty() => {
                let query = format!("fields=id,update_datetime,{}&no_page", list.undated_fields);
                vec![self.request(list, RequestKind::Fields, &query, language)]
            }
            (Fetch::Batched(_), Dates::PerObject) if known <= MAX_MANIFEST => {
                vec![self.request(list, RequestKind::Manifest, "fields=id,update_datetime&no_page", language)]
            }
            (Fetch::Batched(_), Dates::PerObject) => {
                let mut requests = self.whole(list);
                requests.push(since(RequestKind::Changed, "&fields=id,update_datetime"));
                requests
            }
            (Fetch::Batched(_), Dates::FilterOnly) => {
                let mut requests = self.whole(list);
                requests.push(since(RequestKind::Changed, "&fields=id"));
                requests
            }
            (Fetch::Whole, Dates::FilterOnly) => {
                // The changes include new objects; the ids show which objects are withdrawn.
                let ids = self.request(list, RequestKind::Ids, "fields=id&no_page", language);
                vec![ids, since(RequestKind::ChangedObjects, "")]
            }
            // These are requested when they are due.
            (Fetch::Whole, _) => Vec::new(),
            (Fetch::Batched(_), Dates::None) => self.whole(list),
        }
    }

    /// Whether the server is asked to limit a list to portals.
    fn has_portal_filter(&self, list: &ListSpec) -> bool {
        list.has_portal_parameter() && !self.portals.is_empty() && !self.unfiltered.contains(list.endpoint)
    }

    /// The requests that follow a response with a status of success.
    pub(crate) fn on_response(&mut self, request: &ApiRequest, response: &ApiResponse) -> Vec<ApiRequest> {
        self.named.extend(&response.named);
        let next = self.next_page(request, response);
        let mut requests = match request.purpose {
            RequestKind::Object => return Vec::new(),
            RequestKind::Count => {
                let rejected = self.rejected.get(request.endpoint).copied().unwrap_or_default();
                let listed = self.listed.get(request.endpoint).map_or(0, |ids| ids.len() as u64) + rejected;
                // A menu has no pages and no count: its entries are counted.
                let counted =
                    (request.endpoint == "menu_item").then_some(response.ids.len() as u64 + response.rejected);
                if response.count.or(counted) == Some(listed) {
                    self.truncated_lists.remove(request.endpoint);
                    if self.listed.get(request.endpoint).is_none_or(BTreeSet::is_empty) {
                        self.empty_lists.insert(request.endpoint);
                    }
                }
                return Vec::new();
            }
            RequestKind::Ids | RequestKind::Manifest | RequestKind::Fields => {
                self.on_ids(request, response, next.is_none())
            }
            RequestKind::Changed => self.request_objects(request.endpoint, &self.outdated(request.endpoint, response)),
            RequestKind::Objects if request.ids.is_empty() => {
                self.stages.extend(&response.stages);
                self.on_ids(request, response, next.is_none())
            }
            RequestKind::Objects => self.on_batch(request, response),
            RequestKind::ChangedObjects => Vec::new(),
        };
        requests.extend(next);
        requests
    }

    /// Takes the ids of a list, or one page of them.
    fn on_ids(&mut self, request: &ApiRequest, response: &ApiResponse, is_last_page: bool) -> Vec<ApiRequest> {
        let endpoint = request.endpoint;
        self.listed.entry(endpoint).or_default().extend(&response.ids);
        if request.language == self.languages[0] {
            *self.rejected.entry(endpoint).or_default() += response.rejected;
        }
        let mut requests = match request.purpose {
            RequestKind::Manifest | RequestKind::Fields => {
                self.request_objects(endpoint, &self.outdated(endpoint, response))
            }
            RequestKind::Ids if self.is_full() || self.undated.contains(endpoint) => {
                self.request_objects(endpoint, &response.ids)
            }
            RequestKind::Ids => {
                let known = self.known.lists.get(endpoint);
                let is_new =
                    |id: &Id| known.is_none_or(|known| !known.contains_key(id)) || self.was_unlisted(endpoint, *id);
                self.request_objects(endpoint, &ordered::set(response.ids.iter().copied().filter(is_new)))
            }
            _ => Vec::new(),
        };
        // Entries that no listed object uses are not in their list. Only a full refresh requests them, so only it deletes entries.
        let may_delete = self.is_full() || find(endpoint).is_some();
        if may_delete && is_last_page && request.language == self.languages[0] {
            requests.extend(self.request_count(request));
        }
        requests
    }

    /// Requests the count of a list that lacks a known object.
    fn request_count(&mut self, request: &ApiRequest) -> Option<ApiRequest> {
        let listed = self.listed.get(request.endpoint)?;
        let is_treks = request.endpoint == "trek";
        let is_there = |id: &&Id| listed.contains(id) || self.was_unlisted(request.endpoint, **id);
        let known = self.known.lists.get(request.endpoint)?;
        let missing: Vec<Id> = known.keys().filter(|id| !is_there(id)).copied().collect();
        if missing.is_empty() {
            return None;
        }
        if is_treks {
            // A stage that left the list may still be published with its itinerary.
            self.stages.extend(missing.iter().filter(|id| self.known.stages.contains(id)));
        }
        self.truncated_lists.insert(request.endpoint);
        // Entries below the entries of a menu count too, and only whole entries show them.
        let query = if request.endpoint == "menu_item" { "page_size=1" } else { "fields=id&page_size=1" };
        Some(self.request(&ListSpec::of(request.endpoint), RequestKind::Count, query, &self.languages[0]))
    }

    /// Whether an object is a stage that was on no list at the last refresh.
    fn was_unlisted(&self, endpoint: &str, id: Id) -> bool {
        endpoint == "trek" && self.known.unlisted.contains(&id)
    }

    /// The objects of a response that are new, or whose date differs from the known one; all if the list has no dates.
    fn outdated(&self, endpoint: &str, response: &ApiResponse) -> BTreeSet<Id> {
        let known = self.known.lists.get(endpoint);
        let is_current = |id: &Id| match (known.and_then(|known| known.get(id)), response.dates.get(id)) {
            (Some(Some(before)), Some(now)) => before == now && !self.was_unlisted(endpoint, *id),
            _ => false,
        };
        ordered::set(response.ids.iter().copied().filter(|id| !is_current(id)))
    }

    fn on_batch(&mut self, request: &ApiRequest, response: &ApiResponse) -> Vec<ApiRequest> {
        self.stages.extend(&response.stages);
        let missing = request.ids.difference(&response.ids).copied();
        let (endpoint, language) = (request.endpoint, &request.language);
        self.batches.finish(endpoint, language, request.ids.len(), response.elapsed_ms, missing);
        let mut requests = self.on_batch_end(request, true);
        requests.extend(self.next_batches(endpoint, language));
        requests
    }

    /// Requests objects by id, in each language if their texts come in one language at a time.
    fn request_objects(&mut self, endpoint: &'static str, ids: &BTreeSet<Id>) -> Vec<ApiRequest> {
        let plain_texts = find(endpoint).is_some_and(|list| list.plain_texts);
        let languages = if plain_texts { self.languages.clone() } else { vec![self.languages[0].clone()] };
        let mut requests = Vec::new();
        for language in languages {
            self.batches.add_new(endpoint, &language, ids);
            requests.extend(self.next_batches(endpoint, &language));
        }
        requests
    }

    /// The next batches of a list that may be in flight now.
    fn next_batches(&mut self, endpoint: &'static str, language: &str) -> Vec<ApiRequest> {
        let long_list = find(endpoint).filter(|list| list.fetch.first_batch().is_some());
        let Some(list) = long_list else { return Vec::new() };
        let mut requests = Vec::new();
        while let Some(ids) = self.batches.next(list, language) {
            let query = format!("ids={}&no_page", join(&ids));
            let mut request = self.request(list, RequestKind::Objects, &query, language);
            request.ids.extend(ids);
            requests.push(request);
        }
        requests
    }

    /// Number of batches that will follow those in flight, as far as is known now.
    pub(crate) fn pending_estimate(&self) -> usize {
        self.batches.pending()
    }

    /// The requests when every list is complete: stages of itineraries that the list of treks lacks, as they are published
    /// with their itinerary only. Each is requested once.
    pub(crate) fn unlisted_stages(&mut self) -> Vec<ApiRequest> {
        let listed = self.listed.get("trek");
        let is_listed = |id: &Id| listed.is_some_and(|listed| listed.contains(id));
        let missing: Vec<Id> =
            self.stages.difference(&self.requested_stages).copied().filter(|id| !is_listed(id)).collect();
        self.requested_stages.extend(&missing);
        missing.into_iter().map(|id| self.request_one("trek", id)).collect()
    }

    /// The requests when every object is there: entries of vocabularies that objects refer to and the lists lack, as no
    /// published object uses them. Each is requested once. Lists that are absent are left out.
    pub(crate) fn unlisted_entries(&mut self) -> Vec<ApiRequest> {
        let missing: Vec<(&'static str, Id)> = std::mem::take(&mut self.named)
            .into_iter()
            .filter(|(list, id)| self.listed.get(list).is_some_and(|listed| !listed.contains(id)))
            .filter(|(list, id)| self.requested_entries.entry(list).or_default().insert(*id))
            .take(MAX_ENTRIES)
            .collect();
        missing.into_iter().map(|(list, id)| self.request_one(list, id)).collect()
    }

    fn request_one(&self, endpoint: &'static str, id: Id) -> ApiRequest {
        ApiRequest {
            endpoint,
            url: format!("{}{endpoint}/{id}/", self.api),
            language: self.languages[0].clone(),
            purpose: RequestKind::Object,
            ids: ordered::set([id]),
            portals: Vec::new(),
        }
    }

    fn request(&self, list: &ListSpec, purpose: RequestKind, query: &str, language: &str) -> ApiRequest {
        let mut query = query.to_owned();
        if !list.filters.is_empty() {
            query = format!("{}&{query}", list.filters);
        }
        let mut portals = Vec::new();
        if self.has_portal_filter(list) {
            query = format!("{}{query}", portal_filter(&self.portals));
        } else if list.by_portal != ByPortal::Never {
            portals.clone_from(&self.portals);
            if let ByPortal::Field(field) = list.by_portal
                && !portals.is_empty()
            {
                query = query.replacen("fields=id", &format!("fields=id,{field}"), 1);
            }
        }
        let url = format!("{}{}/?{query}", self.api, list.endpoint);
        ApiRequest {
            endpoint: list.endpoint,
            url,
            language: language.to_owned(),
            purpose,
            ids: BTreeSet::new(),
            portals,
        }
    }
}

pub(super) fn join(ids: &[Id]) -> String {
    ids.iter().map(Id::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
