//! The files of packs: pictures, pictograms and attached files, each stored once. The file name is made of the URL and the content
//! (`<first 16 digits of the URL's SHA-256>-<SHA-256 of the bytes>.jpg`), never of the server's file name. So a file can be
//! assigned to its URL and verified by its name alone, even if the catalogue is lost.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::OptionalExtension;

use super::content::MediaContent;
use crate::catalogue::{Catalogue, WriteTransaction};
use crate::digest::{hex, sha256, sha256_reader};
use crate::error::Result;
use crate::transfer::Validators;

const FOLDER: &str = "media";
const URL_HASH_DIGITS: usize = 16;
const HOUR_MS: i64 = 3_600 * 1_000;
/// Hours before a file that could not be downloaded is requested again, by the number of earlier failures. The next refresh
/// requests it at once, because a media folder is often away for minutes only.
const RETRY_PAUSES_H: [i64; 5] = [0, 1, 6, 24, 3 * 24];
/// Hours between the later requests of a file that may be gone for good.
const MAX_RETRY_PAUSE_H: i64 = 14 * 24;
/// Orphaned files whose records are deleted in one transaction.
const ORPHANS_BATCH: usize = 200;

/// A file that packs need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaFile {
    /// URL of the file.
    pub(crate) url: String,
    /// Path on this device; `None` if it is not downloaded.
    pub(crate) path: Option<PathBuf>,
    /// Size on this device, bytes; 0 if it is not downloaded.
    pub(crate) bytes: u64,
    /// SHA-256 of its content, in hexadecimal.
    sha256: Option<String>,
    /// Validators of the last response, for conditional requests.
    pub(crate) validators: Validators,
    /// Why it cannot be downloaded, as a sentence for a person.
    pub(crate) missing_reason: Option<String>,
    /// Time from which it may be requested again, Unix ms; `None` if it did not fail.
    retry_ms: Option<i64>,
}

impl MediaFile {
    /// Whether the file is not on the device, and the pause after its last failure is over at `now_ms` (Unix ms).
    pub(crate) fn may_be_requested(&self, now_ms: i64) -> bool {
        // A clock that was set back must not prolong the pause.
        let is_paused = |retry_ms: i64| (1..=MAX_RETRY_PAUSE_H * HOUR_MS).contains(&retry_ms.saturating_sub(now_ms));
        self.path.is_none() && !self.retry_ms.is_some_and(is_paused)
    }
}

/// The result of storing a downloaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoredMedia {
    /// It was moved to its place.
    Stored,
    /// It is of another format or truncated, for this reason.
    Rejected(&'static str),
}

/// A short hash of a URL, used in file names.
pub(crate) fn url_hash(url: &str) -> String {
    let mut digits = sha256(url);
    digits.truncate(URL_HASH_DIGITS);
    digits
}

/// The SHA-256 of a file, in hexadecimal, and its length in bytes.
fn hash_file(path: &Path) -> io::Result<(String, u64)> {
    let (sha256, bytes) = sha256_reader(File::open(path)?)?;
    Ok((hex(sha256), bytes))
}

/// The columns that [`Catalogue::read_media_file`] reads.
const COLUMNS: &str = "url, file, sha256, etag, last_modified, missing_reason, retry_ms, bytes";

impl Catalogue {
    /// The directory of the files of packs.
    pub fn media_folder(&self) -> PathBuf {
        self.directory().join(FOLDER)
    }

