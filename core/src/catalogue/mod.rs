//! The downloaded territories on disk: `catalogue.gpkg`, a GeoPackage with one layer per kind of object, for all territories.
//! Everything in it can be downloaded again. Its one guarantee is that a reader sees the state before or after a refresh,
//! never a mixture: a refresh is one transaction, and readers have connections of their own.
//!
//! * `schema`: the tables and the migrations.
//! * `territory`: the territories and their refreshes.
//! * `transaction`: inserts, updates and removes objects, in one transaction.
//! * `published`: every published object of a territory (feature `edition-build`).
//! * `read`: reads objects by id and by kind.
//! * `route_items`: the objects along a trek.
//! * `search/`: the full-text index, accent-insensitive.
//! * `treks/`: the trek list: filters, facet counts, sort orders.
//! * `history`: the change history. `normalize`: whether two versions of an object are equal.
//! * `jobs`: the persisted jobs of refreshes and downloads, with their transfers.
//! * `edition`: the editions of territories that are read from static files.
//! * `mobile_tree`: the mobile trees of territories that are read from Geotrek's static files.
//! * `list_states`: up to when each list of a server was read.
//! * `packs/`: treks and areas downloaded for offline use, with their pictures.
//! * `glyph_blocks`: the code points in the names of a territory (feature `tiles`).
//! * `usage`: storage usage.
//! * `maintenance`: recovery from a damaged file, and compaction.

mod edition;
#[cfg(feature = "tiles")]
mod glyph_blocks;
mod history;
mod jobs;
mod list_states;
mod maintenance;
mod mobile_tree;
mod normalize;
mod packs;
#[cfg(feature = "edition-build")]
mod published;
mod read;
mod route_items;
mod schema;
mod search;
mod territory;
mod transaction;
mod treks;
mod usage;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use crate::db::Database;
use crate::error::{Error, Result};
use crate::storage::{FileSystem, Storage};

pub use edition::TerritoryEdition;
#[cfg(feature = "edition")]
pub(crate) use edition::{EditionParts, EditionState};
pub use history::{ChangeKind, ChangeRecord};
pub(crate) use jobs::{JobRecord, TransferRecord};
pub(crate) use list_states::ListState;
pub(crate) use mobile_tree::{MobileFile, MobileFiles, MobileTreeState};
pub(crate) use normalize::state_hash;
#[cfg(feature = "tiles")]
pub(crate) use packs::{ArchiveVersion, REMOTE_STYLE, STYLE, StoredMap};
pub use packs::{MapSource, MissingFile, Pack, PackMap, PackState, PackSubject, PictureSize};
pub(crate) use packs::{MediaContent, StoredMedia, check_bounds, is_downloadable, url_hash};
pub(crate) use read::ObjectSummary;
pub use search::text_fold::fold;
pub(crate) use search::text_fold::{highlight, sort_key};
pub use search::{SearchHit, SearchQuery, SearchResults};
pub use territory::{NewTerritory, Territory};
pub use transaction::WriteTransaction;
pub use treks::filter::{Facet, Filters, NumericRange, SortOrder, TrekSort};
pub(crate) use treks::{TrekRow, filter::FacetCount};
pub(crate) use usage::directory_size;
pub use usage::{PackUsage, StorageUsage};

/// The name of the file in the catalogue's directory.
#[doc(hidden)]
pub const FILE_NAME: &str = "catalogue.gpkg";

/// The catalogue in one directory. Threads share it by reference; every method may access the disk.
#[derive(Debug)]
pub struct Catalogue {
    directory: PathBuf,
    database: Database,
    was_damaged: bool,
}

impl Catalogue {
    /// Opens the catalogue in `directory`, creates a missing one and migrates an older one. A damaged or lost file is moved
    /// aside and replaced by an empty one, with the same territories and packs, which are to be downloaded again. A file on
    /// read-only storage or on a full disk can be read.
    ///
    /// # Errors
    /// [`Error::TooNew`] if a newer version of Jalon wrote the file, which is not changed; [`Error::Busy`],
    /// [`Error::StorageFull`] and other errors of the disk.
    #[doc(hidden)]
    pub fn open(directory: &Path) -> Result<Catalogue> {
        Catalogue::open_with_storage(directory, Storage::default())
    }

