//! The offline maps of packs: what was asked for, and what is on the device. A map is a PMTiles archive, cut out of a remote
//! one, and the files of its style, if it has one.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::map_files::{STYLE, archive_name, style_name};
#[cfg(feature = "tiles")]
use crate::catalogue::Catalogue;
use crate::catalogue::WriteTransaction;
use crate::error::{Error, Result};
#[cfg(feature = "tiles")]
use crate::transfer::Validators;

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
    /// Address of a MapLibre style that draws the map: it is downloaded with its glyphs and sprites. `None` for no style.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style_url: Option<String>,
}

/// The map of a pack on this device.
#[derive(Debug, Clone, PartialEq)]
pub struct PackMap {
    /// The map that was asked for.
    pub source: MapSource,
    /// Path of the PMTiles archive, which MapLibre opens; `None` if it is not yet downloaded.
    pub path: Option<PathBuf>,
    /// Path of a MapLibre style that draws the map with local files only; `None` if none was asked for or downloaded. The paths
    /// in it are absolute: [`Companion::downloaded_style`](crate::Companion::downloaded_style) is right even if the folder of
    /// the catalogue has moved.
    pub style_path: Option<PathBuf>,
    /// Bytes of the archive and of the files of its style.
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

/// The version of the remote archive that a map was cut out of.
#[cfg(feature = "tiles")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ArchiveVersion {
    pub(crate) url: String,
    pub(crate) validators: Validators,
}

#[cfg(feature = "tiles")]
impl ArchiveVersion {
    /// Whether both are known to be the same bytes: by equal strong tags, or, without tags, by equal dates.
    fn is_same(&self, other: &ArchiveVersion) -> bool {
        let (own, other_validators) = (&self.validators, &other.validators);
        let is_same = match (&own.etag, &other_validators.etag) {
            (Some(tag), Some(other)) => tag == other && !tag.starts_with("W/"),
            (None, None) => own.last_modified.is_some() && own.last_modified == other_validators.last_modified,
            _ => false,
        };
        is_same && self.url == other.url
    }
}

/// The size of a downloaded map.
#[cfg(feature = "tiles")]
#[derive(Debug, Clone)]
pub(crate) struct StoredMap {
    pub(crate) bytes: u64,
    pub(crate) tiles: u64,
    pub(crate) min_zoom: u8,
    pub(crate) max_zoom: u8,
    /// Time of the download, Unix ms.
    pub(crate) at_ms: i64,
    pub(crate) archive: ArchiveVersion,
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
        let Some(source) = source else { return Ok(None) };
        let (path, style_path, bytes, tiles) = (None, None, number(1)?, number(2)?);
        Ok(Some(PackMap { source, path, style_path, bytes, tiles, min_zoom: zoom(3)?, max_zoom: zoom(4)?, as_of_ms }))
    };
    let Some(mut map) = statement.query_row([pack], row).optional()?.flatten() else { return Ok(None) };
    let path = folder.join(archive_name(pack));
    if map.as_of_ms.is_some() && path.is_file() {
        map.path = Some(path);
        let style = folder.join(style_name(pack)).join(STYLE);
        map.style_path = map.source.style_url.as_ref().map(|_| style).filter(|style| style.is_file());
    } else {
        (map.bytes, map.tiles, map.min_zoom, map.max_zoom, map.as_of_ms) = (0, 0, 0, 0, None);
    }
    Ok(Some(map))
}

#[cfg(feature = "tiles")]
impl Catalogue {
    /// Stores which map a pack should have. A downloaded map of another source stays until the new one replaces it.
    pub(crate) fn request_map(&self, pack: i64, source: &MapSource) -> Result<()> {
        self.write_state(|connection| request(connection, pack, source))
    }

    /// Records that the archive of a pack is about to be replaced: its version is not known until it is recorded again.
    pub(crate) fn forget_map_version(&self, pack: i64) -> Result<()> {
        self.write_state(|connection| {
            connection.execute("UPDATE jalon_pack_map SET archive = NULL WHERE pack = ?1", [pack])?;
            Ok(())
        })
    }

    /// The paths of the archives of all packs, of any territory, that were cut out of a version of a remote archive.
    pub(crate) fn maps_of(&self, archive: &ArchiveVersion) -> Result<Vec<PathBuf>> {
        self.read(|connection| {
            let sql = "SELECT pack, archive FROM jalon_pack_map WHERE archive IS NOT NULL ORDER BY pack";
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let mut paths = Vec::new();
            while let Some(row) = rows.next()? {
                let known = serde_json::from_str::<ArchiveVersion>(row.get_ref(1)?.as_str().unwrap_or_default());
                if known.is_ok_and(|known| known.is_same(archive)) {
                    paths.push(self.map_path(row.get(0)?));
                }
            }
            Ok(paths)
        })
    }
}

impl WriteTransaction<'_> {
    /// Records that the file for the map of a pack is complete.
    #[cfg(feature = "tiles")]
    pub(crate) fn record_map(&mut self, pack: i64, map: &StoredMap) -> Result<()> {
        let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let archive = serde_json::to_string(&map.archive).map_err(Error::internal)?;
        self.connection().execute(
            "UPDATE jalon_pack_map SET bytes = ?2, tiles = ?3, min_zoom = ?4, max_zoom = ?5, as_of_ms = ?6, archive = ?7
               WHERE pack = ?1",
            (pack, signed(map.bytes), signed(map.tiles), map.min_zoom, map.max_zoom, map.at_ms, archive),
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

#[cfg(all(test, feature = "tiles"))]
mod tests {
    use super::*;

    fn version(url: &str, etag: Option<&str>, last_modified: Option<&str>) -> ArchiveVersion {
        let [etag, last_modified] = [etag, last_modified].map(|value| value.map(str::to_owned));
        ArchiveVersion { url: url.to_owned(), validators: Validators { etag, last_modified } }
    }

    #[test]
    fn archives_are_the_same_by_a_strong_tag_or_by_their_dates() {
        let date = Some("Mon, 23 Nov 2026 12:00:00 GMT");
        let known = version("a", Some("\"1\""), date);
        assert!(known.is_same(&version("a", Some("\"1\""), None)));
        assert!(version("a", None, date).is_same(&version("a", None, date)));
        for other in [
            version("b", Some("\"1\""), date),
            version("a", Some("\"2\""), date),
            version("a", None, date),
            version("a", Some("W/\"1\""), date),
        ] {
            assert!(!known.is_same(&other) && !other.is_same(&known), "{other:?}");
        }
        let weak = version("a", Some("W/\"1\""), date);
        let unknown = version("a", None, None);
        assert!(!weak.is_same(&weak.clone()) && !unknown.is_same(&unknown.clone()));
    }
}
