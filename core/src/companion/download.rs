//! Downloading a pack: what its server says belongs to it, then the files that it shows. Opened again after an
//! interruption it goes on; opened on a pack that is stale it fetches what has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use url::Url;

use super::apply::{PlainTexts, has_plain_texts};
use super::job::{
    Completed, Job, JobContext, JobRunner, Parsed, PendingRequest, Planner, Progress, TerritoryLock, job_by_its_runner,
};
use super::pack_contents::{NeededMedia, belonging, needed_media};
use super::refresh::INCOMING;
use super::{Companion, RefreshOptions};
use crate::catalogue::{
    Catalogue, JobRecord, PackState, PackSubject, PictureSize, StoredMedia, Territory, check_picture, url_hash,
};
use crate::clock::now_ms;
use crate::error::{Error, Result};
use crate::geotrek::{ApiRequest, Limits, NEAR_LISTS, Reader, by_ids, kind_of, near_trek, read_list, scan};
use crate::model::{Id, Kind, Object};
use crate::response::note_of;
use crate::transfer::{BodyKind, BootInstant, NetworkKind, Next, Outcome, ResponseMeta, Validators};

/// Objects that are asked for at once.
const BATCH: usize = 50;
/// So many transfers in a row that find nobody: the server is gone, and asking for the rest is no use.
const MAX_LOST_IN_A_ROW: u32 = 2;

/// How to download a pack.
#[derive(Debug, Clone, Default)]
pub struct DownloadOptions {
    /// Which pictures it takes along.
    pub pictures: PictureSize,
    /// How to use the network.
    pub fetch: RefreshOptions,
}

#[derive(Debug, Clone)]
pub(super) enum Role {
    Near { trek: Id, ask: ApiRequest },
    Bodies(ApiRequest),
    MediaFile(String),
}

pub(super) enum Response {
    Ids(BTreeSet<Id>),
    Bodies(PathBuf),
    MediaFile { file: PathBuf, validators: Validators },
    Unchanged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Relations,
    Bodies,
    Media,
    Again,
    Done,
}

pub(super) struct DownloadPlanner {
    catalogue: Arc<Catalogue>,
    territory: Territory,
    origin: Url,
    limits: Limits,
    subject: PackSubject,
    pictures: PictureSize,
    pack: i64,
    job: i64,
    incoming: PathBuf,
    stage: Stage,
    /// What its server says belongs to it is in the catalogue.
    is_finished: bool,
    /// What the server says is near, by trek and list.
    near: BTreeMap<(Id, &'static str), BTreeSet<Id>>,
    bodies: Vec<(ApiRequest, PathBuf)>,
    count: u64,
    lost_in_a_row: u32,
}

/// A download on its way. When [`Job::next`] says that everything has come, [`Companion::finish_download`] says what the
/// pack is.
pub struct Download {
    work: JobRunner<DownloadPlanner>,
    _turn: TerritoryLock,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let subject = self.work.plan.subject.to_string();
        f.debug_struct("Download").field("subject", &subject).field("progress", &self.progress()).finish()
    }
}

