//! The job of a refresh: it requests the version and the languages of the server, then the lists of the territory. The
//! catalogue does not change until every response was received; see `apply`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::sync::Arc;

use serde::Deserialize;
use url::Url;

use super::lock::TerritoryLock;
use super::planner::{Completed, Failure, Parsed, PendingRequest, PlanCounts, Planner};
use super::refresh_job::{RefreshJob, RefreshPlanner};
use super::runner::{JobContext, JobRunner};
use crate::catalogue::{Catalogue, JobRecord, ListState, Territory};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::geotrek::{
    ApiRequest, ApiResponse, KnownObjects, Limits, RequestKind, SyncPlan, below, is_web_page, kind_of, languages,
    object_lists, read_one, scan, undated_lists, vocabularies,
};
use crate::ordered;
use crate::transfer::{NetworkKind, Outcome, ResponseMeta, TransferPolicy};

const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// Interval of full refreshes in [`RefreshMode::Auto`].
const FULL_REFRESH_INTERVAL_MS: i64 = 7 * DAY_MS;
/// Interval at which lists without dates are read: panoramas, information desks, menu, cities, districts.
const UNDATED_INTERVAL_MS: i64 = DAY_MS;
/// Lists without dates that one refresh reads. Those of cities and districts are long.
const MAX_DUE_LISTS: usize = 2;
/// Lists that fail one after the other, after which the server counts as down. A server that still works answers some of them.
pub(super) const MAX_FAILURES_IN_A_ROW: u32 = 3;
/// Geotrek's own default language.
const DEFAULT_LANGUAGE: &str = "fr";

/// Whether a refresh requests everything, or only objects that the server dates as changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RefreshMode {
    /// Everything the first time, and then once a week, because some changes move no date. Between, the objects that changed,
    /// the vocabularies, and the months, practices and rules of sensitive areas; and once a day two of the lists without dates
    /// at each refresh (panoramas, information desks, menu, cities, districts).
    #[default]
    Auto,
    /// Everything.
    Full,
    /// Everything the first time only; then as between two full refreshes of [`RefreshMode::Auto`].
    Delta,
}

/// Options of a refresh.
#[derive(Debug, Clone)]
pub struct RefreshOptions {
    /// Maximum number of attempts for each transfer, with growing pauses. Five attempts take about 20 seconds.
    pub max_attempts: u32,
    /// The lists to request.
    pub mode: RefreshMode,
    /// Allowed networks and bytes.
    pub policy: TransferPolicy,
    /// The network there is.
    pub network: NetworkKind,
    /// Time-outs and limits of the reqwest driver.
    #[cfg(feature = "net")]
    pub net: crate::net::ClientOptions,
}

impl Default for RefreshOptions {
    fn default() -> Self {
        RefreshOptions {
            max_attempts: 5,
            mode: RefreshMode::default(),
            policy: TransferPolicy::default(),
            network: NetworkKind::default(),
            #[cfg(feature = "net")]
            net: crate::net::ClientOptions::default(),
        }
    }
}

/// Plans a refresh from a Geotrek server, or continues one that was started within the last day.
pub(super) fn plan_geotrek_refresh(
    catalogue: &Arc<Catalogue>,
    clock: &Arc<dyn Clock>,
    (territory, lock): (Territory, TerritoryLock),
    options: &RefreshOptions,
) -> Result<RefreshJob> {
    let origin = Url::parse(&territory.url).map_err(|_| Error::invalid("url", "must be a web address"))?;
    let is_full = match (territory.refreshed_ms, options.mode) {
        (None, _) | (_, RefreshMode::Full) => true,
        (_, RefreshMode::Delta) => false,
        (_, RefreshMode::Auto) => {
            let was_started = catalogue.job(territory.key, subject(true))?.is_some();
            was_started || is_full_refresh_due(&territory, clock.now_ms())
        }
    };
    let context = JobContext::new(catalogue, clock, (&territory, lock), subject(is_full).to_owned(), options)?;
    let list_states = catalogue.list_states(&territory)?;
    let mut known = known_objects(catalogue, &territory, &list_states, is_full)?;
    if !is_full {
        known.due = due_lists(&list_states, clock.now_ms());
    }
    let known = Arc::new(known);
    let planner = |_: &JobRecord| GeotrekPlanner {
        territory: territory.clone(),
        origin: origin.clone(),
        limits: Limits::default(),
        known: Arc::clone(&known),
        list_states: list_states.clone(),
        previous_ms: territory.server_ms.or(territory.refreshed_ms).unwrap_or_default(),
        is_started: false,
        lists: None,
        objects: 0,
        unreadable: BTreeMap::new(),
        successes: 0,
        failures: 0,
    };
    JobRunner::open(context, |record| RefreshPlanner::Geotrek(Box::new(planner(record))))
}

