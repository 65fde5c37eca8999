//! Files for targets that read from the disk: one folder for each thread, whose files each run overwrites.

use std::path::PathBuf;

use tempfile::TempDir;

thread_local! {
    static FOLDER: TempDir = tempfile::tempdir().unwrap_or_else(|error| panic!("a temporary folder: {error}"));
}

/// The path of a file in the folder of this thread.
pub(super) fn path(name: &str) -> PathBuf {
    FOLDER.with(|folder| folder.path().join(name))
}

/// Writes a file of the folder, and returns its path.
pub(super) fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = path(name);
    std::fs::write(&path, bytes).unwrap_or_else(|error| panic!("a temporary file: {error}"));
    path
}
