//! The requests of a map: parts of a remote archive, and the files of its style. All parts must be of one version of the archive,
//! so the first response's validators are conditions of the others.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use super::style::StyleDownload;
use crate::catalogue::{ArchiveVersion, Catalogue, PackSubject, url_hash};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::sync::planner::{Completed, Failure, Parsed, PendingRequest, PlanCounts, Planner};
use crate::tiles::{CutPlan, CutPlanner, CutRequest, MapEstimate, TileArchive};
use crate::transfer::{BodyKind, ByteRange, Outcome, ResponseMeta, Validators};

/// Bytes that stay free on the disk beside a map.
const RESERVE_BYTES: u64 = 16 << 20;
/// Maximum number of maps on the device in which tiles are looked for.
const MAX_ARCHIVES: usize = 100;

/// The purpose of a request of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapRole {
    /// A part of the index of the archive.
    Index(ByteRange),
    /// Tiles.
    Tiles(ByteRange),
    /// The style.
    Style,
    /// A glyph file or a sprite file of the style.
    StyleFile(usize),
    /// The size of such a file.
    StyleFileSize(usize),
}

/// Plans the requests of a map.
#[derive(Debug)]
pub struct MapPlanner {
    pub(super) catalogue: Arc<Catalogue>,
    clock: Arc<dyn Clock>,
    /// Key of the pack.
    pub(super) pack: i64,
    pub(super) subject: PackSubject,
    url: Url,
    folder: PathBuf,
    is_estimate: bool,
    state: State,
    /// Validators of the archive, from the first response.
    validators: Option<Validators>,
    pub(super) style: Option<StyleDownload>,
}

#[derive(Debug)]
enum State {
    Index(Box<CutPlanner>),
    /// The plan, before its tiles are requested.
    Planned(Box<CutPlan>),
    /// The tiles were requested.
    Requested(Box<CutPlan>),
    /// Every tile was received.
    Received(Box<CutPlan>),
    /// The archive cannot be used.
    Failed,
}

/// The download of a map.
#[derive(Debug, Clone)]
pub(super) struct MapDownload {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) clock: Arc<dyn Clock>,
    /// Key of the pack.
    pub(super) pack: i64,
    pub(super) subject: PackSubject,
    /// Address of the archive.
    pub(super) url: Url,
    /// The folder of the job.
    pub(super) folder: PathBuf,
    pub(super) request: CutRequest,
    pub(super) is_estimate: bool,
    pub(super) style: Option<StyleDownload>,
}

impl MapPlanner {
    /// Checks what is to be cut out.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names the field.
    pub(super) fn check(request: &CutRequest) -> Result<()> {
        CutPlanner::new(request.clone()).map(drop)
    }

    pub(super) fn new(download: MapDownload) -> MapPlanner {
        let MapDownload { catalogue, clock, pack, subject, url, folder, request, is_estimate, style } = download;
        let state = CutPlanner::new(request).map_or(State::Failed, |cut| State::Index(Box::new(cut)));
        MapPlanner { catalogue, clock, pack, subject, url, folder, is_estimate, state, validators: None, style }
    }

    /// The file for a part of the archive.
    pub(super) fn target(&self, start: u64, end: u64) -> PathBuf {
        // The job may have begun with the archive of another address.
        self.folder.join(format!("{}-{start}-{end}.part", url_hash(self.url.as_str())))
    }

    /// The file for the tiles that other maps on the device have.
    pub(super) fn shared_file(&self) -> PathBuf {
        self.folder.join("shared.part")
    }

    /// The version of the archive, once the first response was received.
    pub(super) fn version(&self) -> ArchiveVersion {
        ArchiveVersion { url: self.url.clone().into(), validators: self.validators.clone().unwrap_or_default() }
    }

    /// The size of the map, once the index was received.
    pub(super) fn estimate(&self) -> Option<MapEstimate> {
        let plan = match &self.state {
            State::Planned(plan) | State::Requested(plan) | State::Received(plan) => plan,
            State::Index(_) | State::Failed => return None,
        };
        let style = self.style.as_ref().and_then(|style| style.estimate(&self.catalogue).ok());
        Some(MapEstimate { style, ..plan.estimate() })
    }

    /// The plan, if every tile was received.
    pub(super) fn received_plan(&self) -> Option<&CutPlan> {
        match &self.state {
            State::Received(plan) => Some(plan),
            _ => None,
        }
    }

