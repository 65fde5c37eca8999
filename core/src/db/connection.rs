//! The connections to a database: one writer and a pool of readers, opened on first use.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::connect::{check_path, connect, connect_for_reading, existing, is_reusable};
use super::migrate::{Schema, migrate};
use super::quarantine::{self, FileId};
use super::suspend::SuspendLock;
use crate::error::{Error, Result};
use crate::storage::Storage;

/// How much a power cut may lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// The file stays intact; the last transactions may be lost (`synchronous=NORMAL`).
    Intact,
    /// Every committed transaction (`synchronous=FULL`, and `F_FULLFSYNC` on Apple systems).
    Committed,
}

/// The settings of a database's connections.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// How long a connection waits for a lock of another process.
    pub(crate) busy_timeout: Duration,
    pub(crate) durability: Durability,
}

/// One database file. Readers see the last committed state and never wait for the writer (WAL).
#[derive(Debug)]
pub(crate) struct Database {
    path: PathBuf,
    storage: Storage,
    settings: Settings,
    schema: &'static Schema,
    /// Schema version of the file.
    version: i64,
    /// The file that was opened. Another process may move a damaged file aside and create a new one under its name.
    file: Option<FileId>,
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
    suspend_lock: SuspendLock,
}

impl Database {
    /// Opens a file, creates a missing one and migrates an older one. A file of a newer version can be read, but not
    /// written. A file on a full disk or on read-only storage can be read, too.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if SQLite finds the file damaged, [`Error::Busy`] if another process holds a lock for too long,
    /// [`Error::ReadOnly`] and [`Error::StorageFull`] for a missing or older file, and other errors of the disk.
    pub(crate) fn open(
        path: PathBuf,
        storage: Storage,
        settings: Settings,
        schema: &'static Schema,
    ) -> Result<Database> {
        Database::open_with(path, storage, settings, schema, OpenFlags::default())
    }

    /// Opens a file as [`Database::open`], but does not create a missing one.
    ///
    /// # Errors
    /// As of [`Database::open`]; any error for a missing file.
    pub(crate) fn open_existing(
        path: PathBuf,
        storage: Storage,
        settings: Settings,
        schema: &'static Schema,
    ) -> Result<Database> {
        Database::open_with(path, storage, settings, schema, existing())
    }

    fn open_with(
        path: PathBuf,
        storage: Storage,
        settings: Settings,
        schema: &'static Schema,
        flags: OpenFlags,
    ) -> Result<Database> {
        check_path(&path)?;
        let before = quarantine::file_id(&path);
        let (mut connection, cause) = connect_for_reading(&path, &storage, settings, flags)?;
        let version = migrate(&mut connection, schema).map_err(|error| cause.clone().unwrap_or(error))?;
        let file = quarantine::file_id(&path);
        if before.is_some() && before != file {
            return Err(moved_aside());
        }
        let readers = if is_reusable(cause.as_ref()) { vec![connection] } else { Vec::new() };
        let (writer, readers, suspend_lock) = (Mutex::default(), Mutex::new(readers), SuspendLock::default());
        Ok(Database { path, storage, settings, schema, version, file, writer, readers, suspend_lock })
    }

    /// The path of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The storage below the file.
    pub(crate) fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Returns [`Error::TooNew`] if a newer version of Jalon wrote the file.
    pub(crate) fn check_version(&self) -> Result<()> {
        let supported = self.schema.version();
        if self.version > supported { Err(Error::TooNew { found: self.version, supported }) } else { Ok(()) }
    }

