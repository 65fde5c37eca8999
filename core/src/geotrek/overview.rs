//! What to ask a server for, to have a territory's overview: all that lists, filters, sheets and the map need. A pure
//! plan: it says what to ask, learns what came, and says what follows.
//!
//! Geotrek's pages are not stable (lists are ordered by names that are not unique), so long lists are not walked page by
//! page: their ids come first, all in one answer, then the objects by `ids=` in batches that adapt to about ten seconds
//! each. Whatever was asked for and did not come is asked for once more. Short lists come whole (`no_page`); where a
//! server pages all the same, its `next` is followed.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::lists::{LISTS, List, Shape, VOCABULARIES, list};
use crate::error::{Error, Result};
use crate::model::Id;

/// Longest list of ids in one address, in bytes: some proxies refuse request lines of 8 kB, all take 4.
const IDS_BYTES: usize = 3_500;
const BATCH_TARGET_MS: u64 = 10_000;
const BATCH_SIZES: std::ops::RangeInclusive<usize> = 5..=500;
/// Times that one and the same object is asked for.
const ASKS: u8 = 2;
/// Entries of vocabularies that are asked for one by one: more are a server with a trouble of its own.
const MOST_ENTRIES: usize = 200;

/// What an answer is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Only ids: nothing to keep.
    Ids,
    /// A list of objects to keep.
    Objects,
    /// One object to keep, not in a list.
    One,
}

/// One thing to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Name of the list (`trek`).
    pub endpoint: &'static str,
    /// Absolute address.
    pub url: String,
    /// `Accept-Language`, and the language in which plain texts come.
    pub language: String,
    /// What the answer is for.
    pub purpose: Purpose,
    /// Ids that were asked for, where they were.
    pub ids: BTreeSet<Id>,
}

