//! The photos of reports: each in a file of its own, under a name that nobody else uses, synced with its folder before its
//! row is, so that no row ever names a photo that is not there.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Journal, Report};
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::report::{Event, MAX_PHOTOS};

/// Bytes that a photo may have as it is kept.
const MAX_BYTES: usize = 16 << 20;

/// A photo, as it is kept: a JPEG without anything but its pixels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// Its name, made here.
    pub uuid: String,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of them, in hexadecimal.
    pub sha256: String,
}

impl Photo {
    /// The name of its file, and the one under which it is sent.
    pub fn file_name(&self) -> String {
        format!("{}.jpg", self.uuid)
    }
}

impl Journal {
    /// Where a photo lies.
    pub fn photo_path(&self, photo: &Photo) -> PathBuf {
        self.directory.join("photos").join(photo.file_name())
    }

    /// Adds a photo that is ready to be sent: a JPEG, turned, shrunk, without metadata (as `photo` makes it, or the
    /// platform). The bytes are copied.
    pub fn attach_encoded(&self, uuid: &str, jpeg: &[u8], at_ms: i64) -> Result<Photo> {
        if !jpeg.starts_with(b"\xFF\xD8\xFF") {
            return Err(Error::invalid("photo", "a JPEG that is ready to be sent"));
        }
        if jpeg.len() > MAX_BYTES {
            return Err(Error::invalid("photo", format!("at most {} MB", MAX_BYTES >> 20)));
        }
        let photo = Photo { uuid: Uuid::new_v4().to_string(), bytes: jpeg.len() as u64, sha256: sha256(jpeg) };
        self.change(uuid, |report| {
            if report.photos.len() >= MAX_PHOTOS {
                return Err(Error::invalid("photo", format!("at most {MAX_PHOTOS} photos")));
            }
            report.lifecycle.step(Event::Edit, at_ms)?;
            // Within the transaction, so that nobody takes the file for one that nobody needs.
            self.write_photo(&photo, jpeg)?;
            report.photos.push(photo.clone());
            Ok(())
        })?;
        Ok(photo)
    }

    pub(super) fn write_photo(&self, photo: &Photo, jpeg: &[u8]) -> Result<()> {
        crate::storage::write_atomic(&*self.storage.disk, &self.photo_path(photo), jpeg)?;
        Ok(self.storage.disk.sync_folder(&self.directory.join("photos"))?)
    }

    /// Takes a photo out of a report.
    pub fn detach(&self, uuid: &str, photo: &str, at_ms: i64) -> Result<Report> {
        let report = self.change(uuid, |report| {
            let before = report.photos.len();
            report.photos.retain(|held| held.uuid != photo);
            if report.photos.len() == before {
                return Err(Error::NotFound { what: "a photo of this id".to_owned() });
            }
            report.lifecycle.step(Event::Edit, at_ms)
        })?;
        self.sweep_photos(None)?;
        Ok(report)
    }

    /// Whether a photo is, byte for byte, what was attached.
    pub(super) fn verify_photo(&self, photo: &Photo) -> Result<()> {
        let mut bytes = Vec::new();
        let read =
            File::open(self.photo_path(photo)).and_then(|file| file.take(MAX_BYTES as u64).read_to_end(&mut bytes));
        if read.is_ok() && sha256(&bytes) == photo.sha256 {
            Ok(())
        } else {
            Err(Error::Corrupt { reason: "a photo of the report is not what was attached".to_owned() })
        }
    }

    /// Removes photos that no report has: those of drafts that were discarded, or of a process that died.
    /// `quarantined_path` is where they go instead, if anywhere: after damage their reports may be what was lost.
    pub(super) fn sweep_photos(&self, quarantined_path: Option<&Path>) -> Result<()> {
        let disk = &*self.storage.disk;
        self.write(|transaction| {
            let mut statement = transaction.prepare("SELECT data FROM report")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            let mut known = HashSet::new();
            for json in rows {
                match serde_json::from_str::<Report>(&json?) {
                    Ok(report) => known.extend(report.photos.iter().map(Photo::file_name)),
                    // Whose photos these are nobody can tell: all stay.
                    Err(_) => return Ok(()),
                }
            }
            for file in fs::read_dir(self.directory.join("photos"))?.flatten() {
                if file.file_name().to_str().is_some_and(|name| known.contains(name)) {
                    continue;
                }
                match quarantined_path {
                    None => disk.remove(&file.path())?,
                    Some(folder) => {
                        disk.create_folder(folder)?;
                        disk.rename(&file.path(), &folder.join(file.file_name()))?;
                    }
                }
            }
            Ok(())
        })
    }
}
