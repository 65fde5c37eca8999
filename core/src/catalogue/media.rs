//! The files of packs: pictures and pictograms, each once. A file's name is made here, of the address that it was fetched
//! from and of what is in it (`<SHA-256 of the address, 16 digits>-<SHA-256 of the bytes>.jpg`), never of what a server
//! calls it. So whoever finds a file can tell whose it is and whether it is whole, even where the catalogue is lost.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::OptionalExtension;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::picture;
use super::{Catalogue, WriteTransaction};
use crate::digest::{hex, sha256};
use crate::error::Result;
use crate::transfer::Validators;

const FOLDER: &str = "media";
const ADDRESS_DIGITS: usize = 16;

/// A file as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MediaFile {
    /// Where it was fetched from.
    pub url: String,
    /// Where it is on this device; none where it is not.
    pub path: Option<PathBuf>,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of them, in hexadecimal.
    pub sha256: Option<String>,
    /// What its server said, to ask by later.
    #[serde(skip)]
    pub validators: Validators,
    /// Why it cannot be had.
    pub lost: Option<String>,
}

/// What was made of a file that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It has its place.
    Whole,
    /// It is no picture, or not all of one.
    Broken(&'static str),
}

/// The first digits of the hash of an address.
pub(crate) fn address_digits(url: &str) -> String {
    let mut digits = sha256(url);
    digits.truncate(ADDRESS_DIGITS);
    digits
}

fn hash_of(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        match file.read(&mut piece)? {
            0 => return Ok((hex(hasher.finalize()), bytes)),
            count => {
                hasher.update(&piece[..count]);
                bytes += count as u64;
            }
        }
    }
}

/// Whether a file that came is a whole picture; why it is not.
pub(crate) fn look_at(path: &Path) -> Result<std::result::Result<(), &'static str>> {
    Ok(picture::look(path)?.map(|_| ()))
}

impl Catalogue {
    /// The folder of the files of packs.
    pub fn media_folder(&self) -> PathBuf {
        self.directory().join(FOLDER)
    }

