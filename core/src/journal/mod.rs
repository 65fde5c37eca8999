//! The person's own data: reports with their photos, recorded tracks, favourites and notes. It exists nowhere else. So every change is on stable
//! storage when its method returns, a damaged file is recovered, and everything can be exported at any time. Only accepted
//! reports are deleted, after a retention period. `journal.gpkg` is a GeoPackage; it is small and needs no R-tree.
//!
//! The directory contains `journal.gpkg`, `photos/` (the photo files), `reports/` (a sidecar file per report), `reserve`
//! (reserved space for writes on a full disk), `recording.log` (an unfinished recording), and damaged files that were moved aside.
//!
//! * `schema`: the tables.
//! * `record`: a stored report with its photos and checksum.
//! * `rows`: the rows of reports. `sidecar`: the sidecar files of reports.
//! * `reports`: the operations on reports.
//! * `photo_files`: the files of photos.
//! * `photo_encoder`: encodes a photo for sending, with `photo_decoder` and `photo_scale` (feature `photos`).
//! * `favourites`, `notes`: favourites and notes.
//! * `track`: recorded tracks, and the recorder.
//! * `archive`: export and import (feature `archive`). `archive_file`: reads the file of an export. `archive_tracks`: its tracks.
//! * `exchange`: tracks and reports as GPX, and tracks from it (feature `gpx`).
//! * `recovery`: recovery from a damaged file.
//! * `fuzzing`: entry points for fuzzing.

#[cfg(feature = "archive")]
mod archive;
#[cfg(feature = "archive")]
mod archive_file;
#[cfg(feature = "archive")]
mod archive_tracks;
#[cfg(feature = "gpx")]
mod exchange;
mod favourites;
#[doc(hidden)]
pub mod fuzzing;
mod notes;
#[cfg(feature = "photos")]
mod photo_decoder;
#[cfg(feature = "photos")]
mod photo_encoder;
mod photo_files;
#[cfg(feature = "photos")]
mod photo_scale;
mod record;
mod recovery;
mod reports;
mod rows;
mod schema;
mod sidecar;
mod track;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use rusqlite::Transaction;

use crate::db::{Database, Reserve};
use crate::error::{Error, Result};
use crate::storage::{FileSystem, Storage};

use self::sidecar::Sidecars;
#[cfg(feature = "gpx")]
pub use exchange::{TrackImport, record_file, reports_to_gpx_file};
pub use favourites::Favourite;
pub use notes::Note;
#[cfg(feature = "photos")]
pub use photo_encoder::PhotoOptions;
pub use record::{NewReport, Photo, Report};
pub use recovery::RecoverySummary;
use track::RecordingSlot;
pub use track::{
    BatteryMode, NewTrack, PositionAccuracy, Recorder, RecordingState, Rejection, SamplingPlan, Track, TrackStats,
    TrackSummary, sampling_plan,
};

/// Options of `Journal::export` (feature `archive`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// Export the accepted reports, too.
    pub include_accepted: bool,
    /// Hand the reports over: the device that imports the file sends them, and this one no longer does. The file must then be
    /// imported by one device only. Without it this device keeps sending, and the imported copies are not sent by themselves.
    pub hand_over: bool,
}

/// The result of `Journal::import` (feature `archive`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct ImportSummary {
    /// Number of imported reports.
    pub reports: u64,
    /// Number of reports that the journal already had; they are unchanged.
    pub known: u64,
    /// Number of photos that the file lacks; their reports were imported without them.
    pub photos_missing: u64,
    /// Number of imported reports that the exporting device still sends. Those that were queued are in doubt here; drafts are
    /// marked as possible duplicates.
    pub kept_by_exporter: u64,
    /// Number of imported favourites.
    pub favourites: u64,
    /// Number of imported notes.
    pub notes: u64,
    /// Number of imported tracks.
    pub tracks: u64,
}

/// The name of the file in the journal's directory.
#[doc(hidden)]
pub const FILE_NAME: &str = "journal.gpkg";

