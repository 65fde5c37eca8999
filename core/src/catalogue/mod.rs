//! The downloaded territory on disk: `catalogue.gpkg`, a GeoPackage with one layer a kind, several territories in one
//! file. Everything here can be downloaded again, so what matters is that a reader sees a whole state, old or new: one
//! writer, whose transaction is one change of the catalogue, and readers of their own that never wait for it (WAL).
//!
//! * `geopackage`: the OGC format itself: geometry blobs, the fixed tables, the functions that the R-tree triggers call.
//! * `schema`: our tables, numbered migrations.
//! * `territory`: which territories are held.
//! * `change`: writing, in one transaction.
//! * `read`: objects by id and by kind.
//! * `around`: what belongs to a trek, for its words.
//! * `fold`: words without accents, and where they stand in a text.
//! * `search`: the full-text index.
//! * `filter`: which treks suit, how many each choice would give, in which order.
//! * `treks`: the rows that `filter` looks at.

mod around;
mod change;
mod filter;
mod fold;
mod geopackage;
mod read;
mod schema;
mod search;
mod territory;
mod treks;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::error::Result;

pub use change::Change;
pub use filter::{Facet, FacetCount, Filters, Interval, Sort, SortOrder};
pub use fold::{fold, mark, sort_key};
pub use search::{Hit, Hits};
pub use territory::{NewTerritory, Territory};
pub use treks::TrekRow;

/// The name of the file in the directory that the app gives.
pub const FILE_NAME: &str = "catalogue.gpkg";

/// The catalogue of one directory. Cheap to share between threads; every call may touch the disk.
#[derive(Debug)]
pub struct Catalogue {
    path: PathBuf,
    /// Opened by the first change: most who open a catalogue only read.
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
}

impl Catalogue {
    /// Opens the catalogue in `directory`, and makes both where they are missing. A file of an older version is brought
    /// up to date; one of a newer version is [`Error::TooNew`](crate::Error::TooNew) and stays as it is.
    pub fn open(directory: &Path) -> Result<Catalogue> {
        std::fs::create_dir_all(directory)?;
        let path = directory.join(FILE_NAME);
        let mut connection = schema::connect(&path)?;
        schema::migrate(&mut connection)?;
        Ok(Catalogue { path, writer: Mutex::default(), readers: Mutex::new(vec![connection]) })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes the file has, with what lies beside it until it is written back.
    pub fn bytes_on_disk(&self) -> Result<u64> {
        let mut bytes = std::fs::metadata(&self.path)?.len();
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        if let Ok(log) = std::fs::metadata(PathBuf::from(log)) {
            bytes += log.len();
        }
        Ok(bytes)
    }

    /// Runs `read` on a connection that sees one state of the file from its first statement on.
    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = lock(&self.readers).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => schema::connect(&self.path)?,
        };
        let snapshot = connection.transaction()?;
        let answer = read(&snapshot);
        drop(snapshot);
        lock(&self.readers).push(connection);
        answer
    }

    /// Runs `change` in the one write transaction; its error, or a panic, leaves the file as it was.
    pub fn change<T>(&self, change: impl FnOnce(&mut Change<'_>) -> Result<T>) -> Result<T> {
        let mut writer = lock(&self.writer);
        let writer = match &mut *writer {
            Some(connection) => connection,
            none => none.insert(schema::connect(&self.path)?),
        };
        let transaction = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut work = Change::new(&transaction);
        let answer = change(&mut work)?;
        work.finish()?;
        transaction.commit()?;
        Ok(answer)
    }

    /// Writes a copy of the catalogue, whole and in one file, to `target`, which must not exist. This is the way to hand
    /// a catalogue out: a plain copy of the file lacks what still lies in its `-wal`.
    pub fn export(&self, target: &Path) -> Result<()> {
        let Some(target) = target.to_str() else {
            return Err(crate::Error::invalid("target", "the path must be Unicode"));
        };
        if Path::new(target).exists() {
            return Err(crate::Error::invalid("target", "a file of this name exists already"));
        }
        self.read_outside_transaction(|connection| {
            connection.execute("VACUUM INTO ?1", [target])?;
            Ok(())
        })
    }

    fn read_outside_transaction<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        read(&schema::connect(&self.path)?)
    }
}

/// A poisoned lock guards a connection whose transaction was rolled back when the panic unwound: it is still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
