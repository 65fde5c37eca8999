//! Taking a territory in: who its server is, then its lists. Nothing of the catalogue changes before everything has come.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use url::Url;

use super::Companion;
use super::job::{
    Completed, Job, JobContext, JobRunner, Parsed, PendingRequest, Planner, Progress, TerritoryLock, job_by_its_runner,
};
use crate::catalogue::{Catalogue, JobRecord, Territory, bytes_below};
use crate::clock::now_ms;
use crate::error::{Error, Result};
use crate::geotrek::{
    ApiRequest, ApiResponse, KnownObjects, Limits, SyncPlan, kind_of, languages, object_lists, read_one, scan,
    vocabularies,
};
use crate::transfer::{BodyKind, BootInstant, NetworkKind, Next, Outcome, ResponseMeta, TransferPolicy, Validators};

const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// What no date shows is looked at once a week.
const FULL_REFRESH_AFTER_MS: i64 = 7 * DAY_MS;

/// When everything is asked for, and not only what the server says has changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RefreshMode {
    /// The first time, and then once a week: a change of a theme, a city, a vocabulary moves no date.
    #[default]
    Auto,
    /// Now.
    Full,
    /// Only the first time.
    Delta,
}

/// How to refresh.
#[derive(Debug, Clone)]
pub struct RefreshOptions {
    /// How often a transfer is tried, with growing pauses. Five tries take about twenty seconds.
    pub max_attempts: u32,
    /// When to ask for everything.
    pub mode: RefreshMode,
    /// Which networks, how many bytes.
    pub policy: TransferPolicy,
    /// What network there is.
    pub network: NetworkKind,
    /// Time-outs, limits, whether plain http is allowed.
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

/// What a transfer of the refresh is for.
#[derive(Debug, Clone)]
pub(super) enum Role {
    Version,
    Languages,
    ApiRequest(ApiRequest),
}

pub(super) enum Answered {
    Version { version: String, date_ms: Option<i64> },
    Languages(Vec<String>),
    ApiRequest(ApiResponse),
}

/// The lists of a territory.
pub(super) struct RefreshPlanner {
    pub(super) territory: Territory,
    pub(super) origin: Url,
    pub(super) limits: Limits,
    pub(super) overview: Option<SyncPlan>,
    held: Arc<KnownObjects>,
    objects: u64,
}

/// A refresh on its way. When [`Job::next`] says that everything has come, [`Companion::apply_refresh`] writes it.
pub struct Refresh {
    pub(super) work: JobRunner<RefreshPlanner>,
    _turn: TerritoryLock,
}

impl std::fmt::Debug for Refresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = &self.work.plan.territory.name;
        f.debug_struct("Refresh").field("territory", name).field("progress", &self.progress()).finish()
    }
}

impl Companion {
    /// Plans to take a territory in, or goes on with what another process has begun in the last day. Only one refresh or
    /// download of a territory is on its way at a time: others are told [`Error::Busy`].
    pub fn plan_refresh(&self, name: &str, options: &RefreshOptions) -> Result<Refresh> {
        let turn = TerritoryLock::try_acquire(&self.catalogue.staging_folder(), name)?;
        let territory = self.catalogue.territory(name)?;
        let origin = Url::parse(&territory.url).map_err(|_| Error::invalid("url", "a web address"))?;
        let is_full = match (territory.refreshed_ms, options.mode) {
            (None, _) | (_, RefreshMode::Full) => true,
            (_, RefreshMode::Delta) => false,
            (_, RefreshMode::Auto) => {
                let begun = self.catalogue.job(territory.key, "full")?.is_some();
                let age = territory.full_refresh_ms.map_or(i64::MAX, |swept| now_ms().saturating_sub(swept));
                // A clock that was set back must not put the full refresh off for years.
                begun || !(0..FULL_REFRESH_AFTER_MS).contains(&age)
            }
        };
        let subject = if is_full { "full" } else { "changes" };
        let folder = self.staging_of(&territory, subject)?;
        let held = Arc::new(held(&self.catalogue, &territory, is_full)?);
        let setting = JobContext {
            catalogue: self.catalogue.clone(),
            territory: territory.key,
            subject: subject.to_owned(),
            folder,
            max_attempts: options.max_attempts,
            policy: options.policy,
            network: options.network,
        };
        let make = |_: &JobRecord| {
            Ok(RefreshPlanner {
                territory: territory.clone(),
                origin: origin.clone(),
                limits: Limits::default(),
                overview: None,
                held: Arc::clone(&held),
                objects: 0,
            })
        };
        Ok(Refresh { work: JobRunner::open(setting, make)?, _turn: turn })
    }

