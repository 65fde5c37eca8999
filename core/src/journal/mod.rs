//! What the person made: reports with their photos, favourites, notes. It exists nowhere else, so it is written with
//! `synchronous=FULL`, never deleted by the library but after acceptance and retention, salvaged when it is damaged, and can
//! be exported at any moment. `journal.gpkg` is a GeoPackage, without an R-tree: it is small.
//!
//! In the directory that the app names lie `journal.gpkg`, `photos/` (each photo under a name of its own), `reports/` (each
//! report once more, as a small file of its own), `reserve` (room for the words that must still be written on a full disk),
//! and what was set aside as damaged.
//!
//! * `schema`: the tables.
//! * `reports`: reports and the steps of their lives, `photos` their photos, `sidecar` each report once more.
//! * `photo`: any photo into one that can be sent (feature `photos`).
//! * `keepsakes`: favourites and notes.
//! * `archive`: export and import.
//! * `salvage`: what becomes of a damaged file.

mod archive;
mod keepsakes;
#[cfg(feature = "photos")]
mod photo;
mod photos;
mod reports;
mod salvage;
mod schema;
mod sidecar;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{Error, Result};
use crate::storage::Storage;

pub use archive::ImportSummary;
pub use keepsakes::{Favourite, Note};
#[cfg(feature = "photos")]
pub use photo::{PhotoOptions, encode_jpeg};
pub use photos::Photo;
pub use reports::{NewReport, Report};
pub use salvage::RecoverySummary;

/// The name of the file in the directory that the app gives.
pub const FILE_NAME: &str = "journal.gpkg";

/// The journal of one directory. Share it between threads; several processes may open it.
#[derive(Debug)]
pub struct Journal {
    directory: PathBuf,
    storage: Storage,
    /// None while it is suspended.
    connection: Mutex<Option<Connection>>,
    /// Schema version of a file that a newer Jalon wrote: it is read and exported, and not written.
    newer: Option<i64>,
    salvaged: Option<RecoverySummary>,
}

impl Journal {
    /// Opens the journal in `directory`, and makes both where they are missing. A damaged file is moved aside byte for
    /// byte and what can be read of it is taken over: [`Journal::salvaged`] tells. One that a newer version of Jalon wrote
    /// can be read and exported; writing is [`Error::TooNew`].
    pub fn open(directory: &Path, storage: Storage) -> Result<Journal> {
        let disk = &*storage.disk;
        let is_new = !directory.join("reports").is_dir();
        for folder in [directory, &directory.join("photos"), &directory.join("reports")] {
            disk.create_folder(folder)?;
        }
        if is_new {
            // What lies in a folder is lost with the folder's own name.
            disk.sync_folder(directory)?;
            if let Some(above) = directory.parent().filter(|above| above.is_dir()) {
                disk.sync_folder(above)?;
            }
        }
        let (connection, newer, salvaged) = salvage::open(directory, &storage)?;
        let directory = directory.to_owned();
        let journal = Journal { directory, storage, connection: Mutex::new(Some(connection)), newer, salvaged };
        if journal.newer.is_none() {
            journal.reconcile()?;
            let quarantined_path =
                journal.salvaged.as_ref().map(|salvaged| salvaged.quarantined_path.with_extension("photos"));
            journal.sweep_photos(quarantined_path.as_deref())?;
            journal.keep_reserve();
        }
        Ok(journal)
    }

    /// What was saved out of a damaged file when this one was opened.
    pub fn recovery(&self) -> Option<&RecoverySummary> {
        self.salvaged.as_ref()
    }

    /// The directory that it was opened in.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where the file is.
    pub fn path(&self) -> PathBuf {
        self.directory.join(FILE_NAME)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Connection>> {
        // A poisoned lock guards a connection whose transaction was rolled back when the panic unwound: it is still good.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        read(self.lock().as_ref().ok_or(Error::Closed)?)
    }

    /// Closes the file, so that no lock on it is held: waits for what is being written, and answers [`Error::Closed`] until
    /// [`Journal::resume`].
    pub fn suspend(&self) {
        *self.lock() = None;
    }

    /// Opens the file again after [`Journal::suspend`].
    pub fn resume(&self) -> Result<()> {
        let mut connection = self.lock();
        if connection.is_none() {
            *connection = Some(schema::connect(&self.path(), self.storage.vfs.as_deref())?);
        }
        Ok(())
    }

    /// Runs `write` in one transaction, which is on stable storage when this returns. On a full disk the reserve is given
    /// up for it once.
    fn write<T>(&self, write: impl Fn(&Transaction<'_>) -> Result<T>) -> Result<T> {
        if let Some(found) = self.newer {
            return Err(Error::TooNew { found, supported: schema::VERSION });
        }
        let attempt = || {
            let mut connection = self.lock();
            let connection = connection.as_mut().ok_or(Error::Closed)?;
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = write(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        };
        match attempt() {
            Err(Error::StorageFull) if self.reserve().exists() => {
                self.storage.disk.remove(&self.reserve())?;
                attempt()
            }
            answer => answer,
        }
    }

    fn reserve(&self) -> PathBuf {
        self.directory.join("reserve")
    }

    /// Keeps some room for words that must still be written on a full disk. Where there is none for it now there may be
    /// later.
    fn keep_reserve(&self) {
        const BYTES: usize = 256 << 10;
        if std::fs::metadata(self.reserve()).is_ok_and(|about| about.len() >= BYTES as u64) {
            return;
        }
        let written = self.storage.disk.open(&self.reserve(), 0).and_then(|mut file| {
            // Not zeros: some disks keep no room for those.
            file.write_all(&vec![0xA5; BYTES])?;
            file.sync()
        });
        if written.is_err() {
            let _ = self.storage.disk.remove(&self.reserve());
        }
    }
}
