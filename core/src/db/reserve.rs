//! Reserved disk space: a file that is removed when the disk is full, so that an important write still succeeds.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::storage::FileSystem;

const BYTES: usize = 256 << 10;

/// The file that reserves the space.
#[derive(Debug)]
pub(crate) struct Reserve {
    path: PathBuf,
    file_system: Arc<dyn FileSystem>,
}

impl Reserve {
    /// A reserve at `path`, which is not created yet.
    pub(crate) fn new(path: PathBuf, file_system: Arc<dyn FileSystem>) -> Reserve {
        Reserve { path, file_system }
    }

    /// Creates the file unless it exists. On a full disk it is left out; the next call tries again.
    pub(crate) fn fill(&self) {
        if std::fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() >= BYTES as u64) {
            return;
        }
        let written = self.file_system.open(&self.path, 0).and_then(|mut file| {
            // Not zeros: some file systems reserve no space for those.
            file.write_all(&vec![0xA5; BYTES])?;
            file.sync()
        });
        if written.is_err() {
            let _ = self.file_system.remove_file(&self.path);
        }
    }

    /// Removes the file. Returns whether it existed, so whether space was freed.
    pub(crate) fn release(&self) -> io::Result<bool> {
        let exists = self.path.exists();
        if exists {
            self.file_system.remove_file(&self.path)?;
        }
        Ok(exists)
    }
}