    /// Finds a file by its URL; `None` if no pack needs it.
    pub(crate) fn media_file(&self, url: &str) -> Result<Option<MediaFile>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("SELECT {COLUMNS} FROM jalon_media WHERE url = ?1"))?;
            Ok(statement.query_row([url], |row| self.read_media_file(row)).optional()?)
        })
    }

    /// The files of a pack, in the order of [`WriteTransaction::set_pack_media`].
    pub(crate) fn pack_media(&self, pack: i64) -> Result<Vec<MediaFile>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM jalon_pack_media JOIN jalon_media USING (media) WHERE pack = ?1 ORDER BY media"
            ))?;
            let rows = statement.query_map([pack], |row| self.read_media_file(row))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn read_media_file(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<MediaFile> {
        let file: Option<String> = row.get(1)?;
        Ok(MediaFile {
            url: row.get(0)?,
            path: file.map(|file| self.media_path(&file)),
            sha256: row.get(2)?,
            validators: Validators { etag: row.get(3)?, last_modified: row.get(4)? },
            missing_reason: row.get(5)?,
            retry_ms: row.get(6)?,
            bytes: row.get::<_, i64>(7)?.unsigned_abs(),
        })
    }

    fn media_path(&self, file: &str) -> PathBuf {
        self.media_folder().join(&file[..2.min(file.len())]).join(file)
    }

    /// Moves a downloaded file to its place, if it is complete and has the expected content, and removes an earlier version of
    /// it. `at_ms` is the time of the download, Unix ms.
    pub(crate) fn store_media_file(
        &self,
        url: &str,
        downloaded: &Path,
        content: MediaContent,
        validators: &Validators,
        at_ms: i64,
    ) -> Result<StoredMedia> {
        let extension = match content.extension(downloaded, url)? {
            Ok(extension) => extension,
            Err(reason) => return Ok(StoredMedia::Rejected(reason)),
        };
        let (sha256, bytes) = hash_file(downloaded)?;
        let file = format!("{}-{sha256}.{extension}", url_hash(url));
        let path = self.media_path(&file);
        if let Some(folder) = path.parent() {
            self.file_system().create_dir_all(folder)?;
        }
        self.file_system().rename(downloaded, &path)?;
        let previous = self.media_file(url)?.and_then(|media| media.path);
        self.record_media_file(url, &file, bytes, &sha256, validators, at_ms)?;
        if let Some(previous) = previous.filter(|previous| *previous != path) {
            // If this fails, `remove_unknown_media` removes the file later.
            let _ = self.file_system().remove_file(&previous);
        }
        Ok(StoredMedia::Stored)
    }

    fn record_media_file(
        &self,
        url: &str,
        file: &str,
        bytes: u64,
        sha256: &str,
        validators: &Validators,
        at_ms: i64,
    ) -> Result<()> {
        self.write_state(|connection| {
            connection.execute(
                "UPDATE jalon_media SET file = ?2, bytes = ?3, sha256 = ?4, etag = ?5, last_modified = ?6,
                   checked_ms = ?7, missing_reason = NULL, failed_attempts = 0, retry_ms = NULL WHERE url = ?1",
                (
                    url,
                    file,
                    i64::try_from(bytes).unwrap_or(i64::MAX),
                    sha256,
                    &validators.etag,
                    &validators.last_modified,
                    at_ms,
                ),
            )?;
            Ok(())
        })
    }

    /// Records that the server confirmed a file as unchanged.
    pub(crate) fn confirm_media_file(&self, url: &str, at_ms: i64) -> Result<()> {
        self.write_state(|connection| {
            connection.execute("UPDATE jalon_media SET checked_ms = ?2 WHERE url = ?1", (url, at_ms))?;
            Ok(())
        })
    }

    /// Records why a file cannot be downloaded, and sets the pause before it is requested again. `at_ms` is the time, Unix ms. A
    /// file that is on the device is not changed.
    pub(crate) fn mark_media_missing(&self, url: &str, reason: &str, at_ms: i64) -> Result<()> {
        self.write_state(|connection| {
            let sql = "SELECT failed_attempts FROM jalon_media WHERE url = ?1 AND file IS NULL";
            let attempts: Option<i64> =
                connection.prepare_cached(sql)?.query_row([url], |row| row.get(0)).optional()?;
            let Some(attempts) = attempts else { return Ok(()) };
            let pause_h = usize::try_from(attempts).ok().and_then(|attempts| RETRY_PAUSES_H.get(attempts));
            let retry_ms = at_ms.saturating_add(pause_h.unwrap_or(&MAX_RETRY_PAUSE_H) * HOUR_MS);
            let sql = "UPDATE jalon_media SET missing_reason = ?2, failed_attempts = failed_attempts + 1, retry_ms = ?3
                         WHERE url = ?1";
            connection.execute(sql, (url, reason, retry_ms))?;
            Ok(())
        })
    }

    /// Whether a pack lacks a file that failed before and may be requested again now (Unix ms).
    #[cfg(feature = "net")]
    pub(crate) fn has_media_to_retry(&self, pack: i64, now_ms: i64) -> Result<bool> {
        let media = self.pack_media(pack)?;
        Ok(media.iter().any(|file| file.missing_reason.is_some() && file.may_be_requested(now_ms)))
    }

    /// Adopts a file of this URL that is on the device but not recorded, because the process died or the catalogue was lost.
    /// Returns whether there was an intact one; a damaged one is removed.
    pub(crate) fn adopt_media_file(&self, url: &str, at_ms: i64) -> Result<bool> {
        let digits = url_hash(url);
        let Ok(files) = fs::read_dir(self.media_folder().join(&digits[..2])) else { return Ok(false) };
        for file in files.flatten() {
            let name = file.file_name();
            let Some((hash, rest)) = name.to_str().and_then(|name| name.split_once('-')) else { continue };
            if hash != digits {
                continue;
            }
            let expected = rest.split('.').next().unwrap_or_default();
            let (sha256, bytes) = hash_file(&file.path())?;
            if sha256 == expected {
                let name = format!("{digits}-{rest}");
                self.record_media_file(url, &name, bytes, &sha256, &Validators::default(), at_ms)?;
                return Ok(true);
            }
            self.file_system().remove_file(&file.path())?;
        }
        Ok(false)
    }

    /// Whether a file is on the device with the recorded content. Otherwise it is removed, so that it is downloaded again.
    /// Reads the whole file.
    pub(crate) fn verify_media_file(&self, media: &MediaFile) -> Result<bool> {
        let Some(path) = &media.path else { return Ok(false) };
        let is_intact = hash_file(path).is_ok_and(|(sha256, _)| Some(&sha256) == media.sha256.as_ref());
        if !is_intact {
            self.write_state(|connection| {
                connection.execute(
                    "UPDATE jalon_media SET file = NULL, bytes = 0, sha256 = NULL, etag = NULL, last_modified = NULL
                       WHERE url = ?1",
                    [&media.url],
                )?;
                Ok(())
            })?;
            let _ = self.file_system().remove_file(path);
        }
        Ok(is_intact)
    }

    /// Removes the files that are not recorded, and returns the freed bytes. Must not run during a download.
    ///
    /// # Errors
    /// The first error, when all other files are removed.
    pub(crate) fn remove_unknown_media(&self) -> Result<u64> {
        let known: HashSet<String> = self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT file FROM jalon_media WHERE file IS NOT NULL")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })?;
        let (mut freed, mut first_error) = (0, None);
        let Ok(folders) = fs::read_dir(self.media_folder()) else { return Ok(0) };
        for folder in folders.flatten() {
            let Ok(files) = fs::read_dir(folder.path()) else { continue };
            for file in files.flatten() {
                let is_known = file.file_name().to_str().is_some_and(|name| known.contains(name));
                if !is_known && file.file_type().is_ok_and(|file_type| file_type.is_file()) {
                    let bytes = file.metadata().map_or(0, |metadata| metadata.len());
                    match self.file_system().remove_file(&file.path()) {
                        Ok(()) => freed += bytes,
                        Err(error) => _ = first_error.get_or_insert(error),
                    }
                }
            }
        }
        first_error.map_or(Ok(freed), |error| Err(error.into()))
    }

    /// Removes the files that no pack needs, then their records, and returns the freed bytes. A file that cannot be removed
    /// keeps its record, so that it is tried again.
    ///
    /// # Errors
    /// The first error, when all other files are removed.
    pub(crate) fn remove_orphaned_media(&self) -> Result<u64> {
        let orphans: Vec<(i64, Option<String>, i64)> = self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT media, file, bytes FROM jalon_media WHERE media NOT IN (SELECT media FROM jalon_pack_media)",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })?;
        let (mut freed, mut first_error) = (0, None);
        for batch in orphans.chunks(ORPHANS_BATCH) {
            let mut removed = Vec::new();
            for (media, file, bytes) in batch {
                let result =
                    file.as_ref().map_or(Ok(()), |file| self.file_system().remove_file(&self.media_path(file)));
                match result {
                    Ok(()) => {
                        removed.push(*media);
                        freed += if file.is_some() { bytes.unsigned_abs() } else { 0 };
                    }
                    Err(error) => _ = first_error.get_or_insert(error),
                }
            }
            self.forget_media(&removed)?;
        }
        first_error.map_or(Ok(freed), |error| Err(error.into()))
    }

    /// Deletes the records of removed files. A file that a pack needs by now is recorded as missing.
    fn forget_media(&self, removed: &[i64]) -> Result<()> {
        if removed.is_empty() {
            return Ok(());
        }
        self.write_state(|connection| {
            let mut delete = connection.prepare_cached(
                "DELETE FROM jalon_media WHERE media = ?1 AND media NOT IN (SELECT media FROM jalon_pack_media)",
            )?;
            let mut clear = connection.prepare_cached(
                "UPDATE jalon_media SET file = NULL, bytes = 0, sha256 = NULL, etag = NULL, last_modified = NULL
                   WHERE media = ?1",
            )?;
            for media in removed {
                if delete.execute([media])? == 0 {
                    clear.execute([media])?;
                }
            }
            Ok(())
        })
    }

    /// The mean size of the files on the device whose URL matches an SQL `LIKE` pattern, its standard deviation (both in
    /// bytes), and the number of files.
    pub(crate) fn media_size_stats(&self, url_pattern: &str) -> Result<(f64, f64, u64)> {
        self.read(|connection| {
            let row = connection
                .prepare_cached(
                    "SELECT coalesce(avg(bytes), 0.0), coalesce(avg(1.0 * bytes * bytes), 0.0), count(*)
                       FROM jalon_media WHERE file IS NOT NULL AND url LIKE ?1",
                )?
                .query_row([url_pattern], |row| {
                    Ok((row.get::<_, f64>(0)?, row.get::<_, f64>(1)?, row.get::<_, i64>(2)?))
                })?;
            let (mean, squares, count) = row;
            Ok((mean, (squares - mean * mean).max(0.0).sqrt(), count.unsigned_abs()))
        })
    }
}

impl WriteTransaction<'_> {
    /// Replaces the list of files that a pack needs, in the order of their download.
    pub(crate) fn set_pack_media(&mut self, pack: i64, urls: &[String]) -> Result<()> {
        let connection = self.connection();
        connection.execute("DELETE FROM jalon_pack_media WHERE pack = ?1", [pack])?;
        let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO jalon_media (url) VALUES (?1)")?;
        let mut link = connection.prepare_cached(
            "INSERT OR IGNORE INTO jalon_pack_media SELECT ?1, media FROM jalon_media WHERE url = ?2",
        )?;
        for url in urls {
            insert.execute([url])?;
            link.execute((pack, url))?;
        }
        Ok(())
    }
}
