//! What becomes of a damaged file: what can be read of it, row by row, and of the sidecar beside it, goes into a new one,
//! and the damaged one is moved aside byte for byte. Damage never means deletion.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use super::{FILE_NAME, Favourite, Note, Report, keepsakes, reports, schema, sidecar};
use crate::clock::now_ms;
use crate::error::{Error, Result};
use crate::report::{Event, ReportState};
use crate::storage::{Storage, with_suffix};

/// Rows in a row that cannot be read, after which a table is taken to have ended.
const MAX_GAP: i64 = 5_000;
/// The file that takes the damaged one's place, until it does.
const NEXT: &str = "journal.next.gpkg";
/// What SQLite puts beside a file: the log has rows that the file lacks.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// What was saved out of a damaged file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RecoverySummary {
    /// Where the damaged file lies now, if there was one. Photos whose reports cannot be read any more lie beside it, in a
    /// folder of the same name that ends in `.photos`.
    pub quarantined_path: PathBuf,
    /// Reports that its rows still had.
    pub reports_from_rows: usize,
    /// Reports that only their sidecar had.
    pub reports_from_sidecars: usize,
    /// Favourites.
    pub favourites: usize,
    /// Notes.
    pub notes: usize,
}

/// Opens the file; a damaged one is salvaged first.
pub(super) fn open(directory: &Path, storage: &Storage) -> Result<(Connection, Option<i64>, Option<RecoverySummary>)> {
    // Two processes must not both move aside what they found.
    let lock = File::options().create(true).truncate(false).write(true).open(directory.join("open.lock"))?;
    lock.lock()?;
    let path = directory.join(FILE_NAME);
    let next = directory.join(NEXT);
    if next.exists() && !path.exists() {
        // The process died when the damaged file had been moved aside.
        storage.disk.rename(&next, &path)?;
    }
    let salvaged = match check(directory, &path, storage) {
        Ok(()) => None,
        Err(Error::Corrupt { .. }) => Some(salvage(directory, &path, &next, storage)?),
        Err(other) => return Err(other),
    };
    let mut connection = schema::connect(&path, storage.vfs.as_deref())?;
    let newer = schema::migrate(&mut connection)?;
    Ok((connection, newer, salvaged))
}

/// Whether the file is what was written. A journal is small: all of it is looked at, as nothing else has what it has, and
/// by a connection that cannot write, so that a damaged one keeps every byte.
fn check(directory: &Path, path: &Path, storage: &Storage) -> Result<()> {
    let damaged = |reason: &str| Err(Error::Corrupt { reason: reason.to_owned() });
    let length = |path: &Path| fs::metadata(path).map_or(0, |about| about.len());
    if length(path) == 0 {
        // SQLite would take the file for a new one, and its log for nobody's.
        let had_words = length(&with_suffix(path, BESIDE[0])) > 0 || !sidecar::read(directory)?.is_empty();
        return if had_words { damaged("it is empty") } else { Ok(()) };
    }
    // A process that died while it made the file left a rollback journal, which only a connection that writes can undo.
    let flags = match with_suffix(path, "-journal").exists() {
        true => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        false => OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    };
    let connection = match &storage.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
        None => Connection::open_with_flags(path, flags)?,
    };
    connection.busy_timeout(schema::BUSY)?;
    let said: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return damaged(&said);
    }
    let has = |table: &str| -> Result<bool> {
        let sql = "SELECT count(*) FROM sqlite_master WHERE name = ?1";
        Ok(connection.query_row(sql, [table], |row| row.get::<_, i64>(0))? > 0)
    };
    if !has("jalon_schema")? {
        return if sidecar::read(directory)?.is_empty() { Ok(()) } else { damaged("it has no tables") };
    }
    if schema::version(&connection)? != Some(schema::VERSION) {
        return Ok(());
    }
    let mut statement = connection.prepare("SELECT data, sha256 FROM report")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let sealed = (row.get::<_, String>(0), row.get::<_, String>(1));
        if !matches!(&sealed, (Ok(json), Ok(sum)) if sidecar::verify_checksum(json, sum).is_some()) {
            return damaged("a report is not what was written");
        }
    }
    Ok(())
}

