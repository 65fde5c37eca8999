//! Reads the ZIP file of an export (feature `archive`). It may come from anywhere: ids, checksums, and the number and the length
//! of everything in it are checked before the journal changes.

use std::io::{Read, Seek};

use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use super::archive_tracks::fixes_entry;
use super::record::{Photo, Report};
use super::{Favourite, Note, TrackSummary};
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::report::MAX_PHOTOS;

/// Name of the entry with everything but the photos.
pub(super) const CONTENT: &str = "journal.json";
/// Maximum uncompressed size of `journal.json`, in bytes.
const MAX_CONTENT: u64 = 64 << 20;
/// Maximum size of a photo, in bytes.
const MAX_PHOTO: u64 = 16 << 20;
/// Maximum size of the fixes of a track, in bytes: ten days at one fix a second.
const MAX_FIXES: u64 = 16 << 20;
/// Maximum number of reports, of favourites, of notes and of tracks. Each is written in a transaction of its own.
const MAX_RECORDS: usize = 200_000;

/// The content of `journal.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Content {
    /// Whether the importing device sends the reports, and the exporting one no longer does.
    #[serde(default)]
    pub(super) is_handed_over: bool,
    pub(super) reports: Vec<Report>,
    pub(super) favourites: Vec<Favourite>,
    pub(super) notes: Vec<Note>,
    /// Missing in exports of earlier versions.
    #[serde(default)]
    pub(super) tracks: Vec<TrackSummary>,
}

fn invalid_file(detail: impl std::fmt::Display) -> Error {
    Error::invalid("file", format!("must be an export of a journal ({detail})"))
}

/// Name of the entry of a photo.
pub(super) fn photo_entry(photo: &Photo) -> String {
    format!("photos/{}", photo.file_name())
}

/// An export that is being read.
#[derive(Debug)]
pub(super) struct ArchiveFile<R> {
    archive: ZipArchive<R>,
}

impl<R: Read + Seek> ArchiveFile<R> {
    /// Opens an export, and reads everything but the photos.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a file that is no export, or beyond the limits of this module.
    pub(super) fn open(file: R) -> Result<(ArchiveFile<R>, Content)> {
        let mut archive = ArchiveFile { archive: ZipArchive::new(file).map_err(invalid_file)? };
        let json = archive.read(CONTENT, MAX_CONTENT)?;
        let content: Content = serde_json::from_slice(&json).map_err(|_| invalid_file("its content cannot be read"))?;
        let Content { reports, favourites, notes, tracks, .. } = &content;
        if [reports.len(), favourites.len(), notes.len(), tracks.len()].into_iter().any(|count| count > MAX_RECORDS) {
            return Err(invalid_file(format!("it has more than {MAX_RECORDS} reports, favourites, notes or tracks")));
        }
        let is_id = |id: &str| uuid::Uuid::parse_str(id).is_ok_and(|uuid| uuid.to_string() == id);
        for report in reports {
            if !is_id(&report.id) || !report.photos.iter().all(|photo| is_id(&photo.id)) {
                return Err(invalid_file("the id of a report or photo is invalid"));
            }
            if report.photos.len() > MAX_PHOTOS {
                return Err(invalid_file(format!("a report has more than {MAX_PHOTOS} photos")));
            }
        }
        if !tracks.iter().all(|track| is_id(&track.id)) {
            return Err(invalid_file("the id of a track is invalid"));
        }
        Ok((archive, content))
    }

    /// The encoded fixes of a track; `None` if the file lacks them.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for an entry that cannot be read.
    pub(super) fn fixes(&mut self, id: &str) -> Result<Option<Vec<u8>>> {
        let name = fixes_entry(id);
        if self.archive.index_for_name(&name).is_none() {
            return Ok(None);
        }
        self.read(&name, MAX_FIXES).map(Some)
    }

    /// Whether the file has a photo.
    pub(super) fn has_photo(&self, photo: &Photo) -> bool {
        self.archive.index_for_name(&photo_entry(photo)).is_some()
    }

    /// Reads the photos of a report, in its order. All must be in the file.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a photo is missing or damaged.
    pub(super) fn photos(&mut self, report: &Report) -> Result<Vec<Vec<u8>>> {
        let photo = |photo: &Photo| {
            let bytes = self.read(&photo_entry(photo), MAX_PHOTO)?;
            if sha256(&bytes) != photo.sha256 {
                return Err(invalid_file("a photo does not match its checksum"));
            }
            Ok(bytes)
        };
        report.photos.iter().map(photo).collect()
    }

    /// Reads an entry of at most `max_bytes` bytes.
    fn read(&mut self, name: &str, max_bytes: u64) -> Result<Vec<u8>> {
        let entry = self.archive.by_name(name).map_err(|_| invalid_file(format!("{name} is missing")))?;
        let mut bytes = Vec::new();
        entry.take(max_bytes + 1).read_to_end(&mut bytes).map_err(invalid_file)?;
        if bytes.len() as u64 > max_bytes {
            return Err(invalid_file(format!("{name} is longer than {max_bytes} bytes")));
        }
        Ok(bytes)
    }
}