/// The journal in one directory. Threads share it by reference; several processes may open it.
#[derive(Debug)]
pub struct Journal {
    directory: PathBuf,
    database: Database,
    sidecars: Sidecars,
    reserve: Reserve,
    recovery: Option<RecoverySummary>,
    recording_slot: Mutex<RecordingSlot>,
}

impl Journal {
    /// Opens the journal in `directory`, creates a missing one and migrates an older one. A damaged file is moved aside
    /// unchanged, and its readable content is recovered: see [`Journal::recovery`]. A file of a newer version of Jalon can
    /// be read and exported, but every write returns [`Error::TooNew`]. On read-only storage and on a full disk the content
    /// can be read.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::StorageFull`] and other errors of the disk.
    #[doc(hidden)]
    pub fn open(directory: &Path, storage: Storage) -> Result<Journal> {
        let file_system = storage.file_system.clone();
        create_directories(directory, &*file_system)?;
        let sidecars = Sidecars::new(directory, &file_system);
        let (database, recovery) = recovery::open(directory, storage, &sidecars)?;
        let reserve = Reserve::new(directory.join("reserve"), file_system);
        let (directory, recording_slot) = (directory.to_owned(), Mutex::default());
        let journal = Journal { directory, database, sidecars, reserve, recovery, recording_slot };
        match journal.tidy() {
            // The content can still be read.
            Ok(()) | Err(Error::TooNew { .. } | Error::ReadOnly | Error::StorageFull) => Ok(journal),
            Err(error) => Err(error),
        }
    }

    /// Completes what a process has left unfinished that died. Leaves the reserve for the writes of the user.
    fn tidy(&self) -> Result<()> {
        self.database.check_version()?;
        self.reconcile_sidecars()?;
        self.remove_finished_log()?;
        let quarantine = self.recovery.as_ref().map(|recovery| recovery.quarantined_path.with_extension("photos"));
        self.remove_orphaned_photos(quarantine.as_deref())?;
        self.reserve.fill();
        Ok(())
    }

    /// The result of the recovery, if the file was damaged when it was opened.
    pub fn recovery(&self) -> Option<&RecoverySummary> {
        self.recovery.as_ref()
    }

    /// The directory of the journal.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The path of the file.
    pub fn path(&self) -> PathBuf {
        self.database.path().to_owned()
    }

    /// Closes every connection, so that the process holds no lock on the file. Blocks until the running reads and writes
    /// have ended; interrupts them after half of `timeout`. Until [`Journal::resume`] every method returns [`Error::Closed`].
    ///
    /// # Errors
    /// [`Error::Busy`] if one has not ended after `timeout`. It closes its connection when it ends.
    pub(crate) fn suspend(&self, timeout: Duration) -> Result<()> {
        self.recording_slot().suspend();
        self.database.suspend(timeout)
    }

    /// Accepts reads and writes again, after [`Journal::suspend`].
    pub(crate) fn resume(&self) {
        self.database.resume();
        self.recording_slot().resume(&self.directory);
    }

    fn file_system(&self) -> &dyn FileSystem {
        &*self.database.storage().file_system
    }

    /// Runs `write` in the write transaction, which is on stable storage when this returns. If the disk is full, the reserve
    /// is released and `write` runs once more.
    fn write<T>(&self, write: impl Fn(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let result = self.database.write(&write);
        if matches!(result, Err(Error::StorageFull)) && self.reserve.release()? {
            return self.database.write(&write);
        }
        result
    }
}

/// Creates the directories of a journal. Their names are on stable storage when this returns.
fn create_directories(directory: &Path, file_system: &dyn FileSystem) -> Result<()> {
    let is_new = !directory.join(sidecar::FOLDER).is_dir();
    for folder in [directory, &directory.join(photo_files::FOLDER), &directory.join(sidecar::FOLDER)] {
        file_system.create_dir_all(folder)?;
    }
    if is_new {
        file_system.sync_dir(directory)?;
        if let Some(parent) = directory.parent().filter(|parent| parent.is_dir()) {
            file_system.sync_dir(parent)?;
        }
    }
    Ok(())
}
