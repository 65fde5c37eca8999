//! Recovery from a damaged file. Its readable rows and the intact sidecar files are copied into a new file, and the damaged file
//! is moved aside unchanged. Damage never deletes anything.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::types::FromSql;
use rusqlite::{Connection, OpenFlags, Transaction};
use serde::Serialize;

use super::record::{Report, verify_checksum};
use super::schema::{SCHEMA, SETTINGS};
use super::sidecar::Sidecars;
use super::track::rows as track_rows;
use super::{FILE_NAME, Favourite, Journal, Note, Track, favourites, notes, rows};
use crate::clock::now_ms;
use crate::db::{Database, open_for_reading, open_lock, quarantine, schema_version};
use crate::error::{Error, Result};
use crate::storage::{Storage, with_suffix};

/// A table is taken to end after this many consecutive rows that are missing or unreadable.
const MAX_GAP: i64 = 5_000;
/// The new file, until it replaces the damaged one.
const NEXT: &str = "journal.next.gpkg";
/// The copy of the damaged file that is read.
const COPY: &str = "journal.reading.gpkg";

/// The result of a recovery.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RecoverySummary {
    /// Path of the damaged file. Photos of reports that could not be recovered are beside it, in a directory of the same
    /// name with the extension `photos`.
    pub quarantined_path: PathBuf,
    /// Number of reports recovered from rows.
    pub reports_from_rows: usize,
    /// Number of reports recovered only from their sidecar files.
    pub reports_from_sidecars: usize,
    /// Number of recovered favourites.
    pub favourites: usize,
    /// Number of recovered notes.
    pub notes: usize,
    /// Number of recovered tracks; of a damaged one, the fixes that could be read.
    pub tracks: usize,
}

/// Opens the database of a journal; recovers a damaged one first.
pub(super) fn open(
    directory: &Path,
    storage: Storage,
    sidecars: &Sidecars,
) -> Result<(Database, Option<RecoverySummary>)> {
    let path = directory.join(FILE_NAME);
    let _lock = match open_lock(directory, SETTINGS.busy_timeout) {
        Ok(lock) => lock,
        // A file that cannot be recovered may still be readable.
        Err(Error::ReadOnly | Error::StorageFull) if path.exists() => {
            check(&path, &storage, sidecars)?;
            return Ok((Database::open_existing(path, storage, SETTINGS, &SCHEMA)?, None));
        }
        Err(error) => return Err(error),
    };
    let next = directory.join(NEXT);
    if next.exists() && !path.exists() {
        // A process died after it moved the damaged file aside.
        storage.file_system.rename(&next, &path)?;
    }
    let recovery = match check(&path, &storage, sidecars) {
        Ok(()) => None,
        Err(Error::Corrupt { .. }) => Some(recover(&path, &next, &storage, sidecars)?),
        Err(other) => return Err(other),
    };
    Ok((Database::open(path, storage, SETTINGS, &SCHEMA)?, recovery))
}

/// Checks the whole file: its pages and the checksum of every report and track. A journal is small: a day of tracks takes
/// about 0.4 MB. The connection is read-only, so that
/// a damaged file is not changed.
fn check(path: &Path, storage: &Storage, sidecars: &Sidecars) -> Result<()> {
    let damaged = |detail: &str| Err(Error::corrupt(detail));
    let length = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    if length(path) == 0 {
        // SQLite would take the file for a new one, and ignore its log.
        let had_content = length(&with_suffix(path, quarantine::WAL)) > 0 || !sidecars.read_all()?.is_empty();
        return if had_content { damaged("the file is empty") } else { Ok(()) };
    }
    // A process that died while it created the file left a rollback journal. Only a writing connection rolls it back.
    let has_rollback_journal = with_suffix(path, quarantine::ROLLBACK_JOURNAL).exists();
    let connection = open_for_reading(path, storage, SETTINGS.busy_timeout, has_rollback_journal)?;
    let result: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if result != "ok" {
        return damaged(&result);
    }
    match schema_version(&connection)? {
        Some(version) if version == SCHEMA.version() => {}
        Some(_) => return Ok(()),
        None if sidecars.read_all()?.is_empty() => return Ok(()),
        None => return damaged("the file has no tables"),
    }
    let mut statement = connection.prepare("SELECT data, sha256 FROM report")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let columns = (row.get::<_, String>(0), row.get::<_, String>(1));
        if !matches!(&columns, (Ok(json), Ok(checksum)) if verify_checksum(json, checksum).is_some()) {
            return damaged("a report does not match its checksum");
        }
    }
    let mut statement = connection.prepare("SELECT data, fixes, sha256 FROM track")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let columns = (row.get::<_, String>(0), row.get::<_, Vec<u8>>(1), row.get::<_, String>(2));
        if !matches!(&columns, (Ok(data), Ok(fixes), Ok(checksum)) if track_rows::is_intact(data, fixes, checksum)) {
            return damaged("a track does not match its checksum");
        }
    }
    Ok(())
}

