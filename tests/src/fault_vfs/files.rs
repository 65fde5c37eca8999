//! The disk for what is not SQLite's: the system's, but for what it is told to refuse. It never waits until anything is
//! on the disk, as no test of it cuts the power: a process that dies loses nothing by that.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jalon::storage::{File, FileSystem, StdFileSystem};

use super::DiskFault;

#[derive(Debug, Default)]
struct State {
    /// From which operation on they fail, and how.
    failing: Option<(u64, DiskFault)>,
    once: bool,
    seen: u64,
    refused: u64,
}

/// A disk for files; clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct Files(Arc<Mutex<State>>);

impl Files {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The operation of this rank (the first is 1, counted from now on) fails, and all after it unless `once`. A full disk
    /// still removes and renames.
    pub fn fail(&self, at: u64, error: DiskFault, once: bool) {
        let mut state = self.state();
        (state.failing, state.once, state.seen) = (Some((at, error)), once, 0);
    }

    /// Lets nothing fail any more.
    pub fn heal(&self) {
        self.state().failing = None;
    }

    /// How many operations were refused so far.
    pub fn refused(&self) -> u64 {
        self.state().refused
    }

    /// Meets an operation; `grows` where it needs room.
    fn meet(&self, grows: bool) -> io::Result<()> {
        let mut state = self.state();
        let Some((at, error)) = state.failing else { return Ok(()) };
        if error == DiskFault::Full && !grows {
            return Ok(());
        }
        state.seen += 1;
        if state.seen < at || (state.once && state.seen > at) {
            return Ok(());
        }
        state.refused += 1;
        Err(io::Error::from(if error == DiskFault::Full { ErrorKind::StorageFull } else { ErrorKind::Other }))
    }
}

#[derive(Debug)]
struct Open {
    file: fs::File,
    disk: Files,
}

impl Write for Open {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.disk.meet(true) {
            // A disk that fills in the middle of a write leaves half of it.
            self.file.write_all(&bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl File for Open {
    fn sync(&mut self) -> io::Result<()> {
        self.disk.meet(true)
    }
}

impl FileSystem for Files {
    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        if !path.is_dir() {
            self.meet(true)?;
        }
        StdFileSystem.create_dir_all(path)
    }

    fn open(&self, path: &Path, from: u64) -> io::Result<Box<dyn File>> {
        self.meet(!path.exists())?;
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        file.set_len(from)?;
        file.seek(SeekFrom::Start(from))?;
        Ok(Box::new(Open { file, disk: self.clone() }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.meet(false)?;
        StdFileSystem.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.meet(false)?;
        StdFileSystem.remove_file(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.meet(true)?;
        StdFileSystem.sync_dir(path)
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        StdFileSystem.free_bytes(path)
    }
}