impl Companion {
    /// Plans a pack, or goes on with it: what is there is not fetched again. The territory must have been refreshed once.
    pub fn plan_download(&self, name: &str, subject: &PackSubject, options: &DownloadOptions) -> Result<Download> {
        let turn = TerritoryLock::try_acquire(&self.catalogue.staging_folder(), name)?;
        let territory = self.catalogue.territory(name)?;
        if territory.refreshed_ms.is_none() {
            return Err(Error::invalid("territory", "one that was refreshed once: its treks are not known yet"));
        }
        if let PackSubject::Trek(id) = subject {
            self.catalogue.object(&territory, Kind::Trek, *id)?;
        }
        let origin = Url::parse(&territory.url).map_err(|_| Error::invalid("url", "a web address"))?;
        self.check_room(&territory, subject, options.pictures)?;
        let pack = self.catalogue.request_pack(&territory, subject, options.pictures)?;
        self.catalogue.record_wanted()?;
        let held = self.catalogue.pack(&territory, subject)?;
        // Its server knows nothing of it any more: what is there is all that will ever be.
        let is_withdrawn = held.is_some_and(|pack| pack.withdrawn_ms.is_some() && !pack.objects.is_empty());
        let incoming = self.catalogue.staging_folder().join(&territory.name).join(INCOMING);
        let subject_name = subject.to_string();
        let setting = JobContext {
            catalogue: Arc::clone(&self.catalogue),
            territory: territory.key,
            subject: subject_name.clone(),
            folder: self.staging_of(&territory, &subject_name)?,
            max_attempts: options.fetch.max_attempts,
            policy: options.fetch.policy,
            network: options.fetch.network,
        };
        self.catalogue.file_system().create_dir_all(&incoming)?;
        let make = |job: &JobRecord| {
            Ok(DownloadPlanner {
                catalogue: Arc::clone(&self.catalogue),
                territory: territory.clone(),
                origin: origin.clone(),
                limits: Limits::default(),
                subject: *subject,
                pictures: options.pictures,
                pack,
                job: job.job,
                incoming: incoming.clone(),
                stage: if job.is_finished || is_withdrawn { Stage::Bodies } else { Stage::Relations },
                is_finished: job.is_finished || is_withdrawn,
                near: BTreeMap::new(),
                bodies: Vec::new(),
                count: 0,
                lost_in_a_row: 0,
            })
        };
        Ok(Download { work: JobRunner::open(setting, make)?, _turn: turn })
    }

    /// Says what a download has made of its pack, once [`Job::next`] said that everything has come: every file was
    /// looked at, and those that its server lost are told.
    pub fn finish_download(&self, mut download: Download, at_ms: i64) -> Result<crate::catalogue::Pack> {
        let plan = &download.work.plan;
        if plan.stage != Stage::Done {
            return Err(Error::invalid("download", "every transfer must be complete before it is finished"));
        }
        let (territory, subject) = (plan.territory.clone(), plan.subject);
        if let Err(error) = self.finish_pack(&download, at_ms) {
            if error == Error::StorageFull {
                // What cannot be removed now is removed when the download is opened again.
                let _ = download.release_space();
            }
            return Err(error);
        }
        download.work.close()?;
        self.remove_staging(&territory, None)?;
        self.rebuild_snapshot()?;
        let gone = || Error::NotFound { detail: format!("the pack of {subject}") };
        self.catalogue.pack(&territory, &subject)?.ok_or_else(gone)
    }

    /// Writes what a pack is, and removes the files that nobody needs any more.
    fn finish_pack(&self, download: &Download, at_ms: i64) -> Result<()> {
        let plan = &download.work.plan;
        let media = self.catalogue.pack_media(plan.pack)?;
        let is_whole = media.iter().all(|medium| medium.path.is_some() || medium.missing_reason.is_some());
        let state = if is_whole { PackState::Ready } else { PackState::Partial };
        let seen = match is_whole {
            true => self.catalogue.object_states(&plan.territory, plan.objects()?)?,
            false => BTreeMap::new(),
        };
        self.catalogue.write(|change| {
            change.set_pack_state(plan.pack, state, is_whole.then_some(at_ms), &seen)?;
            // Where files are still to come, the next one asks for them alone.
            if is_whole { change.end_job(download.work.job()) } else { Ok(()) }
        })?;
        self.catalogue.remove_orphaned_media()?;
        Ok(())
    }
}

job_by_its_runner!(Download);

fn answer(role: Role, ask: &ApiRequest) -> PendingRequest<Role> {
    let language = Some(ask.language.clone());
    PendingRequest {
        url: ask.url.clone(),
        language,
        body: BodyKind::Json,
        validators: Validators::default(),
        priority: 9,
        role,
    }
}

fn file(url: String, validators: Validators, priority: i32) -> PendingRequest<Role> {
    PendingRequest {
        url: url.clone(),
        language: None,
        body: BodyKind::File,
        validators,
        priority,
        role: Role::MediaFile(url),
    }
}

impl DownloadPlanner {
    fn language(&self) -> &str {
        self.territory.languages.first().map_or("fr", String::as_str)
    }

