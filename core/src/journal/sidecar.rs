//! The sidecar files: each report is also stored as a small JSON file, because the first page of the database may be the
//! damaged one, and because SQLite drops the transactions of a damaged log without an error.
//!
//! Before a transaction is committed, the new version of the report is written to a pending file (`<id>.json.new`) and
//! synced. After the commit the pending file replaces the sidecar. So the newest intact file of a report is never older than
//! its row, and at most one change newer.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::record::{Report, add_checksum, verify_checksum};
use crate::error::Result;
use crate::storage::FileSystem;

/// The name of the directory in the journal's directory.
pub(super) const FOLDER: &str = "reports";

/// The directory of the sidecar files.
#[derive(Debug)]
pub(super) struct Sidecars {
    folder: PathBuf,
    file_system: Arc<dyn FileSystem>,
}

impl Sidecars {
    pub(super) fn new(journal_directory: &Path, file_system: &Arc<dyn FileSystem>) -> Sidecars {
        Sidecars { folder: journal_directory.join(FOLDER), file_system: Arc::clone(file_system) }
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    fn pending_path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json.new"))
    }

    /// Whether a report has a sidecar; a pending file does not count.
    pub(super) fn exists(&self, id: &str) -> bool {
        self.path(id).exists()
    }

    /// Reads the newest intact version of every report, by id.
    pub(super) fn read_all(&self) -> Result<BTreeMap<String, Report>> {
        let mut newest: BTreeMap<String, Report> = BTreeMap::new();
        for file in fs::read_dir(&self.folder)?.flatten() {
            let Some(report) = fs::read_to_string(file.path()).ok().and_then(|text| {
                let (json, checksum) = text.trim_end().rsplit_once('\n')?;
                verify_checksum(json, checksum)
            }) else {
                continue;
            };
            if newest.get(&report.id).is_none_or(|known| known.changes < report.changes) {
                newest.insert(report.id.clone(), report);
            }
        }
        Ok(newest)
    }

    /// Writes the pending file of a report. It is on stable storage when this returns.
    pub(super) fn write_pending(&self, report: &Report) -> Result<()> {
        let (json, checksum) = add_checksum(report)?;
        let pending = self.pending_path(&report.id);
        let written = self.file_system.open(&pending, 0).and_then(|mut file| {
            file.write_all(format!("{json}\n{checksum}\n").as_bytes())?;
            file.sync()
        });
        if let Err(error) = written.and_then(|()| self.file_system.sync_dir(&self.folder)) {
            let _ = self.file_system.remove_file(&pending);
            return Err(error.into());
        }
        Ok(())
    }

    /// Replaces the sidecar by the pending file, after the commit. If this fails, the next opening of the journal repairs it.
    pub(super) fn commit(&self, id: &str) {
        let _ = self.file_system.rename(&self.pending_path(id), &self.path(id));
    }

    /// Removes the pending file, after a rollback. If this fails, the next opening of the journal repairs it.
    pub(super) fn discard_pending(&self, id: &str) {
        let _ = self.file_system.remove_file(&self.pending_path(id));
    }

    /// Removes the files of a report.
    pub(super) fn remove(&self, id: &str) -> Result<()> {
        self.file_system.remove_file(&self.pending_path(id))?;
        self.file_system.remove_file(&self.path(id))?;
        Ok(self.file_system.sync_dir(&self.folder)?)
    }
}
