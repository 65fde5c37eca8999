//! A disk for files that are not SQLite's: it writes through to a real folder, remembers what is synced (bytes by their
//! file, names by their folder), and can lose the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jalon::storage::{File, FileSystem, StdFileSystem};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::DiskFault;
use super::fuse::{Doing, Fuse};

/// What a full disk gains when the reserve is given up.
const RESERVE_WRITES: i64 = 64;

#[derive(Debug, Default)]
struct Inode {
    synced: Vec<u8>,
    now: Vec<u8>,
}

/// A change of names in a folder, which lasts whole or not at all.
#[derive(Debug, Clone)]
struct Renaming(Vec<(PathBuf, Option<usize>)>);

#[derive(Debug, Default)]
struct Kept {
    inodes: Vec<Inode>,
    names: BTreeMap<PathBuf, usize>,
    lasting: BTreeMap<PathBuf, usize>,
    /// What changed in each folder since it was synced.
    since: BTreeMap<PathBuf, Vec<Renaming>>,
    /// Folders made and not yet synced in the folder above.
    new_folders: BTreeSet<PathBuf>,
    fuse: Option<Arc<Fuse>>,
    unsynced: Vec<String>,
    /// Whether giving up the reserve makes room.
    reserve_is_room: bool,
}

/// The disk; clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct FolderDisk(Arc<Mutex<Kept>>);

impl FolderDisk {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets this fuse decide what fails. `reserve_is_room` says whether a full disk has room once a file called `reserve`
    /// is removed.
    pub fn follow(&self, fuse: &Arc<Fuse>, reserve_is_room: bool) {
        let mut kept = self.kept();
        (kept.fuse, kept.reserve_is_room) = (Some(Arc::clone(fuse)), reserve_is_room);
    }

    /// Says that files or folders whose path ends with this, or lies in a folder that is given with a slash at its end, are
    /// synced, and does not sync them.
    pub fn pretend_to_sync(&self, path: &str) {
        self.kept().unsynced.push(path.to_owned());
    }

    fn meet(&self, doing: Doing) -> io::Result<()> {
        let fuse = self.kept().fuse.clone();
        match fuse.and_then(|fuse| fuse.meets(doing)) {
            None => Ok(()),
            Some(DiskFault::Full) => Err(io::ErrorKind::StorageFull.into()),
            Some(DiskFault::Io) => Err(io::Error::other("the disk does not do it")),
        }
    }

    /// Takes away what a power cut takes: of each file what was not synced (whole, lost or torn, by the seed), of each folder
    /// the last changes of names.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn power_on(&self, seed: u64) -> io::Result<()> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let kept = std::mem::take(&mut *self.kept());
        let mut lasting = kept.lasting;
        for changes in kept.since.values() {
            let last = rng.random_range(0..=changes.len());
            for (name, inode) in changes[..last].iter().flat_map(|change| &change.0) {
                match inode {
                    Some(inode) => lasting.insert(name.clone(), *inode),
                    None => lasting.remove(name),
                };
            }
        }
        let mut bytes: Vec<Vec<u8>> = Vec::new();
        for inode in kept.inodes {
            bytes.push(match rng.random_range(0..3) {
                _ if inode.now == inode.synced => inode.now,
                0 => inode.synced,
                1 => inode.now,
                _ => inode.now[..rng.random_range(0..=inode.now.len())].to_vec(),
            });
        }
        for name in kept.names.keys() {
            std::fs::remove_file(name).ok();
        }
        for (name, inode) in &lasting {
            std::fs::write(name, &bytes[*inode])?;
        }
        for folder in &kept.new_folders {
            if rng.random_range(0..2) == 0 && folder.exists() {
                std::fs::remove_dir_all(folder)?;
            }
        }
        Ok(())
    }
}

impl Kept {
    fn change(&mut self, folder: &Path, change: Vec<(PathBuf, Option<usize>)>) {
        for (name, inode) in &change {
            match inode {
                Some(inode) => self.names.insert(name.clone(), *inode),
                None => self.names.remove(name),
            };
        }
        self.since.entry(folder.to_owned()).or_default().push(Renaming(change));
    }

    /// The inode of a file; one met for the first time lasts as it lies there.
    fn meet(&mut self, path: &Path) -> Option<usize> {
        if let Some(inode) = self.names.get(path) {
            return Some(*inode);
        }
        let bytes = std::fs::read(path).ok()?;
        self.inodes.push(Inode { synced: bytes.clone(), now: bytes });
        let inode = self.inodes.len() - 1;
        self.names.insert(path.to_owned(), inode);
        self.lasting.insert(path.to_owned(), inode);
        Some(inode)
    }

