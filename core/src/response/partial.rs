//! What a file that came in part leaves behind for the next try: its bytes (`.partial`), and of which state of the file they
//! are (`.part.json`). The latter is written first, so that no bytes are ever taken for those of another file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::storage::{File, FileSystem, with_suffix, write_atomic};
use crate::transfer::PartialFile;

/// Where it is noted what to ask a file's server by later.
pub(crate) fn note_of(target: &Path) -> PathBuf {
    with_suffix(target, ".part.json")
}

#[derive(Debug)]
pub(super) struct PartFiles {
    target: PathBuf,
    bytes: PathBuf,
    note: PathBuf,
    disk: Arc<dyn FileSystem>,
}

impl PartFiles {
    pub(super) fn new(target: PathBuf, disk: Arc<dyn FileSystem>) -> Self {
        PartFiles { bytes: with_suffix(&target, ".part"), note: note_of(&target), target, disk }
    }

    /// What is there, if it can be used.
    pub(super) fn read(&self) -> Option<PartialFile> {
        let bytes = std::fs::metadata(&self.bytes).ok()?.len();
        let part: PartialFile = serde_json::from_slice(&std::fs::read(&self.note).ok()?).ok()?;
        Some(PartialFile { bytes, ..part })
    }

    /// Notes of which file the bytes are that are about to come.
    pub(super) fn note(&self, part: &PartialFile) -> Result<()> {
        let held = self.read();
        if held.is_some_and(|held| held.total == part.total && held.validators == part.validators) {
            return Ok(());
        }
        // Between an old note and a new one there must be no bytes that either could be about.
        self.disk.remove_file(&self.bytes)?;
        let json = serde_json::to_vec(part).map_err(Error::internal)?;
        Ok(write_atomic(&*self.disk, &self.note, &json)?)
    }

    pub(super) fn open(&self, from: u64) -> Result<Box<dyn File>> {
        Ok(self.disk.open(&self.bytes, from)?)
    }

    /// Gives the bytes their name: they are whole. The note stays until somebody has taken them: if the process dies now,
    /// it still tells what to ask by later.
    pub(super) fn keep(&self) -> Result<()> {
        Ok(self.disk.rename(&self.bytes, &self.target)?)
    }

    /// Removes what is there. What cannot be removed is overwritten by the next try.
    pub(super) fn forget(&self) {
        let _ = self.disk.remove_file(&self.bytes);
        let _ = self.disk.remove_file(&self.note);
    }
}
