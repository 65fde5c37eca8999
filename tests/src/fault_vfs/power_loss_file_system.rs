//! A file system that can lose what was not synced, for the files that are not SQLite's. It writes to the system's file
//! system and tracks the syncs: of bytes by file, of names by folder.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jalon::storage::{File, FileSystem, StdFileSystem};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::DiskFault;
use super::trigger::{FailureTrigger, OperationClass};

/// Writes that a full disk has space for after the reserve was removed.
const RESERVE_WRITES: i64 = 64;

#[derive(Debug, Default)]
struct Inode {
    synced: Vec<u8>,
    current: Vec<u8>,
}

/// A change of names in a folder, which survives completely or not at all.
#[derive(Debug, Clone)]
struct NameChange(Vec<(PathBuf, Option<usize>)>);

#[derive(Debug, Default)]
struct State {
    inodes: Vec<Inode>,
    names: BTreeMap<PathBuf, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
    /// The changes of each folder since its last sync.
    unsynced_names: BTreeMap<PathBuf, Vec<NameChange>>,
    /// New folders whose parent was not synced.
    new_folders: BTreeSet<PathBuf>,
    trigger: Option<Arc<FailureTrigger>>,
    ignored_syncs: Vec<String>,
    /// Whether removing the reserve frees space.
    reserve_frees_space: bool,
}

/// A file system that can lose power. Clones refer to the same file system.
#[derive(Debug, Clone, Default)]
pub struct PowerLossFileSystem(Arc<Mutex<State>>);

impl PowerLossFileSystem {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes operations fail by a trigger. With `reserve_frees_space`, a full disk has space again when a file named `reserve`
    /// is removed.
    pub fn set_trigger(&self, trigger: &Arc<FailureTrigger>, reserve_frees_space: bool) {
        let mut state = self.state();
        (state.trigger, state.reserve_frees_space) = (Some(Arc::clone(trigger)), reserve_frees_space);
    }

    /// Reports success for some syncs, without syncing. With a trailing slash: syncs of files below a folder of this name.
    /// Without: syncs of files and folders whose path ends with this text.
    pub fn ignore_syncs(&self, path: &str) {
        self.state().ignored_syncs.push(path.to_owned());
    }

    fn decide(&self, class: OperationClass) -> io::Result<()> {
        let trigger = self.state().trigger.clone();
        match trigger.and_then(|trigger| trigger.decide(class)) {
            None => Ok(()),
            Some(DiskFault::Full) => Err(io::ErrorKind::StorageFull.into()),
            Some(DiskFault::Io) => Err(io::Error::other("the disk failed on demand")),
        }
    }

    /// Loses the power and switches it on again. Of each file, the unsynced bytes are complete, lost or torn; of each folder,
    /// the last changes of names are lost. The seed decides.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub fn power_on(&self, seed: u64) -> io::Result<()> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let state = std::mem::take(&mut *self.state());
        let mut names = state.synced_names;
        for changes in state.unsynced_names.values() {
            let survivors = rng.random_range(0..=changes.len());
            for (name, inode) in changes[..survivors].iter().flat_map(|change| &change.0) {
                match inode {
                    Some(inode) => names.insert(name.clone(), *inode),
                    None => names.remove(name),
                };
            }
        }
        let mut bytes: Vec<Vec<u8>> = Vec::new();
        for inode in state.inodes {
            bytes.push(match rng.random_range(0..3) {
                _ if inode.current == inode.synced => inode.current,
                0 => inode.synced,
                1 => inode.current,
                _ => {
                    // Appending does not touch the synced bytes before.
                    let kept = if inode.current.starts_with(&inode.synced) { inode.synced.len() } else { 0 };
                    inode.current[..rng.random_range(kept..=inode.current.len())].to_vec()
                }
            });
        }
        for name in state.names.keys() {
            std::fs::remove_file(name).ok();
        }
        for (name, inode) in &names {
            std::fs::write(name, &bytes[*inode])?;
        }
        for folder in &state.new_folders {
            if rng.random_range(0..2) == 0 && folder.exists() {
                std::fs::remove_dir_all(folder)?;
            }
        }
        Ok(())
    }
}

impl State {
    fn change_names(&mut self, folder: &Path, change: Vec<(PathBuf, Option<usize>)>) {
        for (name, inode) in &change {
            match inode {
                Some(inode) => self.names.insert(name.clone(), *inode),
                None => self.names.remove(name),
            };
        }
        self.unsynced_names.entry(folder.to_owned()).or_default().push(NameChange(change));
    }

    /// The inode of a file. An unknown file counts as synced.
    fn inode(&mut self, path: &Path) -> Option<usize> {
        if let Some(inode) = self.names.get(path) {
            return Some(*inode);
        }
        let bytes = std::fs::read(path).ok()?;
        self.inodes.push(Inode { synced: bytes.clone(), current: bytes });
        let inode = self.inodes.len() - 1;
        self.names.insert(path.to_owned(), inode);
        self.synced_names.insert(path.to_owned(), inode);
        Some(inode)
    }