/// Whether the last full refresh of a territory is so old at `now_ms` (Unix ms) that another one is due.
pub(super) fn is_full_refresh_due(territory: &Territory, now_ms: i64) -> bool {
    let age_ms = territory.full_refresh_ms.map_or(i64::MAX, |last_ms| now_ms.saturating_sub(last_ms));
    // A clock that was set back must not put the full refresh off for years.
    !(0..FULL_REFRESH_INTERVAL_MS).contains(&age_ms)
}

/// Subject of the job in the catalogue.
const fn subject(is_full: bool) -> &'static str {
    if is_full { "full" } else { "changes" }
}

/// The objects that the catalogue has of a territory, as its server would list them.
fn known_objects(
    catalogue: &Catalogue,
    territory: &Territory,
    states: &BTreeMap<String, ListState>,
    is_full: bool,
) -> Result<KnownObjects> {
    let (stages, unlisted) = (catalogue.stages(territory)?, catalogue.unlisted_stages(territory)?);
    let mut known = KnownObjects { stages, unlisted, ..KnownObjects::default() };
    for list in object_lists() {
        known.lists.insert(list, catalogue.dates(territory, kind_of(list))?);
    }
    for vocabulary in vocabularies() {
        let ids = catalogue.term_ids(territory, vocabulary)?;
        known.lists.insert(vocabulary, ordered::map(ids.into_iter().map(|id| (id, None))));
    }
    if !is_full {
        known.since = Some(day_before(territory.server_ms.or(territory.refreshed_ms).unwrap_or_default())?);
    }
    for list in object_lists().chain(vocabularies()) {
        let Some(state) = states.get(list) else { continue };
        if !is_full {
            known.since_by_list.insert(list, day_before(state.changes_ms)?);
            if state.is_unfiltered {
                known.unfiltered.insert(list);
            }
        }
        if state.empty_ms.is_some() {
            known.empty.insert(list);
        }
    }
    Ok(known)
}

/// The lists without dates that are to be read as a whole: the first [`MAX_DUE_LISTS`] of those that were not read for a day.
fn due_lists(states: &BTreeMap<String, ListState>, now_ms: i64) -> BTreeSet<&'static str> {
    let read_ms = |list: &str| states.get(list).and_then(|state| state.read_ms).unwrap_or(i64::MIN);
    // A clock that was set back must not put a list off for years.
    let is_due = |list: &&'static str| !(0..UNDATED_INTERVAL_MS).contains(&now_ms.saturating_sub(read_ms(list)));
    let mut due: Vec<&'static str> = undated_lists().filter(is_due).collect();
    due.sort_by_key(|list| read_ms(list));
    due.truncate(MAX_DUE_LISTS);
    ordered::set(due)
}

/// The day since which changes are requested that were made after `last_ms`, in Unix ms. Servers filter by day, in a time zone
/// that they do not tell.
fn day_before(last_ms: i64) -> Result<String> {
    let day = jiff::Timestamp::from_millisecond(last_ms.saturating_sub(DAY_MS)).map_err(Error::internal)?;
    Ok(day.strftime("%Y-%m-%d").to_string())
}

