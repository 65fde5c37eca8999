//! The downloaded territory on disk: `catalogue.gpkg`, a GeoPackage with one layer a kind, several territories in one
//! file. Everything here can be downloaded again, so what matters is that a reader sees a whole state, old or new: one
//! writer, whose transaction is one change of the catalogue, and readers of their own that never wait for it (WAL).
//!
//! * `schema`: our tables, numbered migrations.
//! * `territory`: which territories are held.
//! * `transaction`: writing, in one transaction.
//! * `read`: objects by id and by kind.
//! * `route_items`: what belongs to a trek, for its words.
//! * `text_fold`: words without accents, and where they stand in a text.
//! * `search`: the full-text index.
//! * `filter`: which treks suit, how many each choice would give, in which order.
//! * `treks`: the rows that `filter` looks at.
//! * `history`: what changed, `normalize` when two states are the same.
//! * `jobs`: the transfers that fetch, as they stand.
//! * `packs`: what is wholly on the device, `media` its files, `picture` what a file is.
//! * `suspend`: who uses the file, and whether anybody may.
//! * `usage`: what it all costs, and what becomes of a damaged file.

mod filter;
mod history;
mod jobs;
mod media;
mod normalize;
mod packs;
mod picture;
mod read;
mod route_items;
mod schema;
mod search;
mod suspend;
mod territory;
mod text_fold;
mod transaction;
mod treks;
mod usage;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Error, Result};
use crate::storage::{FileSystem, with_suffix};

pub use crate::storage::Storage;
pub use filter::{Facet, FacetCount, Filters, NumericRange, SortOrder, TrekSort};
pub use history::{ChangeKind, ChangeRecord};
pub(crate) use jobs::{JobRecord, TransferRecord};
pub use media::MediaFile;
pub(crate) use media::{Kept, address_digits, look_at};
pub(crate) use normalize::state_digits;
pub use packs::{MissingFile, Pack, PackState, PackSubject, PictureSize};
pub use search::{SearchHit, SearchResults};
pub use territory::{NewTerritory, Territory};
pub use text_fold::{fold, highlight, sort_key};
pub use transaction::WriteTransaction;
pub use treks::TrekRow;
pub(crate) use usage::bytes_below;
pub use usage::{PackUsage, StorageUsage};

/// The name of the file in the directory that the app gives.
pub const FILE_NAME: &str = "catalogue.gpkg";

/// The catalogue of one directory. Cheap to share between threads; every call may touch the disk.
#[derive(Debug)]
pub struct Catalogue {
    directory: PathBuf,
    path: PathBuf,
    storage: Storage,
    /// Opened by the first change: most who open a catalogue only read.
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
    suspend_lock: suspend::SuspendLock,
    was_damaged: bool,
}

impl Catalogue {
    /// Opens the catalogue in `directory`, and makes both where they are missing. A file of an older version is brought
    /// up to date; one of a newer version is [`Error::TooNew`] and stays as it is. A damaged one is
    /// moved aside, and the territories and packs that it held are planned anew.
    pub fn open(directory: &Path) -> Result<Catalogue> {
        Catalogue::open_with_storage(directory, Storage::default())
    }

    /// The same on another storage than the system's own.
    pub fn open_with_storage(directory: &Path, storage: Storage) -> Result<Catalogue> {
        storage.disk.create_folder(directory)?;
        let path = directory.join(FILE_NAME);
        let (connection, was_damaged) = usage::open_or_quarantine(directory, &path, &storage)?;
        let directory = directory.to_owned();
        let (writer, readers) = (Mutex::default(), Mutex::new(vec![connection]));
        let suspend_lock = suspend::SuspendLock::default();
        let catalogue = Catalogue { directory, path, storage, writer, readers, suspend_lock, was_damaged };
        if was_damaged {
            catalogue.restore_wanted()?;
        }
        Ok(catalogue)
    }

