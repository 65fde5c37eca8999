//! The front door: [`Companion::open`], and from it everything else. Here the rooms meet: what a server answers becomes
//! the catalogue, and the catalogue becomes what the person asks for.
//!
//! * `job`: what needs the network, kept so that the process may die at any step; `run` the loop that moves it.
//! * `refresh`: taking a territory in; `apply` what came, into the catalogue, in one change.
//! * `download`: taking a pack along; `pack_contents` what belongs to one, `pack_media` which files it shows.
//! * `reports`: field reports, from the first word to what goes out; `send` sends them with the reqwest driver.
//! * `treks`: which treks suit, a page at a time; `stats` what people choose them by.
//! * `details`: a trek with its stages and what lies beside it.
//! * `localizer`: texts and the labels of vocabularies, in the languages of whoever asks.
//! * `nearby`: what is near, with names; `snapshot` the snapshot in memory that answers, `from_disk` the file until that stands.

mod apply;
mod details;
mod download;
mod from_disk;
mod job;
mod localizer;
mod nearby;
mod pack_contents;
mod pack_media;
mod refresh;
mod reports;
#[cfg(feature = "net")]
mod run;
#[cfg(feature = "net")]
mod send;
mod snapshot;
mod stats;
mod treks;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use apply::RefreshSummary;
pub use details::{ROUTE_ITEM_KINDS, ROUTE_ITEM_MAX_OFFSET_M, RouteItem, TrekDetails};
pub use download::{Download, DownloadOptions};
pub use job::{Job, Progress};
pub use localizer::Localizer;
pub use nearby::{NearbyItem, NearbyQuery};
pub use pack_contents::Estimate;
pub use refresh::{Refresh, RefreshMode, RefreshOptions};
pub use reports::ReportUpload;
#[cfg(feature = "net")]
pub use send::SendOptions;
pub use stats::TrekStats;
pub use treks::{FacetValueCount, TrekItem, TrekPage, TrekQuery};

use self::job::TerritoryLock;
use crate::catalogue::{Catalogue, NewTerritory, Territory};
use crate::error::Result;
use crate::journal::Journal;
use crate::response::{MAX_FILE_BYTES, MAX_JSON_BYTES, ResponseWriter};
use crate::storage::Storage;
use crate::transfer::{BodyKind, Transfer};

/// Where the companion keeps its files. Phones may back up one directory and not the other, so the app names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directories {
    /// For what can be downloaded again.
    pub catalogue: PathBuf,
    /// For what the person made, which exists nowhere else.
    pub journal: PathBuf,
}

impl Directories {
    /// Both below one directory, the journal in a folder of its own: for who backs up both or neither.
    pub fn within(directory: impl Into<PathBuf>) -> Directories {
        let catalogue = directory.into();
        Directories { journal: catalogue.join("journal"), catalogue }
    }
}

/// Everything that Jalon knows and does, for one pair of directories. Share it between threads; keep it for as long as
/// the app runs. Several processes may open the same directories.
#[derive(Debug)]
pub struct Companion {
    catalogue: Arc<Catalogue>,
    index: Arc<snapshot::Standing>,
    /// Opened by the first who asks for it: most who open a companion only read.
    journal: OnceLock<Arc<Journal>>,
    journal_directory: PathBuf,
    storage: Storage,
    /// BlockReason while the journal is opened, so that no file is opened behind [`Companion::suspend`].
    is_suspended: Mutex<bool>,
}

impl Companion {
    /// Opens the catalogue, and makes it where there is none. A damaged one is moved aside, and what it held is planned
    /// anew: [`Catalogue::was_damaged`] tells.
    pub fn open(directories: &Directories) -> Result<Companion> {
        Companion::open_with_storage(directories, Storage::default())
    }

    /// The same on another storage than the system's own.
    pub fn open_with_storage(directories: &Directories, storage: Storage) -> Result<Companion> {
        let catalogue = Arc::new(Catalogue::open_with_storage(&directories.catalogue, storage.clone())?);
        let (journal, journal_directory) = (OnceLock::new(), directories.journal.clone());
        let (index, is_suspended) = (Arc::default(), Mutex::default());
        Ok(Companion { catalogue, index, journal, journal_directory, storage, is_suspended })
    }

    /// The downloaded territories, object by object.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Adds a territory, still empty: [`Companion::plan_refresh`] takes it in.
    pub fn add_territory(&self, new: &NewTerritory) -> Result<Territory> {
        let territory = self.catalogue.write(|change| change.add_territory(new))?;
        self.catalogue.record_wanted()?;
        Ok(territory)
    }

    /// Forgets a territory and everything in it, packs included. It can be added again.
    pub fn remove_territory(&self, name: &str) -> Result<()> {
        let territory = self.catalogue.territory(name)?;
        let _turn = TerritoryLock::try_acquire(&self.catalogue.staging_folder(), name)?;
        self.catalogue.write(|change| change.remove_territory(&territory))?;
        self.catalogue.record_wanted()?;
        self.catalogue.remove_orphaned_media()?;
        // What cannot be removed now is removed with the next territory of this name; nothing depends on it.
        let _ = std::fs::remove_dir_all(self.catalogue.staging_folder().join(name));
        self.catalogue.vacuum()?;
        self.rebuild_snapshot()
    }

    /// Takes the answer to a transfer of an job in, into the file that the job names, within the limits of the
    /// reqwest driver: for drivers that are not ours.
    pub fn response_writer(&self, transfer: Transfer, target: PathBuf) -> ResponseWriter {
        let most = match transfer.body {
            BodyKind::Json => MAX_JSON_BYTES,
            BodyKind::File => MAX_FILE_BYTES,
        };
        ResponseWriter::new(transfer, target, Arc::clone(self.catalogue.file_system()), most)
    }

    /// Releases every lock on the two files: for an app that is about to sleep, as phones kill those that sleep on one. Waits
    /// for what is being written; until [`Companion::resume`] everything answers [`crate::Error::Closed`]. What is on its
    /// way over the network should be cancelled first, or it ends with that error; nothing of it is lost.
    pub fn suspend(&self) {
        let mut is_suspended = self.is_suspended.lock().unwrap_or_else(PoisonError::into_inner);
        *is_suspended = true;
        if let Some(journal) = self.journal.get() {
            journal.suspend();
        }
        self.catalogue.suspend();
    }

    /// Goes on after [`Companion::suspend`].
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