/// The purpose of a request of a refresh.
#[derive(Debug, Clone)]
pub enum GeotrekRole {
    /// Whether the server is a Geotrek, and of which version.
    Version,
    /// Which languages it publishes.
    Languages,
    /// A page of a list, or an object.
    List(Box<ApiRequest>),
}

/// Plans the requests of a refresh.
#[derive(Debug)]
pub struct GeotrekPlanner {
    pub(super) territory: Territory,
    pub(super) origin: Url,
    pub(super) limits: Limits,
    known: Arc<KnownObjects>,
    /// The states of the lists before this refresh.
    pub(super) list_states: BTreeMap<String, ListState>,
    /// Time up to which changes were known before this refresh, Unix ms; 0 before the first.
    pub(super) previous_ms: i64,
    is_started: bool,
    /// The lists, once the version and the languages of the server are known.
    pub(super) lists: Option<SyncPlan>,
    objects: u64,
    /// Number of objects without a readable id in the lists of ids.
    pub(super) unreadable: BTreeMap<&'static str, u64>,
    /// Responses of lists that could be read, and lists that failed since the last of them.
    successes: u64,
    failures: u32,
}

impl GeotrekPlanner {
    fn server_requests(&self) -> Result<Vec<PendingRequest<GeotrekRole>>> {
        let version = below(&self.origin, "/api/v2/version")?;
        let mut requests = vec![PendingRequest::json(GeotrekRole::Version, version.into(), None, 0)];
        if self.known.since.is_none() || self.territory.languages.is_empty() {
            let one_trek = below(&self.origin, "/api/v2/trek/?page_size=1&fields=name")?;
            requests.push(PendingRequest::json(GeotrekRole::Languages, one_trek.into(), None, 0));
        }
        Ok(requests)
    }

    fn plan_lists(&mut self) -> Result<Vec<ApiRequest>> {
        if self.territory.languages.is_empty() {
            // A server without a single trek does not tell its languages.
            self.territory.languages = vec![DEFAULT_LANGUAGE.to_owned()];
        }
        if self.territory.default_language.is_empty() {
            self.territory.default_language.clone_from(&self.territory.languages[0]);
        }
        let (portals, languages) = (&self.territory.portals, &self.territory.languages);
        let plan = SyncPlan::new(&self.origin, portals, languages, Arc::clone(&self.known))?;
        let requests = plan.begin();
        self.lists = Some(plan);
        Ok(requests)
    }

    fn read_version(&self, file: File) -> Option<String> {
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        let json = read_one(file, &self.limits).ok()?;
        serde_json::from_str::<Version>(&json).ok().map(|body| body.version)
    }
}

fn list_requests(requests: Vec<ApiRequest>) -> Vec<PendingRequest<GeotrekRole>> {
    let pending = requests.into_iter().map(|request| {
        let (url, language) = (request.url.clone(), request.language.clone());
        PendingRequest::json(GeotrekRole::List(Box::new(request)), url, Some(language), 0)
    });
    pending.collect()
}

fn status_error(status: u16) -> Error {
    let detail = match status {
        401 | 403 => "the server shows its treks only to users who are signed in: ask the park for its public address",
        _ => "the server has an internal problem; the data on the device did not change",
    };
    Error::Server { status: Some(status), detail: detail.to_owned() }
}

fn no_geotrek(status: Option<u16>) -> Error {
    let detail = "there is no Geotrek with an open API at this address. A Geotrek-rando portal, which shows treks to visitors, has \
         its Geotrek at another address: ask the park for the one below which /api/v2/version answers";
    Error::Server { status, detail: detail.to_owned() }
}

impl Planner for GeotrekPlanner {
    type Role = GeotrekRole;

    fn next_phase(&mut self) -> Result<Vec<PendingRequest<GeotrekRole>>> {
        if !self.is_started {
            self.is_started = true;
            return self.server_requests();
        }
        let requests = match &mut self.lists {
            None => self.plan_lists()?,
            Some(lists) => match lists.unlisted_stages() {
                // Stages name vocabulary entries too, so those come last.
                stages if stages.is_empty() => lists.unlisted_entries(),
                stages => stages,
            },
        };
        Ok(list_requests(requests))
    }

