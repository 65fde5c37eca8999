//! Reading a database on storage that cannot be written: a read-only file system or directory, or a full disk. SQLite needs
//! two files beside a database in WAL mode, `-wal` and `-shm`, and fails if it cannot create them.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::connect::open_file;
use super::quarantine::WAL;
use crate::error::{Error, Result};
use crate::storage::{Storage, with_suffix};

/// SQLite's VFS without file locks.
const VFS_WITHOUT_LOCKS: &str = if cfg!(windows) { "win32-none" } else { "unix-none" };

/// Why a database could not be opened for writing: [`Error::ReadOnly`] or [`Error::StorageFull`]. `None` for other reasons.
pub(super) fn cause(error: &rusqlite::Error, path: &Path, storage: &Storage) -> Option<Error> {
    match error.sqlite_error_code()? {
        ErrorCode::CannotOpen => probe(path, storage),
        _ => match Error::from_sqlite(error) {
            cause @ (Error::ReadOnly | Error::StorageFull) => Some(cause),
            _ => None,
        },
    }
}

/// Tries to write beside the database, because SQLite reports only that it cannot open a file.
fn probe(path: &Path, storage: &Storage) -> Option<Error> {
    let beside = with_suffix(path, "-probe");
    let created = storage.file_system.open(&beside, 0).map(drop);
    if created.is_ok() {
        // A file that stays is empty, and the next probe replaces it.
        let _ = storage.file_system.remove_file(&beside);
    }
    let opened = if path.exists() { File::options().write(true).open(path).map(drop) } else { Ok(()) };
    match created.and(opened).map_err(Error::from) {
        Err(cause @ (Error::ReadOnly | Error::StorageFull)) => Some(cause),
        _ => None,
    }
}

/// Opens a database for reading only. If SQLite cannot lock it as usual, the connection takes part in no locking: no process
/// may write to the file while it is open. With `rolls_back`, SQLite may write once, to roll a transaction back.
///
/// # Errors
/// [`Error::Corrupt`], and [`Error::Internal`] if no way of opening the file succeeds.
pub(crate) fn open_for_reading(
    path: &Path,
    storage: &Storage,
    busy_timeout: Duration,
    rolls_back: bool,
) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let access = if rolls_back { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
    let check = |opened| {
        check(opened, busy_timeout).map_err(|error| cause(&error, path, storage).unwrap_or_else(|| error.into()))
    };
    let direct = check(open_file(path, storage, access | OpenFlags::SQLITE_OPEN_NO_MUTEX));
    let Err(Error::ReadOnly | Error::StorageFull) = direct else { return direct };
    let has_log = std::fs::metadata(with_suffix(path, WAL)).is_ok_and(|metadata| metadata.len() > 0);
    if !has_log {
        // Without a log all transactions are in the file, and SQLite needs neither of the two files.
        let uri = immutable_uri(path);
        return check(open_file(Path::new(&uri), storage, flags | OpenFlags::SQLITE_OPEN_URI));
    }
    if storage.vfs.is_some() {
        return direct;
    }
    check(open_without_locks(path, flags))
}

/// Opens a file with the index of its log in memory instead of `-shm`, as SQLite does with exclusive locking.
fn open_without_locks(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags_and_vfs(path, flags, VFS_WITHOUT_LOCKS)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "locking_mode", "exclusive")?;
    Ok(connection)
}

/// Reads the schema, so that an error of opening is met here.
fn check(opened: rusqlite::Result<Connection>, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    let connection = opened?;
    connection.busy_timeout(busy_timeout)?;
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    Ok(connection)
}

/// The URI by which SQLite reads a file that does not change.
fn immutable_uri(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    let bytes = path.as_os_str().as_encoded_bytes();
    if cfg!(windows) {
        uri.push('/');
    }
    for byte in bytes {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b':' | b'-' | b'_' | b'.' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn immutable_uri_encodes_the_characters_of_a_query() {
        assert_eq!(immutable_uri(Path::new("/a b/é?#%.gpkg")), "file:/a%20b/%C3%A9%3F%23%25.gpkg?immutable=1");
    }

    #[test]
    fn open_without_locks_reads_the_log_and_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (path, copy) = (folder.path().join("a.gpkg"), folder.path().join("copy ?.gpkg"));
        let writer = Connection::open(&path).unwrap();
        writer
            .execute_batch("PRAGMA journal_mode = wal; CREATE TABLE item (id); INSERT INTO item VALUES (7);")
            .unwrap();
        for suffix in ["", WAL] {
            std::fs::copy(with_suffix(&path, suffix), with_suffix(&copy, suffix)).unwrap();
        }
        let log = std::fs::read(with_suffix(&copy, WAL)).unwrap();
        let connection = open_without_locks(&copy, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        assert_eq!(connection.query_row("SELECT id FROM item", [], |row| row.get(0)), Ok(7));
        drop(connection);
        assert_eq!(std::fs::read(with_suffix(&copy, WAL)).unwrap(), log, "the log is unchanged");
        assert!(!with_suffix(&copy, "-shm").exists());
    }
}
