//! One refresh or download of a territory at a time, across processes.

use std::fs::{self, File};
use std::path::Path;

use crate::catalogue::{Catalogue, Territory};
use crate::error::{Error, Result};

/// An advisory lock on `<id of the territory>.lock` in a folder. The system releases it when the process dies.
#[derive(Debug)]
pub(crate) struct TerritoryLock {
    file: File,
}

impl TerritoryLock {
    /// Finds a territory by its short name and acquires its lock without waiting.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the name; [`Error::Busy`] if another holder has the lock.
    pub(crate) fn try_acquire_by_name(catalogue: &Catalogue, name: &str) -> Result<(Territory, TerritoryLock)> {
        let lock = TerritoryLock::try_acquire(&catalogue.staging_folder(), &catalogue.territory(name)?)?;
        // Before the lock was ours, another process may have removed the territory or changed it.
        let territory = catalogue.territory(name)?;
        Ok((territory, lock))
    }

    /// Acquires the lock of a territory without waiting. The file is named by the id of the territory: a name that a caller
    /// passes must not become a path.
    ///
    /// # Errors
    /// [`Error::Busy`] if another holder has it.
    pub(crate) fn try_acquire(folder: &Path, territory: &Territory) -> Result<TerritoryLock> {
        let detail = || format!("“{}” is being refreshed or downloaded already", territory.name);
        TerritoryLock::lock_file(folder, &format!("{}.lock", territory.key.0), detail)
    }

    /// Acquires the lock of another activity without waiting.
    ///
    /// # Errors
    /// [`Error::Busy`] if another holder has it.
    pub(crate) fn try_acquire_file(folder: &Path, activity: &'static str) -> Result<TerritoryLock> {
        TerritoryLock::lock_file(folder, &format!("{activity}.lock"), || activity.to_owned())
    }

    fn lock_file(folder: &Path, name: &str, detail: impl Fn() -> String) -> Result<TerritoryLock> {
        fs::create_dir_all(folder)?;
        let file = File::options().create(true).truncate(false).write(true).open(folder.join(name))?;
        match file.try_lock() {
            Ok(()) => Ok(TerritoryLock { file }),
            Err(fs::TryLockError::WouldBlock) => Err(Error::Busy { detail: detail() }),
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
