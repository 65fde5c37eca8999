//! The requests of a map: parts of a remote archive. All parts must be of one version of it, so the first response's
//! validators are conditions of the others.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use crate::catalogue::{Catalogue, PackSubject};
use crate::error::{Error, Result};
use crate::sync::planner::{Completed, Failure, Parsed, PendingRequest, PlanCounts, Planner};
use crate::tiles::{CutPlan, CutPlanner, CutRequest, MapEstimate};
use crate::transfer::{BodyKind, ByteRange, Outcome, ResponseMeta, Validators};

/// Bytes that stay free on the disk beside a map.
const RESERVE_BYTES: u64 = 16 << 20;

/// The purpose of a request of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapRole {
    /// A part of the index of the archive.
    Index(ByteRange),
    /// Tiles.
    Tiles(ByteRange),
}

/// Plans the requests of a map.
#[derive(Debug)]
pub struct MapPlanner {
    pub(super) catalogue: Arc<Catalogue>,
    /// Key of the pack.
    pub(super) pack: i64,
    pub(super) subject: PackSubject,
    url: Url,
    folder: PathBuf,
    is_estimate: bool,
    state: State,
    /// Validators of the archive, from the first response.
    validators: Option<Validators>,
}

#[derive(Debug)]
enum State {
    Index(Box<CutPlanner>),
    /// The plan, and whether its tiles were requested.
    Planned(Box<CutPlan>, bool),
    /// Every tile was received.
    Received(Box<CutPlan>),
    /// The archive cannot be used.
    Failed,
}

impl MapPlanner {
    /// Checks what is to be cut out.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] names the field.
    pub(super) fn check(request: &CutRequest) -> Result<()> {
        CutPlanner::new(request.clone()).map(drop)
    }

    pub(super) fn new(
        catalogue: Arc<Catalogue>,
        pack: i64,
        subject: PackSubject,
        url: Url,
        folder: PathBuf,
        request: CutRequest,
        is_estimate: bool,
    ) -> MapPlanner {
        let state = CutPlanner::new(request).map_or(State::Failed, |cut| State::Index(Box::new(cut)));
        MapPlanner { catalogue, pack, subject, url, folder, is_estimate, state, validators: None }
    }

    /// The file for a part of the archive.
    pub(super) fn target(&self, start: u64, end: u64) -> PathBuf {
        self.folder.join(format!("{start}-{end}.part"))
    }

    /// The size of the map, once the index was received.
    pub(super) fn estimate(&self) -> Option<MapEstimate> {
        match &self.state {
            State::Planned(plan, _) | State::Received(plan) => Some(plan.estimate()),
            State::Index(_) | State::Failed => None,
        }
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

    /// Removes the parts that were received: they are of another version of the archive, or of none.
    fn forget_parts(&self) {
        // Parts that cannot be removed now are removed with the job, a day later.
        let _ = std::fs::remove_dir_all(&self.folder);
        let _ = self.catalogue.file_system().create_dir_all(&self.folder);
    }

    fn check_space(&self, estimate: &MapEstimate) -> Result<()> {
        let free = self.catalogue.file_system().free_bytes(self.catalogue.directory())?;
        // The parts and the map are on the disk at the same time.
        let needed = estimate.download_bytes.saturating_add(estimate.bytes).saturating_add(RESERVE_BYTES);
        if needed <= free { Ok(()) } else { Err(Error::StorageFull) }
    }
}

impl Planner for MapPlanner {
    type Role = MapRole;

    fn next_phase(&mut self) -> Result<Vec<PendingRequest<MapRole>>> {
        if let State::Index(cut) = &self.state {
            let ranges = cut.next_ranges();
            if !ranges.is_empty() {
                return Ok(self.requests(&ranges, MapRole::Index));
            }
        }
        self.state = match std::mem::replace(&mut self.state, State::Failed) {
            State::Index(cut) => State::Planned(Box::new(cut.into_plan()?), false),
            other => other,
        };
        match &mut self.state {
            State::Planned(_, _) if self.is_estimate => Ok(Vec::new()),
            State::Planned(plan, are_requested @ false) => {
                *are_requested = true;
                let (ranges, estimate) = (plan.ranges().to_vec(), plan.estimate());
                self.check_space(&estimate)?;
                Ok(self.requests(&ranges, MapRole::Tiles))
            }
            State::Planned(..) => {
                self.state = match std::mem::replace(&mut self.state, State::Failed) {
                    State::Planned(plan, _) => State::Received(plan),
                    other => other,
                };
                Ok(Vec::new())
            }
            State::Index(_) | State::Received(_) | State::Failed => Ok(Vec::new()),
        }
    }

    fn on_response(
        &mut self,
        role: &MapRole,
        completed: &Completed<'_>,
    ) -> Result<Parsed<Vec<PendingRequest<MapRole>>>> {
        if self.validators.is_none() {
            self.validators = Some(completed.meta.validators.clone());
        }
        let problem = match role {
            MapRole::Index(range) => self.read_index(*range, completed.file)?,
            MapRole::Tiles(_) => None,
        };
        Ok(problem.map_or(Parsed::Valid(Vec::new()), Parsed::Invalid))
    }

    fn on_failure(&mut self, _role: &MapRole, failure: Failure<'_>) -> Result<Vec<PendingRequest<MapRole>>> {
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
