//! The job that downloads the map of a pack: the tiles along a trek, or of a box, out of a remote PMTiles archive. Parts of
//! the archive are requested by ranges: first its index, from which the number and the bytes of all tiles are known, then the
//! tiles, many in one request. Tiles that another map on the device has of the same version of the archive are copied and
//! not requested. A style is downloaded with its glyphs and sprites.
//!
//! * `planner`: the requests. `style`: the files of a style. The rest is here: the options, the start and the end of the job.

mod planner;
mod style;

use std::fs;
use std::sync::Arc;

use url::Url;

use super::lock::TerritoryLocks;
use super::refresh::RefreshOptions;
use super::runner::{JobContext, JobRunner};
use super::staging::remove_folder;
use crate::catalogue::{Catalogue, MapSource, Pack, PackSubject, REMOTE_STYLE, StoredMap, Territory};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::model::{Kind, Object, Position};
use crate::tiles::{CutPlan, CutRequest, MapArea, MapEstimate, Style, TileArchive};

use planner::MapDownload;
pub(super) use planner::MapPlanner;
use style::StyleDownload;

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
        let source = MapSource {
            url: url.into(),
            corridor_m: DEFAULT_CORRIDOR_M,
            max_zoom: None,
            max_bytes: DEFAULT_MAX_BYTES,
            style_url: None,
        };
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
    let context = JobContext::new(catalogue, clock, (&territory, lock), format!("map/{subject}"), &options.fetch)?;
    let folder = context.folder.clone();
    let style_url = options.source.style_url.as_ref();
    let style = style_url.map(|url| StyleDownload::new(catalogue, &territory, url, folder.clone())).transpose()?;
    // The request is checked here, so that a planner can be made of it at any time.
    MapPlanner::check(&request)?;
    if !options.estimate_only {
        catalogue.request_map(pack, &options.source)?;
        catalogue.record_wanted()?;
    }
    let download = MapDownload {
        catalogue: Arc::clone(catalogue),
        clock: Arc::clone(clock),
        pack,
        subject: *subject,
        url,
        folder,
        request,
        is_estimate: options.estimate_only,
        style,
    };
    JobRunner::open(context, |_| MapPlanner::new(download.clone()))
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

/// The style that was downloaded with the map of a pack, with the paths of now; `None` if it has none.
pub(crate) fn downloaded_style(catalogue: &Catalogue, pack: &Pack) -> Result<Option<String>> {
    let Some(map) = pack.map.as_ref().filter(|map| map.style_path.is_some()) else { return Ok(None) };
    let (Some(path), folder) = (&map.path, catalogue.map_style_folder(pack.key)) else { return Ok(None) };
    let style = Style::parse(&fs::read_to_string(folder.join(REMOTE_STYLE))?)?;
    let tile_type = TileArchive::open(path)?.info().tile_type;
    let sources = style.sources_of(&map.source.url, tile_type).unwrap_or_default();
    style::localize(&style, &sources, path, &folder).map(Some)
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
    let bytes = write(planner, plan).inspect_err(|error| {
        if *error == Error::StorageFull {
            // Parts that cannot be deleted now are deleted when the map is planned again.
            let _ = job.delete_responses();
        }
    })?;
    let MapEstimate { tiles, min_zoom, max_zoom, .. } = plan.estimate();
    let (at_ms, archive) = (job.context.clock.now_ms(), planner.version());
    let stored = StoredMap { bytes, tiles, min_zoom, max_zoom, at_ms, archive };
    catalogue.write(|transaction| {
        transaction.record_map(planner.pack, &stored)?;
        transaction.end_job(job.record.job)
    })?;
    job.delete_responses()?;
    pack(job)
}

/// Writes the archive and the folder of the style, and returns their bytes.
fn write(planner: &MapPlanner, plan: &CutPlan) -> Result<u64> {
    let catalogue = &planner.catalogue;
    let file_system = &**catalogue.file_system();
    let path = catalogue.map_path(planner.pack);
    planner.style.as_ref().map_or(Ok(()), StyleDownload::check_glyphs)?;
    file_system.create_dir_all(&catalogue.map_folder())?;
    let mut files: Vec<_> = plan.ranges().iter().map(|range| planner.target(range.start, range.end)).collect();
    files.extend((plan.estimate().shared_tiles > 0).then(|| planner.shared_file()));
    // Until the new version is recorded, no other map takes tiles out of this one.
    catalogue.forget_map_version(planner.pack)?;
    let bytes = plan.write(&files, &path, file_system)?;
    let folder = catalogue.map_style_folder(planner.pack);
    match &planner.style {
        Some(style) => Ok(bytes + style.write(&path, &folder, file_system)?),
        None => remove_folder(&folder).map(|()| bytes),
    }
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