/// What came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Came {
    /// HTTP status.
    pub status: u16,
    /// Ids of the objects in the answer.
    pub ids: BTreeSet<Id>,
    /// Ids of the stages that its treks have.
    pub stages: BTreeSet<Id>,
    /// Entries of vocabularies that its objects name: the list, the number.
    pub named: BTreeSet<(&'static str, Id)>,
    /// The server's address of the next page.
    pub next: Option<String>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// The plan of one overview.
#[derive(Debug)]
pub struct Overview {
    api: Url,
    portals: Vec<Id>,
    languages: Vec<String>,
    batch: BTreeMap<&'static str, usize>,
    asked: BTreeMap<(&'static str, String, Id), u8>,
    listed: BTreeMap<&'static str, BTreeSet<Id>>,
    absent: BTreeSet<&'static str>,
    stages: BTreeSet<Id>,
    asked_stages: BTreeSet<Id>,
    named: BTreeSet<(&'static str, Id)>,
    entries: BTreeMap<&'static str, BTreeSet<Id>>,
}

impl Overview {
    /// A plan for the server at `origin`. `languages` are the server's, the default first: texts that come in one
    /// language at a time are asked for in each.
    pub fn new(origin: &Url, portals: &[Id], languages: &[String]) -> Result<Overview> {
        if languages.is_empty() {
            return Err(Error::invalid("languages", "at least one language code, the server's default first"));
        }
        let api = origin.join("/api/v2/").map_err(|_| Error::invalid("url", "a web address with a host"))?;
        Ok(Overview {
            api,
            portals: portals.to_vec(),
            languages: languages.to_vec(),
            batch: BTreeMap::new(),
            asked: BTreeMap::new(),
            listed: BTreeMap::new(),
            absent: BTreeSet::new(),
            stages: BTreeSet::new(),
            asked_stages: BTreeSet::new(),
            named: BTreeSet::new(),
            entries: BTreeMap::new(),
        })
    }

    /// What to ask first: the ids of each long list, every short list.
    pub fn begin(&self) -> Vec<Ask> {
        let vocabularies = VOCABULARIES.iter().map(|endpoint| list(endpoint, Shape::Whole, false));
        let mut asks = Vec::new();
        for list in LISTS {
            match list.shape {
                Shape::Batched(_) => asks.push(self.ask(list, Purpose::Ids, "fields=id&no_page", &self.languages[0])),
                Shape::Whole => {
                    let languages = if list.plain_texts { &self.languages[..] } else { &self.languages[..1] };
                    asks.extend(languages.iter().map(|language| self.ask(list, Purpose::Objects, "no_page", language)));
                }
            }
        }
        asks.extend(vocabularies.map(|list| self.ask(&list, Purpose::Objects, "no_page", &self.languages[0])));
        asks
    }

    /// What follows from an answer. A list that is not there (404) is a module that the server lacks; 401 is a server that
    /// answers nobody who has not signed in.
    pub fn came(&mut self, ask: &Ask, came: Came) -> Result<Vec<Ask>> {
        match came.status {
            200..=299 => {}
            // A stage that its parent names and nobody may read, an entry that is nowhere.
            404 if ask.purpose == Purpose::One => return Ok(Vec::new()),
            404 if ask.purpose == Purpose::Ids || ask.ids.is_empty() => {
                self.absent.insert(ask.endpoint);
                return Ok(Vec::new());
            }
            401 | 403 => {
                let reason =
                    "it shows its treks only to people who have signed in: ask the park for its public address";
                return Err(Error::Server { status: Some(came.status), reason: reason.to_owned() });
            }
            status => {
                let reason = format!("the list “{}” cannot be had", ask.endpoint);
                return Err(Error::Server { status: Some(status), reason });
            }
        }
        self.named.extend(&came.named);
        if ask.purpose == Purpose::One {
            return Ok(Vec::new());
        }
        self.stages.extend(&came.stages);
        self.entries.entry(ask.endpoint).or_default().extend(&came.ids);
        let Some(list) = LISTS.iter().find(|list| list.endpoint == ask.endpoint) else {
            return Ok(self.next_page(ask, came.next).into_iter().collect());
        };
        let missing: BTreeSet<Id> = match ask.purpose {
            Purpose::Ids => {
                self.listed.entry(ask.endpoint).or_default().extend(&came.ids);
                came.ids.clone()
            }
            Purpose::Objects => ask.ids.difference(&came.ids).copied().collect(),
            Purpose::One => BTreeSet::new(),
        };
        if ask.purpose == Purpose::Objects && !ask.ids.is_empty() {
            self.adapt(list, ask.ids.len(), came.elapsed_ms);
        }
        let languages = if ask.purpose == Purpose::Ids && list.plain_texts {
            self.languages.clone()
        } else {
            vec![ask.language.clone()]
        };
        let mut asks: Vec<Ask> = languages.iter().flat_map(|language| self.batches(list, language, &missing)).collect();
        asks.extend(self.next_page(ask, came.next));
        Ok(asks)
    }

    /// What to ask when every list has come: stages that their itinerary names and the list of treks lacks, as they are
    /// published with it only. Each once.
    pub fn unlisted_stages(&mut self) -> Vec<Ask> {
        let listed = self.listed.get("trek").cloned().unwrap_or_default();
        let missing: Vec<Id> =
            self.stages.difference(&listed).copied().filter(|id| !self.asked_stages.contains(id)).collect();
        self.asked_stages.extend(&missing);
        missing.into_iter().map(|id| self.one("trek", id)).collect()
    }

    /// What to ask when every object has come: entries of vocabularies that objects name and the list lacks, as no
    /// published object uses them. Each once, and nothing of a list that did not come.
    pub fn unlisted_entries(&mut self) -> Vec<Ask> {
        let missing: Vec<(&'static str, Id)> = std::mem::take(&mut self.named)
            .into_iter()
            .filter(|(list, id)| self.entries.get(list).is_some_and(|listed| !listed.contains(id)))
            .take(MOST_ENTRIES)
            .collect();
        for (list, id) in &missing {
            self.entries.entry(list).or_default().insert(*id);
        }
        missing.into_iter().map(|(list, id)| self.one(list, id)).collect()
    }

    fn one(&self, endpoint: &'static str, id: Id) -> Ask {
        Ask {
            endpoint,
            url: format!("{}{endpoint}/{id}/", self.api),
            language: self.languages[0].clone(),
            purpose: Purpose::One,
            ids: BTreeSet::from([id]),
        }
    }

    /// Ids that a list has, by name of the list: whoever is not among them has left it. Only lists that came.
    pub fn listed(&self) -> &BTreeMap<&'static str, BTreeSet<Id>> {
        &self.listed
    }

    /// Modules that the server lacks.
    pub fn absent(&self) -> &BTreeSet<&'static str> {
        &self.absent
    }

    fn ask(&self, list: &List, purpose: Purpose, query: &str, language: &str) -> Ask {
        let mut query = query.to_owned();
        if !list.filters.is_empty() {
            query = format!("{}&{query}", list.filters);
        }
        if list.by_portal && !self.portals.is_empty() {
            query = format!("portals={}&{query}", join(&self.portals));
        }
        let url = format!("{}{}/?{query}", self.api, list.endpoint);
        Ask { endpoint: list.endpoint, url, language: language.to_owned(), purpose, ids: BTreeSet::new() }
    }

    fn batches(&mut self, list: &List, language: &str, ids: &BTreeSet<Id>) -> Vec<Ask> {
        let Shape::Batched(first) = list.shape else { return Vec::new() };
        let size = *self.batch.get(list.endpoint).unwrap_or(&first);
        let mut due: Vec<Id> = Vec::new();
        for id in ids {
            let asks = self.asked.entry((list.endpoint, language.to_owned(), *id)).or_default();
            if *asks < ASKS {
                *asks += 1;
                due.push(*id);
            }
        }
        let mut asks = Vec::new();
        let mut rest = due.as_slice();
        while !rest.is_empty() {
            let mut count = rest.len().min(size);
            while count > 1 && join(&rest[..count]).len() > IDS_BYTES {
                count /= 2;
            }
            let (batch, after) = rest.split_at(count);
            let mut ask = self.ask(list, Purpose::Objects, &format!("ids={}&no_page", join(batch)), language);
            ask.ids = batch.iter().copied().collect();
            asks.push(ask);
            rest = after;
        }
        asks
    }

    /// Sizes the batches that are still to be made by how long this one took, at most doubling.
    fn adapt(&mut self, list: &List, count: usize, elapsed_ms: u64) {
        let elapsed = usize::try_from(elapsed_ms.max(1)).unwrap_or(usize::MAX);
        let fitting = count.saturating_mul(BATCH_TARGET_MS as usize) / elapsed;
        let size = fitting.min(count.saturating_mul(2)).clamp(*BATCH_SIZES.start(), *BATCH_SIZES.end());
        self.batch.insert(list.endpoint, size);
    }

    /// The next page, on the territory's own host whatever host the server thinks it has.
    fn next_page(&self, ask: &Ask, next: Option<String>) -> Option<Ask> {
        let query = Url::parse(&next?).ok()?.query()?.to_owned();
        let url = format!("{}{}/?{query}", self.api, ask.endpoint);
        (url != ask.url).then(|| Ask { url, ids: BTreeSet::new(), ..ask.clone() })
    }
}

fn join(ids: &[Id]) -> String {
    ids.iter().map(Id::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overview() -> Overview {
        let languages = ["fr".to_owned(), "en".to_owned()];
        Overview::new(&Url::parse("https://park.example/").unwrap(), &[3, 4], &languages).unwrap()
    }

    fn first(overview: &Overview, endpoint: &str) -> Ask {
        overview.begin().into_iter().find(|ask| ask.endpoint == endpoint).unwrap()
    }

    fn came(ids: impl IntoIterator<Item = Id>) -> Came {
        Came { status: 200, ids: ids.into_iter().collect(), elapsed_ms: 1_000, ..Came::default() }
    }

    #[test]
    fn ids_first_then_batches_and_what_did_not_come_once_more() {
        let mut overview = overview();
        let ids = first(&overview, "trek");
        assert_eq!(ids.url, "https://park.example/api/v2/trek/?portals=3,4&fields=id&no_page");
        let batches = overview.came(&ids, came(1..=45)).unwrap();
        assert_eq!(batches.iter().map(|ask| ask.ids.len()).collect::<Vec<_>>(), [20, 20, 5]);
        let again = overview.came(&batches[0], came(1..=19)).unwrap();
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].ids, BTreeSet::from([20]));
        assert_eq!(overview.came(&again[0], came([])).unwrap(), [], "it left the list in between");
        assert_eq!(overview.listed()["trek"].len(), 45);
    }

    #[test]
    fn batches_adapt_to_the_server_and_addresses_stay_short() {
        let mut overview = overview();
        let ids = first(&overview, "poi");
        let batch = overview.came(&ids, came(1..=100)).unwrap().remove(0);
        let slow = Came { elapsed_ms: 100_000, ..came(1..=100) };
        overview.came(&batch, slow).unwrap();
        let next = overview.came(&ids, came(1_000..1_030)).unwrap();
        assert!(next.iter().all(|ask| ask.ids.len() <= 10), "100 took 100 s, so 10 at a time");
        let service = first(&overview, "service");
        let long = overview.came(&service, came(1_000_000_000..1_000_000_500)).unwrap();
        assert!(long.iter().all(|ask| ask.url.len() < 4_000));
        assert_eq!(long.iter().map(|ask| ask.ids.len()).sum::<usize>(), 500);
    }

    #[test]
    fn plain_texts_are_asked_for_in_each_language_and_seasons_are_not_hidden() {
        let mut overview = overview();
        let ids = first(&overview, "signage");
        let batches = overview.came(&ids, came([1])).unwrap();
        assert_eq!(batches.iter().map(|ask| ask.language.as_str()).collect::<Vec<_>>(), ["fr", "en"]);
        assert_eq!(overview.begin().iter().filter(|ask| ask.endpoint == "hdviewpoint").count(), 2);
        assert!(first(&overview, "sensitivearea").url.contains("period=ignore"));
    }

    #[test]
    fn stages_that_no_list_has_are_asked_for_one_by_one_and_once() {
        let mut overview = overview();
        let ids = first(&overview, "trek");
        let batch = overview.came(&ids, came([1, 2])).unwrap().remove(0);
        let stages = BTreeSet::from([2, 9]);
        overview.came(&batch, Came { stages, ..came([1, 2]) }).unwrap();
        let asks = overview.unlisted_stages();
        assert_eq!(asks.len(), 1);
        assert_eq!(asks[0].url, "https://park.example/api/v2/trek/9/");
        assert_eq!(overview.came(&asks[0], Came { status: 404, ..Came::default() }).unwrap(), []);
        assert_eq!(overview.unlisted_stages(), []);
        assert!(!overview.absent().contains("trek"));
    }

    #[test]
    fn entries_that_no_list_has_are_asked_for_one_by_one_and_once() {
        let mut overview = overview();
        overview.came(&first(&overview, "theme"), came([1, 2])).unwrap();
        overview.came(&first(&overview, "label"), Came { status: 404, ..Came::default() }).unwrap();
        let ids = first(&overview, "trek");
        let batch = overview.came(&ids, came([7])).unwrap().remove(0);
        let named = BTreeSet::from([("theme", 2), ("theme", 11), ("label", 3)]);
        overview.came(&batch, Came { named, ..came([7]) }).unwrap();
        let asks = overview.unlisted_entries();
        let urls: Vec<&str> = asks.iter().map(|ask| ask.url.as_str()).collect();
        assert_eq!(urls, ["https://park.example/api/v2/theme/11/"]);
        assert_eq!(overview.came(&asks[0], Came { status: 404, ..Came::default() }).unwrap(), []);
        assert_eq!(overview.unlisted_entries(), []);
        assert!(!overview.absent().contains("theme"));
    }

    #[test]
    fn a_missing_module_is_absent_a_closed_server_says_so_and_pages_are_followed_at_home() {
        let mut overview = overview();
        let sites = first(&overview, "outdoor_site");
        assert_eq!(overview.came(&sites, Came { status: 404, ..Came::default() }).unwrap(), []);
        assert!(overview.absent().contains("outdoor_site"));
        let treks = first(&overview, "trek");
        let closed = overview.came(&treks, Came { status: 401, ..Came::default() }).unwrap_err();
        assert!(closed.to_string().contains("signed in"));
        let themes = first(&overview, "theme");
        let next = Some("http://stale.internal:8000/api/v2/theme/?no_page=&page=2".to_owned());
        let pages = overview.came(&themes, Came { next, ..came([1]) }).unwrap();
        assert_eq!(pages[0].url, "https://park.example/api/v2/theme/?no_page=&page=2");
    }
}
