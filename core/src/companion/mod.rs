//! The front door: [`Companion::open`], and from it everything else. Here the rooms meet: what a server answers becomes
//! the catalogue, and the catalogue becomes what the person asks for.
//!
//! * `refresh`: taking a territory in, as transfers that some driver moves.
//! * `staged`: what came, into the catalogue, in one change.
//! * `find`: which treks suit, a page at a time.
//! * `sheet`: a trek with its stages and what lies beside it.
//! * `near`: the index of what is near, and its answers with names.

mod find;
mod near;
#[cfg(feature = "net")]
mod online;
mod refresh;
mod sheet;
mod staged;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

pub use find::{Choice, TrekItem, TrekQuery, Treks};
pub use near::{NearItem, NearQuery};
#[cfg(feature = "net")]
pub use online::RefreshOptions;
pub use refresh::{Progress, Refresh};
pub use sheet::{BESIDE_M, Beside, BesidePlace, Sheet};
pub use staged::Taken;

use crate::catalogue::{Catalogue, NewTerritory, Territory};
use crate::error::Result;

/// Where the companion keeps its files. Phones may back up one directory and not the other, so the app names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directories {
    /// For what can be downloaded again.
    pub catalogue: PathBuf,
}

/// Everything that Jalon knows and does, for one pair of directories. Share it between threads; keep it for as long as
/// the app runs.
#[derive(Debug)]
pub struct Companion {
    catalogue: Catalogue,
    staging: PathBuf,
    index: RwLock<Option<Arc<near::Index>>>,
    building: Mutex<()>,
    refreshes: AtomicU64,
}

impl Companion {
    /// Opens the catalogue, and makes it where there is none.
    pub fn open(directories: &Directories) -> Result<Companion> {
        let catalogue = Catalogue::open(&directories.catalogue)?;
        let staging = directories.catalogue.join("staging");
        Ok(Companion {
            catalogue,
            staging,
            index: RwLock::default(),
            building: Mutex::default(),
            refreshes: AtomicU64::default(),
        })
    }

    /// The downloaded territories, object by object.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Adds a territory, still empty: [`Companion::plan_refresh`] takes it in.
    pub fn add_territory(&self, new: &NewTerritory) -> Result<Territory> {
        self.catalogue.change(|change| change.add_territory(new))
    }

    /// Forgets a territory and everything in it. It can be added again.
    pub fn remove_territory(&self, name: &str) -> Result<()> {
        let territory = self.catalogue.territory(name)?;
        self.catalogue.change(|change| change.remove_territory(&territory))?;
        self.forget_index();
        Ok(())
    }

    fn staging(&self) -> &Path {
        &self.staging
    }

    /// What the index was built from has changed: the next question builds another. Who has the old one keeps it.
    fn forget_index(&self) {
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
