//! The front door: [`Companion::open`], and from it everything else. The companion combines the other modules; each file here
//! is one part of its interface.
//!
//! * `territories`: territories, and the refresh that downloads them.
//! * `packs`: treks and areas for offline use.
//! * `treks`: the trek list: text, filters, position and order, a page at a time; `stats`: what people choose a trek by.
//! * `details`: a trek with its stages and the objects along it.
//! * `nearby`: the objects near a position, with names; from `snapshot`, the index in memory, or from `from_disk` until the
//!   snapshot is built.
//! * `localizer`: texts and labels in the languages of the user.
//! * `reports`: field reports, from the draft to the upload.
//! * `run` and `send` (feature `net`): refreshes, downloads and reports by the reqwest driver.

mod details;
mod from_disk;
mod localizer;
mod nearby;
mod packs;
mod reports;
#[cfg(feature = "net")]
mod run;
#[cfg(feature = "net")]
mod send;
mod snapshot;
mod stats;
mod territories;
mod treks;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use details::{ROUTE_ITEM_KINDS, RouteItem, TrekDetails};
pub use localizer::Localizer;
pub use nearby::{NearbyItem, NearbyQuery};
pub use reports::ReportUpload;
#[cfg(feature = "net")]
pub use send::SendOptions;
pub use stats::TrekStats;
pub use treks::{FacetValueCount, TrekItem, TrekPage, TrekQuery};

use crate::catalogue::Catalogue;
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Result};
use crate::journal::Journal;
use crate::response::{MAX_FILE_BYTES, MAX_JSON_BYTES, ResponseWriter};
use crate::storage::Storage;
pub use crate::sync::route_items::ROUTE_ITEM_MAX_OFFSET_M;
pub use crate::sync::{
    DownloadJob, DownloadOptions, Estimate, Job, Progress, RefreshJob, RefreshMode, RefreshOptions, RefreshSummary,
};
use crate::transfer::{BodyKind, Transfer};

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
    catalogue: Arc<Catalogue>,
    index: Arc<snapshot::CurrentSnapshot>,
    /// Opened by the first call that needs it: most processes only read the catalogue.
    journal: OnceLock<Arc<Journal>>,
    journal_directory: PathBuf,
    storage: Storage,
    clock: Arc<dyn Clock>,
    /// Locked while the journal is opened, so that no file is opened after [`Companion::suspend`].
    is_suspended: Mutex<bool>,
}

impl Companion {
    /// Opens the catalogue, or creates it. A damaged catalogue is moved to quarantine, and its territories and packs are
    /// planned again; see [`Catalogue::was_damaged`].
    ///
    /// # Errors
    /// [`Error::TooNew`] for a catalogue of a newer version; [`Error::Busy`]; [`Error::StorageFull`].
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
        Ok(Companion { catalogue, index, journal, journal_directory, storage, clock, is_suspended })
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
            BodyKind::File => MAX_FILE_BYTES,
        };
        ResponseWriter::new(transfer, target, Arc::clone(self.catalogue.file_system()), max_bytes).decoded_by_client()
    }

    /// Releases all locks on the two files, after the writes in progress: iOS kills apps that hold one while suspended. Until
    /// [`Companion::resume`] every call fails with [`Error::Closed`]. Cancel transfers first, or they end with that error;
    /// what they have received is kept.
    pub fn suspend(&self) {
        let mut is_suspended = self.is_suspended.lock().unwrap_or_else(PoisonError::into_inner);
        *is_suspended = true;
        if let Some(journal) = self.journal.get() {
            journal.suspend();
        }
        self.catalogue.suspend();
    }

    /// Continues after [`Companion::suspend`].
    ///
    /// # Errors
    /// Those of opening the journal.
    pub fn resume(&self) -> Result<()> {
        let mut is_suspended = self.is_suspended.lock().unwrap_or_else(PoisonError::into_inner);
        self.catalogue.resume();
        if let Some(journal) = self.journal.get() {
            journal.resume();
        }
        *is_suspended = false;
        Ok(())
    }
}
