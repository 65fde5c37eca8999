//! Offline maps of packs.

use std::path::PathBuf;

use super::Companion;
use crate::catalogue::{MapSource, Pack, PackSubject};
use crate::error::{Error, Result};
use crate::geotrek::plain_text;
use crate::sync::{self, MapJob, MapOptions};
use crate::tiles::{LocalFiles, MapEstimate, Style, Tile, TileArchive, TileType};

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
    /// Tiles that the map of another pack, or the previous one, has of the same version of the archive are copied, not requested.
    /// The style of [`MapSource::style_url`] is downloaded with its sprites and with the glyphs of Latin scripts and of the names
    /// of the territory: at most 20 font stacks, 20 sprites and 64 MiB.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the territory and for the pack, which is to be downloaded first;
    /// [`Error::InvalidInput`] names the option; [`Error::Busy`] if the territory is being refreshed or downloaded.
    pub fn plan_map(&self, territory: &str, subject: &PackSubject, options: &MapOptions) -> Result<MapJob> {
        sync::plan_map(&self.catalogue, &self.locks, &self.clock, territory, subject, options)
    }

    /// The size of a map whose download is in progress: known as soon as the index of the remote archive was received, before
    /// the first tile is requested.
    pub fn map_estimate(&self, job: &MapJob) -> Option<MapEstimate> {
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
    pub fn finish_map_estimate(&self, job: MapJob) -> Result<MapEstimate> {
        sync::finish_map_estimate(&job)
    }

    /// Opens the map of a pack, to read tiles from it. MapLibre opens the file itself: see [`PackMap::path`].
    ///
    /// [`PackMap::path`]: crate::catalogue::PackMap::path
    ///
    /// # Errors
    /// [`Error::NotFound`] for the territory, the pack and its map; [`Error::Corrupt`] if the file is damaged.
    pub fn open_map(&self, territory: &str, subject: &PackSubject) -> Result<TileArchive> {
        TileArchive::open(&self.local_map(territory, subject)?.1)
    }

    /// Reads a tile of the map of a pack by its zoom level, column and row (XYZ: row 0 is in the north); `None` if the map does
    /// not have it. Opens the file for each tile: keep [`Companion::open_map`] for many.
    ///
    /// # Errors
    /// Those of [`Companion::open_map`]; [`Error::InvalidInput`] for a tile that no map has.
    pub fn map_tile(&self, territory: &str, subject: &PackSubject, z: u8, x: u32, y: u32) -> Result<Option<Tile>> {
        self.open_map(territory, subject)?.tile(z, x, y)
    }

    /// A style that draws the map of a pack without a network, as JSON for MapLibre: the address of its tiles is that of the
    /// local archive, and its glyphs and sprites are those of `files`. The tiles are those of the source that is named; if
    /// none is, of the sources with the address that the map was downloaded from, or else of the only source of tiles.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the territory, the pack and its map; [`Error::InvalidInput`] for a source that the style does
    /// not have, if several sources may be the one of the map, and for a path that is not absolute.
    pub fn map_style(
        &self,
        territory: &str,
        subject: &PackSubject,
        style: &Style,
        source: Option<&str>,
        files: &LocalFiles,
    ) -> Result<String> {
        let (map, path) = self.local_map(territory, subject)?;
        let mut files = files.clone();
        for id in map_sources(style, source, &map)? {
            files.archives.insert(id, path.clone());
        }
        style.localize(&files)
    }

    /// The style that was downloaded with the map of a pack ([`MapSource::style_url`]), as JSON for MapLibre: it draws the map
    /// without a network, with the glyphs and sprites on the device. Sources of the style that need a network are left out,
    /// with their layers. [`PackMap::style_path`] is a file with the same style.
    ///
    /// [`PackMap::style_path`]: crate::catalogue::PackMap::style_path
    ///
    /// # Errors
    /// [`Error::NotFound`] for the territory, the pack, its map and its style; [`Error::Corrupt`] if the map is damaged.
    pub fn downloaded_style(&self, territory: &str, subject: &PackSubject) -> Result<String> {
        let territory = self.catalogue.territory(territory)?;
        let pack = self.catalogue.pack(&territory, subject)?;
        let style = pack.map(|pack| sync::downloaded_style(&self.catalogue, &pack)).transpose()?.flatten();
        style.ok_or_else(|| Error::NotFound { detail: format!("the style of the map of {subject}") })
    }

    /// The source and the local archive of the map of a pack.
    fn local_map(&self, territory: &str, subject: &PackSubject) -> Result<(MapSource, PathBuf)> {
        let territory = self.catalogue.territory(territory)?;
        let map = self.catalogue.pack(&territory, subject)?.and_then(|pack| pack.map);
        let local = map.and_then(|map| Some((map.source, map.path?)));
        local.ok_or_else(|| Error::NotFound { detail: format!("the map of {subject}") })
    }
}

/// The sources of a style that show a map.
fn map_sources(style: &Style, named: Option<&str>, map: &MapSource) -> Result<Vec<String>> {
    let sources = named.map_or_else(|| style.sources_of(&map.url, TileType::Unknown), |id| Some(vec![id.to_owned()]));
    let rule = "must name the source of the map: the style has none or several of tiles";
    sources.ok_or_else(|| Error::invalid("source", rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(style: &str, named: Option<&str>) -> Result<Vec<String>> {
        let map = MapSource {
            url: "https://maps.example/a.pmtiles".into(),
            corridor_m: 0.0,
            max_zoom: None,
            max_bytes: 0,
            style_url: None,
        };
        map_sources(&Style::parse(style).unwrap(), named, &map)
    }

    #[test]
    fn map_sources_are_those_of_its_address_or_the_only_one_of_tiles() {
        let own = r#"{"type": "vector", "url": "pmtiles://https://maps.example/a.pmtiles"}"#;
        let other = r#"{"type": "raster-dem", "url": "https://maps.example/hills.json"}"#;
        let line = r#"{"type": "geojson", "data": {}}"#;
        let style = format!(r#"{{"sources": {{"a": {own}, "b": {other}, "c": {own}, "line": {line}}}}}"#);
        assert_eq!(sources(&style, None).unwrap(), ["a", "c"]);
        assert_eq!(sources(&style, Some("b")).unwrap(), ["b"]);
        let style = format!(r#"{{"sources": {{"b": {other}, "line": {line}}}}}"#);
        assert_eq!(sources(&style, None).unwrap(), ["b"]);
        let several = format!(r#"{{"sources": {{"b": {other}, "d": {other}}}}}"#);
        let none = format!(r#"{{"sources": {{"line": {line}}}}}"#);
        for style in [several, none] {
            assert!(sources(&style, None).unwrap_err().to_string().starts_with("source: must name"), "{style}");
        }
    }
}
