//! The requests of a download: the objects that its server lists for a trek, then the files that the pack shows. A download that
//! is planned again continues; one of a stale pack requests what has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use url::Url;

use super::apply::PlainTexts;
use super::pack_contents::{NeededMedia, distances_from_trek, needed_media, pack_contents};
use super::pack_media::Shown;
use super::planner::{Completed, Failure, Parsed, PendingRequest, PlanCounts, Planner};
use super::route_items::near_route;
use crate::catalogue::{Catalogue, JobRecord, PackSubject, PictureSize, Territory};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::geotrek::{ApiRequest, ApiSource, Limits, NEAR_LISTS, Reader, has_plain_texts, kind_of, read_list, scan};
use crate::id::ObjectKey;
use crate::model::{Id, Kind, Object};
use crate::nearby::Route;
use crate::ordered;
use crate::transfer::{Outcome, ResponseMeta};

/// Objects in one request.
const BATCH_SIZE: usize = 50;
/// Requests for JSON go before those for files.
const JSON_PRIORITY: i32 = 9;

/// A pack that is being downloaded.
#[derive(Debug, Clone)]
pub(super) struct PackDownload {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) territory: Territory,
    pub(super) origin: Url,
    pub(super) media_folder: PathBuf,
    pub(super) subject: PackSubject,
    pub(super) pictures: PictureSize,
    pub(super) with_files: bool,
    /// Key of the pack in the catalogue.
    pub(super) pack: i64,
    /// Whether the server no longer publishes the subject.
    pub(super) is_withdrawn: bool,
    /// Lists that the server could not limit to portals at the last refresh.
    pub(super) unfiltered: BTreeSet<String>,
}

/// The purpose of a request of a download.
#[derive(Debug, Clone)]
pub enum DownloadRole {
    /// The ids of the objects near a trek, of one list.
    NearTrek { trek: Id, request: Box<ApiRequest> },
    /// Objects that are newer than the last refresh.
    Objects(Box<ApiRequest>),
    /// A file, by its address.
    Media(String),
}

/// The requests of the next call of `next_phase`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    NearLists,
    MissingObjects,
    Media,
    DamagedMedia,
    Nothing,
}

/// Plans the requests of a download.
#[derive(Debug)]
pub struct DownloadPlanner {
    pub(super) download: PackDownload,
    limits: Limits,
    /// Key of the job in the catalogue.
    job: i64,
    phase: Phase,
    /// Whether everything was received and every file was checked.
    pub(super) is_done: bool,
    /// Whether the lists near the trek are stored in the catalogue.
    has_lists: bool,
    /// Ids that the server listed, by trek and list.
    near: BTreeMap<(Id, &'static str), BTreeSet<Id>>,
    /// Responses with the missing objects.
    objects: Vec<(Box<ApiRequest>, PathBuf)>,
    object_count: u64,
    /// Addresses of the attached files of the pack; its other files are pictures.
    pub(super) attached_files: BTreeSet<String>,
    /// Files of the server in a row that failed without a connection.
    pub(super) network_errors: u32,
}

impl DownloadPlanner {
    pub(super) fn new(download: PackDownload, record: &JobRecord) -> DownloadPlanner {
        DownloadPlanner {
            limits: Limits::default(),
            job: record.job,
            phase: Phase::NearLists,
            is_done: false,
            // Static files have no list of the objects near a trek that could be newer than the last refresh.
            has_lists: record.is_finished || download.is_withdrawn || download.territory.is_static(),
            near: BTreeMap::new(),
            objects: Vec::new(),
            object_count: 0,
            attached_files: BTreeSet::new(),
            network_errors: 0,
            download,
        }
    }

    pub(super) fn catalogue(&self) -> &Catalogue {
        &self.download.catalogue
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.download.clock.now_ms()
    }

    fn first_language(&self) -> &str {
        self.download.territory.languages.first().map_or("fr", String::as_str)
    }

    /// The trek of the pack and its stages.
    fn treks(&self) -> Result<Vec<Id>> {
        let PackSubject::Trek(id) = self.download.subject else { return Ok(Vec::new()) };
        let territory = &self.download.territory;
        let Object::Trek(trek) = self.catalogue().object(territory, Kind::Trek, id)? else {
            return Err(Error::internal("the layer of treks has an object of another kind"));
        };
        let mut treks = vec![id];
        for stage in &trek.children {
            if self.catalogue().find_object(territory, Kind::Trek, *stage)?.is_some() {
                treks.push(*stage);
            }
        }
        Ok(treks)
    }

    fn source<'a>(&'a self, language: &'a str) -> ApiSource<'a> {
        let PackDownload { territory, origin, .. } = &self.download;
        ApiSource { origin, portals: &territory.portals, language }
    }

