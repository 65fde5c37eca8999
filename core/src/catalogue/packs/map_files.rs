//! The files of offline maps, in the folder `maps`: the archive `<pack>.pmtiles`, and the folder `<pack>.style` with the
//! style, its glyphs and its sprites.

use std::fs;
use std::path::PathBuf;

use crate::catalogue::{Catalogue, directory_size};
use crate::error::Result;

const FOLDER: &str = "maps";
/// The style with the addresses of local files.
pub(crate) const STYLE: &str = "style.json";
/// The style as its server sent it.
#[cfg(feature = "tiles")]
pub(crate) const REMOTE_STYLE: &str = "remote.json";

pub(super) fn archive_name(pack: i64) -> String {
    format!("{pack}.pmtiles")
}

pub(super) fn style_name(pack: i64) -> String {
    format!("{pack}.style")
}

impl Catalogue {
    /// The directory of the maps of packs.
    pub(crate) fn map_folder(&self) -> PathBuf {
        self.directory().join(FOLDER)
    }

    /// The file for the map of a pack.
    #[cfg(feature = "tiles")]
    pub(crate) fn map_path(&self, pack: i64) -> PathBuf {
        self.map_folder().join(archive_name(pack))
    }

    /// The folder for the style of the map of a pack.
    #[cfg(feature = "tiles")]
    pub(crate) fn map_style_folder(&self, pack: i64) -> PathBuf {
        self.map_folder().join(style_name(pack))
    }

    /// Removes the maps of packs that are no longer there, and returns the freed bytes.
    pub(crate) fn remove_orphaned_maps(&self) -> Result<u64> {
        let Ok(files) = fs::read_dir(self.map_folder()) else { return Ok(0) };
        let known: Vec<String> = self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT pack FROM jalon_pack_map")?;
            let packs: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            Ok(packs.into_iter().flat_map(|pack| [archive_name(pack), style_name(pack)]).collect())
        })?;
        let mut freed = 0;
        for file in files.flatten() {
            if known.iter().any(|name| file.file_name().to_str() == Some(name)) {
                continue;
            }
            // A file that cannot be removed, because a map view has it open, is removed the next time.
            let path = file.path();
            let (bytes, removed) = if path.is_dir() {
                (directory_size(&path), fs::remove_dir_all(&path))
            } else {
                (file.metadata().map_or(0, |metadata| metadata.len()), self.file_system().remove_file(&path))
            };
            if removed.is_ok() {
                freed += bytes;
            }
        }
        Ok(freed)
    }
}