    /// Runs `read` in a read transaction: all its statements see the same state of the file.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let (mut read, mut result) = (Some(read), None);
        self.read_erased(&mut |connection| {
            result = read.take().map(|read| read(connection)).transpose()?;
            Ok(())
        })?;
        result.ok_or(Error::Closed)
    }

    /// [`Database::read`] without the types of the caller, so that it is compiled once.
    fn read_erased(&self, read: &mut dyn FnMut(&Connection) -> Result<()>) -> Result<()> {
        let guard = self.suspend_lock.acquire()?;
        let idle = lock(&self.readers).pop();
        let (mut connection, cause) = match idle {
            Some(connection) => (connection, None),
            None => {
                let connected = connect_for_reading(&self.path, &self.storage, self.settings, existing())?;
                self.check_file()?;
                connected
            }
        };
        guard.register(&connection)?;
        let snapshot = connection.transaction()?;
        let result = read(&snapshot);
        drop(snapshot);
        if is_reusable(cause.as_ref()) && !guard.is_suspended() {
            lock(&self.readers).push(connection);
        }
        result.map_err(|error| guard.error(error))
    }

    /// Runs `write` in the write transaction. An error or a panic in `write` rolls it back.
    ///
    /// # Errors
    /// [`Error::TooNew`] if a newer version of Jalon wrote the file.
    pub(crate) fn write<T>(&self, write: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let (mut write, mut result) = (Some(write), None);
        self.write_erased(&mut |transaction| {
            result = write.take().map(|write| write(transaction)).transpose()?;
            Ok(())
        })?;
        result.ok_or(Error::Closed)
    }

    /// [`Database::write`] without the types of the caller, so that it is compiled once.
    fn write_erased(&self, write: &mut dyn FnMut(&Transaction<'_>) -> Result<()>) -> Result<()> {
        self.check_version()?;
        self.with_writer(&mut |writer| {
            let transaction = self.begin(writer)?;
            write(&transaction)?;
            transaction.commit()?;
            // Another process may have moved the file aside in the meantime.
            self.check_file()
        })
    }

    /// Begins the write transaction; waits for other processes, but not beyond a suspension: SQLite's own waiting cannot be
    /// interrupted.
    fn begin<'c>(&self, writer: &'c Connection) -> Result<Transaction<'c>> {
        const WAIT: Duration = Duration::from_millis(50);
        let start = Instant::now();
        writer.busy_timeout(WAIT.min(self.settings.busy_timeout))?;
        let begun = loop {
            match Transaction::new_unchecked(writer, TransactionBehavior::Immediate) {
                Err(error)
                    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                        && start.elapsed() < self.settings.busy_timeout =>
                {
                    if let Err(closed) = self.suspend_lock.check() {
                        break Err(closed);
                    }
                }
                begun => break begun.map_err(Error::from),
            }
        };
        writer.busy_timeout(self.settings.busy_timeout)?;
        begun
    }

    /// Returns [`Error::Corrupt`] if another process has moved the damaged file aside: what is written to it would be lost.
    fn check_file(&self) -> Result<()> {
        if quarantine::file_id(&self.path) == self.file { Ok(()) } else { Err(moved_aside()) }
    }

    /// Runs `run` on the writer's connection, outside a transaction.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if another process has moved the file aside, [`Error::ReadOnly`], [`Error::StorageFull`].
    pub(crate) fn with_writer(&self, run: &mut dyn FnMut(&mut Connection) -> Result<()>) -> Result<()> {
        let guard = self.suspend_lock.acquire()?;
        let mut slot = lock(&self.writer);
        // Another operation may have had the connection until the suspension.
        self.suspend_lock.check()?;
        let writer = match &mut *slot {
            Some(connection) => connection,
            none => none.insert(connect(&self.path, &self.storage, self.settings, existing())?),
        };
        let result = guard.register(writer).and_then(|()| self.check_file()).and_then(|()| run(writer));
        if guard.is_suspended() {
            *slot = None;
        }
        result.map_err(|error| guard.error(error))
    }

    /// Writes a copy of the database to `target`, which must not exist. A plain copy of the file would lack the transactions
    /// in its log.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for the target, and errors of the disk.
    pub(crate) fn export(&self, target: &Path) -> Result<()> {
        let Some(name) = target.to_str() else {
            return Err(Error::invalid("target", "must be a Unicode path"));
        };
        if target.exists() {
            return Err(Error::invalid("target", "must be the path of a new file"));
        }
        let guard = self.suspend_lock.acquire()?;
        let (connection, _) = connect_for_reading(&self.path, &self.storage, self.settings, existing())?;
        guard.register(&connection)?;
        if let Err(error) = connection.execute("VACUUM INTO ?1", [name]) {
            // The app needs the first error, not that of the partial copy.
            let _ = self.storage.file_system.remove_file(target);
            return Err(guard.error(error.into()));
        }
        Ok(())
    }

    /// The size of the file in bytes, including its log.
    pub(crate) fn size(&self) -> Result<u64> {
        Ok(quarantine::size(&self.path)?)
    }

    /// Moves the log into the file and truncates it. The log is kept if a reader needs it.
    pub(crate) fn truncate_log(&self) -> Result<()> {
        self.with_writer(&mut |writer| Ok(writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?))
    }

    /// Closes every connection, so that the process holds no lock on the file. Blocks until the running operations have
    /// ended; interrupts them after half of `timeout`. Until [`Database::resume`] every operation returns [`Error::Closed`].
    ///
    /// # Errors
    /// [`Error::Busy`] if an operation has not ended after `timeout`. It closes its connection when it ends.
    pub(crate) fn suspend(&self, timeout: Duration) -> Result<()> {
        self.suspend_lock.suspend(timeout).inspect_err(|_| lock(&self.readers).clear())?;
        lock(&self.readers).clear();
        *lock(&self.writer) = None;
        Ok(())
    }

    /// Accepts operations again, after [`Database::suspend`].
    pub(crate) fn resume(&self) {
        self.suspend_lock.resume();
    }
}

fn moved_aside() -> Error {
    Error::corrupt("another process has moved it aside and created a new one: open it again")
}