    fn requests(&self, ranges: &[ByteRange], role: fn(ByteRange) -> MapRole) -> Vec<PendingRequest<MapRole>> {
        let request = |range: &ByteRange| PendingRequest {
            role: role(*range),
            url: self.url.clone().into(),
            language: None,
            body: BodyKind::File,
            range: Some(*range),
            validators: self.validators.clone().unwrap_or_default(),
            priority: 0,
            target: Some(self.target(range.start, range.end)),
        };
        ranges.iter().map(request).collect()
    }

    fn read_index(&mut self, range: ByteRange, file: &Path) -> Result<Option<Error>> {
        let bytes = std::fs::read(file)?;
        let State::Index(cut) = &mut self.state else { return Ok(None) };
        match cut.supply(range, &bytes) {
            Ok(()) => Ok(None),
            Err(error @ (Error::InvalidInput { .. } | Error::NotFound { .. })) => Err(error),
            Err(error) => {
                // The planner is of no use after an error: the next download begins anew.
                self.state = State::Failed;
                self.forget_parts();
                Err(error)
            }
        }
    }

    fn record_size(&self, index: usize, bytes: Option<u64>) -> Result<()> {
        let url = self.style.as_ref().and_then(|style| style.file_url(index));
        url.map_or(Ok(()), |url| self.catalogue.record_file_size(url, bytes, self.clock.now_ms()))
    }

    /// A style may name glyphs and sprites that its server does not have; without the style itself there is no map to draw.
    fn on_style_failure(&self, role: MapRole, failure: Failure<'_>) -> Result<()> {
        let status = match failure {
            Failure::Outcome(Outcome::NetworkError { detail }) => {
                return Err(Error::Offline { detail: detail.clone() });
            }
            Failure::Outcome(Outcome::Response(ResponseMeta { status, .. })) => Some(*status),
            Failure::Outcome(Outcome::Rejected { .. }) => None,
            Failure::Invalid(error) => return Err(error),
        };
        let detail = match (role, status) {
            // Stores of objects answer 403 for a missing one.
            (MapRole::StyleFile(_), Some(400 | 403 | 404 | 410)) => return Ok(()),
            (MapRole::StyleFileSize(index), _) => {
                let is_missing = matches!(status, Some(400 | 403 | 404 | 410));
                return self.record_size(index, is_missing.then_some(0));
            }
            (MapRole::Style, Some(400..=499)) => "there is no style at this address",
            (_, None) => "a file of the style is too long, or has an unknown encoding",
            (_, Some(_)) => "the server of the style refuses a file, or has an internal problem",
        };
        Err(Error::Server { status, detail: detail.to_owned() })
    }

    /// Removes the parts that were received: they are of another version of the archive, or of none.
    fn forget_parts(&self) {
        // Parts that cannot be removed now are removed with the job, a day later.
        let _ = std::fs::remove_dir_all(&self.folder);
        let _ = self.catalogue.file_system().create_dir_all(&self.folder);
    }

    fn check_space(&self, estimate: &MapEstimate) -> Result<()> {
        let free = self.catalogue.file_system().free_bytes(self.catalogue.directory())?;
        // The parts, the copies of shared tiles and the map are on the disk at the same time.
        let style = estimate.style.unwrap_or_default().bytes;
        let parts = [estimate.download_bytes, estimate.bytes, estimate.bytes, style, style, RESERVE_BYTES];
        let needed = parts.into_iter().fold(0, u64::saturating_add);
        if needed <= free { Ok(()) } else { Err(Error::StorageFull) }
    }

    /// The next requests for the index, and the request for the style with the first of them.
    fn index_requests(&mut self) -> Vec<PendingRequest<MapRole>> {
        let ranges = match &self.state {
            State::Index(cut) => cut.next_ranges(),
            _ => Vec::new(),
        };
        let style = self.style.as_mut().filter(|style| !style.is_requested).map(StyleDownload::request);
        self.requests(&ranges, MapRole::Index).into_iter().chain(style).collect()
    }

    /// Plans the tiles: without those that maps on the device have.
    fn plan(&self, cut: CutPlanner) -> Result<Box<CutPlan>> {
        let mut plan = Box::new(cut.into_plan()?);
        let paths = self.catalogue.maps_of(&self.version())?;
        // A map that is damaged or was removed just now is left out.
        let archives = paths.iter().take(MAX_ARCHIVES).filter_map(|path| TileArchive::open(path).ok());
        let archives: Vec<TileArchive> = archives.collect();
        let file = self.shared_file();
        plan.reuse(&archives, (!self.is_estimate).then_some((&file, &**self.catalogue.file_system())))?;
        Ok(plan)
    }
}

