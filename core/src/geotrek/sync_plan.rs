//! What to ask a server for, to have a territory's sync_plan: all that lists, filters, sheets and the map need. A pure
//! plan: it says what to ask, learns what came, and says what follows.
//!
//! Geotrek's pages are not stable (lists are ordered by names that are not unique), so long lists are not walked page by
//! page: their ids come first, all in one answer, then the objects by `ids=` in batches that adapt to about ten seconds
//! each. Whatever was asked for and did not come is asked for once more. Short lists come whole (`no_page`); where a
//! server pages all the same, its `next` is followed.
//!
//! A full refresh asks for everything. Between full refreshes only what changed is asked for: of lists with dates the dates come with the
//! ids; of those without, `updated_after` names what changed since a day. Where someone who is held is not listed, the
//! list's `count` must agree with its length before anybody believes it: a list that was cut short deletes nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use url::Url;

use super::lists::{Dates, LISTS, List, Shape, VOCABULARIES, list};
use crate::error::{Error, Result};
use crate::model::Id;

/// Longest list of ids in one address, in bytes: some proxies refuse request lines of 8 kB, all take 4.
const IDS_BYTES: usize = 3_500;
const BATCH_TARGET_MS: u64 = 10_000;
const BATCH_SIZES: std::ops::RangeInclusive<usize> = 5..=500;
/// Batches of one list that are planned at once: the size of those after them follows what these took.
const BATCHES: usize = 2;
/// Times that one and the same object is asked for.
const ASKS: u8 = 2;
/// Entries of vocabularies that are asked for one by one: more are a server with a trouble of its own.
const MAX_ENTRIES: usize = 200;
/// A list with more objects than this is asked for its ids alone, and for what changed: dates of all are the longer answer.
const MANIFEST_MOST: usize = 3_000;

/// What an answer is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestKind {
    /// Only ids: nothing to keep.
    Ids,
    /// Ids with their dates: nothing to keep.
    Manifest,
    /// Ids of what changed since a day: nothing to keep.
    Changed,
    /// How many there are: nothing to keep.
    Count,
    /// A list of objects to keep: all of a short list, or those that were asked for.
    Objects,
    /// Objects of a short list that changed since a day, to keep.
    ChangedObjects,
    /// One object to keep, not in a list.
    Object,
}

impl RequestKind {
    /// Whether the answer has objects to keep.
    pub fn is_kept(&self) -> bool {
        matches!(self, RequestKind::Objects | RequestKind::ChangedObjects | RequestKind::Object)
    }
}

/// One thing to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiRequest {
    /// Name of the list (`trek`).
    pub endpoint: &'static str,
    /// Absolute address.
    pub url: String,
    /// `Accept-Language`, and the language in which plain texts come.
    pub language: String,
    /// What the answer is for.
    pub purpose: RequestKind,
    /// Ids that were asked for, where they were.
    pub ids: BTreeSet<Id>,
}

/// What came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiResponse {
    /// HTTP status.
    pub status: u16,
    /// Ids of the objects in the answer.
    pub ids: BTreeSet<Id>,
    /// Their dates, Unix ms, where they have some.
    pub dates: BTreeMap<Id, i64>,
    /// How many the server says there are.
    pub count: Option<u64>,
    /// Ids of the stages that its treks have.
    pub stages: BTreeSet<Id>,
    /// Entries of vocabularies that its objects name: the list, the number.
    pub named: BTreeSet<(&'static str, Id)>,
    /// The server's address of the next page.
    pub next: Option<String>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// What the catalogue holds already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownObjects {
    /// By list: ids, with the server's date of each where it has one, Unix ms.
    pub lists: BTreeMap<&'static str, BTreeMap<Id, Option<i64>>>,
    /// Stages that itineraries name.
    pub stages: BTreeSet<Id>,
    /// Of them, those that no list has, as only their itinerary publishes them.
    pub unlisted: BTreeSet<Id>,
    /// Day from which on changes are to be asked for (`YYYY-MM-DD`); none for a full refresh, which asks for everything.
    pub since: Option<String>,
}