    fn near_list_requests(&self) -> Result<Vec<PendingRequest<DownloadRole>>> {
        let mut requests = Vec::new();
        for trek in self.treks()? {
            for (endpoint, filter) in NEAR_LISTS {
                if self.catalogue().count(&self.download.territory, kind_of(endpoint))? == 0 {
                    // The server lacks the module, or publishes nothing of it.
                    continue;
                }
                let source = self.source(self.first_language());
                let mut request = source.near_trek(endpoint, filter, trek)?;
                if self.download.unfiltered.contains(*endpoint) {
                    request = source.without_portals(&request).unwrap_or(request);
                }
                requests.push(json_request(request, |request| DownloadRole::NearTrek { trek, request }));
            }
        }
        Ok(requests)
    }

    /// Requests for objects that the server listed and the catalogue lacks: they are newer than the last refresh.
    fn missing_object_requests(&self) -> Result<Vec<PendingRequest<DownloadRole>>> {
        let territory = &self.download.territory;
        let mut requests = Vec::new();
        for (endpoint, filter) in NEAR_LISTS {
            let kind = kind_of(endpoint);
            let known = self.catalogue().dates(territory, kind)?;
            let near = self.near.iter().filter(|((_, list), _)| list == endpoint);
            let listed = ordered::set(near.flat_map(|(_, ids)| ids).copied());
            let missing: Vec<Id> = listed.into_iter().filter(|id| !known.contains_key(id)).collect();
            let first_language = self.first_language().to_owned();
            let languages = if has_plain_texts(kind) { territory.languages.clone() } else { vec![first_language] };
            for ids in missing.chunks(BATCH_SIZE) {
                for language in &languages {
                    let ids = ordered::set(ids.iter().copied());
                    let request = self.source(language).by_ids(endpoint, filter, ids)?;
                    requests.push(json_request(request, DownloadRole::Objects));
                }
            }
        }
        Ok(requests)
    }

    /// The requests after a list that the server cannot answer, although it works: the list without its filter by portals, or the
    /// objects near the trek by their distance.
    fn on_list_failure(&mut self, role: &DownloadRole) -> Result<Vec<PendingRequest<DownloadRole>>> {
        let (trek, request) = match role {
            DownloadRole::NearTrek { trek, request } => (*trek, request),
            // The next refresh requests these objects.
            DownloadRole::Objects(_) | DownloadRole::Media(_) => return Ok(Vec::new()),
        };
        if let Some(request) = self.source(&request.language).without_portals(request) {
            return Ok(vec![json_request(request, |request| DownloadRole::NearTrek { trek, request })]);
        }
        let territory = &self.download.territory;
        let mut ids = BTreeSet::new();
        let line = self.catalogue().geometry(territory.key, Kind::Trek, trek)?;
        if let Some(route) = line.as_ref().map(Route::new).transpose()?.flatten() {
            let near = near_route(self.catalogue(), territory, &route, kind_of(request.endpoint))?;
            ids.extend(near.into_iter().map(|(id, _)| id));
        }
        self.near.insert((trek, request.endpoint), ids);
        Ok(Vec::new())
    }

    /// Stores in one transaction what the server listed. Its responses are not needed again.
    fn store_lists(&mut self) -> Result<()> {
        let treks = self.treks()?;
        let PackDownload { catalogue, territory, origin, pack, .. } = &self.download;
        let mut reader = Reader::new(Some(origin.clone()), "", &self.limits);
        catalogue.write(|transaction| {
            let mut texts = PlainTexts::default();
            for (request, file) in &self.objects {
                reader.set_language(&request.language);
                read_list(File::open(file)?, &self.limits, |json| {
                    for object in reader.read(request.endpoint, json) {
                        if let Some(object) = texts.hold(object) {
                            transaction.put(territory, object)?;
                        }
                    }
                    Ok(())
                })?;
            }
            for object in texts.take() {
                transaction.put(territory, object)?;
            }
            let withdrawn = transaction.withdrawn_objects(*pack)?;
            for trek in &treks {
                transaction.mark_reported(territory, *trek)?;
                for (endpoint, _) in NEAR_LISTS {
                    let kind = kind_of(endpoint);
                    let mut ids = self.near.get(&(*trek, *endpoint)).cloned().unwrap_or_default();
                    // Withdrawn objects stay along the trek.
                    let known = transaction.route_item_ids(territory, *trek, kind)?;
                    ids.extend(known.into_iter().filter(|id| withdrawn.contains(&ObjectKey::new(kind, *id))));
                    let distances = distances_from_trek(transaction, territory, *trek, kind, &ids)?;
                    transaction.set_route_items(territory, *trek, kind, &distances, false)?;
                }
            }
            transaction.finish_job(self.job)
        })?;
        self.has_lists = true;
        Ok(())
    }