    /// Where the answers for a subject lie; what no job names any more is removed.
    pub(super) fn staging_of(&self, territory: &Territory, subject: &str) -> Result<PathBuf> {
        self.remove_staging(territory, Some(subject))?;
        Ok(self.catalogue.staging_folder().join(&territory.name).join(folder_name(subject)))
    }

    /// Removes what came for jobs that are no more, and gives its bytes.
    pub(super) fn remove_staging(&self, territory: &Territory, subject: Option<&str>) -> Result<u64> {
        let subjects = self.catalogue.jobs(territory.key)?;
        let subjects: Vec<&str> = subjects.iter().map(String::as_str).chain(subject).collect();
        let mut known: Vec<String> = subjects.iter().map(|known| folder_name(known)).collect();
        // Files on their way belong to every pack that wants them; what came of them in part is worth keeping until then.
        let are_wanted = subjects.iter().any(|known| known.contains('/')) || self.catalogue.wants_files(territory)?;
        known.extend(are_wanted.then(|| INCOMING.to_owned()));
        let Ok(folders) = fs::read_dir(self.catalogue.staging_folder().join(&territory.name)) else { return Ok(0) };
        let mut freed = 0;
        for folder in folders.flatten().filter(|folder| folder.path().is_dir()) {
            if !folder.file_name().to_str().is_some_and(|name| known.iter().any(|known| known == name)) {
                freed += bytes_below(&folder.path());
                // What cannot be removed now is tried again the next time; nothing depends on it.
                let _ = fs::remove_dir_all(folder.path());
            }
        }
        Ok(freed)
    }
}

/// Where the files of packs lie on their way, among the folders of a territory's jobs.
pub(super) const INCOMING: &str = "media";

fn folder_name(subject: &str) -> String {
    subject.replace('/', "-")
}

/// What the catalogue holds of a territory, as its server would list it.
fn held(catalogue: &Catalogue, territory: &Territory, is_full: bool) -> Result<KnownObjects> {
    let (stages, unlisted) = (catalogue.stages(territory)?, catalogue.unlisted_stages(territory)?);
    let mut held = KnownObjects { stages, unlisted, ..KnownObjects::default() };
    for list in object_lists() {
        held.lists.insert(list, catalogue.dates(territory, kind_of(list))?);
    }
    for vocabulary in vocabularies() {
        let ids = catalogue.term_ids(territory, vocabulary)?;
        held.lists.insert(vocabulary, ids.into_iter().map(|id| (id, None)).collect());
    }
    if !is_full {
        // A day is the finest that a server takes, in a zone that it does not tell.
        let last = territory.server_ms.or(territory.refreshed_ms).unwrap_or_default();
        let day = jiff::Timestamp::from_millisecond(last.saturating_sub(DAY_MS)).map_err(Error::internal)?;
        held.since = Some(day.strftime("%Y-%m-%d").to_string());
    }
    Ok(held)
}

job_by_its_runner!(Refresh);

impl RefreshPlanner {
    fn asked(role: Role, url: String, language: Option<String>) -> PendingRequest<Role> {
        PendingRequest { url, language, body: BodyKind::Json, validators: Validators::default(), priority: 0, role }
    }

    fn asks(asks: Vec<ApiRequest>) -> Vec<PendingRequest<Role>> {
        let one = |ask: ApiRequest| Self::asked(Role::ApiRequest(ask.clone()), ask.url, Some(ask.language));
        asks.into_iter().map(one).collect()
    }

    /// The server has told who it is: from here on the lists.
    fn meet(&mut self) -> Result<Vec<ApiRequest>> {
        if self.territory.languages.is_empty() {
            // A server without a single trek does not tell; French is Geotrek's own default.
            self.territory.languages = vec!["fr".to_owned()];
        }
        if self.territory.default_language.is_empty() {
            self.territory.default_language.clone_from(&self.territory.languages[0]);
        }
        let held = Arc::clone(&self.held);
        let overview = SyncPlan::new(&self.origin, &self.territory.portals, &self.territory.languages, held)?;
        let asks = overview.begin();
        self.overview = Some(overview);
        Ok(asks)
    }
}

fn no_geotrek(status: Option<u16>) -> Error {
    Error::Server { status, reason: "there is no Geotrek with an open API at this address".to_owned() }
}