    /// The treks whose surroundings are asked for: the trek and its stages.
    fn treks(&self) -> Result<Vec<Id>> {
        let PackSubject::Trek(id) = self.subject else { return Ok(Vec::new()) };
        let Object::Trek(trek) = self.catalogue.object(&self.territory, Kind::Trek, id)? else {
            return Err(Error::internal("a layer of treks has something else"));
        };
        let mut treks = vec![id];
        for stage in &trek.children {
            match self.catalogue.object(&self.territory, Kind::Trek, *stage) {
                Ok(_) => treks.push(*stage),
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(treks)
    }

    /// Objects that the server names and the catalogue lacks: they are newer than its last refresh.
    fn unknown(&self) -> Result<Vec<PendingRequest<Role>>> {
        let mut asked = Vec::new();
        for (endpoint, filter) in NEAR_LISTS {
            let kind = kind_of(endpoint);
            let held = self.catalogue.dates(&self.territory, kind)?;
            let named = self.near.iter().filter(|((_, list), _)| list == endpoint).flat_map(|(_, ids)| ids);
            let unknown: Vec<Id> =
                named.copied().collect::<BTreeSet<_>>().into_iter().filter(|id| !held.contains_key(id)).collect();
            let plain_texts = has_plain_texts(kind);
            let first = self.language().to_owned();
            let languages = if plain_texts { self.territory.languages.clone() } else { vec![first] };
            for ids in unknown.chunks(BATCH) {
                for language in &languages {
                    let ask = by_ids(&self.origin, endpoint, filter, ids.iter().copied().collect(), language)?;
                    asked.push(answer(Role::Bodies(ask.clone()), &ask));
                }
            }
        }
        Ok(asked)
    }

    /// Writes what the server said, in one change: its answers are not needed again.
    fn settle(&mut self) -> Result<()> {
        let treks = self.treks()?;
        let mut reader = Reader::new(Some(self.origin.clone()), "", &self.limits);
        let catalogue = Arc::clone(&self.catalogue);
        catalogue.write(|change| {
            let mut texts = PlainTexts::default();
            for (ask, file) in &self.bodies {
                reader.set_language(&ask.language);
                read_list(File::open(file)?, &self.limits, |json| {
                    for object in reader.read(ask.endpoint, json) {
                        if let Some(object) = texts.hold(object) {
                            change.put(&self.territory, object)?;
                        }
                    }
                    Ok(())
                })?;
            }
            for object in texts.take() {
                change.put(&self.territory, object)?;
            }
            let withdrawn = change.withdrawn_objects(self.pack)?;
            for trek in &treks {
                change.mark_reported(&self.territory, *trek)?;
                for (endpoint, _) in NEAR_LISTS {
                    let kind = kind_of(endpoint);
                    let mut ids = self.near.get(&(*trek, *endpoint)).cloned().unwrap_or_default();
                    // Who was withdrawn stays where they were.
                    let held = change.route_item_ids(&self.territory, *trek, kind)?;
                    ids.extend(held.into_iter().filter(|id| withdrawn.contains(&(kind, *id))));
                    let beside = super::pack_contents::distances(change, &self.territory, *trek, kind, &ids)?;
                    change.set_route_items(&self.territory, *trek, kind, &beside, false)?;
                }
            }
            change.finish_job(self.job)
        })?;
        self.is_finished = true;
        Ok(())
    }

    /// Says what belongs to the pack, and which files it shows. Done anew whenever the work is opened: the objects may
    /// have been refreshed meanwhile.
    fn list(&mut self) -> Result<Vec<NeededMedia>> {
        let mut belonging = belonging(&self.catalogue, &self.territory, &self.subject)?;
        let held = self.catalogue.pack_objects(self.pack)?;
        let pack = self.catalogue.pack(&self.territory, &self.subject)?;
        if let Some(pack) = &pack {
            // Who was withdrawn stays until the person removes the pack, and with the trek itself all that it had.
            let stays = self.catalogue.withdrawn_objects(pack)?;
            let all = pack.withdrawn_ms.is_some();
            belonging.objects.extend(held.keys().filter(|object| all || stays.contains_key(object)));
        }
        let media = needed_media(&self.catalogue, &self.territory, &belonging.objects, self.pictures)?;
        let urls: Vec<String> = media.iter().map(|medium| medium.url.clone()).collect();
        self.catalogue.write(|change| {
            change.set_pack_objects(&self.territory, self.pack, &belonging.objects, belonging.bounds.as_ref())?;
            change.set_pack_media(self.pack, &urls)?;
            change.record_missing(self.pack)
        })?;
        self.count = belonging.objects.len() as u64;
        Ok(media)
    }

    fn objects(&self) -> Result<Vec<(Kind, Id)>> {
        Ok(self.catalogue.pack_objects(self.pack)?.into_keys().collect())
    }

    /// The files that are not here, and those that may have changed under the same address.
    fn media(&mut self) -> Result<Vec<PendingRequest<Role>>> {
        let wanted = self.list()?;
        let seen = self.catalogue.pack_objects(self.pack)?;
        let now = self.catalogue.object_states(&self.territory, seen.keys().copied())?;
        let is_another = |object: &(Kind, Id)| match (seen.get(object), now.get(object)) {
            (Some(Some(before)), Some(now)) => before != now,
            _ => false,
        };
        let mut asked = Vec::new();
        for medium in wanted {
            let known = self.catalogue.media_file(&medium.url)?;
            let (held, is_here) = match known.filter(|known| known.path.is_some()) {
                Some(known) => (known.validators, true),
                None => (Validators::default(), self.catalogue.adopt_media_file(&medium.url, now_ms())?),
            };
            let may_have_changed = !held.is_empty() && medium.of.iter().any(is_another);
            if is_here && !may_have_changed {
                continue;
            }
            asked.push(file(medium.url, held, medium.priority));
        }
        Ok(asked)
    }

    /// Looks at every file, byte for byte; those that are not what came are fetched again.
    fn broken(&self) -> Result<Vec<PendingRequest<Role>>> {
        let mut asked = Vec::new();
        for medium in self.catalogue.pack_media(self.pack)? {
            if medium.path.is_some() && !self.catalogue.verify_media_file(&medium)? {
                asked.push(file(medium.url, Validators::default(), 0));
            }
        }
        self.catalogue.write(|change| change.record_missing(self.pack))?;
        Ok(asked)
    }

    fn is_own(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| url.origin() == self.origin.origin())
    }
}

impl Planner for DownloadPlanner {
    type Role = Role;
    type Response = Response;

