//! Offline maps of packs.

use super::Companion;
use crate::catalogue::{Pack, PackSubject};
use crate::error::{Error, Result};
use crate::geotrek::plain_text;
use crate::sync::{self, MapJob, MapOptions};
use crate::tiles::{CutEstimate, Tile, TileArchive};

impl Companion {
    /// The attribution of a map as plain text, to be shown wherever the map is shown; `None` if the map has none. Archives
    /// have HTML there.
    pub fn map_attribution(archive: &TileArchive) -> Option<String> {
        let html = archive.info().attribution.as_deref()?;
        let text = plain_text(html);
        (!text.is_empty()).then_some(text)
    }

    /// Plans the download of the map of a pack for a driver, or continues it: the tiles along its trek, or of its box, are cut
    /// out of a remote PMTiles archive into one local archive. The pack keeps its previous map until the new one is complete.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the territory and for the pack, which is to be downloaded first;
    /// [`Error::InvalidInput`] names the option; [`Error::Busy`] if the territory is being refreshed or downloaded.
    pub fn plan_map(&self, territory: &str, subject: &PackSubject, options: &MapOptions) -> Result<MapJob> {
        sync::plan_map(&self.catalogue, &self.locks, &self.clock, territory, subject, options)
    }

    /// The size of a map whose download is in progress: known as soon as the index of the remote archive was received, before
    /// the first tile is requested.
    pub fn map_estimate(&self, job: &MapJob) -> Option<CutEstimate> {
        sync::map_estimate(job)
    }

    /// Writes the map, once [`Job::next`](sync::Job::next) has returned [`Next::Idle`](crate::transfer::Next::Idle), and
    /// returns its pack.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if transfers are missing; [`Error::StorageFull`].
    pub fn finish_map(&self, job: MapJob) -> Result<Pack> {
        sync::finish_map(&job)
    }

    /// The size of a map, once [`Job::next`](sync::Job::next) of a job with [`MapOptions::estimate_only`] has returned
    /// [`Next::Idle`](crate::transfer::Next::Idle). The download of the map reuses what was received.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if transfers are missing.
    pub fn finish_map_estimate(&self, job: MapJob) -> Result<CutEstimate> {
        sync::finish_map_estimate(&job)
    }

    /// Opens the map of a pack, to read tiles from it. MapLibre opens the file itself: see [`PackMap::path`].
    ///
    /// [`PackMap::path`]: crate::catalogue::PackMap::path
    ///
    /// # Errors
    /// [`Error::NotFound`] for the territory, the pack and its map; [`Error::Corrupt`] if the file is damaged.
    pub fn open_map(&self, territory: &str, subject: &PackSubject) -> Result<TileArchive> {
        let territory = self.catalogue.territory(territory)?;
        let pack = self.catalogue.pack(&territory, subject)?;
        let path = pack.and_then(|pack| pack.map).and_then(|map| map.path);
        TileArchive::open(&path.ok_or_else(|| Error::NotFound { detail: format!("the map of {subject}") })?)
    }

    /// Reads a tile of the map of a pack by its zoom level, column and row (XYZ: row 0 is in the north); `None` if the map does
    /// not have it. Opens the file for each tile: keep [`Companion::open_map`] for many.
    ///
    /// # Errors
    /// Those of [`Companion::open_map`]; [`Error::InvalidInput`] for a tile that no map has.
    pub fn map_tile(&self, territory: &str, subject: &PackSubject, z: u8, x: u32, y: u32) -> Result<Option<Tile>> {
        self.open_map(territory, subject)?.tile(z, x, y)
    }
}