impl Planner for RefreshPlanner {
    type Role = Role;
    type Response = Answered;

    fn begin(&mut self) -> Result<Vec<PendingRequest<Role>>> {
        let address =
            |path: &str| self.origin.join(path).map_err(|_| Error::invalid("url", "a web address with a host"));
        let mut asked = vec![Self::asked(Role::Version, address("/api/v2/version")?.into(), None)];
        if self.held.since.is_none() || self.territory.languages.is_empty() {
            let url = address("/api/v2/trek/?page_size=1&fields=name")?.into();
            asked.push(Self::asked(Role::Languages, url, None));
        }
        Ok(asked)
    }

    fn read(&self, role: &Role, arrived: &Completed<'_>) -> Result<Parsed<Answered>> {
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        let file = File::open(arrived.file)?;
        Ok(match role {
            Role::Version => {
                let version = read_one(file, &self.limits)
                    .ok()
                    .and_then(|body| serde_json::from_str::<Version>(&body).ok())
                    .map(|told| told.version);
                match version {
                    Some(version) => Parsed::Valid(Answered::Version { version, date_ms: arrived.answer.date_ms }),
                    None => Parsed::Invalid(no_geotrek(Some(arrived.answer.status))),
                }
            }
            Role::Languages => languages(file, &self.limits)
                .map_or_else(Parsed::Invalid, |told| Parsed::Valid(Answered::Languages(told))),
            Role::ApiRequest(ask) => match scan(file, &self.limits, ask) {
                Ok(came) => Parsed::Valid(Answered::ApiRequest(ApiResponse { elapsed_ms: arrived.elapsed_ms, ..came })),
                Err(error) => Parsed::Invalid(error),
            },
        })
    }

    fn on_response(&mut self, role: &Role, came: Answered) -> Result<Vec<PendingRequest<Role>>> {
        match (role, came) {
            (_, Answered::Version { version, date_ms }) => {
                self.territory.server_version = Some(version);
                self.territory.server_ms = date_ms;
                Ok(Vec::new())
            }
            (_, Answered::Languages(told)) => {
                if !told.is_empty() {
                    self.territory.languages = told;
                }
                Ok(Vec::new())
            }
            (Role::ApiRequest(ask), Answered::ApiRequest(came)) => {
                if ask.purpose.is_kept() {
                    self.objects += came.ids.len() as u64;
                }
                let Some(overview) = &mut self.overview else { return Ok(Vec::new()) };
                Ok(Self::asks(overview.on_response(ask, came)?))
            }
            _ => Ok(Vec::new()),
        }
    }

    fn failed(&mut self, role: &Role, outcome: &Outcome) -> Result<()> {
        let status = match outcome {
            Outcome::NetworkError { reason } => return Err(Error::Offline { reason: reason.clone() }),
            Outcome::Rejected { reason } => return Err(Error::Server { status: None, reason: reason.clone() }),
            Outcome::Response(ResponseMeta { status, .. }) => *status,
        };
        match (role, status) {
            (_, 401 | 403) => {
                let reason =
                    "it shows its treks only to people who have signed in: ask the park for its public address";
                Err(Error::Server { status: Some(status), reason: reason.to_owned() })
            }
            (Role::Version, 400..=499) => Err(no_geotrek(Some(status))),
            // A missing module is an answer.
            (Role::Languages, 404) => Ok(()),
            (Role::ApiRequest(ask), 404) => match &mut self.overview {
                Some(overview) => {
                    overview.on_response(ask, ApiResponse { status, ..ApiResponse::default() }).map(|_| ())
                }
                None => Ok(()),
            },
            _ => {
                let reason = "it has a problem of its own; what is on the device stays as it was".to_owned();
                Err(Error::Server { status: Some(status), reason })
            }
        }
    }

    fn next_phase(&mut self) -> Result<Vec<PendingRequest<Role>>> {
        let asks = match &mut self.overview {
            None => self.meet()?,
            Some(overview) => match overview.unlisted_stages() {
                // Stages name entries too, so these come last.
                stages if stages.is_empty() => overview.unlisted_entries(),
                stages => stages,
            },
        };
        Ok(Self::asks(asks))
    }

    fn objects(&self) -> u64 {
        self.objects
    }

    fn pending_estimate(&self) -> usize {
        self.overview.as_ref().map_or(0, SyncPlan::pending_estimate)
    }
}
