//! An advisory lock between processes, on a file.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// An advisory lock on a file, which is created if it is missing. The system releases it when the process dies.
#[derive(Debug)]
pub(crate) struct FileLock {
    file: File,
}

impl FileLock {
    /// Acquires the lock without waiting. `detail` is that of [`Error::Busy`].
    ///
    /// # Errors
    /// [`Error::Busy`] if another holder has the lock; [`Error::ReadOnly`] if the file cannot be written;
    /// [`Error::StorageFull`].
    pub(crate) fn try_acquire(path: &Path, detail: &str) -> Result<FileLock> {
        FileLock::acquire(path, Duration::ZERO, detail)
    }

    /// As [`FileLock::try_acquire`], but waits up to `timeout`.
    ///
    /// # Errors
    /// As of [`FileLock::try_acquire`].
    pub(crate) fn acquire(path: &Path, timeout: Duration, detail: &str) -> Result<FileLock> {
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(FileLock { file }),
                Err(TryLockError::Error(error)) => return Err(error.into()),
                Err(TryLockError::WouldBlock) if start.elapsed() < timeout => std::thread::sleep(POLL_INTERVAL),
                Err(TryLockError::WouldBlock) => return Err(Error::Busy { detail: detail.to_owned() }),
            }
        }
    }

    /// The locked file.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing the file is not enough while a process that was just forked has it open, too.
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acquire_of_held_lock_returns_busy_after_the_timeout() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let lock = FileLock::try_acquire(&path, "held").unwrap();
        let second = FileLock::acquire(&path, Duration::from_millis(20), "held");
        assert!(matches!(second, Err(Error::Busy { .. })), "{second:?}");
        drop(lock);
        FileLock::try_acquire(&path, "held").unwrap();
    }
}