    /// Opens the catalogue as [`Catalogue::open`], on a given storage.
    ///
    /// # Errors
    /// Those of [`Catalogue::open`].
    pub(crate) fn open_with_storage(directory: &Path, storage: Storage) -> Result<Catalogue> {
        storage.file_system.create_dir_all(directory)?;
        maintenance::open_or_recover(directory, storage)
    }

    fn new(directory: &Path, database: Database, was_damaged: bool) -> Catalogue {
        Catalogue { directory: directory.to_owned(), database, was_damaged }
    }

    /// Whether the file was damaged or lost when it was opened, so that its territories and packs must be downloaded again.
    pub fn was_damaged(&self) -> bool {
        self.was_damaged
    }

    /// The directory of the catalogue.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        self.database.path()
    }

    pub(crate) fn file_system(&self) -> &Arc<dyn FileSystem> {
        &self.database.storage().file_system
    }

    /// The size of the file in bytes, including SQLite's log.
    ///
    /// # Errors
    /// Errors of the disk.
    #[doc(hidden)]
    pub fn bytes_on_disk(&self) -> Result<u64> {
        self.database.size()
    }

    /// Runs `read` in a read transaction. Damage that it meets is checked for when the file is opened next.
    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.database.read(read).inspect_err(|error| self.flag_damage(error))
    }

    /// Runs `write` in the write transaction. An error or a panic in `write` rolls it back.
    ///
    /// # Errors
    /// The error of `write`, [`Error::Busy`], [`Error::StorageFull`], [`Error::Closed`].
    #[doc(hidden)]
    pub fn write<T>(&self, write: impl FnOnce(&mut WriteTransaction<'_>) -> Result<T>) -> Result<T> {
        let (mut write, mut result) = (Some(write), None);
        self.write_erased(&mut |transaction| {
            result = write.take().map(|write| write(transaction)).transpose()?;
            Ok(())
        })?;
        result.ok_or(Error::Closed)
    }

    /// [`Catalogue::write`] without the types of the caller, so that it is compiled once.
    fn write_erased(&self, write: &mut dyn FnMut(&mut WriteTransaction<'_>) -> Result<()>) -> Result<()> {
        let result = self.database.write(|transaction| {
            let mut transaction = WriteTransaction::new(transaction);
            write(&mut transaction)?;
            transaction.finish()
        });
        if matches!(result, Err(Error::StorageFull)) {
            // Frees the log's space that the failed transaction took. If a reader still needs the log, the next attempt does.
            let _ = self.database.truncate_log();
        }
        result
    }

    /// Runs `write` in a transaction that changes no object, only the state of jobs, transfers and packs.
    fn write_state<T>(&self, write: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.database.write(|transaction| write(transaction))
    }

    /// Writes a copy of the catalogue, as one file, to `target`, which must not exist. A plain copy of the file would lack
    /// the transactions in SQLite's log.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for the target, and errors of the disk.
    pub fn export(&self, target: &Path) -> Result<()> {
        self.database.export(target)
    }

    /// Closes every connection, so that the process holds no lock on the file. Blocks until the running reads and writes
    /// have ended; interrupts them after half of `timeout`. Until [`Catalogue::resume`] every method returns [`Error::Closed`].
    ///
    /// # Errors
    /// [`Error::Busy`] if one has not ended after `timeout`. It closes its connection when it ends.
    pub(crate) fn suspend(&self, timeout: Duration) -> Result<()> {
        self.database.suspend(timeout)
    }

    /// Accepts reads and writes again, after [`Catalogue::suspend`].
    pub(crate) fn resume(&self) {
        self.database.resume();
    }
}