    fn ignores_sync(&self, path: &Path, is_folder: bool) -> bool {
        let path = path.to_string_lossy();
        self.ignored_syncs.iter().any(|part| match part.strip_suffix('/') {
            Some(folder) => !is_folder && path.contains(part.as_str()) && !folder.is_empty(),
            None => path.ends_with(part.as_str()),
        })
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

#[derive(Debug)]
struct OpenFile {
    file_system: PowerLossFileSystem,
    path: PathBuf,
    inode: usize,
    file: Box<dyn File>,
}

impl Write for OpenFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file_system.decide(OperationClass::Write)?;
        self.file.write_all(bytes)?;
        if let Some(inode) = self.file_system.state().inodes.get_mut(self.inode) {
            inode.current.extend(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl File for OpenFile {
    fn sync(&mut self) -> io::Result<()> {
        self.file_system.decide(OperationClass::Metadata)?;
        let mut state = self.file_system.state();
        if state.ignores_sync(&self.path, false) {
            return Ok(());
        }
        if let Some(inode) = state.inodes.get_mut(self.inode) {
            inode.synced.clone_from(&inode.current);
        }
        Ok(())
    }
}

impl FileSystem for PowerLossFileSystem {
    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        self.decide(OperationClass::Metadata)?;
        StdFileSystem.create_dir_all(path)?;
        self.state().new_folders.insert(path.to_owned());
        Ok(())
    }

    fn open(&self, path: &Path, from: u64) -> io::Result<Box<dyn File>> {
        self.decide(OperationClass::Write)?;
        let known = self.state().inode(path);
        let file = StdFileSystem.open(path, from)?;
        let mut state = self.state();
        let inode = known.unwrap_or_else(|| {
            state.inodes.push(Inode::default());
            let inode = state.inodes.len() - 1;
            state.change_names(parent(path), vec![(path.to_owned(), Some(inode))]);
            inode
        });
        state.inodes[inode].current.truncate(usize::try_from(from).unwrap_or(usize::MAX));
        Ok(Box::new(OpenFile { file_system: self.clone(), path: path.to_owned(), inode, file }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.decide(OperationClass::Metadata)?;
        let mut state = self.state();
        let inode = state.inode(from);
        state.inode(to);
        StdFileSystem.rename(from, to)?;
        state.change_names(parent(to), vec![(from.to_owned(), None), (to.to_owned(), inode)]);
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.decide(OperationClass::Metadata)?;
        let mut state = self.state();
        state.inode(path);
        StdFileSystem.remove_file(path)?;
        if state.names.contains_key(path) {
            state.change_names(parent(path), vec![(path.to_owned(), None)]);
        }
        if let (true, true, Some(trigger)) = (state.reserve_frees_space, path.ends_with("reserve"), &state.trigger) {
            trigger.free_space(RESERVE_WRITES);
        }
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.decide(OperationClass::Metadata)?;
        let mut state = self.state();
        if state.ignores_sync(path, true) {
            return Ok(());
        }
        for (name, inode) in
            state.unsynced_names.remove(path).unwrap_or_default().into_iter().flat_map(|change| change.0)
        {
            match inode {
                Some(inode) => state.synced_names.insert(name, inode),
                None => state.synced_names.remove(&name),
            };
        }
        state.new_folders.retain(|folder| parent(folder) != path);
        Ok(())
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        StdFileSystem.free_bytes(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_on_after_writes_loses_only_unsynced_data() {
        let mut lost = [0; 3];
        for seed in 0..40 {
            let root = tempfile::tempdir().unwrap();
            let file_system = PowerLossFileSystem::default();
            let write = |name: &str, sync: bool| {
                let mut file = file_system.open(&root.path().join(name), 0).unwrap();
                file.write_all(b"bytes").unwrap();
                if sync {
                    file.sync().unwrap();
                }
            };
            write("synced", true);
            write("torn", false);
            file_system.sync_dir(root.path()).unwrap();
            write("nameless", true);
            file_system.power_on(seed).unwrap();
            let read = |name: &str| std::fs::read(root.path().join(name)).ok();
            assert_eq!(read("synced").as_deref(), Some(&b"bytes"[..]));
            lost[0] += u64::from(read("torn").is_some_and(|bytes| bytes.is_empty()));
            lost[1] += u64::from(read("torn").is_some_and(|bytes| bytes.len() < 5 && !bytes.is_empty()));
            lost[2] += u64::from(read("nameless").is_none());
        }
        assert!(lost.iter().all(|times| *times > 3), "{lost:?}");
    }
}
