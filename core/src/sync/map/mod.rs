//! The job that downloads the map of a pack: the tiles along a trek, or of a box, out of a remote PMTiles archive. Parts of
//! the archive are requested by ranges: first its index, from which the number and the bytes of all tiles are known, then the
//! tiles, many in one request.
//!
//! * `planner`: the requests. The rest is here: the options, the start and the end of the job.

mod planner;

use std::sync::Arc;

use url::Url;

use super::lock::TerritoryLocks;
use super::refresh::RefreshOptions;
use super::runner::{JobContext, JobRunner};
use crate::catalogue::{Catalogue, MapSource, Pack, PackSubject, StoredMap, Territory};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::model::{Kind, Object, Position};
use crate::tiles::{CutRequest, MapArea, MapEstimate};

pub(super) use planner::MapPlanner;

/// Distance to either side of a trek by default, in metres.
const DEFAULT_CORRIDOR_M: f64 = 1_000.0;
/// Bytes of the tiles of a map by default.
const DEFAULT_MAX_BYTES: u64 = 64 << 20;

/// Options of the download of a map.
#[derive(Debug, Clone)]
pub struct MapOptions {
    /// Address of a PMTiles archive on a server that answers range requests; where it comes from, and what is cut out.
    pub source: MapSource,
    /// Ends the job when the size of the map is known.
    pub estimate_only: bool,
    /// Use of the network.
    pub fetch: RefreshOptions,
}

impl MapOptions {
    /// The map at an address, 1 km to either side of a trek, with the zoom levels that have at most 64 MiB.
    pub fn new(url: impl Into<String>) -> MapOptions {
        let source =
            MapSource { url: url.into(), corridor_m: DEFAULT_CORRIDOR_M, max_zoom: None, max_bytes: DEFAULT_MAX_BYTES };
        MapOptions { source, estimate_only: false, fetch: RefreshOptions::default() }
    }
}

/// The download of a map in progress, for a driver. When [`next`](super::Job::next) returns
/// [`Next::Idle`](crate::transfer::Next::Idle), [`Companion::finish_map`](crate::Companion::finish_map) writes the map.
pub type MapJob = JobRunner<MapPlanner>;

/// Plans the download of a map, or continues it.
pub(crate) fn plan_map(
    catalogue: &Arc<Catalogue>,
    locks: &TerritoryLocks,
    clock: &Arc<dyn Clock>,
    territory: &str,
    subject: &PackSubject,
    options: &MapOptions,
) -> Result<MapJob> {
    let (territory, lock) = locks.try_acquire_by_name(catalogue, territory)?;
    let url = Url::parse(&options.source.url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| Error::invalid("map", "must be the web address of a PMTiles archive"))?;
    let pack = catalogue.pack(&territory, subject)?;
    let pack = match pack {
        Some(pack) => pack.key,
        // The size of a map may be asked for before anything is downloaded.
        None if options.estimate_only => 0,
        None => return Err(Error::NotFound { detail: format!("the pack of {subject}") }),
    };
    let MapSource { max_zoom, max_bytes, .. } = options.source;
    let request = CutRequest {
        area: area(catalogue, &territory, subject, options.source.corridor_m)?,
        min_zoom: 0,
        max_zoom,
        max_bytes: if max_zoom.is_none() { Some(max_bytes) } else { None },
    };
    if !options.estimate_only {
        catalogue.request_map(pack, &options.source)?;
        catalogue.record_wanted()?;
    }
    let context = JobContext::new(catalogue, clock, (&territory, lock), format!("map/{subject}"), &options.fetch)?;
    let folder = context.folder.clone();
    // The request is checked here, so that a planner can be made of it at any time.
    MapPlanner::check(&request)?;
    let (catalogue, pack, is_estimate) = (Arc::clone(catalogue), pack, options.estimate_only);
    JobRunner::open(context, |_| {
        MapPlanner::new(
            Arc::clone(&catalogue),
            pack,
            *subject,
            url.clone(),
            folder.clone(),
            request.clone(),
            is_estimate,
        )
    })
}

/// The area of the map of a pack.
fn area(catalogue: &Catalogue, territory: &Territory, subject: &PackSubject, corridor_m: f64) -> Result<MapArea> {
    let id = match subject {
        PackSubject::Bounds(bounds) => return Ok(MapArea::Bounds(*bounds)),
        PackSubject::Trek(id) => *id,
    };
    let Object::Trek(trek) = catalogue.object(territory, Kind::Trek, id)? else {
        return Err(Error::internal("the layer of treks has an object of another kind"));
    };
    let mut lines: Vec<Vec<Position>> = Vec::new();
    for id in std::iter::once(id).chain(trek.children) {
        if let Some(geometry) = catalogue.geometry(territory.key, Kind::Trek, id)? {
            lines.extend(geometry.lines());
        }
    }
    if lines.is_empty() {
        return Err(Error::invalid("map", "must be that of a trek with a line: this one has none"));
    }
    Ok(MapArea::Corridor { lines, distance_m: corridor_m })
}

/// The size of a map, once its index was received.
pub(crate) fn map_estimate(job: &MapJob) -> Option<MapEstimate> {
    job.planner.estimate()
}

/// Writes the map once every tile was received, and returns its pack.
pub(crate) fn finish_map(job: &MapJob) -> Result<Pack> {
    job.context.lock.check()?;
    let planner = &job.planner;
    let Some(plan) = planner.received_plan() else {
        return Err(Error::invalid("map", "must have completed every transfer before it is finished"));
    };
    let catalogue = &planner.catalogue;
    let path = catalogue.map_path(planner.pack);
    catalogue.file_system().create_dir_all(&catalogue.map_folder())?;
    let files: Vec<_> = plan.ranges().iter().map(|range| planner.target(range.start, range.end)).collect();
    let bytes = plan.write(&files, &path, &**catalogue.file_system()).inspect_err(|error| {
        if *error == Error::StorageFull {
            // Parts that cannot be deleted now are deleted when the map is planned again.
            let _ = job.delete_responses();
        }
    })?;
    let MapEstimate { tiles, min_zoom, max_zoom, .. } = plan.estimate();
    let stored = StoredMap { bytes, tiles, min_zoom, max_zoom, at_ms: job.context.clock.now_ms() };
    catalogue.write(|transaction| {
        transaction.record_map(planner.pack, &stored)?;
        transaction.end_job(job.record.job)
    })?;
    job.delete_responses()?;
    pack(job)
}

/// Ends a job that only asked for the size of the map, and returns it.
pub(crate) fn finish_map_estimate(job: &MapJob) -> Result<MapEstimate> {
    let estimate = job.planner.estimate();
    estimate.ok_or_else(|| Error::invalid("map", "must have received its index before its size is known"))
}

fn pack(job: &MapJob) -> Result<Pack> {
    let MapPlanner { catalogue, subject, .. } = &job.planner;
    let territory = catalogue.territories()?.into_iter().find(|territory| territory.key == job.context.territory);
    let pack = territory.map(|territory| catalogue.pack(&territory, subject)).transpose()?.flatten();
    pack.ok_or_else(|| Error::NotFound { detail: format!("the pack of {subject}") })
}