    fn begin(&mut self) -> Result<Vec<PendingRequest<Role>>> {
        let mut asked = Vec::new();
        if self.is_finished {
            return self.next_phase();
        }
        for trek in self.treks()? {
            for (endpoint, filter) in NEAR_LISTS {
                if self.catalogue.count(&self.territory, kind_of(endpoint))? == 0 {
                    // A module that the server lacks, or that has nothing to show.
                    continue;
                }
                let ask = near_trek(&self.origin, endpoint, filter, trek, self.language())?;
                asked.push(answer(Role::Near { trek, ask: ask.clone() }, &ask));
            }
        }
        Ok(asked)
    }

    fn read(&self, role: &Role, arrived: &Completed<'_>) -> Result<Parsed<Response>> {
        Ok(match role {
            Role::Near { ask, .. } => match scan(File::open(arrived.file)?, &self.limits, ask) {
                Ok(came) => Parsed::Valid(Response::Ids(came.ids)),
                Err(error) => Parsed::Invalid(error),
            },
            Role::Bodies(ask) => match scan(File::open(arrived.file)?, &self.limits, ask) {
                Ok(_) => Parsed::Valid(Response::Bodies(arrived.file.to_owned())),
                Err(error) => Parsed::Invalid(error),
            },
            Role::MediaFile(_) if arrived.answer.status == 304 => Parsed::Valid(Response::Unchanged),
            Role::MediaFile(url) if !arrived.file.is_file() => match self.catalogue.media_file(url)? {
                // It has its place already: the process died after that.
                Some(medium) if medium.path.is_some() => Parsed::Valid(Response::Unchanged),
                _ => Parsed::Invalid(Error::internal("a file that came is not there")),
            },
            Role::MediaFile(_) => match check_picture(arrived.file)? {
                Ok(()) => {
                    let validators = arrived.answer.validators.clone();
                    Parsed::Valid(Response::MediaFile { file: arrived.file.to_owned(), validators })
                }
                Err(what) => Parsed::Invalid(Error::Server { status: None, detail: what.to_owned() }),
            },
        })
    }

