//! The files of photos. Each photo is a file with a unique name. It is synced together with its directory before the
//! transaction that adds it to a report is committed, so that no report names a missing photo.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::Journal;
use super::record::{Photo, Report};
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::report::{Event, MAX_PHOTOS, photos_rule};
use crate::storage::write_atomic;

/// The name of the directory in the journal's directory.
pub(super) const FOLDER: &str = "photos";

/// Maximum size of a stored photo, in bytes.
const MAX_BYTES: usize = 16 << 20;

impl Journal {
    /// The path of a photo's file.
    pub fn photo_path(&self, photo: &Photo) -> PathBuf {
        self.photos_folder().join(photo.file_name())
    }

    fn photos_folder(&self) -> PathBuf {
        self.directory.join(FOLDER)
    }

    /// Adds an encoded photo to a report: a small upright JPEG without metadata, from `Journal::attach` or from the platform.
    /// The bytes are copied.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a photo that is no JPEG, truncated or too large, for too many photos, or if the state of the report
    /// does not allow it; [`Error::NotFound`], [`Error::StorageFull`], [`Error::TooNew`], [`Error::Closed`] and errors of
    /// the disk.
    pub fn attach_encoded(&self, report: &str, jpeg: &[u8], at_ms: i64) -> Result<Photo> {
        if !jpeg.starts_with(b"\xFF\xD8\xFF") {
            return Err(Error::invalid("photo", "must be a JPEG"));
        }
        if end_of_image(jpeg).is_none() {
            return Err(Error::invalid("photo", "must be a complete JPEG; the file is truncated"));
        }
        if jpeg.len() > MAX_BYTES {
            return Err(Error::invalid("photo", format!("must have at most {} MB", MAX_BYTES >> 20)));
        }
        let photo = Photo { id: Uuid::new_v4().to_string(), bytes: jpeg.len() as u64, sha256: sha256(jpeg) };
        self.update_report(report, |report| {
            if report.photos.len() >= MAX_PHOTOS {
                return Err(Error::invalid("photo", photos_rule()));
            }
            report.lifecycle.apply(Event::Edit, at_ms)?;
            // In the transaction, so that no other thread removes the file as an orphan.
            self.write_photo(&photo, jpeg)?;
            report.photos.push(photo.clone());
            Ok(())
        })?;
        Ok(photo)
    }

    /// Writes the file of a photo. It is on stable storage when this returns.
    pub(super) fn write_photo(&self, photo: &Photo, jpeg: &[u8]) -> Result<()> {
        write_atomic(self.file_system(), &self.photo_path(photo), jpeg)?;
        Ok(self.file_system().sync_dir(&self.photos_folder())?)
    }

    /// Removes a photo from a report and deletes its file.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the report or the photo; [`Error::InvalidInput`] if the state of the report does not allow
    /// it; [`Error::TooNew`], [`Error::Closed`] and errors of the disk.
    pub fn detach(&self, report: &str, photo: &str, at_ms: i64) -> Result<Report> {
        let report = self.update_report(report, |report| {
            let before = report.photos.len();
            report.photos.retain(|own| own.id != photo);
            if report.photos.len() == before {
                return Err(Error::NotFound { detail: "the photo with this id".to_owned() });
            }
            report.lifecycle.apply(Event::Edit, at_ms)
        })?;
        self.remove_orphaned_photos(None)?;
        Ok(report)
    }

    /// Verifies the checksum of a photo's file. Reads the whole file.
    pub(super) fn verify_photo(&self, photo: &Photo) -> Result<()> {
        let mut bytes = Vec::new();
        let read =
            File::open(self.photo_path(photo)).and_then(|file| file.take(MAX_BYTES as u64).read_to_end(&mut bytes));
        if read.is_ok() && sha256(&bytes) == photo.sha256 {
            Ok(())
        } else {
            Err(Error::corrupt("a photo of the report is missing or damaged"))
        }
    }

    /// Deletes the photo files that no report names: those of discarded reports and of a process that died. After a recovery
    /// they are moved to the directory `quarantine` instead, because the lost reports may have named them.
    pub(super) fn remove_orphaned_photos(&self, quarantine: Option<&Path>) -> Result<()> {
        let file_system = self.file_system();
        self.write(|transaction| {
            let mut statement = transaction.prepare("SELECT data FROM report")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            let mut known = HashSet::new();
            for json in rows {
                match serde_json::from_str::<Report>(&json?) {
                    Ok(report) => known.extend(report.photos.iter().map(Photo::file_name)),
                    // The photos of an unreadable report are unknown, so none is deleted.
                    Err(_) => return Ok(()),
                }
            }
            for file in fs::read_dir(self.photos_folder())?.flatten() {
                if file.file_name().to_str().is_some_and(|name| known.contains(name)) {
                    continue;
                }
                match quarantine {
                    None => file_system.remove_file(&file.path())?,
                    Some(folder) => {
                        file_system.create_dir_all(folder)?;
                        file_system.rename(&file.path(), &folder.join(file.file_name()))?;
                    }
                }
            }
            Ok(())
        })
    }
}

/// The position of the end marker of a JPEG, after its segments and scans, with the fill bytes before it; `None` if there is
/// none. The end marker of an embedded thumbnail is inside a segment. This needs no decoder, which a build without the feature
/// `photos` lacks.
pub(super) fn end_of_image(jpeg: &[u8]) -> Option<usize> {
    // In entropy-coded data, FF is followed by 00 or by a restart marker. Bytes between two segments are skipped, as decoders do.
    let is_marker = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7 | 0xFF);
    // After the start marker.
    let mut at = 2;
    loop {
        at += jpeg.get(at..)?.windows(2).position(is_marker)?;
        at += match jpeg[at + 1] {
            0xD9 => break,
            // Markers without a segment.
            0x01 | 0xD8 => 2,
            _ => 2 + usize::from(u16::from_be_bytes([*jpeg.get(at + 2)?, *jpeg.get(at + 3)?])),
        };
    }
    let fill = jpeg[..at].iter().rev().take_while(|byte| **byte == 0xFF).count();
    Some(at - fill)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_marker_is_found_after_the_scans_only() {
        let thumbnail = b"\xFF\xE1\0\x08\xFF\xD8\xFF\xD9\0\0";
        let scan = b"\xFF\xDA\0\x03\x01 data \xFF\0 \xFF\xD3 more";
        let whole = [b"\xFF\xD8", &thumbnail[..], scan, b"\xFF\xFF\xD9"].concat();
        assert_eq!(end_of_image(&whole), Some(whole.len() - 3));
        assert_eq!(end_of_image(&[&whole[..], b"\xFF\xD8 trailing"].concat()), Some(whole.len() - 3));
        for length in 0..whole.len() {
            assert_eq!(end_of_image(&whole[..length]), None, "{length}");
        }
        assert_eq!(end_of_image(b"\xFF\xD8\xFF\xE1\0\0"), None, "a segment shorter than its length");
    }
}