/// The plan of one sync_plan.
#[derive(Debug)]
pub struct SyncPlan {
    api: Url,
    portals: Vec<Id>,
    languages: Vec<String>,
    held: Arc<KnownObjects>,
    batch: BTreeMap<&'static str, usize>,
    /// How often each object was asked for, by list and language.
    asked: BTreeMap<(&'static str, String), BTreeMap<Id, u8>>,
    /// What is still to be asked for, and how many batches are on their way.
    waiting: BTreeMap<(&'static str, String), (VecDeque<Id>, usize)>,
    listed: BTreeMap<&'static str, BTreeSet<Id>>,
    /// Lists that lack someone who is held, and whose length nobody has confirmed.
    truncated_lists: BTreeSet<&'static str>,
    absent_lists: BTreeSet<&'static str>,
    stages: BTreeSet<Id>,
    asked_stages: BTreeSet<Id>,
    named: BTreeSet<(&'static str, Id)>,
    asked_entries: BTreeMap<&'static str, BTreeSet<Id>>,
}

impl SyncPlan {
    /// A plan for the server at `origin`. `languages` are the server's, the default first: texts that come in one
    /// language at a time are asked for in each.
    pub fn new(origin: &Url, portals: &[Id], languages: &[String], held: Arc<KnownObjects>) -> Result<SyncPlan> {
        if languages.is_empty() {
            return Err(Error::invalid("languages", "at least one language code, the server's default first"));
        }
        let api = origin.join("/api/v2/").map_err(|_| Error::invalid("url", "a web address with a host"))?;
        Ok(SyncPlan {
            api,
            portals: portals.to_vec(),
            languages: languages.to_vec(),
            held,
            batch: BTreeMap::new(),
            asked: BTreeMap::new(),
            waiting: BTreeMap::new(),
            listed: BTreeMap::new(),
            truncated_lists: BTreeSet::new(),
            absent_lists: BTreeSet::new(),
            stages: BTreeSet::new(),
            asked_stages: BTreeSet::new(),
            named: BTreeSet::new(),
            asked_entries: BTreeMap::new(),
        })
    }

    /// Whether everything is asked for.
    pub fn is_full(&self) -> bool {
        self.held.since.is_none()
    }

    /// What to ask first.
    pub fn begin(&self) -> Vec<ApiRequest> {
        let mut asks = Vec::new();
        match &self.held.since {
            None => {
                for list in LISTS {
                    asks.extend(self.whole(list));
                }
                for endpoint in VOCABULARIES {
                    asks.extend(self.whole(&list(endpoint, Shape::Whole, false)));
                }
            }
            Some(day) => LISTS.iter().for_each(|list| asks.extend(self.changed(list, day))),
        }
        asks
    }

    /// The ids of a long list, or all of a short one.
    fn whole(&self, list: &List) -> Vec<ApiRequest> {
        let first = &self.languages[..1];
        match list.shape {
            Shape::Batched(_) => vec![self.ask(list, RequestKind::Ids, "fields=id&no_page", &self.languages[0])],
            Shape::Whole => {
                let languages = if list.plain_texts { &self.languages[..] } else { first };
                languages.iter().map(|language| self.ask(list, RequestKind::Objects, "no_page", language)).collect()
            }
        }
    }

    fn changed(&self, list: &List, day: &str) -> Vec<ApiRequest> {
        let language = &self.languages[0];
        let held = self.held.lists.get(list.endpoint).map_or(0, BTreeMap::len);
        let since = |purpose: RequestKind, fields: &str| {
            self.ask(list, purpose, &format!("updated_after={day}{fields}&no_page"), language)
        };
        match (list.shape, list.dates) {
            // Whoever is new is not held, and so is asked for by their id.
            (Shape::Batched(_), _) if held == 0 => self.whole(list),
            (Shape::Batched(_), Dates::Told) if held <= MANIFEST_MOST => {
                vec![self.ask(list, RequestKind::Manifest, "fields=id,update_datetime&no_page", language)]
            }
            (Shape::Batched(_), Dates::Told) => {
                let mut asks = self.whole(list);
                asks.push(since(RequestKind::Changed, "&fields=id,update_datetime"));
                asks
            }
            (Shape::Batched(_), Dates::Asked) => {
                let mut asks = self.whole(list);
                asks.push(since(RequestKind::Changed, "&fields=id"));
                asks
            }
            (Shape::Whole, Dates::Asked) => {
                // Who is new has changed; who is gone is told by the ids.
                let ids = self.ask(list, RequestKind::Ids, "fields=id&no_page", language);
                vec![ids, since(RequestKind::ChangedObjects, "")]
            }
            // Left to the full refresh.
            (Shape::Whole, _) => Vec::new(),
            (Shape::Batched(_), Dates::None) => self.whole(list),
        }
    }

    /// What follows from an answer. A list that is not there (404) is a module that the server lacks; 401 is a server that
    /// answers nobody who has not signed in.
    pub fn on_response(&mut self, ask: &ApiRequest, came: ApiResponse) -> Result<Vec<ApiRequest>> {
        match came.status {
            200..=299 => {}
            // A stage that its parent names and nobody may read, an entry that is nowhere.
            404 if ask.purpose == RequestKind::Object => return Ok(Vec::new()),
            404 if ask.ids.is_empty() => {
                self.absent_lists.insert(ask.endpoint);
                return Ok(Vec::new());
            }
            401 | 403 => {
                let reason =
                    "it shows its treks only to people who have signed in: ask the park for its public address";
                return Err(Error::Server { status: Some(came.status), detail: reason.to_owned() });
            }
            status => {
                let reason = format!("the list “{}” cannot be had", ask.endpoint);
                return Err(Error::Server { status: Some(status), detail: reason });
            }
        }
        self.named.extend(&came.named);
        let next = self.next_page(ask, came.next.clone());
        let mut asks = match ask.purpose {
            RequestKind::Object => return Ok(Vec::new()),
            RequestKind::Count => {
                let listed = self.listed.get(ask.endpoint).map_or(0, |ids| ids.len() as u64);
                // A menu has no pages and tells no count: it is counted.
                let counted = (ask.endpoint == "menu_item").then_some(came.ids.len() as u64);
                if came.count.or(counted) == Some(listed) {
                    self.truncated_lists.remove(ask.endpoint);
                }
                return Ok(Vec::new());
            }
            RequestKind::Ids | RequestKind::Manifest => self.ids_came(ask, &came, next.is_none()),
            RequestKind::Changed => self.due(ask.endpoint, &self.not_as_held(ask.endpoint, &came)),
            RequestKind::Objects if ask.ids.is_empty() => {
                self.stages.extend(&came.stages);
                self.ids_came(ask, &came, next.is_none())
            }
            RequestKind::Objects => self.batch_came(ask, &came),
            RequestKind::ChangedObjects => Vec::new(),
        };
        asks.extend(next);
        Ok(asks)
    }

    /// The ids of a list, or one page of them.
    fn ids_came(&mut self, ask: &ApiRequest, came: &ApiResponse, is_last_page: bool) -> Vec<ApiRequest> {
        let endpoint = ask.endpoint;
        self.listed.entry(endpoint).or_default().extend(&came.ids);
        let mut asks = match ask.purpose {
            RequestKind::Manifest => self.due(endpoint, &self.not_as_held(endpoint, came)),
            RequestKind::Ids if self.is_full() => self.due(endpoint, &came.ids),
            RequestKind::Ids => {
                let held = self.held.lists.get(endpoint);
                let new = came.ids.iter().copied().filter(|id| held.is_none_or(|held| !held.contains_key(id)));
                self.due(endpoint, &new.collect())
            }
            _ => Vec::new(),
        };
        if is_last_page && ask.language == self.languages[0] {
            asks.extend(self.doubt(ask));
        }
        asks
    }

    /// Asks how many there are, where someone who is held is not among them.
    fn doubt(&mut self, ask: &ApiRequest) -> Option<ApiRequest> {
        let listed = self.listed.get(ask.endpoint)?;
        let is_treks = ask.endpoint == "trek";
        let is_there = |id: &&Id| listed.contains(id) || (is_treks && self.held.unlisted.contains(id));
        let missing: Vec<Id> = self.held.lists.get(ask.endpoint)?.keys().filter(|id| !is_there(id)).copied().collect();
        if missing.is_empty() {
            return None;
        }
        if is_treks {
            // One that left the list may still be published with its itinerary.
            self.stages.extend(missing.iter().filter(|id| self.held.stages.contains(id)));
        }
        self.truncated_lists.insert(ask.endpoint);
        if listed.is_empty() {
            return None;
        }
        let known = LISTS.iter().find(|list| list.endpoint == ask.endpoint);
        let vocabulary = list(ask.endpoint, Shape::Whole, false);
        // Of a menu the entries below the entries are counted too.
        let query = if ask.endpoint == "menu_item" { "page_size=1" } else { "fields=id&page_size=1" };
        Some(self.ask(known.unwrap_or(&vocabulary), RequestKind::Count, query, &self.languages[0]))
    }

    /// Those in an answer that are new, or of another date than the one that is held; of lists without dates all.
    fn not_as_held(&self, endpoint: &str, came: &ApiResponse) -> BTreeSet<Id> {
        let held = self.held.lists.get(endpoint);
        let is_same = |id: &Id| match (held.and_then(|held| held.get(id)), came.dates.get(id)) {
            (Some(Some(before)), Some(now)) => before == now,
            _ => false,
        };
        came.ids.iter().copied().filter(|id| !is_same(id)).collect()
    }

    fn batch_came(&mut self, ask: &ApiRequest, came: &ApiResponse) -> Vec<ApiRequest> {
        self.stages.extend(&came.stages);
        self.adapt(ask.endpoint, ask.ids.len(), came.elapsed_ms);
        let missing: BTreeSet<Id> = ask.ids.difference(&came.ids).copied().collect();
        let key = (ask.endpoint, ask.language.clone());
        if let Some((_, under_way)) = self.waiting.get_mut(&key) {
            *under_way = under_way.saturating_sub(1);
        }
        self.wait(ask.endpoint, &ask.language, &missing);
        self.batches(ask.endpoint, &ask.language)
    }

    /// Plans to have these objects, in each language where their texts come in one at a time.
    fn due(&mut self, endpoint: &'static str, ids: &BTreeSet<Id>) -> Vec<ApiRequest> {
        let plain_texts = LISTS.iter().any(|list| list.endpoint == endpoint && list.plain_texts);
        let languages = if plain_texts { self.languages.clone() } else { vec![self.languages[0].clone()] };
        let mut asks = Vec::new();
        for language in languages {
            let asked = self.asked.get(&(endpoint, language.clone()));
            let new = |id: &&Id| asked.is_none_or(|asked| !asked.contains_key(*id));
            let new: BTreeSet<Id> = ids.iter().filter(new).copied().collect();
            self.wait(endpoint, &language, &new);
            asks.extend(self.batches(endpoint, &language));
        }
        asks
    }

    fn wait(&mut self, endpoint: &'static str, language: &str, ids: &BTreeSet<Id>) {
        if ids.is_empty() {
            return;
        }
        let asked = self.asked.entry((endpoint, language.to_owned())).or_default();
        let waiting = &mut self.waiting.entry((endpoint, language.to_owned())).or_default().0;
        for id in ids {
            let asks = asked.entry(*id).or_default();
            if *asks < ASKS {
                *asks += 1;
                waiting.push_back(*id);
            }
        }
    }

    /// The next batches of a list, as far as they may be planned now.
    fn batches(&mut self, endpoint: &'static str, language: &str) -> Vec<ApiRequest> {
        let Some(list) = LISTS.iter().find(|list| list.endpoint == endpoint) else { return Vec::new() };
        let Shape::Batched(first) = list.shape else { return Vec::new() };
        let size = *self.batch.get(endpoint).unwrap_or(&first);
        let mut asks = Vec::new();
        while let Some((waiting, under_way)) = self.waiting.get_mut(&(endpoint, language.to_owned())) {
            if waiting.is_empty() || *under_way >= BATCHES {
                break;
            }
            let mut count = waiting.len().min(size);
            let mut ids: Vec<Id> = waiting.iter().take(count).copied().collect();
            while count > 1 && join(&ids).len() > IDS_BYTES {
                count /= 2;
                ids.truncate(count);
            }
            waiting.drain(..count);
            *under_way += 1;
            let mut ask = self.ask(list, RequestKind::Objects, &format!("ids={}&no_page", join(&ids)), language);
            ask.ids = ids.into_iter().collect();
            asks.push(ask);
        }
        asks
    }

    /// How many batches will follow those that are planned, as it looks now.
    pub fn pending_estimate(&self) -> usize {
        let batches = self.waiting.iter().map(|((endpoint, _), (waiting, _))| {
            let first = LISTS.iter().find(|list| list.endpoint == *endpoint).map(|list| list.shape);
            let size = match (self.batch.get(endpoint), first) {
                (Some(size), _) => *size,
                (None, Some(Shape::Batched(size))) => size,
                (None, _) => 1,
            };
            waiting.len().div_ceil(size)
        });
        batches.sum()
    }

    /// What to ask when every list has come: stages that their itinerary names and the list of treks lacks, as they are
    /// published with it only. Each once.
    pub fn unlisted_stages(&mut self) -> Vec<ApiRequest> {
        let listed = self.listed.get("trek").cloned().unwrap_or_default();
        let missing: Vec<Id> =
            self.stages.difference(&listed).copied().filter(|id| !self.asked_stages.contains(id)).collect();
        self.asked_stages.extend(&missing);
        missing.into_iter().map(|id| self.one("trek", id)).collect()
    }

    /// What to ask when every object has come: entries of vocabularies that objects name and the list lacks, as no
    /// published object uses them. Each once, and nothing of a list that did not come.
    pub fn unlisted_entries(&mut self) -> Vec<ApiRequest> {
        let missing: Vec<(&'static str, Id)> = std::mem::take(&mut self.named)
            .into_iter()
            .filter(|(list, id)| self.listed.get(list).is_some_and(|listed| !listed.contains(id)))
            .filter(|(list, id)| self.asked_entries.entry(list).or_default().insert(*id))
            .take(MAX_ENTRIES)
            .collect();
        missing.into_iter().map(|(list, id)| self.one(list, id)).collect()
    }

    fn one(&self, endpoint: &'static str, id: Id) -> ApiRequest {
        ApiRequest {
            endpoint,
            url: format!("{}{endpoint}/{id}/", self.api),
            language: self.languages[0].clone(),
            purpose: RequestKind::Object,
            ids: BTreeSet::from([id]),
        }
    }

    /// Who is still published, by name of the list; only lists that can be believed. Whoever is held and not among them
    /// has left, but for stages, which are on no list where only their itinerary publishes them.
    pub fn present(&self) -> BTreeMap<&'static str, BTreeSet<Id>> {
        let believed =
            |endpoint: &&'static str| !self.truncated_lists.contains(endpoint) && !self.absent_lists.contains(endpoint);
        let mut present: BTreeMap<_, _> = self
            .listed
            .iter()
            .filter(|(endpoint, ids)| believed(endpoint) && !ids.is_empty())
            .map(|(endpoint, ids)| (*endpoint, ids.clone()))
            .collect();
        for (list, ids) in &self.asked_entries {
            if let Some(present) = present.get_mut(list) {
                present.extend(ids);
            }
        }
        present
    }

    /// Modules that the server lacks.
    pub fn absent_lists(&self) -> &BTreeSet<&'static str> {
        &self.absent_lists
    }

    /// Lists that were shorter than they should be.
    pub fn truncated_lists(&self) -> &BTreeSet<&'static str> {
        &self.truncated_lists
    }

    fn ask(&self, list: &List, purpose: RequestKind, query: &str, language: &str) -> ApiRequest {
        let mut query = query.to_owned();
        if !list.filters.is_empty() {
            query = format!("{}&{query}", list.filters);
        }
        if list.by_portal && !self.portals.is_empty() {
            query = format!("portals={}&{query}", join(&self.portals));
        }
        let url = format!("{}{}/?{query}", self.api, list.endpoint);
        ApiRequest { endpoint: list.endpoint, url, language: language.to_owned(), purpose, ids: BTreeSet::new() }
    }

    /// Sizes the batches that are still to be made by how long this one took, at most doubling.
    fn adapt(&mut self, endpoint: &'static str, count: usize, elapsed_ms: u64) {
        let elapsed = usize::try_from(elapsed_ms.max(1)).unwrap_or(usize::MAX);
        let fitting = count.saturating_mul(BATCH_TARGET_MS as usize) / elapsed;
        let size = fitting.min(count.saturating_mul(2)).clamp(*BATCH_SIZES.start(), *BATCH_SIZES.end());
        self.batch.insert(endpoint, size);
    }

    /// The next page, on the territory's own host whatever host the server thinks it has.
    fn next_page(&self, ask: &ApiRequest, next: Option<String>) -> Option<ApiRequest> {
        if ask.purpose == RequestKind::Count {
            return None;
        }
        let query = Url::parse(&next?).ok()?.query()?.to_owned();
        let url = format!("{}{}/?{query}", self.api, ask.endpoint);
        (url != ask.url).then(|| ApiRequest { url, ids: BTreeSet::new(), ..ask.clone() })
    }
}

fn join(ids: &[Id]) -> String {
    ids.iter().map(Id::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
#[path = "sync_plan_tests.rs"]
mod tests;
