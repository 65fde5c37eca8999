//! The offline maps of packs: what was asked for, and the local file. A map is a PMTiles archive in the folder `maps`, cut
//! out of a remote one.

use std::fs;
use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::catalogue::{Catalogue, WriteTransaction};
use crate::error::{Error, Result};

const FOLDER: &str = "maps";

/// The map that a pack should have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapSource {
    /// Address of the PMTiles archive that the map is cut out of.
    pub url: String,
    /// Distance to either side of a trek that the map shows, in metres. It does not apply to the pack of a box.
    pub corridor_m: f64,
    /// Last zoom level; `None` for the deepest with which the tiles have at most `max_bytes`.
    pub max_zoom: Option<u8>,
    /// Limit of the bytes of the tiles, if `max_zoom` is `None`.
    pub max_bytes: u64,
}

/// The map of a pack on this device.
#[derive(Debug, Clone, PartialEq)]
pub struct PackMap {
    /// The map that was asked for.
    pub source: MapSource,
    /// Path of the PMTiles archive, which MapLibre opens; `None` if it is not yet downloaded.
    pub path: Option<PathBuf>,
    /// Bytes of the archive.
    pub bytes: u64,
    /// Number of its tiles.
    pub tiles: u64,
    /// Its first zoom level.
    pub min_zoom: u8,
    /// Its last zoom level.
    pub max_zoom: u8,
    /// Time of the download, Unix ms.
    pub as_of_ms: Option<i64>,
}

/// The size of a downloaded map.
#[cfg(feature = "tiles")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredMap {
    pub(crate) bytes: u64,
    pub(crate) tiles: u64,
    pub(crate) min_zoom: u8,
    pub(crate) max_zoom: u8,
    /// Time of the download, Unix ms.
    pub(crate) at_ms: i64,
}

/// Reads the map of a pack. `folder` is that of the maps.
pub(super) fn read(connection: &Connection, pack: i64, folder: &std::path::Path) -> Result<Option<PackMap>> {
    let sql = "SELECT source, bytes, tiles, min_zoom, max_zoom, as_of_ms FROM jalon_pack_map WHERE pack = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let row = |row: &rusqlite::Row<'_>| {
        let number =
            |index| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(index)?.unwrap_or_default().unsigned_abs());
        let zoom = |index| Ok::<_, rusqlite::Error>(u8::try_from(number(index)?).unwrap_or_default());
        let source = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default()).ok();
        let as_of_ms: Option<i64> = row.get(5)?;
        let map =
            source.map(|source| PackMap { source, path: None, bytes: 0, tiles: 0, min_zoom: 0, max_zoom: 0, as_of_ms });
        let Some(map) = map else { return Ok(None) };
        Ok(Some(PackMap { bytes: number(1)?, tiles: number(2)?, min_zoom: zoom(3)?, max_zoom: zoom(4)?, ..map }))
    };
    let Some(mut map) = statement.query_row([pack], row).optional()?.flatten() else { return Ok(None) };
    let path = folder.join(file_name(pack));
    if map.as_of_ms.is_some() && path.is_file() {
        map.path = Some(path);
    } else {
        (map.bytes, map.tiles, map.min_zoom, map.max_zoom, map.as_of_ms) = (0, 0, 0, 0, None);
    }
    Ok(Some(map))
}

fn file_name(pack: i64) -> String {
    format!("{pack}.pmtiles")
}

impl Catalogue {
    /// The directory of the maps of packs.
    pub(crate) fn map_folder(&self) -> PathBuf {
        self.directory().join(FOLDER)
    }

    /// The file for the map of a pack.
    #[cfg(feature = "tiles")]
    pub(crate) fn map_path(&self, pack: i64) -> PathBuf {
        self.map_folder().join(file_name(pack))
    }

    /// Stores which map a pack should have. A downloaded map of another source stays until the new one replaces it.
    #[cfg(feature = "tiles")]
    pub(crate) fn request_map(&self, pack: i64, source: &MapSource) -> Result<()> {
        self.write_state(|connection| request(connection, pack, source))
    }

    /// Removes the maps of packs that are no longer there, and returns the freed bytes.
    pub(crate) fn remove_orphaned_maps(&self) -> Result<u64> {
        let Ok(files) = fs::read_dir(self.map_folder()) else { return Ok(0) };
        let known: Vec<String> = self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT pack FROM jalon_pack_map")?;
            let rows = statement.query_map([], |row| Ok(file_name(row.get(0)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })?;
        let mut freed = 0;
        for file in files.flatten() {
            if !known.iter().any(|name| file.file_name().to_str() == Some(name)) {
                let bytes = file.metadata().map_or(0, |metadata| metadata.len());
                // A file that cannot be removed, because a map view has it open, is removed the next time.
                if self.file_system().remove_file(&file.path()).is_ok() {
                    freed += bytes;
                }
            }
        }
        Ok(freed)
    }
}

impl WriteTransaction<'_> {
    /// Records that the file for the map of a pack is complete.
    #[cfg(feature = "tiles")]
    pub(crate) fn record_map(&mut self, pack: i64, map: &StoredMap) -> Result<()> {
        let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.connection().execute(
            "UPDATE jalon_pack_map SET bytes = ?2, tiles = ?3, min_zoom = ?4, max_zoom = ?5, as_of_ms = ?6 WHERE pack = ?1",
            (pack, signed(map.bytes), signed(map.tiles), map.min_zoom, map.max_zoom, map.at_ms),
        )?;
        Ok(())
    }

    /// Stores which map a restored pack should have.
    pub(crate) fn restore_map(&mut self, territory: &str, subject: &str, source: &MapSource) -> Result<()> {
        let sql = "SELECT pack FROM jalon_pack JOIN jalon_territory USING (territory) WHERE name = ?1 AND subject = ?2";
        let pack = self.connection().query_row(sql, (territory, subject), |row| row.get(0)).optional()?;
        pack.map_or(Ok(()), |pack| request(self.connection(), pack, source))
    }
}

fn request(connection: &Connection, pack: i64, source: &MapSource) -> Result<()> {
    let json = serde_json::to_string(source).map_err(Error::internal)?;
    // The zeros of another source are those of a map that is to be downloaded again.
    connection.execute(
        "INSERT INTO jalon_pack_map (pack, source) VALUES (?1, ?2) ON CONFLICT (pack) DO UPDATE SET source = excluded.source,
           as_of_ms = CASE WHEN source = excluded.source THEN as_of_ms END",
        (pack, json),
    )?;
    Ok(())
}
