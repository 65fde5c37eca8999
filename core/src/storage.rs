//! The port to the disk for files that are not SQLite's: answers on their way, pictures, photos. The system's own is
//! [`StdFileSystem`]; tests hand over one that is full at a chosen moment.

use std::fmt::Debug;
use std::fs::{self, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that is being written.
pub trait File: Write + Debug + Send {
    /// Waits until what was written survives a loss of power.
    fn sync(&mut self) -> io::Result<()>;
}

/// What Jalon asks of a disk. Reading is the system's own: it changes nothing.
pub trait FileSystem: Debug + Send + Sync {
    /// Makes a folder and those above it.
    fn create_folder(&self, path: &Path) -> io::Result<()>;
    /// Opens a file to be written from byte `from` on, made where it is not there; what it has beyond goes.
    fn open(&self, path: &Path, from: u64) -> io::Result<Box<dyn File>>;
    /// Gives a file another name, in the place of a file that has it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file; one that is not there is removed already.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Waits until the names in a folder survive a loss of power: a file that was made or renamed there, and not only its
    /// bytes.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// Bytes that may still be written where this folder is.
    fn free_bytes(&self, path: &Path) -> io::Result<u64>;
}

/// What the two files stand on; the default is the system's own.
#[derive(Debug, Clone)]
pub struct Storage {
    /// Name of the SQLite VFS to open the file with; none for SQLite's default.
    pub vfs: Option<String>,
    /// The disk for whatever is not SQLite's.
    pub disk: Arc<dyn FileSystem>,
}

impl Default for Storage {
    fn default() -> Self {
        Storage { vfs: None, disk: Arc::new(StdFileSystem) }
    }
}

/// The system's disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct StdFileSystem;

impl File for fs::File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

impl FileSystem for StdFileSystem {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn open(&self, path: &Path, from: u64) -> io::Result<Box<dyn File>> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        file.set_len(from)?;
        file.seek(SeekFrom::Start(from))?;
        Ok(Box::new(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        // Windows cannot open a folder so, and needs no such wait.
        if cfg!(unix) { fs::File::open(path)?.sync_all() } else { Ok(()) }
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        fs4::available_space(path)
    }
}

/// The path whose last name ends in something more: `journal.gpkg` and `-wal`.
pub(crate) fn with_suffix(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Writes a small file whole, or not at all: under another name first, then in its place.
pub(crate) fn write_atomic(disk: &dyn FileSystem, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = &with_suffix(path, ".new");
    let written = disk.open(new, 0).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync()
    });
    match written.and_then(|()| disk.rename(new, path)) {
        Ok(()) => Ok(()),
        Err(error) => {
            // Half a file is no use, and its room may be.
            let _ = disk.remove(new);
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_on_from_a_byte_and_what_is_beyond_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let write = |from, bytes: &[u8]| StdFileSystem.open(&path, from).unwrap().write_all(bytes).unwrap();
        write(0, b"0123456789");
        write(4, b"ab");
        assert_eq!(fs::read(&path).unwrap(), b"0123ab");
        write_atomic(&StdFileSystem, &path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        StdFileSystem.remove(&path).unwrap();
        StdFileSystem.remove(&path).unwrap();
        assert!(StdFileSystem.free_bytes(folder.path()).unwrap() > 0);
    }
}