impl Planner for MapPlanner {
    type Role = MapRole;

    fn next_phase(&mut self) -> Result<Vec<PendingRequest<MapRole>>> {
        let index = self.index_requests();
        if !index.is_empty() {
            return Ok(index);
        }
        self.state = match std::mem::replace(&mut self.state, State::Failed) {
            State::Index(cut) => {
                let plan = self.plan(*cut)?;
                if let Some(style) = &mut self.style {
                    style.match_archive(self.url.as_str(), plan.tile_type())?;
                }
                State::Planned(plan)
            }
            State::Requested(plan) => State::Received(plan),
            other => other,
        };
        let State::Planned(plan) = &self.state else { return Ok(Vec::new()) };
        if self.is_estimate {
            let style = self.style.as_mut().filter(|style| !style.are_files_requested);
            return style.map_or(Ok(Vec::new()), |style| style.size_requests(&self.catalogue, self.clock.now_ms()));
        }
        if let Some(estimate) = self.estimate() {
            self.check_space(&estimate)?;
        }
        let mut requests = self.requests(plan.ranges(), MapRole::Tiles);
        requests.extend(self.style.as_mut().map(StyleDownload::file_requests).unwrap_or_default());
        self.state = match std::mem::replace(&mut self.state, State::Failed) {
            // Other maps on the device have all tiles.
            State::Planned(plan) if requests.is_empty() => State::Received(plan),
            State::Planned(plan) => State::Requested(plan),
            other => other,
        };
        Ok(requests)
    }

    fn on_response(
        &mut self,
        role: &MapRole,
        completed: &Completed<'_>,
    ) -> Result<Parsed<Vec<PendingRequest<MapRole>>>> {
        let problem = match role {
            MapRole::Index(range) => {
                self.validators.get_or_insert_with(|| completed.meta.validators.clone());
                self.read_index(*range, completed.file)?
            }
            MapRole::Tiles(_) => None,
            MapRole::Style => self.style.as_mut().map_or(Ok(None), |style| style.read(completed.file))?,
            MapRole::StyleFile(index) => {
                self.style.as_mut().map_or(Ok(None), |style| style.check_file(*index, completed.file))?
            }
            MapRole::StyleFileSize(index) => {
                self.record_size(*index, completed.meta.file_bytes)?;
                None
            }
        };
        Ok(problem.map_or(Parsed::Valid(Vec::new()), Parsed::Invalid))
    }

    fn on_failure(&mut self, role: &MapRole, failure: Failure<'_>) -> Result<Vec<PendingRequest<MapRole>>> {
        if matches!(role, MapRole::Style | MapRole::StyleFile(_) | MapRole::StyleFileSize(_)) {
            return self.on_style_failure(*role, failure).map(|()| Vec::new());
        }
        let (status, detail) = match failure {
            Failure::Outcome(Outcome::NetworkError { detail }) => {
                return Err(Error::Offline { detail: detail.clone() });
            }
            Failure::Outcome(Outcome::Rejected { .. }) if self.validators.is_some() => {
                (None, "the map on the server has changed since the download began: start it again")
            }
            Failure::Outcome(Outcome::Rejected { .. }) => {
                (None, "the server of the map does not send parts of a file (HTTP range requests)")
            }
            Failure::Outcome(Outcome::Response(ResponseMeta { status: 404 | 410, .. })) => {
                (Some(404), "there is no map at this address")
            }
            Failure::Outcome(Outcome::Response(ResponseMeta { status: 416, .. })) => {
                (Some(416), "there is no PMTiles archive at this address, or it has changed")
            }
            Failure::Outcome(Outcome::Response(ResponseMeta { status, .. })) => {
                (Some(*status), "the server of the map has an internal problem")
            }
            Failure::Invalid(error) => return Err(error),
        };
        if status.is_none_or(|status| matches!(status, 404 | 410 | 416)) {
            self.forget_parts();
        }
        Err(Error::Server { status, detail: detail.to_owned() })
    }

    fn counts(&self) -> PlanCounts {
        PlanCounts::default()
    }
}