    /// Whether the file was found damaged when it was opened, and moved aside: what it held must be taken in again.
    pub fn was_damaged(&self) -> bool {
        self.was_damaged
    }

    /// The directory that it was opened in.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn disk(&self) -> &Arc<dyn FileSystem> {
        &self.storage.disk
    }

    /// How many bytes the file has, with what lies beside it until it is written back.
    pub fn bytes_on_disk(&self) -> Result<u64> {
        let mut bytes = std::fs::metadata(&self.path)?.len();
        if let Ok(log) = std::fs::metadata(with_suffix(&self.path, "-wal")) {
            bytes += log.len();
        }
        Ok(bytes)
    }

    /// Runs `read` on a connection that sees one state of the file from its first statement on.
    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let _guard = self.suspend_lock.acquire()?;
        let idle = lock(&self.readers).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let snapshot = connection.transaction()?;
        let answer = read(&snapshot).inspect_err(|error| self.flag_damage(error));
        drop(snapshot);
        lock(&self.readers).push(connection);
        answer
    }

    /// Runs `transaction` in the one write transaction; its error, or a panic, leaves the file as it was.
    pub fn write<T>(&self, write: impl FnOnce(&mut WriteTransaction<'_>) -> Result<T>) -> Result<T> {
        let _guard = self.suspend_lock.acquire()?;
        let mut writer = lock(&self.writer);
        let writer = self.opened(&mut writer)?;
        let changed = Catalogue::write_on(writer, write);
        if matches!(changed, Err(Error::StorageFull)) {
            // What the log holds of the change that failed is given back. Where a reader needs the log this waits for the
            // next time.
            let _ = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
        changed
    }

    fn write_on<T>(writer: &mut Connection, write: impl FnOnce(&mut WriteTransaction<'_>) -> Result<T>) -> Result<T> {
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut work = WriteTransaction::new(&transaction);
        let answer = write(&mut work)?;
        work.finish()?;
        transaction.commit()?;
        Ok(answer)
    }

    /// Runs `write` in a small write transaction of its own, for what is no object: how far transfers and packs are.
    fn note<T>(&self, write: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let _guard = self.suspend_lock.acquire()?;
        let mut writer = lock(&self.writer);
        let transaction = self.opened(&mut writer)?.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let answer = write(&transaction)?;
        transaction.commit()?;
        Ok(answer)
    }

    fn opened<'w>(&self, writer: &'w mut Option<Connection>) -> Result<&'w mut Connection> {
        Ok(match writer {
            Some(connection) => connection,
            none => none.insert(self.connect()?),
        })
    }

    fn connect(&self) -> Result<Connection> {
        schema::connect(&self.path, self.storage.vfs.as_deref())
    }

    /// Writes a copy of the catalogue, whole and in one file, to `target`, which must not exist. This is the way to hand
    /// a catalogue out: a plain copy of the file lacks what still lies in its `-wal`.
    pub fn export(&self, target: &Path) -> Result<()> {
        let Some(target) = target.to_str() else {
            return Err(Error::invalid("target", "the path must be Unicode"));
        };
        if Path::new(target).exists() {
            return Err(Error::invalid("target", "a file of this name exists already"));
        }
        self.read_outside_transaction(|connection| {
            connection.execute("VACUUM INTO ?1", [target])?;
            Ok(())
        })
    }

    fn read_outside_transaction<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let _guard = self.suspend_lock.acquire()?;
        read(&self.connect()?)
    }

    /// Closes every connection, so that no lock on the file is held: waits for the reads and writes that run, and answers
    /// [`Error::Closed`] until [`Catalogue::resume`].
    pub fn suspend(&self) {
        self.suspend_lock.suspend();
        lock(&self.readers).clear();
        *lock(&self.writer) = None;
    }

    /// Goes on after [`Catalogue::suspend`]. Connections are opened by who needs one.
    pub fn resume(&self) {
        self.suspend_lock.resume();
    }
}

/// A poisoned lock guards a connection whose transaction was rolled back when the panic unwound: it is still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
