//! The port to the file system: SQLite's VFS by name, and a [`FileSystem`] for all other files (HTTP responses, pictures,
//! photos). Apps use the defaults; tests pass implementations that run full or fail at a chosen operation.

use std::fmt::Debug;
use std::fs::{self, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that is open for writing.
pub trait File: Write + Debug + Send {
    /// Blocks until the written bytes are on stable storage.
    ///
    /// # Errors
    /// Any error of the file system.
    fn sync(&mut self) -> io::Result<()>;
}

/// The file operations that change something. Reading goes through [`std::fs`].
pub trait FileSystem: Debug + Send + Sync {
    /// Creates a directory and its missing parents, as [`std::fs::create_dir_all`].
    ///
    /// # Errors
    /// Any error of the file system.
    fn create_dir_all(&self, path: &Path) -> io::Result<()>;
    /// Opens a file for writing at byte `offset`; creates a missing file and truncates an existing one to `offset` bytes.
    ///
    /// # Errors
    /// Any error of the file system.
    fn open(&self, path: &Path, offset: u64) -> io::Result<Box<dyn File>>;
    /// Renames a file and replaces the target, as [`std::fs::rename`].
    ///
    /// # Errors
    /// Any error of the file system.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file. A missing file is not an error.
    ///
    /// # Errors
    /// Any other error of the file system.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Blocks until the directory's entries (created, renamed and removed names) are on stable storage.
    ///
    /// # Errors
    /// Any error of the file system.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Returns the free space of the file system that contains `path`, in bytes.
    ///
    /// # Errors
    /// Any error of the file system.
    fn free_bytes(&self, path: &Path) -> io::Result<u64>;
}

/// The storage below the catalogue and the journal. The default is the operating system's file system.
#[derive(Debug, Clone)]
pub struct Storage {
    /// Name of the SQLite VFS that opens the databases; `None` for SQLite's default.
    pub vfs: Option<String>,
    /// The file system for all other files.
    pub file_system: Arc<dyn FileSystem>,
}

impl Default for Storage {
    fn default() -> Self {
        Storage { vfs: None, file_system: Arc::new(StdFileSystem) }
    }
}

/// The operating system's file system, through [`std::fs`].
#[derive(Debug, Clone, Copy, Default)]
pub struct StdFileSystem;

impl File for fs::File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

impl FileSystem for StdFileSystem {
    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn open(&self, path: &Path, offset: u64) -> io::Result<Box<dyn File>> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        file.set_len(offset)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Box::new(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        // Windows cannot open a directory as a file, and does not need the sync.
        if cfg!(unix) { fs::File::open(path)?.sync_all() } else { Ok(()) }
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        fs4::available_space(path)
    }
}

/// Appends `suffix` to the last component of a path: `journal.gpkg` becomes `journal.gpkg-wal`.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Writes a file atomically: to a temporary name first, synced, then renamed. Readers see the old or the new content.
pub(crate) fn write_atomic(file_system: &dyn FileSystem, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = &with_suffix(path, ".new");
    let written = file_system.open(temporary, 0).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync()
    });
    match written.and_then(|()| file_system.rename(temporary, path)) {
        Ok(()) => Ok(()),
        Err(error) => {
            // Frees the space of the partial file; the caller needs the first error.
            let _ = file_system.remove_file(temporary);
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_at_offset_truncates_and_write_atomic_leaves_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let write = |offset, bytes: &[u8]| StdFileSystem.open(&path, offset).unwrap().write_all(bytes).unwrap();
        write(0, b"0123456789");
        write(4, b"ab");
        assert_eq!(fs::read(&path).unwrap(), b"0123ab");
        write_atomic(&StdFileSystem, &path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        StdFileSystem.remove_file(&path).unwrap();
        StdFileSystem.remove_file(&path).unwrap();
        assert!(StdFileSystem.free_bytes(folder.path()).unwrap() > 0);
    }
}
