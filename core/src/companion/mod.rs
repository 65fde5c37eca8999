//! The front door: [`Companion::open`], and from it everything else. Here the rooms meet: what a server answers becomes
//! the catalogue, and the catalogue becomes what the person asks for.
//!
//! * `refresh`: taking a territory in, as transfers that some driver moves.
//! * `staged`: what came, into the catalogue, in one change.
//! * `find`: which treks suit, a page at a time; `figures` what people choose them by.
//! * `sheet`: a trek with its stages and what lies beside it.
//! * `near`: what is near, with names; `index` the snapshot in memory that answers, `cold` the file until that stands.

mod cold;
mod figures;
mod find;
mod index;
mod near;
#[cfg(feature = "net")]
mod online;
mod refresh;
mod sheet;
mod staged;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

pub use figures::TrekFigures;
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
    catalogue: Arc<Catalogue>,
    staging: PathBuf,
    index: Arc<index::Standing>,
    refreshes: AtomicU64,
}

impl Companion {
    /// Opens the catalogue, and makes it where there is none.
    pub fn open(directories: &Directories) -> Result<Companion> {
        let catalogue = Arc::new(Catalogue::open(&directories.catalogue)?);
        let staging = directories.catalogue.join("staging");
        Ok(Companion { catalogue, staging, index: Arc::default(), refreshes: AtomicU64::default() })
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
        self.renew_index()
    }

    fn staging(&self) -> &Path {
        &self.staging
    }
}
