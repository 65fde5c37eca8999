//! Files that are named by their content: they get their name when they are whole, and a file that is there stays.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::edition::hash::{Hash, check_file};
use crate::edition::layer::FileRef;
use crate::error::Result;
use crate::storage::{File, FileSystem, write_atomic};

/// Ending of a file that is being written.
pub(super) const PART: &str = ".part";

/// The folder of an edition.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) directory: PathBuf,
    pub(super) file_system: Arc<dyn FileSystem>,
    /// The files of the new edition, by their path within the folder, with their bytes.
    pub(super) files: BTreeMap<String, u64>,
    parts: u64,
}

impl Output {
    pub(super) fn new(directory: &Path, file_system: Arc<dyn FileSystem>) -> Output {
        Output { directory: directory.to_owned(), file_system, files: BTreeMap::new(), parts: 0 }
    }

    /// Starts a file in a folder.
    pub(super) fn create(&mut self, folder: &'static str) -> Result<NewFile> {
        let path = self.directory.join(folder);
        self.file_system.create_dir_all(&path)?;
        self.parts += 1;
        let temporary = path.join(format!("{}-{}{PART}", std::process::id(), self.parts));
        let file = BufWriter::new(self.file_system.open(&temporary, 0)?);
        Ok(NewFile { folder, temporary, file, sha256: Sha256::new(), bytes: 0 })
    }

    /// Names a file by its content.
    pub(super) fn finish(&mut self, file: NewFile, name: impl FnOnce(&Hash) -> String) -> Result<FileRef> {
        let NewFile { folder, temporary, mut file, sha256, bytes } = file;
        file.flush()?;
        file.get_mut().sync()?;
        drop(file);
        let sha256 = sha256.finalize().into();
        let path = format!("{folder}/{}", name(&sha256));
        let target = self.directory.join(&path);
        if check_file(&target, bytes, &sha256).is_ok() {
            self.file_system.remove_file(&temporary)?;
        } else {
            self.file_system.rename(&temporary, &target)?;
        }
        self.files.insert(path.clone(), bytes);
        Ok(FileRef { path, bytes, sha256 })
    }

    /// Writes a short file at once.
    pub(super) fn write(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let target = self.directory.join(path);
        if let Some(folder) = target.parent() {
            self.file_system.create_dir_all(folder)?;
        }
        write_atomic(&*self.file_system, &target, bytes)?;
        self.files.insert(path.to_owned(), bytes.len() as u64);
        Ok(())
    }

    /// Makes the names of all files durable.
    pub(super) fn sync(&self) -> Result<()> {
        for folder in ["", "layers", "media", "signatures"] {
            let path = self.directory.join(folder);
            if path.is_dir() {
                self.file_system.sync_dir(&path)?;
            }
        }
        Ok(())
    }
}

/// A file that is being written.
pub(super) struct NewFile {
    folder: &'static str,
    temporary: PathBuf,
    file: BufWriter<Box<dyn File>>,
    sha256: Sha256,
    bytes: u64,
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.sha256.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