    fn on_response(
        &mut self,
        role: &GeotrekRole,
        completed: &Completed<'_>,
    ) -> Result<Parsed<Vec<PendingRequest<GeotrekRole>>>> {
        let file = File::open(completed.file)?;
        match role {
            GeotrekRole::Version => {
                let Some(version) = self.read_version(file) else {
                    return Ok(Parsed::Invalid(no_geotrek(Some(completed.meta.status))));
                };
                self.territory.server_version = Some(version);
                self.territory.server_ms = completed.meta.date_ms;
                Ok(Parsed::Valid(Vec::new()))
            }
            GeotrekRole::Languages => match languages(file, &self.limits) {
                Ok(languages) => {
                    if !languages.is_empty() {
                        self.territory.languages = languages;
                    }
                    Ok(Parsed::Valid(Vec::new()))
                }
                Err(error) => Ok(Parsed::Invalid(error)),
            },
            GeotrekRole::List(request) => {
                let response = match scan(file, &self.limits, request) {
                    Ok(response) => ApiResponse { elapsed_ms: completed.elapsed_ms, ..response },
                    Err(error) => return Ok(Parsed::Invalid(error)),
                };
                if request.purpose.is_kept() {
                    self.objects += response.ids.len() as u64;
                } else if response.unreadable > 0 && request.purpose != RequestKind::Count {
                    // These objects cannot be requested.
                    let unreadable = self.unreadable.entry(request.endpoint).or_default();
                    *unreadable = response.unreadable.max(*unreadable);
                }
                let Some(lists) = &mut self.lists else { return Ok(Parsed::Valid(Vec::new())) };
                (self.successes, self.failures) = (self.successes + 1, 0);
                Ok(Parsed::Valid(list_requests(lists.on_response(request, &response))))
            }
        }
    }

    fn on_failure(&mut self, role: &GeotrekRole, failure: Failure<'_>) -> Result<Vec<PendingRequest<GeotrekRole>>> {
        let (status, error) = match failure {
            Failure::Invalid(error) if is_web_page(&error) => {
                // A web page in the middle of a refresh is that of a captive portal.
                return Err(if matches!(role, GeotrekRole::List(_)) { error } else { no_geotrek(Some(200)) });
            }
            Failure::Invalid(error) => (None, error),
            Failure::Outcome(Outcome::NetworkError { detail }) => {
                return Err(Error::Offline { detail: detail.clone() });
            }
            Failure::Outcome(Outcome::Rejected { detail }) => {
                (None, Error::Server { status: None, detail: detail.clone() })
            }
            Failure::Outcome(Outcome::Response(ResponseMeta { status, .. })) => (Some(*status), status_error(*status)),
        };
        match (role, status) {
            (GeotrekRole::Version, Some(400 | 402 | 404..=499)) => Err(no_geotrek(status)),
            (GeotrekRole::Languages, Some(404)) => Ok(Vec::new()),
            (GeotrekRole::Languages, _) if !self.territory.languages.is_empty() => Ok(Vec::new()),
            (GeotrekRole::Version | GeotrekRole::Languages, _) => Err(error),
            (GeotrekRole::List(request), _) => {
                let Some(lists) = &mut self.lists else { return Ok(Vec::new()) };
                let failed_before = lists.failed_lists().len();
                let requests = lists.on_failure(request, status);
                if lists.failed_lists().len() > failed_before {
                    self.failures += 1;
                    let is_server_down = self.successes == 0 || !matches!(status, Some(500 | 501));
                    if is_server_down && self.failures >= MAX_FAILURES_IN_A_ROW {
                        return Err(error);
                    }
                }
                Ok(list_requests(requests))
            }
        }
    }

    fn counts(&self) -> PlanCounts {
        let expected_requests = self.lists.as_ref().map_or(0, SyncPlan::pending_estimate);
        PlanCounts { objects: self.objects, expected_requests }
    }
}
