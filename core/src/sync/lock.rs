//! One refresh or download of a territory at a time, across processes.

use std::fs::{self, File};
use std::path::Path;

use crate::error::{Error, Result};

/// An advisory lock on `<territory>.lock` in a folder. The system releases it when the process dies.
#[derive(Debug)]
pub(crate) struct TerritoryLock {
    file: File,
}

impl TerritoryLock {
    /// Acquires the lock without waiting.
    ///
    /// # Errors
    /// [`Error::Busy`] if another holder has it.
    pub(crate) fn try_acquire(folder: &Path, territory: &str) -> Result<TerritoryLock> {
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("{territory}.lock"));
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(TerritoryLock { file }),
            Err(fs::TryLockError::WouldBlock) => {
                Err(Error::Busy { detail: format!("“{territory}” is being refreshed or downloaded already") })
            }
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

impl Drop for TerritoryLock {
    fn drop(&mut self) {
        // Closing the file is not enough while a process that was just forked has it open, too.
        let _ = self.file.unlock();
    }
}