    fn on_response(&mut self, role: &Role, came: Response) -> Result<Vec<PendingRequest<Role>>> {
        self.lost_in_a_row = 0;
        match (role, came) {
            (Role::Near { trek, ask }, Response::Ids(ids)) => {
                self.near.insert((*trek, ask.endpoint), ids);
            }
            (Role::Bodies(ask), Response::Bodies(file)) => self.bodies.push((ask.clone(), file)),
            (Role::MediaFile(url), Response::MediaFile { file, validators }) => {
                match self.catalogue.store_media_file(url, &file, &validators, now_ms())? {
                    StoredMedia::Stored => {}
                    StoredMedia::Rejected(what) => self.catalogue.mark_media_missing(url, what)?,
                }
                self.catalogue.file_system().remove_file(&note_of(&file))?;
            }
            (Role::MediaFile(url), Response::Unchanged) => self.catalogue.confirm_media_file(url, now_ms())?,
            _ => {}
        }
        Ok(Vec::new())
    }

    fn failed(&mut self, role: &Role, outcome: &Outcome) -> Result<()> {
        let Role::MediaFile(url) = role else {
            return match outcome {
                // A module that left the server since the last refresh.
                Outcome::Response(ResponseMeta { status: 404, .. }) => Ok(()),
                Outcome::Response(ResponseMeta { status, .. }) => {
                    let reason = "what belongs to the trek cannot be had; what is on the device stays".to_owned();
                    Err(Error::Server { status: Some(*status), detail: reason })
                }
                Outcome::NetworkError { reason } => Err(Error::Offline { detail: reason.clone() }),
                Outcome::Rejected { reason } => Err(Error::Server { status: None, detail: reason.clone() }),
            };
        };
        match outcome {
            Outcome::Response(ResponseMeta { status, .. }) => {
                self.lost_in_a_row = 0;
                self.catalogue.mark_media_missing(url, &format!("the server answered {status}"))
            }
            Outcome::Rejected { reason } => self.catalogue.mark_media_missing(url, reason),
            Outcome::NetworkError { reason } if self.is_own(url) => {
                self.lost_in_a_row += 1;
                if self.lost_in_a_row >= MAX_LOST_IN_A_ROW {
                    return Err(Error::Offline { detail: reason.clone() });
                }
                Ok(())
            }
            // A picture that the office linked from elsewhere.
            Outcome::NetworkError { reason } => self.catalogue.mark_media_missing(url, reason),
        }
    }

    fn unreadable(&mut self, role: &Role, error: Error) -> Result<()> {
        match (role, error) {
            (Role::MediaFile(url), Error::Server { detail: reason, .. }) => {
                self.catalogue.mark_media_missing(url, &reason)
            }
            (_, error) => Err(error),
        }
    }

    fn next_phase(&mut self) -> Result<Vec<PendingRequest<Role>>> {
        loop {
            let (next, asked) = match self.stage {
                Stage::Relations => (Stage::Bodies, self.unknown()?),
                Stage::Bodies => {
                    if !self.is_finished {
                        self.settle()?;
                    }
                    (Stage::Media, self.media()?)
                }
                Stage::Media => (Stage::Again, self.broken()?),
                Stage::Again => (Stage::Done, Vec::new()),
                Stage::Done => return Ok(Vec::new()),
            };
            self.stage = next;
            if !asked.is_empty() {
                return Ok(asked);
            }
        }
    }

    fn target(&self, role: &Role) -> Option<PathBuf> {
        match role {
            Role::MediaFile(url) => Some(self.incoming.join(url_hash(url))),
            _ => None,
        }
    }

    fn objects(&self) -> u64 {
        self.count
    }

    fn pending_estimate(&self) -> usize {
        0
    }
}