/// Fills a new file first, and then changes the names: a process that dies in between finds the damaged one again.
fn salvage(directory: &Path, path: &Path, next: &Path, storage: &Storage) -> Result<RecoverySummary> {
    let disk = &*storage.disk;
    for ending in ["", "-wal", "-shm"] {
        disk.remove(&with_suffix(next, ending))?;
    }
    let mut connection = schema::connect(next, storage.vfs.as_deref())?;
    schema::migrate(&mut connection)?;
    let mut salvaged = take_over(directory, path, &mut connection)?;
    // Closed, all of it is in the one file.
    drop(connection);
    let ms = now_ms();
    salvaged.quarantined_path = directory.join(format!("journal.damaged-{ms}.gpkg"));
    for ending in [BESIDE[0], BESIDE[1], ""] {
        if with_suffix(path, ending).exists() {
            disk.rename(&with_suffix(path, ending), &with_suffix(&salvaged.quarantined_path, ending))?;
        }
    }
    disk.rename(next, path)?;
    disk.sync_folder(directory)?;
    Ok(salvaged)
}

fn take_over(directory: &Path, damaged: &Path, new: &mut Connection) -> Result<RecoverySummary> {
    let mut salvaged = RecoverySummary::default();
    let mut found: BTreeMap<String, Report> = BTreeMap::new();
    let (mut favourites, mut notes) = (Vec::<Favourite>::new(), Vec::<Note>::new());
    // A copy is read, so that the damaged file keeps every byte.
    let copy = directory.join("journal.reading.gpkg");
    let log = BESIDE[0];
    for ending in ["", log] {
        if with_suffix(damaged, ending).exists() {
            fs::copy(with_suffix(damaged, ending), with_suffix(&copy, ending))?;
        }
    }
    if let Ok(old) = Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        for (json, sum) in rows(&old, "report", "sha256") {
            if let Some(report) = sidecar::verify_checksum(&json, &sum) {
                found.insert(report.uuid.clone(), report);
            }
        }
        let words = |table| rows(&old, table, "''").into_iter().map(|(json, _)| json);
        favourites.extend(words("favourite").filter_map(|json| serde_json::from_str(&json).ok()));
        notes.extend(words("note").filter_map(|json| serde_json::from_str(&json).ok()));
    }
    for ending in ["", log, BESIDE[1]] {
        let _ = fs::remove_file(with_suffix(&copy, ending));
    }
    salvaged.reports_from_rows = found.len();
    for (uuid, report) in sidecar::read(directory)? {
        let known = found.get(&uuid);
        salvaged.reports_from_sidecars += usize::from(known.is_none());
        if known.is_none_or(|known| known.changes < report.changes) {
            found.insert(uuid, report);
        }
    }
    (salvaged.favourites, salvaged.notes) = (favourites.len(), notes.len());
    let transaction = new.transaction()?;
    let mut found: Vec<Report> = found.into_values().collect();
    found.sort_by_key(|report| report.created_ms);
    for report in &mut found {
        if matches!(report.lifecycle.state, ReportState::Sending { .. }) {
            // Whether its last piece had left is not to be trusted to a file that was damaged.
            report.lifecycle.step(Event::FinalChunkSent, report.created_ms)?;
            report.lifecycle.step(Event::SenderLost, report.created_ms)?;
            report.changes += 1;
        }
        reports::put(&transaction, report)?;
    }
    favourites.iter().try_for_each(|favourite| keepsakes::put_favourite(&transaction, favourite))?;
    notes.iter().try_for_each(|note| keepsakes::put_note(&transaction, note))?;
    transaction.commit()?;
    Ok(salvaged)
}

/// The objects of a table and their sums, one row after the other, leaving out those that cannot be read.
fn rows(connection: &Connection, table: &str, sum: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut gap = 0;
    let mut row = 0_i64;
    let Ok(mut statement) = connection.prepare(&format!("SELECT data, {sum} FROM {table} WHERE fid = ?1")) else {
        return found;
    };
    while gap < MAX_GAP {
        row += 1;
        match statement.query_row([row], |row| Ok((row.get(0)?, row.get(1)?))) {
            Ok(both) => {
                gap = 0;
                found.push(both);
            }
            Err(_) => gap += 1,
        }
    }
    found
}
