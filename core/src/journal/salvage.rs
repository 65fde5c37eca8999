//! What becomes of a damaged file: it is moved aside byte for byte, and what can be read of it, row by row, and of the
//! copies beside it, is taken over into a new one. Damage never means deletion.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use super::{FILE_NAME, Favourite, Note, Report, reports, schema};
use crate::disk::Foundation;
use crate::error::{Error, Result};
use crate::report::{State, Step};

/// Rows in a row that cannot be read, after which a table is taken to have ended.
const MOST_GAP: i64 = 5_000;

/// What was saved out of a damaged file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Salvaged {
    /// Where the damaged file lies now.
    pub aside: PathBuf,
    /// Reports that its rows still had.
    pub reports_from_rows: usize,
    /// Reports that only their copies had.
    pub reports_from_copies: usize,
    /// Favourites.
    pub favourites: usize,
    /// Notes.
    pub notes: usize,
}

/// Opens the file; a damaged one is salvaged first.
pub(super) fn open(directory: &Path, foundation: &Foundation) -> Result<(Connection, Option<i64>, Option<Salvaged>)> {
    let path = directory.join(FILE_NAME);
    match try_open(&path, foundation) {
        Ok((connection, newer)) => Ok((connection, newer, None)),
        Err(Error::Corrupt { .. }) => {
            let aside = set_aside(directory, &path, foundation)?;
            let (mut connection, newer) = try_open(&path, foundation)?;
            let salvaged = take_over(directory, &aside, &mut connection)?;
            Ok((connection, newer, Some(salvaged)))
        }
        Err(other) => Err(other),
    }
}

fn try_open(path: &Path, foundation: &Foundation) -> Result<(Connection, Option<i64>)> {
    let mut connection = schema::connect(path, foundation.vfs.as_deref())?;
    let newer = schema::migrate(&mut connection)?;
    // A journal is small: all of it is looked at, as nothing else has what it has.
    let said: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok((connection, newer)) } else { Err(Error::Corrupt { reason: said }) }
}

fn set_aside(directory: &Path, path: &Path, foundation: &Foundation) -> Result<PathBuf> {
    let ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let aside = directory.join(format!("journal.damaged-{ms}.gpkg"));
    // The log goes with its file: it has rows that the file lacks.
    for ending in ["-wal", "-shm"] {
        let with = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        if with(path).exists() {
            foundation.disk.rename(&with(path), &with(&aside))?;
        }
    }
    foundation.disk.rename(path, &aside)?;
    foundation.disk.sync_folder(directory)?;
    Ok(aside)
}

fn take_over(directory: &Path, aside: &Path, new: &mut Connection) -> Result<Salvaged> {
    let mut salvaged = Salvaged { aside: aside.to_owned(), ..Salvaged::default() };
    let mut found: BTreeMap<String, Report> = BTreeMap::new();
    let (mut favourites, mut notes) = (Vec::<Favourite>::new(), Vec::<Note>::new());
    // A copy is read, so that the damaged file keeps every byte.
    let copy = aside.with_extension("reading");
    fs::copy(aside, &copy)?;
    let log = |path: &Path| {
        let mut name = path.as_os_str().to_owned();
        name.push("-wal");
        PathBuf::from(name)
    };
    if log(aside).exists() {
        fs::copy(log(aside), log(&copy))?;
    }
    if let Ok(old) = Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        for json in rows(&old, "report") {
            if let Ok(report) = serde_json::from_str::<Report>(&json) {
                found.insert(report.uuid.clone(), report);
            }
        }
        favourites.extend(rows(&old, "favourite").iter().filter_map(|json| serde_json::from_str(json).ok()));
        notes.extend(rows(&old, "note").iter().filter_map(|json| serde_json::from_str(json).ok()));
    }
    for left in [copy.clone(), log(&copy)] {
        let _ = fs::remove_file(left);
    }
    salvaged.reports_from_rows = found.len();
    for file in fs::read_dir(directory.join("reports"))?.flatten() {
        let Some(report) = fs::read(file.path()).ok().and_then(|json| serde_json::from_slice::<Report>(&json).ok())
        else {
            continue;
        };
        let known = found.get(&report.uuid);
        salvaged.reports_from_copies += usize::from(known.is_none());
        // A copy is written before its row, so it never claims less than what was begun.
        found.insert(report.uuid.clone(), report);
    }
    (salvaged.favourites, salvaged.notes) = (favourites.len(), notes.len());
    let transaction = new.transaction()?;
    let mut found: Vec<Report> = found.into_values().collect();
    found.sort_by_key(|report| report.created_ms);
    for report in &mut found {
        if matches!(report.life.state, State::Sending { .. }) {
            // Whether its last piece had left is not to be trusted to a file that was damaged.
            report.life.step(Step::LastPiece, report.created_ms)?;
            report.life.step(Step::DriverGone, report.created_ms)?;
        }
        reports::put(&transaction, report)?;
    }
    for favourite in &favourites {
        let data = serde_json::to_string(favourite).map_err(Error::internal)?;
        transaction.execute(
            "REPLACE INTO favourite (territory, kind, id, name, created_ms, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (&favourite.territory, favourite.kind.as_str(), favourite.id, &favourite.name, favourite.created_ms, data),
        )?;
    }
    for note in &notes {
        let data = serde_json::to_string(note).map_err(Error::internal)?;
        transaction.execute(
            "REPLACE INTO note (uuid, text, created_ms, data) VALUES (?1, ?2, ?3, ?4)",
            (&note.uuid, &note.text, note.created_ms, data),
        )?;
    }
    transaction.commit()?;
    Ok(salvaged)
}

/// The objects of a table, one row after the other, leaving out those that cannot be read.
fn rows(connection: &Connection, table: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut gap = 0;
    let mut row = 0_i64;
    let Ok(mut statement) = connection.prepare(&format!("SELECT data FROM {table} WHERE fid = ?1")) else {
        return found;
    };
    while gap < MOST_GAP {
        row += 1;
        match statement.query_row([row], |row| row.get::<_, String>(0)) {
            Ok(json) => {
                gap = 0;
                found.push(json);
            }
            Err(_) => gap += 1,
        }
    }
    found
}