/// Locks a mutex, even a poisoned one: a panic rolled its connection's transaction back, so the connection is usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    static SCHEMA: Schema = Schema { migrations: &[first_version] };
    static NEWER_SCHEMA: Schema = Schema { migrations: &[first_version, String::new] };
    const SETTINGS: Settings = Settings { busy_timeout: Duration::from_secs(5), durability: Durability::Intact };

    fn first_version() -> String {
        "CREATE TABLE item (id INTEGER);".to_owned()
    }

    fn open(folder: &Path) -> Result<Database> {
        Database::open(folder.join("file.gpkg"), Storage::default(), SETTINGS, &SCHEMA)
    }

    fn count(database: &Database) -> Result<i64> {
        database.read(|connection| Ok(connection.query_row("SELECT count(*) FROM item", [], |row| row.get(0))?))
    }

    fn insert(database: &Database) -> Result<()> {
        database.write(|transaction| {
            transaction.execute("INSERT INTO item VALUES (1)", [])?;
            Ok(())
        })
    }

    #[test]
    fn write_with_error_or_panic_rolls_back() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path()).unwrap();
        insert(&database).unwrap();
        let failed: Result<()> = database.write(|transaction| {
            transaction.execute("INSERT INTO item VALUES (2)", [])?;
            Err(Error::Cancelled)
        });
        assert_eq!(failed, Err(Error::Cancelled));
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            database.write(|transaction| -> Result<()> {
                transaction.execute("INSERT INTO item VALUES (3)", [])?;
                panic!("in a transaction");
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(count(&database), Ok(1));
        insert(&database).unwrap();
        assert_eq!(count(&database), Ok(2));
    }

    #[test]
    fn read_during_write_sees_the_last_committed_state() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path()).unwrap();
        database
            .write(|transaction| {
                transaction.execute("INSERT INTO item VALUES (1)", [])?;
                assert_eq!(count(&database), Ok(0));
                Ok(())
            })
            .unwrap();
        assert_eq!(count(&database), Ok(1));
    }

    #[test]
    fn suspended_database_returns_closed_until_resume() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path()).unwrap();
        insert(&database).unwrap();
        database.suspend(Duration::from_secs(60)).unwrap();
        assert_eq!((count(&database), insert(&database)), (Err(Error::Closed), Err(Error::Closed)));
        assert!(!folder.path().join("file.gpkg-wal").exists(), "the last connection has moved the log into the file");
        database.resume();
        assert_eq!(count(&database), Ok(1));
    }

    /// A statement that ends only by an interrupt.
    const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

    #[test]
    fn suspend_interrupts_endless_read_write_and_waiting_writer() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path()).unwrap();
        let started = std::sync::Barrier::new(3);
        let endless = |connection: &Connection| -> Result<()> {
            started.wait();
            connection.query_row(ENDLESS, [], |row| row.get::<_, i64>(0))?;
            Ok(())
        };
        std::thread::scope(|scope| {
            let reading = scope.spawn(|| database.read(endless));
            let writing = scope.spawn(|| {
                database.write(|transaction| {
                    transaction.execute("INSERT INTO item VALUES (1)", [])?;
                    endless(transaction)
                })
            });
            started.wait();
            let waiting = scope.spawn(|| insert(&database));
            database.suspend(Duration::from_secs(10)).unwrap();
            for operation in [reading, writing, waiting] {
                assert_eq!(operation.join().unwrap(), Err(Error::Closed));
            }
        });
        database.resume();
        assert_eq!(count(&database), Ok(0), "the transaction was rolled back");
    }

    #[test]
    fn operation_that_outlasts_the_timeout_closes_its_connection() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path()).unwrap();
        database
            .read(|_| {
                let suspended = database.suspend(Duration::from_millis(20));
                assert!(matches!(suspended, Err(Error::Busy { .. })), "{suspended:?}");
                Ok(())
            })
            .unwrap();
        assert!(!folder.path().join("file.gpkg-wal").exists(), "the last connection is closed");
    }

    #[test]
    fn newer_file_is_read_and_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.gpkg");
        insert(&Database::open(path, Storage::default(), SETTINGS, &NEWER_SCHEMA).unwrap()).unwrap();
        let database = open(folder.path()).unwrap();
        assert_eq!(count(&database), Ok(1));
        assert_eq!(insert(&database), Err(Error::TooNew { found: 2, supported: 1 }));
    }

    #[test]
    fn export_writes_a_whole_copy_to_a_new_file_only() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path()).unwrap();
        insert(&database).unwrap();
        let target = folder.path().join("copy.gpkg");
        database.export(&target).unwrap();
        assert!(matches!(database.export(&target), Err(Error::InvalidInput { .. })));
        let copy = Connection::open(&target).unwrap();
        assert_eq!(copy.query_row("SELECT count(*) FROM item", [], |row| row.get::<_, i64>(0)), Ok(1));
    }
}
