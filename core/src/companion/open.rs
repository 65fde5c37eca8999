//! Opens the two files of a companion, and releases their locks while the app is suspended.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use super::snapshot;
use crate::catalogue::Catalogue;
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Result};
use crate::journal::Journal;
use crate::response::{MAX_FILE_BYTES, MAX_JSON_BYTES, ResponseWriter};
use crate::storage::Storage;
use crate::sync::TerritoryLocks;
use crate::transfer::{BodyKind, Transfer};

const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// The two directories of a companion. They are separate because an app may back up one and not the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directories {
    /// Data that can be downloaded again.
    pub catalogue: PathBuf,
    /// Data that the user made, which exists nowhere else.
    pub journal: PathBuf,
}

impl Directories {
    /// One directory for both, with the journal in a subdirectory.
    pub fn within(directory: impl Into<PathBuf>) -> Directories {
        let catalogue = directory.into();
        Directories { journal: catalogue.join("journal"), catalogue }
    }
}

/// The entry point of the library, for one pair of directories. Share it between threads, and keep it as long as the app runs.
/// Several processes may open the same directories.
#[derive(Debug)]
pub struct Companion {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) index: Arc<snapshot::CurrentSnapshot>,
    /// Opened by the first call that needs it: most processes only read the catalogue.
    pub(super) journal: OnceLock<Arc<Journal>>,
    pub(super) journal_directory: PathBuf,
    pub(super) storage: Storage,
    pub(super) clock: Arc<dyn Clock>,
    /// The locks of its refreshes, downloads and uploads.
    pub(super) locks: TerritoryLocks,
    /// Locked while the journal is opened, so that no file is opened after [`Companion::suspend`].
    pub(super) is_suspended: Mutex<bool>,
}

impl Companion {
    /// Opens the catalogue, or creates it. A damaged catalogue is moved to quarantine, and its territories and packs are
    /// planned again; see [`Catalogue::was_damaged`].
    ///
    /// # Errors
    /// [`Error::TooNew`] for a catalogue of a newer version; [`Error::Busy`]; [`Error::StorageFull`] and [`Error::ReadOnly`]
    /// if there is no catalogue yet. An existing one can be read on a full disk and on read-only storage.
    pub fn open(directories: &Directories) -> Result<Companion> {
        Companion::open_with(directories, Storage::default(), Arc::new(SystemClock))
    }

    /// As [`Companion::open`], on another storage and with another clock than the system's.
    ///
    /// # Errors
    /// As of [`Companion::open`].
    pub fn open_with(directories: &Directories, storage: Storage, clock: Arc<dyn Clock>) -> Result<Companion> {
        let catalogue = Arc::new(Catalogue::open_with_storage(&directories.catalogue, storage.clone())?);
        let journal_directory = directories.journal.clone();
        let (index, journal, is_suspended) = (Arc::default(), OnceLock::new(), Mutex::default());
        let locks = TerritoryLocks::default();
        Ok(Companion { catalogue, index, journal, journal_directory, storage, clock, locks, is_suspended })
    }

    /// The downloaded territories, object by object.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The data that the user made. The first call opens it, and recovers it if it is damaged.
    ///
    /// # Errors
    /// [`Error::Closed`] while the companion is suspended; [`Error::StorageFull`].
    pub fn journal(&self) -> Result<&Arc<Journal>> {
        if let Some(journal) = self.journal.get() {
            return Ok(journal);
        }
        let is_suspended = self.is_suspended.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_suspended {
            return Err(Error::Closed);
        }
        if let Some(journal) = self.journal.get() {
            return Ok(journal);
        }
        let journal = Arc::new(Journal::open(&self.journal_directory, self.storage.clone())?);
        Ok(self.journal.get_or_init(|| journal))
    }

    /// A writer for the response to a transfer of a job, for drivers whose client removes the content encoding, as those of
    /// Android and Apple do. It has the default limits.
    pub fn response_writer(&self, transfer: Transfer, target: PathBuf) -> ResponseWriter {
        let max_bytes = match transfer.body {
            BodyKind::Json => MAX_JSON_BYTES,
            BodyKind::File | BodyKind::FileSize => MAX_FILE_BYTES,
        };
        ResponseWriter::new(transfer, target, Arc::clone(self.catalogue.file_system()), max_bytes).decoded_by_client()
    }

    /// Releases all locks on the two files and those of refreshes and downloads: iOS kills apps that hold one while suspended.
    /// Until [`Companion::resume`] every call fails with [`Error::Closed`]. Cancel transfers first, or they end with that
    /// error; what they have received is kept. Reads and writes that have not ended after half of `timeout` are interrupted:
    /// a refresh that is being applied is rolled back, and is applied when it is planned again.
    ///
    /// # Errors
    /// [`Error::Busy`] if an operation has not ended after `timeout`. It releases its lock when it ends; the companion is
    /// suspended.
    pub fn suspend(&self, timeout: Duration) -> Result<()> {
        let start = Instant::now();
        let journal = self.suspend_journal(timeout);
        let catalogue = self.catalogue.suspend(timeout.saturating_sub(start.elapsed()));
        self.locks.release();
        journal.and(catalogue)
    }

    fn suspend_journal(&self, timeout: Duration) -> Result<()> {
        let start = Instant::now();
        // The flag is locked while the journal is opened, which takes long if the journal is damaged.
        let mut is_suspended = loop {
            match self.is_suspended.try_lock() {
                Ok(is_suspended) => break is_suspended,
                Err(TryLockError::Poisoned(poisoned)) => break poisoned.into_inner(),
                Err(TryLockError::WouldBlock) if start.elapsed() < timeout => std::thread::sleep(POLL_INTERVAL),
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Busy { detail: "the journal is being opened".to_owned() });
                }
            }
        };
        *is_suspended = true;
        match self.journal.get() {
            Some(journal) => journal.suspend(timeout.saturating_sub(start.elapsed())),
            None => Ok(()),
        }
    }

    /// Continues after [`Companion::suspend`]. A job whose territory another process has refreshed or downloaded in the
    /// meantime fails with [`Error::Busy`]: plan it again.
    ///
    /// # Errors
    /// Those of opening the journal.
    pub fn resume(&self) -> Result<()> {
        self.locks.acquire_again();
        let mut is_suspended = self.is_suspended.lock().unwrap_or_else(PoisonError::into_inner);
        self.catalogue.resume();
        if let Some(journal) = self.journal.get() {
            journal.resume();
        }
        *is_suspended = false;
        Ok(())
    }
}