    /// Stores which objects and files belong to the pack. Repeated whenever the download is opened: a refresh may have changed
    /// the objects.
    pub(super) fn store_contents(&mut self) -> Result<Vec<NeededMedia>> {
        let PackDownload { catalogue, territory, subject, pictures, with_files, pack, .. } = &self.download;
        let mut contents = pack_contents(catalogue, territory, subject)?;
        let known = catalogue.pack_objects(*pack)?;
        if let Some(stored) = catalogue.pack(territory, subject)? {
            // Withdrawn objects stay until the pack is removed; if the trek itself is withdrawn, all its objects stay.
            let withdrawn = catalogue.withdrawn_objects(&stored)?;
            let all = stored.withdrawn_ms.is_some();
            contents.objects.extend(known.keys().filter(|object| all || withdrawn.contains_key(object)));
        }
        let mut media = needed_media(catalogue, territory, &contents.objects, *pictures)?;
        media.retain(|file| *with_files || file.shown != Shown::AttachedFile);
        let urls: Vec<String> = media.iter().map(|file| file.url.clone()).collect();
        catalogue.write(|transaction| {
            transaction.set_pack_objects(territory, *pack, &contents.objects, contents.bounds.as_ref())?;
            transaction.set_pack_media(*pack, &urls)?;
            transaction.record_missing(*pack)
        })?;
        self.object_count = contents.objects.len() as u64;
        let attached = media.iter().filter(|file| file.shown == Shown::AttachedFile);
        self.attached_files = attached.map(|file| file.url.clone()).collect();
        Ok(media)
    }
}

fn json_request(
    request: ApiRequest,
    role: impl FnOnce(Box<ApiRequest>) -> DownloadRole,
) -> PendingRequest<DownloadRole> {
    let (url, language) = (request.url.clone(), Some(request.language.clone()));
    PendingRequest::json(role(Box::new(request)), url, language, JSON_PRIORITY)
}

impl Planner for DownloadPlanner {
    type Role = DownloadRole;

    fn next_phase(&mut self) -> Result<Vec<PendingRequest<DownloadRole>>> {
        loop {
            let (next, requests) = match self.phase {
                Phase::NearLists if self.has_lists => (Phase::Media, Vec::new()),
                Phase::NearLists => (Phase::MissingObjects, self.near_list_requests()?),
                Phase::MissingObjects => (Phase::Media, self.missing_object_requests()?),
                Phase::Media => {
                    if !self.has_lists {
                        self.store_lists()?;
                    }
                    (Phase::DamagedMedia, self.media_requests()?)
                }
                Phase::DamagedMedia => (Phase::Nothing, self.damaged_media_requests()?),
                Phase::Nothing => {
                    self.is_done = true;
                    return Ok(Vec::new());
                }
            };
            self.phase = next;
            if !requests.is_empty() {
                return Ok(requests);
            }
        }
    }

    fn on_response(
        &mut self,
        role: &DownloadRole,
        completed: &Completed<'_>,
    ) -> Result<Parsed<Vec<PendingRequest<DownloadRole>>>> {
        match role {
            DownloadRole::NearTrek { trek, request } => {
                match scan(File::open(completed.file)?, &self.limits, request) {
                    Ok(response) => {
                        let mut ids = response.ids;
                        if request.is_limited_by_owners() {
                            // Objects of other portals cannot be told apart: only those of the last refresh are near.
                            let known = self.catalogue().ids(&self.download.territory, kind_of(request.endpoint))?;
                            ids.retain(|id| known.contains(id));
                        }
                        self.near.insert((*trek, request.endpoint), ids);
                    }
                    Err(error) => return Ok(Parsed::Invalid(error)),
                }
            }
            DownloadRole::Objects(request) => match scan(File::open(completed.file)?, &self.limits, request) {
                Ok(_) => self.objects.push((request.clone(), completed.file.to_owned())),
                Err(error) => return Ok(Parsed::Invalid(error)),
            },
            DownloadRole::Media(url) => {
                if let Some(error) = self.store_media(url, completed.file, completed.meta)? {
                    return Ok(Parsed::Invalid(error));
                }
            }
        }
        self.network_errors = 0;
        Ok(Parsed::Valid(Vec::new()))
    }

    fn on_failure(&mut self, role: &DownloadRole, failure: Failure<'_>) -> Result<Vec<PendingRequest<DownloadRole>>> {
        if let DownloadRole::Media(url) = role {
            self.on_media_failure(url, failure)?;
            return Ok(Vec::new());
        }
        match failure {
            Failure::Invalid(error) => Err(error),
            // The module has left the server since the last refresh.
            Failure::Outcome(Outcome::Response(ResponseMeta { status: 404, .. })) => Ok(Vec::new()),
            Failure::Outcome(Outcome::Response(ResponseMeta { status: 500, .. })) => self.on_list_failure(role),
            Failure::Outcome(Outcome::Response(ResponseMeta { status, .. })) => {
                let detail =
                    "the server does not list the objects near the trek; the data on the device did not change";
                Err(Error::Server { status: Some(*status), detail: detail.to_owned() })
            }
            Failure::Outcome(Outcome::NetworkError { detail }) => Err(Error::Offline { detail: detail.clone() }),
            Failure::Outcome(Outcome::Rejected { detail }) => {
                Err(Error::Server { status: None, detail: detail.clone() })
            }
        }
    }

    fn counts(&self) -> PlanCounts {
        PlanCounts { objects: self.object_count, expected_requests: 0 }
    }
}
