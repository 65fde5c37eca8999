//! The lock under which a database is created or recovered. Without it, a process could move the fresh file of another one to
//! quarantine.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

const FILE_NAME: &str = "open.lock";
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// An advisory lock on the file `open.lock` of a directory. The system releases it when the process dies.
#[derive(Debug)]
pub(crate) struct OpenLock {
    file: File,
}

impl OpenLock {
    /// Acquires the lock; waits up to `timeout`.
    ///
    /// # Errors
    /// [`Error::Busy`] if another process holds the lock for longer; [`Error::ReadOnly`] if the directory cannot be written;
    /// [`Error::StorageFull`].
    pub(crate) fn acquire(directory: &Path, timeout: Duration) -> Result<OpenLock> {
        let file = File::options().create(true).truncate(false).write(true).open(directory.join(FILE_NAME))?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(OpenLock { file }),
                Err(TryLockError::Error(error)) => return Err(error.into()),
                Err(TryLockError::WouldBlock) if start.elapsed() < timeout => std::thread::sleep(POLL_INTERVAL),
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Busy { detail: "another process is recovering a damaged file".to_owned() });
                }
            }
        }
    }
}

impl Drop for OpenLock {
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
        let lock = OpenLock::acquire(folder.path(), Duration::ZERO).unwrap();
        let second = OpenLock::acquire(folder.path(), Duration::from_millis(20));
        assert!(matches!(second, Err(Error::Busy { .. })), "{second:?}");
        drop(lock);
        OpenLock::acquire(folder.path(), Duration::ZERO).unwrap();
    }
}
