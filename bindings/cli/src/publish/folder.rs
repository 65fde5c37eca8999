//! A directory of this machine. Each file is written beside its place, brought to the disk and renamed, so that a web server
//! sees the old file or the new one. A lock keeps out a second publisher.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use jalon::edition::EditionFile;

use super::{FOLDERS, Replaced, Stored, Target};
use crate::error::{CliError, Result};

/// Name of the lock, in the root of the target.
const LOCK: &str = ".jalon-publish.lock";
/// First and last characters of the name of a file that is being written.
const PART: (&str, &str) = (".jalon-", ".part");
/// Bytes that are copied at a time.
const BLOCK: usize = 256 << 10;

/// A directory that is the target.
pub(super) struct Folder {
    root: PathBuf,
    /// Held until the target is dropped.
    _lock: File,
}

impl Folder {
    /// Opens a directory, and makes it if it is not there. `source` is the directory of the edition.
    pub(super) fn open(root: PathBuf, source: &Path) -> Result<Folder> {
        fs::create_dir_all(&root).map_err(unwritable)?;
        if let (Ok(root), Ok(source)) = (root.canonicalize(), source.canonicalize())
            && root == source
        {
            return Err(CliError::invalid("to", "must be another directory than that of the edition"));
        }
        let lock = File::options().create(true).append(true).open(root.join(LOCK)).map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Folder { root, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(jalon::Error::Busy { detail: "another process publishes to this directory".to_owned() }.into())
            }
            Err(TryLockError::Error(error)) => Err(jalon::Error::from(error).into()),
        }
    }

    /// Writes a file by way of a temporary one.
    fn write(&self, path: &str, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let place = self.root.join(path);
        let name = place.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let folder = place.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        // The lock makes the name free.
        let part = folder.join(format!("{}{name}{}", PART.0, PART.1));
        let mut file = File::create(&part)?;
        let written = fill(&mut file).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&part, &place));
        if written.is_err() {
            // What was written of it is of no use; the error is that of the write.
            let _ = fs::remove_file(&part);
        }
        written
    }
}

impl Target for Folder {
    fn list(&self) -> Result<BTreeMap<String, u64>> {
        let mut files = BTreeMap::new();
        for folder in FOLDERS {
            let entries = match fs::read_dir(self.root.join(folder)) {
                Ok(entries) => entries,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(unwritable(error)),
            };
            for entry in entries {
                let entry = entry.map_err(unwritable)?;
                let Ok(name) = entry.file_name().into_string() else { continue };
                let metadata = entry.metadata().map_err(unwritable)?;
                if name.starts_with(PART.0) && name.ends_with(PART.1) {
                    // Of a process that was killed: the lock says that nobody writes it now.
                    fs::remove_file(entry.path()).map_err(unwritable)?;
                } else if metadata.is_file() {
                    files.insert(format!("{folder}/{name}"), metadata.len());
                }
            }
        }
        Ok(files)
    }

    fn get(&self, path: &str, max_bytes: u64) -> Result<Option<Stored>> {
        let file = match File::open(self.root.join(path)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unwritable(error)),
        };
        let mut content = Vec::new();
        file.take(max_bytes + 1).read_to_end(&mut content).map_err(unwritable)?;
        if content.len() as u64 > max_bytes {
            return Err(CliError::invalid("to", format!("must not have a {path} of more than {max_bytes} bytes")));
        }
        Ok(Some(Stored { content, tag: None, version: None }))
    }

    fn put_files(&self, source: &Path, files: &[EditionFile], on_sent: &dyn Fn(u64)) -> Result<()> {
        for file in files {
            let mut from = File::open(source.join(&file.path)).map_err(jalon::Error::from)?;
            let copied = self.write(&file.path, |to| {
                let mut block = vec![0; BLOCK];
                loop {
                    let count = from.read(&mut block)?;
                    if count == 0 {
                        return Ok(());
                    }
                    to.write_all(&block[..count])?;
                    on_sent(count as u64);
                }
            });
            copied.map_err(unwritable)?;
        }
        Ok(())
    }

    fn put(&self, path: &str, content: &[u8]) -> Result<()> {
        self.write(path, |file| file.write_all(content)).map_err(unwritable)
    }

    fn replace(&self, path: &str, content: &[u8], read: Option<&Stored>) -> Result<Replaced> {
        let now = self.get(path, u64::MAX - 1)?;
        if now.as_ref() != read {
            return Ok(Replaced::Conflict);
        }
        // The names of all other files must be on the disk before the manifest that leads to them.
        for folder in FOLDERS {
            sync_directory(&self.root.join(folder)).map_err(unwritable)?;
        }
        self.put(path, content)?;
        sync_directory(&self.root).map_err(unwritable)?;
        Ok(Replaced::Yes)
    }

    fn remove(&self, path: &str) -> Result<()> {
        match fs::remove_file(self.root.join(path)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(unwritable(error)),
            _ => Ok(()),
        }
    }
}

/// Brings the names in a directory to the disk, where the system can.
fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) && path.is_dir() { File::open(path)?.sync_all() } else { Ok(()) }
}

/// An error of the target's disk. A full disk keeps its own kind.
fn unwritable(error: io::Error) -> CliError {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => {
            CliError::invalid("to", format!("must be a directory that can be written ({error})"))
        }
        _ => jalon::Error::from(error).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let root = std::env::temp_dir().join(format!("jalon-publish-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        root
    }

    #[test]
    fn replace_refuses_a_file_that_has_changed_since() {
        let root = scratch("replace");
        let folder = Folder::open(root.join("to"), &root.join("from")).ok().unwrap();
        let replace = |content: &[u8], read: Option<&Stored>| folder.replace("m.json", content, read).ok();
        assert_eq!(replace(b"1", None), Some(Replaced::Yes));
        assert_eq!(replace(b"2", None), Some(Replaced::Conflict));
        let read = folder.get("m.json", 10).ok().flatten();
        fs::write(root.join("to/m.json"), "other").unwrap();
        assert_eq!(replace(b"2", read.as_ref()), Some(Replaced::Conflict));
        let read = folder.get("m.json", 10).ok().flatten();
        assert_eq!(replace(b"2", read.as_ref()), Some(Replaced::Yes));
        assert_eq!(fs::read(root.join("to/m.json")).unwrap(), b"2");
        assert!(folder.get("m.json", 0).is_err());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn second_publisher_and_the_edition_itself_are_refused() {
        let root = scratch("lock");
        let from = root.join("from");
        fs::create_dir_all(&from).unwrap();
        let first = Folder::open(root.join("to"), &from).ok().unwrap();
        let Err(CliError::Jalon(jalon::Error::Busy { .. })) = Folder::open(root.join("to"), &from) else {
            panic!("the lock is held")
        };
        drop(first);
        assert!(Folder::open(root.join("to"), &from).is_ok());
        assert!(Folder::open(from.clone(), &from).is_err());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn list_has_files_of_editions_and_removes_unfinished_ones() {
        let root = scratch("list");
        let folder = Folder::open(root.join("to"), &root.join("from")).ok().unwrap();
        for path in ["layers/a.fgb", "media/.jalon-b.jpg.part", "editions/1.json", "other/c"] {
            let place = root.join("to").join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, "abc").unwrap();
        }
        let files: Vec<_> = folder.list().ok().unwrap().into_iter().collect();
        assert_eq!(files, [("editions/1.json".to_owned(), 3), ("layers/a.fgb".to_owned(), 3)]);
        assert!(!root.join("to/media/.jalon-b.jpg.part").exists());
        fs::remove_dir_all(root).unwrap();
    }
}