    fn pretends(&self, path: &Path, is_folder: bool) -> bool {
        let path = path.to_string_lossy();
        self.unsynced.iter().any(|part| match part.strip_suffix('/') {
            Some(folder) => !is_folder && path.contains(part.as_str()) && !folder.is_empty(),
            None => path.ends_with(part.as_str()),
        })
    }
}

fn above(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

#[derive(Debug)]
struct Written {
    disk: FolderDisk,
    path: PathBuf,
    inode: usize,
    file: Box<dyn File>,
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.meet(Doing::Writing)?;
        self.file.write_all(bytes)?;
        if let Some(inode) = self.disk.kept().inodes.get_mut(self.inode) {
            inode.now.extend(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl File for Written {
    fn sync(&mut self) -> io::Result<()> {
        self.disk.meet(Doing::Changing)?;
        let mut kept = self.disk.kept();
        if kept.pretends(&self.path, false) {
            return Ok(());
        }
        if let Some(inode) = kept.inodes.get_mut(self.inode) {
            inode.synced.clone_from(&inode.now);
        }
        Ok(())
    }
}

impl FileSystem for FolderDisk {
    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        self.meet(Doing::Changing)?;
        StdFileSystem.create_dir_all(path)?;
        self.kept().new_folders.insert(path.to_owned());
        Ok(())
    }

    fn open(&self, path: &Path, from: u64) -> io::Result<Box<dyn File>> {
        self.meet(Doing::Writing)?;
        let known = self.kept().meet(path);
        let file = StdFileSystem.open(path, from)?;
        let mut kept = self.kept();
        let inode = known.unwrap_or_else(|| {
            kept.inodes.push(Inode::default());
            let inode = kept.inodes.len() - 1;
            kept.change(above(path), vec![(path.to_owned(), Some(inode))]);
            inode
        });
        kept.inodes[inode].now.truncate(usize::try_from(from).unwrap_or(usize::MAX));
        Ok(Box::new(Written { disk: self.clone(), path: path.to_owned(), inode, file }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.meet(Doing::Changing)?;
        let mut kept = self.kept();
        let inode = kept.meet(from);
        kept.meet(to);
        StdFileSystem.rename(from, to)?;
        kept.change(above(to), vec![(from.to_owned(), None), (to.to_owned(), inode)]);
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.meet(Doing::Changing)?;
        let mut kept = self.kept();
        kept.meet(path);
        StdFileSystem.remove_file(path)?;
        if kept.names.contains_key(path) {
            kept.change(above(path), vec![(path.to_owned(), None)]);
        }
        if let (true, true, Some(fuse)) = (kept.reserve_is_room, path.ends_with("reserve"), &kept.fuse) {
            fuse.make_room(RESERVE_WRITES);
        }
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.meet(Doing::Changing)?;
        let mut kept = self.kept();
        if kept.pretends(path, true) {
            return Ok(());
        }
        for (name, inode) in kept.since.remove(path).unwrap_or_default().into_iter().flat_map(|change| change.0) {
            match inode {
                Some(inode) => kept.lasting.insert(name, inode),
                None => kept.lasting.remove(&name),
            };
        }
        kept.new_folders.retain(|folder| above(folder) != path);
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
    fn what_was_not_synced_may_go_and_what_was_stays() {
        let mut went = [0; 3];
        for seed in 0..40 {
            let root = tempfile::tempdir().unwrap();
            let disk = FolderDisk::default();
            let write = |name: &str, sync: bool| {
                let mut file = disk.open(&root.path().join(name), 0).unwrap();
                file.write_all(b"bytes").unwrap();
                if sync {
                    file.sync().unwrap();
                }
            };
            write("whole", true);
            write("torn", false);
            disk.sync_dir(root.path()).unwrap();
            write("nameless", true);
            disk.power_on(seed).unwrap();
            let read = |name: &str| std::fs::read(root.path().join(name)).ok();
            assert_eq!(read("whole").as_deref(), Some(&b"bytes"[..]));
            went[0] += u64::from(read("torn").is_some_and(|bytes| bytes.is_empty()));
            went[1] += u64::from(read("torn").is_some_and(|bytes| bytes.len() < 5 && !bytes.is_empty()));
            went[2] += u64::from(read("nameless").is_none());
        }
        assert!(went.iter().all(|times| *times > 3), "{went:?}");
    }
}
