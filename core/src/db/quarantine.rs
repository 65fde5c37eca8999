//! The files of a database: SQLite keeps a write-ahead log (`-wal`) and shared memory (`-shm`) beside it. A damaged database is
//! moved aside together with its log, so that nothing of it is lost.

use std::io;
use std::path::{Path, PathBuf};

use crate::storage::{FileSystem, with_suffix};

/// Suffix of the write-ahead log.
pub(crate) const WAL: &str = "-wal";
/// Suffix of the rollback journal, which exists only if a process died while it created the database.
pub(crate) const ROLLBACK_JOURNAL: &str = "-journal";
const SHARED_MEMORY: &str = "-shm";

/// Identity of a file, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileId {
    device: u64,
    inode: u64,
}

/// The identity of the file at a path. `None` if there is no file, and on Windows, where an open file cannot be renamed.
pub(crate) fn file_id(path: &Path) -> Option<FileId> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let metadata = std::fs::metadata(path).ok()?;
        Some(FileId { device: metadata.dev(), inode: metadata.ino() })
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// An unused path for a quarantined database: `journal.gpkg` becomes `journal.damaged-<time>.gpkg`. `at_ms` is Unix ms.
pub(crate) fn quarantine_path(path: &Path, at_ms: i64) -> PathBuf {
    let mut at_ms = at_ms;
    loop {
        let target = path.with_extension(format!("damaged-{at_ms}.gpkg"));
        if !target.exists() {
            return target;
        }
        at_ms += 1;
    }
}

/// Moves a database and its log to `target`. The log is moved first: it must never be left beside a new database.
pub(crate) fn quarantine(file_system: &dyn FileSystem, path: &Path, target: &Path) -> io::Result<()> {
    for suffix in [WAL, SHARED_MEMORY, ""] {
        if with_suffix(path, suffix).exists() {
            file_system.rename(&with_suffix(path, suffix), &with_suffix(target, suffix))?;
        }
    }
    Ok(())
}

/// Removes the log of a database, and with it all transactions that are not in the database file.
pub(crate) fn remove_log(file_system: &dyn FileSystem, path: &Path) -> io::Result<()> {
    [WAL, SHARED_MEMORY].iter().try_for_each(|suffix| file_system.remove_file(&with_suffix(path, suffix)))
}

/// Removes a database and its log.
pub(crate) fn remove_database(file_system: &dyn FileSystem, path: &Path) -> io::Result<()> {
    remove_log(file_system, path)?;
    file_system.remove_file(path)
}

/// The size of a database in bytes, including its log.
pub(crate) fn size(path: &Path) -> io::Result<u64> {
    let log = std::fs::metadata(with_suffix(path, WAL)).map_or(0, |metadata| metadata.len());
    Ok(std::fs::metadata(path)?.len() + log)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::storage::StdFileSystem;

    #[test]
    fn quarantine_moves_database_and_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.gpkg");
        fs::write(&path, "file").unwrap();
        fs::write(with_suffix(&path, WAL), "log").unwrap();
        assert_eq!(size(&path).unwrap(), 7);
        let target = quarantine_path(&path, 12);
        quarantine(&StdFileSystem, &path, &target).unwrap();
        assert_eq!(target, folder.path().join("journal.damaged-12.gpkg"));
        assert_eq!(fs::read_to_string(&target).unwrap(), "file");
        assert_eq!(fs::read_to_string(with_suffix(&target, WAL)).unwrap(), "log");
        assert!(!path.exists() && !with_suffix(&path, WAL).exists());
    }
}
