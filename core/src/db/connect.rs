//! Opens a connection to a database: for reading and writing, or for reading only on storage that cannot be written.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::connection::{Durability, Settings};
use super::{geopackage, unwritable};
use crate::error::{Error, Result};
use crate::storage::Storage;

const STATEMENT_CACHE: usize = 64;
/// Maximum length of the path of a file. SQLite's limit is 512 bytes, with the suffix of the file's journal.
const MAX_PATH_BYTES: usize = 500;

/// The flags of a connection to a file that exists.
pub(super) fn existing() -> OpenFlags {
    OpenFlags::default().difference(OpenFlags::SQLITE_OPEN_CREATE)
}

/// True for a connection that later reads may use again. A connection on a full disk takes part in no locking, so it must
/// not last: another process writes as soon as there is space.
pub(super) fn is_reusable(cause: Option<&Error>) -> bool {
    cause.is_none_or(|cause| *cause == Error::ReadOnly)
}

/// Opens a file for reading. On storage that cannot be written, also returns the error that a write would have.
pub(super) fn connect_for_reading(
    path: &Path,
    storage: &Storage,
    settings: Settings,
    flags: OpenFlags,
) -> Result<(Connection, Option<Error>)> {
    match connect(path, storage, settings, flags) {
        Ok(connection) => Ok((connection, None)),
        Err(cause @ (Error::ReadOnly | Error::StorageFull)) => {
            match unwritable::open_for_reading(path, storage, settings.busy_timeout, false) {
                Ok(connection) => {
                    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
                    Ok((connection, Some(cause)))
                }
                Err(error @ Error::Corrupt { .. }) => Err(error),
                Err(_) => Err(cause),
            }
        }
        Err(error) => Err(error),
    }
}

/// Returns an error if SQLite could not open the file because of the length of its path.
pub(super) fn check_path(path: &Path) -> Result<()> {
    let bytes = std::path::absolute(path).map_or(0, |path| path.as_os_str().len());
    if bytes <= MAX_PATH_BYTES {
        return Ok(());
    }
    let rule = format!("must have a path of at most {MAX_PATH_BYTES} bytes with the name of the file; it has {bytes}");
    Err(Error::invalid("directory", rule))
}

/// Opens a file with SQLite's `flags`, and nothing else set.
pub(super) fn open_file(path: &Path, storage: &Storage, flags: OpenFlags) -> rusqlite::Result<Connection> {
    match &storage.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str()),
        None => Connection::open_with_flags(path, flags),
    }
}

/// Opens a file for reading and writing.
pub(super) fn connect(path: &Path, storage: &Storage, settings: Settings, flags: OpenFlags) -> Result<Connection> {
    let connected = connect_sqlite(path, storage, settings, flags);
    connected.map_err(|error| unwritable::cause(&error, path, storage).unwrap_or_else(|| error.into()))
}

fn connect_sqlite(
    path: &Path,
    storage: &Storage,
    settings: Settings,
    flags: OpenFlags,
) -> rusqlite::Result<Connection> {
    let connection = open_file(path, storage, flags)?;
    connection.busy_timeout(settings.busy_timeout)?;
    geopackage::register_functions(&connection)?;
    enable_wal(&connection, settings.busy_timeout)?;
    match settings.durability {
        Durability::Intact => connection.pragma_update(None, "synchronous", "normal")?,
        Durability::Committed => {
            connection.pragma_update(None, "synchronous", "full")?;
            // On Apple systems an ordinary sync leaves the bytes in the drive's cache.
            connection.pragma_update(None, "fullfsync", true)?;
            connection.pragma_update(None, "checkpoint_fullfsync", true)?;
        }
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    // Phones may have no directory for temporary files.
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    Ok(connection)
}

/// Enables the write-ahead log. If two processes create a file at the same time, SQLite reports it busy without calling the
/// busy handler, because waiting would be a deadlock. So the statement is repeated until `timeout`.
fn enable_wal(connection: &Connection, timeout: Duration) -> rusqlite::Result<()> {
    const RETRY_INTERVAL: Duration = Duration::from_millis(5);
    let start = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && start.elapsed() < timeout => {
                std::thread::sleep(RETRY_INTERVAL);
            }
            result => return result,
        }
    }
}
