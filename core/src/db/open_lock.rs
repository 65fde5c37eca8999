//! The lock under which a database is created or recovered. Without it, a process could move the fresh file of another one to
//! quarantine.

use std::path::Path;
use std::time::Duration;

use crate::error::Result;
use crate::file_lock::FileLock;

const FILE_NAME: &str = "open.lock";

/// Acquires the lock on the file `open.lock` of a directory; waits up to `timeout`.
///
/// # Errors
/// As of [`FileLock::try_acquire`].
pub(crate) fn open_lock(directory: &Path, timeout: Duration) -> Result<FileLock> {
    FileLock::acquire(&directory.join(FILE_NAME), timeout, "another process is recovering a damaged file")
}