/// Fills a new file, then moves the damaged one aside and renames the new one. If the process dies before the renames, the
/// next one finds the damaged file and starts again.
fn recover(path: &Path, next: &Path, storage: &Storage, sidecars: &Sidecars) -> Result<RecoverySummary> {
    let file_system = &*storage.file_system;
    quarantine::remove_database(file_system, next)?;
    let database = Database::open(next.to_owned(), storage.clone(), SETTINGS, &SCHEMA)?;
    let mut content = read_rows(path)?;
    let mut summary = RecoverySummary {
        quarantined_path: quarantine::quarantine_path(path, now_ms()),
        reports_from_rows: content.reports.len(),
        reports_from_sidecars: 0,
        favourites: content.favourites.len(),
        notes: content.notes.len(),
        tracks: content.tracks.len(),
    };
    for (id, report) in sidecars.read_all()? {
        let known = content.reports.get(&id);
        summary.reports_from_sidecars += usize::from(known.is_none());
        if known.is_none_or(|known| known.changes < report.changes) {
            content.reports.insert(id, report);
        }
    }
    database.write(|transaction| content.insert_into(transaction))?;
    // Only the file is renamed below, so its log must be empty.
    database.truncate_log()?;
    drop(database);
    quarantine::quarantine(file_system, path, &summary.quarantined_path)?;
    file_system.rename(next, path)?;
    if let Some(directory) = path.parent() {
        file_system.sync_dir(directory)?;
    }
    Ok(summary)
}

/// The readable content of a damaged file.
#[derive(Debug, Default)]
struct Content {
    reports: BTreeMap<String, Report>,
    favourites: Vec<Favourite>,
    notes: Vec<Note>,
    tracks: Vec<Track>,
}

impl Content {
    fn insert_into(&self, transaction: &Transaction<'_>) -> Result<()> {
        let mut reports: Vec<Report> = self.reports.values().cloned().collect();
        reports.sort_by_cached_key(|report| report.created_ms);
        for report in &mut reports {
            if report.doubt_if_sending()? {
                report.changes += 1;
            }
            rows::upsert(transaction, report)?;
        }
        self.favourites.iter().try_for_each(|favourite| favourites::upsert(transaction, favourite))?;
        self.notes.iter().try_for_each(|note| notes::upsert(transaction, note))?;
        self.tracks.iter().try_for_each(|track| track_rows::upsert(transaction, track))
    }
}

/// Reads the rows of a damaged file, one by one, without the unreadable ones. SQLite may change the file that it reads, so a
/// copy is read.
fn read_rows(damaged: &Path) -> Result<Content> {
    let mut content = Content::default();
    let copy = damaged.with_file_name(COPY);
    for suffix in ["", quarantine::WAL] {
        if with_suffix(damaged, suffix).exists() {
            fs::copy(with_suffix(damaged, suffix), with_suffix(&copy, suffix))?;
        }
    }
    if let Ok(connection) = Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        for (json, checksum) in readable_rows::<String>(&connection, "report", "sha256") {
            if let Some(report) = verify_checksum(&json, &checksum) {
                content.reports.insert(report.id.clone(), report);
            }
        }
        let json = |table| readable_rows::<String>(&connection, table, "''").into_iter().map(|(json, _)| json);
        content.favourites = json("favourite").filter_map(|json| serde_json::from_str(&json).ok()).collect();
        content.notes = json("note").filter_map(|json| serde_json::from_str(&json).ok()).collect();
        let tracks = readable_rows::<Vec<u8>>(&connection, "track", "fixes");
        content.tracks = tracks.iter().filter_map(|(data, fixes)| track_rows::recover(data, fixes)).collect();
    }
    // The copy is no user's data: it bypasses the storage, and the next recovery replaces it.
    let _ = quarantine::remove_database(&crate::storage::StdFileSystem, &copy);
    Ok(content)
}

/// The column `data` and another column of the readable rows of a table.
fn readable_rows<T: FromSql>(connection: &Connection, table: &str, column: &str) -> Vec<(String, T)> {
    let mut readable = Vec::new();
    let mut gap = 0;
    let mut fid = 0_i64;
    let Ok(mut statement) = connection.prepare(&format!("SELECT data, {column} FROM {table} WHERE fid = ?1")) else {
        return readable;
    };
    while gap < MAX_GAP {
        fid += 1;
        match statement.query_row([fid], |row| Ok((row.get(0)?, row.get(1)?))) {
            Ok(row) => {
                gap = 0;
                readable.push(row);
            }
            Err(_) => gap += 1,
        }
    }
    readable
}

impl Journal {
    /// Reconciles the rows and the sidecar files when the journal is opened. A newer sidecar replaces its row: its transaction
    /// was not committed, or a damaged log has lost it. A row without an intact sidecar gets one.
    pub(super) fn reconcile_sidecars(&self) -> Result<()> {
        // On a full disk the reserve is not released: a later opening does this as well.
        self.database.write(|transaction| {
            // In the transaction, so that no other process is about to commit a change.
            let mut sidecars = self.sidecars.read_all()?;
            for report in rows::read_all(transaction)? {
                match sidecars.remove(&report.id) {
                    Some(sidecar) if sidecar.changes > report.changes => rows::upsert(transaction, &sidecar)?,
                    Some(sidecar) if sidecar.changes == report.changes && self.sidecars.exists(&report.id) => {}
                    // The sidecar is missing or damaged. On a full disk the next opening writes it.
                    _ => {
                        if self.sidecars.write_pending(&report).is_ok() {
                            self.sidecars.commit(&report.id);
                        }
                    }
                }
            }
            let mut missing: Vec<Report> = sidecars.into_values().collect();
            missing.sort_by_cached_key(|report| report.created_ms);
            missing.iter().try_for_each(|report| rows::upsert(transaction, report))
        })
    }
}
