//! What an interrupted file leaves on the disk: its bytes (`.part`), and which version of the file they belong to
//! (`.part.json`). The latter is written first, so bytes are never taken for those of another file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::storage::{File, FileSystem, with_suffix, write_atomic};
use crate::transfer::Validators;

/// A file of which some bytes are on the disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartialFile {
    /// Number of bytes on the disk.
    #[serde(skip)]
    pub(crate) bytes: u64,
    /// Number of bytes in all, if the server said so.
    pub(crate) total: Option<u64>,
    /// Validators of the version that the bytes belong to.
    pub(crate) validators: Validators,
}

impl PartialFile {
    /// The value of `If-Range`.
    pub(super) fn if_range(&self) -> Option<&str> {
        if_range(&self.validators)
    }

    /// Whether no byte is missing: the process died after the last byte and before it recorded the end.
    pub(super) fn is_complete(&self) -> bool {
        self.total.is_some_and(|total| total > 0 && total == self.bytes)
    }
}

/// The value of `If-Range`: a strong tag, or else a date.
pub(super) fn if_range(validators: &Validators) -> Option<&str> {
    let strong = validators.etag.as_deref().filter(|etag| etag.starts_with('"'));
    strong.or(validators.last_modified.as_deref())
}

/// Path of the file that records the validators of `target` until the file has been stored.
pub(crate) fn sidecar_path(target: &Path) -> PathBuf {
    with_suffix(target, ".part.json")
}

/// The two files of an interrupted response, beside its target.
#[derive(Debug)]
pub(super) struct PartFiles {
    target: PathBuf,
    bytes: PathBuf,
    sidecar: PathBuf,
    disk: Arc<dyn FileSystem>,
}

impl PartFiles {
    pub(super) fn new(target: PathBuf, disk: Arc<dyn FileSystem>) -> Self {
        PartFiles { bytes: with_suffix(&target, ".part"), sidecar: sidecar_path(&target), target, disk }
    }

    /// The partial file, if it can be resumed.
    pub(super) fn read(&self) -> Option<PartialFile> {
        let bytes = std::fs::metadata(&self.bytes).ok()?.len();
        let partial: PartialFile = serde_json::from_slice(&std::fs::read(&self.sidecar).ok()?).ok()?;
        Some(PartialFile { bytes, ..partial })
    }

    /// Records which version the bytes belong to that are about to be written.
    pub(super) fn record(&self, partial: &PartialFile) -> Result<()> {
        let known = self.read();
        if known.is_some_and(|known| known.total == partial.total && known.validators == partial.validators) {
            return Ok(());
        }
        // Between the old sidecar and the new one there must be no bytes that either could describe.
        self.disk.remove_file(&self.bytes)?;
        let json = serde_json::to_vec(partial).map_err(Error::internal)?;
        Ok(write_atomic(&*self.disk, &self.sidecar, &json)?)
    }

    pub(super) fn open(&self, from: u64) -> Result<Box<dyn File>> {
        Ok(self.disk.open(&self.bytes, from)?)
    }

    /// Renames the complete bytes to the target. The sidecar stays until the file has been stored: if the process dies now,
    /// it still has the validators.
    pub(super) fn publish(&self) -> Result<()> {
        Ok(self.disk.rename(&self.bytes, &self.target)?)
    }

    /// Removes both files. The next attempt overwrites a file that cannot be removed.
    pub(super) fn discard(&self) {
        let _ = self.disk.remove_file(&self.bytes);
        let _ = self.disk.remove_file(&self.sidecar);
    }
}