    /// What is known of the file that was fetched from an address; none where no pack wanted it.
    pub fn media_file(&self, url: &str) -> Result<Option<MediaFile>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT url, file, bytes, sha256, etag, last_modified, lost FROM jalon_media WHERE url = ?1",
            )?;
            Ok(statement.query_row([url], |row| self.read_media_file(row)).optional()?)
        })
    }

    /// The files of a pack, in the order in which they were wanted.
    pub(crate) fn pack_media(&self, pack: i64) -> Result<Vec<MediaFile>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT url, file, bytes, sha256, etag, last_modified, lost FROM jalon_pack_media
                   JOIN jalon_media USING (medium) WHERE pack = ?1 ORDER BY medium",
            )?;
            let rows = statement.query_map([pack], |row| self.read_media_file(row))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn read_media_file(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<MediaFile> {
        let file: Option<String> = row.get(1)?;
        Ok(MediaFile {
            url: row.get(0)?,
            path: file.map(|file| self.place(&file)),
            bytes: row.get::<_, i64>(2)?.unsigned_abs(),
            sha256: row.get(3)?,
            validators: Validators { etag: row.get(4)?, last_modified: row.get(5)? },
            lost: row.get(6)?,
        })
    }

    fn place(&self, file: &str) -> PathBuf {
        self.media_folder().join(&file[..2.min(file.len())]).join(file)
    }

    /// Gives a file that came its place among the others, if it is what was asked for.
    pub(crate) fn store_media_file(&self, url: &str, came: &Path, validators: &Validators, at_ms: i64) -> Result<Kept> {
        let ending = match picture::look(came)? {
            Ok(format) => format.ending(),
            Err(what) => return Ok(Kept::Broken(what)),
        };
        let (sha256, bytes) = hash_of(came)?;
        let file = format!("{}-{sha256}.{ending}", address_digits(url));
        let place = self.place(&file);
        if let Some(folder) = place.parent() {
            self.disk().create_folder(folder)?;
        }
        self.disk().rename(came, &place)?;
        let before = self.media_file(url)?.and_then(|medium| medium.path);
        self.record_media_file(url, &file, bytes, &sha256, validators, at_ms)?;
        if let Some(before) = before.filter(|before| *before != place) {
            // A file that nobody names any more is swept later where this fails.
            let _ = self.disk().remove(&before);
        }
        Ok(Kept::Whole)
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
        self.note(|connection| {
            connection.execute(
                "UPDATE jalon_media SET file = ?2, bytes = ?3, sha256 = ?4, etag = ?5, last_modified = ?6,
                   checked_ms = ?7, lost = NULL WHERE url = ?1",
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

    /// The server says that a file is still what it was.
    pub(crate) fn confirm_media_file(&self, url: &str, at_ms: i64) -> Result<()> {
        self.note(|connection| {
            connection.execute("UPDATE jalon_media SET checked_ms = ?2 WHERE url = ?1", (url, at_ms))?;
            Ok(())
        })
    }

    /// A file cannot be had, and why. One that is there stays.
    pub(crate) fn mark_media_missing(&self, url: &str, why: &str) -> Result<()> {
        self.note(|connection| {
            connection.execute("UPDATE jalon_media SET lost = ?2 WHERE url = ?1 AND file IS NULL", (url, why))?;
            Ok(())
        })
    }

    /// Looks for a file of this address among those that lie there: one whose word was lost when a process died, or a
    /// whole catalogue.
    pub(crate) fn adopt_media_file(&self, url: &str, at_ms: i64) -> Result<bool> {
        let digits = address_digits(url);
        let Ok(files) = fs::read_dir(self.media_folder().join(&digits[..2])) else { return Ok(false) };
        for file in files.flatten() {
            let name = file.file_name();
            let Some((address, rest)) = name.to_str().and_then(|name| name.split_once('-')) else { continue };
            let told = rest.split('.').next().unwrap_or_default();
            if address != digits {
                continue;
            }
            let (sha256, bytes) = hash_of(&file.path())?;
            if sha256 == told {
                let name = format!("{digits}-{rest}");
                self.record_media_file(url, &name, bytes, &sha256, &Validators::default(), at_ms)?;
                return Ok(true);
            }
            // Not all of a file, or a damaged one.
            self.disk().remove(&file.path())?;
        }
        Ok(false)
    }

    /// Whether a file is there and is, byte for byte, what came. One that is not is forgotten, so that it comes again.
    pub(crate) fn verify_media_file(&self, medium: &MediaFile) -> Result<bool> {
        let Some(path) = &medium.path else { return Ok(false) };
        let whole = hash_of(path).is_ok_and(|(sha256, _)| Some(&sha256) == medium.sha256.as_ref());
        if !whole {
            self.note(|connection| {
                connection.execute(
                    "UPDATE jalon_media SET file = NULL, bytes = 0, sha256 = NULL, etag = NULL, last_modified = NULL
                       WHERE url = ?1",
                    [&medium.url],
                )?;
                Ok(())
            })?;
            let _ = self.disk().remove(path);
        }
        Ok(whole)
    }

    /// Removes the files that no row names, and gives their bytes. Only for who knows that nothing is on its way.
    pub(crate) fn remove_unknown_media(&self) -> Result<u64> {
        let known: HashSet<String> = self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT file FROM jalon_media WHERE file IS NOT NULL")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })?;
        let mut freed = 0;
        let Ok(folders) = fs::read_dir(self.media_folder()) else { return Ok(0) };
        for folder in folders.flatten() {
            let Ok(files) = fs::read_dir(folder.path()) else { continue };
            for file in files.flatten() {
                let is_known = file.file_name().to_str().is_some_and(|name| known.contains(name));
                if !is_known && file.file_type().is_ok_and(|about| about.is_file()) {
                    freed += file.metadata().map_or(0, |about| about.len());
                    self.disk().remove(&file.path())?;
                }
            }
        }
        Ok(freed)
    }

    /// Removes the rows and files of media that no pack needs, and gives the bytes that are free now.
    pub(crate) fn remove_orphaned_media(&self) -> Result<u64> {
        let files: Vec<(Option<String>, i64)> = self.note(|connection| {
            let mut statement = connection.prepare_cached(
                "DELETE FROM jalon_media WHERE medium NOT IN (SELECT medium FROM jalon_pack_media)
                   RETURNING file, bytes",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })?;
        let mut freed = 0;
        for (file, bytes) in files {
            if let Some(file) = file {
                self.disk().remove(&self.place(&file))?;
                freed += bytes.unsigned_abs();
            }
        }
        Ok(freed)
    }

    /// Bytes of one picture of each size as those that are here have them: mean and spread, and of how many.
    pub(crate) fn known_sizes(&self, like: &str) -> Result<(f64, f64, u64)> {
        self.read(|connection| {
            let row = connection
                .prepare_cached(
                    "SELECT coalesce(avg(bytes), 0.0), coalesce(avg(1.0 * bytes * bytes), 0.0), count(*)
                       FROM jalon_media WHERE file IS NOT NULL AND url LIKE ?1",
                )?
                .query_row([like], |row| Ok((row.get::<_, f64>(0)?, row.get::<_, f64>(1)?, row.get::<_, i64>(2)?)))?;
            let (mean, squares, count) = row;
            Ok((mean, (squares - mean * mean).max(0.0).sqrt(), count.unsigned_abs()))
        })
    }
}

impl WriteTransaction<'_> {
    /// Says which files a pack needs, in the order in which they are wanted.
    pub(crate) fn set_pack_media(&mut self, pack: i64, urls: &[String]) -> Result<()> {
        let connection = self.connection();
        connection.execute("DELETE FROM jalon_pack_media WHERE pack = ?1", [pack])?;
        let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO jalon_media (url) VALUES (?1)")?;
        let mut link = connection.prepare_cached(
            "INSERT OR IGNORE INTO jalon_pack_media SELECT ?1, medium FROM jalon_media WHERE url = ?2",
        )?;
        for url in urls {
            insert.execute([url])?;
            link.execute((pack, url))?;
        }
        Ok(())
    }
}
