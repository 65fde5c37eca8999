//! The system's file system with failures on demand, for the files that are not SQLite's. Syncs of files return at once,
//! because a killed process loses nothing by that.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jalon::storage::{File, FileSystem, StdFileSystem};

use super::DiskFault;

#[derive(Debug, Default)]
struct State {
    /// The operation that fails, and its error.
    failing: Option<(u64, DiskFault)>,
    once: bool,
    count: u64,
    failures: u64,
}

/// A file system whose operations fail on demand. Clones refer to the same file system.
#[derive(Clone, Debug, Default)]
pub struct FaultFileSystem(Arc<Mutex<State>>);

impl FaultFileSystem {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The n-th operation from now on fails, and, unless `once`, all later ones. The first one is 1. Removing and renaming
    /// succeed on a full disk.
    pub fn fail(&self, at: u64, error: DiskFault, once: bool) {
        let mut state = self.state();
        (state.failing, state.once, state.count) = (Some((at, error)), once, 0);
    }

    /// Ends the failures.
    pub fn clear_failures(&self) {
        self.state().failing = None;
    }

    /// The number of operations that failed on demand.
    pub fn failures(&self) -> u64 {
        self.state().failures
    }

    /// Counts an operation and decides whether it fails. `needs_space` if it fails on a full disk.
    fn decide(&self, needs_space: bool) -> io::Result<()> {
        let mut state = self.state();
        let Some((at, error)) = state.failing else { return Ok(()) };
        if error == DiskFault::Full && !needs_space {
            return Ok(());
        }
        state.count += 1;
        if state.count < at || (state.once && state.count > at) {
            return Ok(());
        }
        state.failures += 1;
        Err(io::Error::from(if error == DiskFault::Full { ErrorKind::StorageFull } else { ErrorKind::Other }))
    }
}

#[derive(Debug)]
struct OpenFile {
    file: fs::File,
    file_system: FaultFileSystem,
}

impl Write for OpenFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.file_system.decide(true) {
            // A disk that becomes full in the middle of a write keeps half of it.
            self.file.write_all(&bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl File for OpenFile {
    fn sync(&mut self) -> io::Result<()> {
        self.file_system.decide(true)
    }
}

impl FileSystem for FaultFileSystem {
    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        if !path.is_dir() {
            self.decide(true)?;
        }
        StdFileSystem.create_dir_all(path)
    }

    fn open(&self, path: &Path, from: u64) -> io::Result<Box<dyn File>> {
        self.decide(!path.exists())?;
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        file.set_len(from)?;
        file.seek(SeekFrom::Start(from))?;
        Ok(Box::new(OpenFile { file, file_system: self.clone() }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.decide(false)?;
        StdFileSystem.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.decide(false)?;
        StdFileSystem.remove_file(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.decide(true)?;
        StdFileSystem.sync_dir(path)
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        StdFileSystem.free_bytes(path)
    }
}
