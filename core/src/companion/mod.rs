//! The front door: [`Companion::open`], and from it everything else. Here the rooms meet: what a server answers becomes
//! the catalogue, and the catalogue becomes what the person asks for.
//!
//! * `work`: what needs the network, kept so that the process may die at any step; `online` the loop that moves it.
//! * `refresh`: taking a territory in; `staged` what came, into the catalogue, in one change.
//! * `download`: taking a pack along; `pack` what belongs to one, `pictures` which files it shows.
//! * `reports`: field reports, from the first word to what goes out; `send` sends them with the reqwest driver.
//! * `find`: which treks suit, a page at a time; `figures` what people choose them by.
//! * `sheet`: a trek with its stages and what lies beside it.
//! * `words`: texts and the labels of vocabularies, in the languages of whoever asks.
//! * `near`: what is near, with names; `index` the snapshot in memory that answers, `cold` the file until that stands.

mod cold;
mod download;
mod figures;
mod find;
mod index;
mod near;
#[cfg(feature = "net")]
mod online;
mod pack;
mod pictures;
mod refresh;
mod reports;
#[cfg(feature = "net")]
mod send;
mod sheet;
mod staged;
mod words;
mod work;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use download::{Download, DownloadOptions};
pub use figures::TrekFigures;
pub use find::{Choice, TrekItem, TrekQuery, Treks};
pub use near::{NearItem, NearQuery};
pub use pack::Estimate;
pub use refresh::{Refresh, RefreshOptions, Sweep};
pub use reports::Outgoing;
#[cfg(feature = "net")]
pub use send::SendOptions;
pub use sheet::{BESIDE_KINDS, BESIDE_M, Beside, BesidePlace, Sheet};
pub use staged::Taken;
pub use words::Words;
pub use work::{Errand, Progress};

use self::work::Turn;
use crate::catalogue::{Catalogue, NewTerritory, Territory};
use crate::disk::Foundation;
use crate::error::Result;
use crate::intake::{Intake, MOST_ANSWER_BYTES, MOST_MEDIUM_BYTES};
use crate::journal::Journal;
use crate::transfer::{Body, Transfer};

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
    index: Arc<index::Standing>,
    /// Opened by the first who asks for it: most who open a companion only read.
    journal: OnceLock<Arc<Journal>>,
    journal_directory: PathBuf,
    foundation: Foundation,
    /// Held while the journal is opened, so that no file is opened behind [`Companion::suspend`].
    is_suspended: Mutex<bool>,
}

impl Companion {
    /// Opens the catalogue, and makes it where there is none. A damaged one is moved aside, and what it held is planned
    /// anew: [`Catalogue::was_damaged`] tells.
    pub fn open(directories: &Directories) -> Result<Companion> {
        Companion::open_on(directories, Foundation::default())
    }

    /// The same on another foundation than the system's own.
    pub fn open_on(directories: &Directories, foundation: Foundation) -> Result<Companion> {
        let catalogue = Arc::new(Catalogue::open_on(&directories.catalogue, foundation.clone())?);
        let (journal, journal_directory) = (OnceLock::new(), directories.journal.clone());
        let (index, is_suspended) = (Arc::default(), Mutex::default());
        Ok(Companion { catalogue, index, journal, journal_directory, foundation, is_suspended })
    }

    /// The downloaded territories, object by object.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Adds a territory, still empty: [`Companion::plan_refresh`] takes it in.
    pub fn add_territory(&self, new: &NewTerritory) -> Result<Territory> {
        let territory = self.catalogue.change(|change| change.add_territory(new))?;
        self.catalogue.note_wanted()?;
        Ok(territory)
    }

    /// Forgets a territory and everything in it, packs included. It can be added again.
    pub fn remove_territory(&self, name: &str) -> Result<()> {
        let territory = self.catalogue.territory(name)?;
        let _turn = Turn::take(&self.catalogue.staging_folder(), name)?;
        self.catalogue.change(|change| change.remove_territory(&territory))?;
        self.catalogue.note_wanted()?;
        self.catalogue.drop_media_of_nobody()?;
        // What cannot be removed now is removed with the next territory of this name; nothing depends on it.
        let _ = std::fs::remove_dir_all(self.catalogue.staging_folder().join(name));
        self.catalogue.vacuum()?;
        self.renew_index()
    }

    /// Takes the answer to a transfer of an errand in, into the file that the errand names, within the limits of the
    /// reqwest driver: for drivers that are not ours.
    pub fn intake(&self, transfer: Transfer, target: PathBuf) -> Intake {
        let most = match transfer.body {
            Body::Answer => MOST_ANSWER_BYTES,
            Body::Medium => MOST_MEDIUM_BYTES,
        };
        Intake::new(transfer, target, Arc::clone(self.catalogue.disk()), most)
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
        self.journal.get().map_or(Ok(()), |journal| journal.resume())?;
        *is_suspended = false;
        Ok(())
    }
}
