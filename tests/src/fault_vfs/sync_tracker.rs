//! The writes that a power loss may lose: for each file its synced contents, and the operations since the last sync.

use std::collections::BTreeMap;
use std::io;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Bytes that a disk writes as a unit.
const SECTOR_BYTES: usize = 512;

/// An operation that was not synced.
enum Unsynced {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { length: usize },
}

#[derive(Default)]
struct TrackedFile {
    synced: Vec<u8>,
    unsynced: Vec<Unsynced>,
}

/// The tracked files by path.
#[derive(Default)]
pub(super) struct SyncTracker(BTreeMap<String, TrackedFile>);

impl SyncTracker {
    fn file(&mut self, path: &str) -> &mut TrackedFile {
        self.0.entry(path.to_owned()).or_insert_with(|| TrackedFile {
            // The contents before the first operation count as synced.
            synced: std::fs::read(path).unwrap_or_default(),
            unsynced: Vec::new(),
        })
    }

    /// Tracks a file before it is changed.
    pub(super) fn track(&mut self, path: &str) {
        self.file(path);
    }

    pub(super) fn record_write(&mut self, path: &str, at: usize, bytes: &[u8]) {
        self.file(path).unsynced.push(Unsynced::Write { at, bytes: bytes.to_vec() });
    }

    pub(super) fn record_truncate(&mut self, path: &str, length: usize) {
        self.file(path).unsynced.push(Unsynced::Truncate { length });
    }

    pub(super) fn record_sync(&mut self, path: &str) {
        let file = self.file(path);
        for operation in std::mem::take(&mut file.unsynced) {
            operation.apply(&mut file.synced, None);
        }
    }

    /// A deletion is durable, because SQLite syncs the folder where it matters.
    pub(super) fn record_delete(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// Writes each file as it is after a power loss.
    pub(super) fn write_survivors(self, seed: u64) -> io::Result<()> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for (path, mut file) in self.0 {
            for operation in &file.unsynced {
                match rng.random_range(0..3) {
                    0 => {}
                    1 => operation.apply(&mut file.synced, None),
                    _ => operation.apply(&mut file.synced, Some(&mut rng)),
                }
            }
            std::fs::write(path, &file.synced)?;
        }
        Ok(())
    }
}

impl Unsynced {
    /// Applies the operation to the contents of a file. With a random number generator, a write is torn at a sector.
    fn apply(&self, file: &mut Vec<u8>, torn: Option<&mut ChaCha8Rng>) {
        match self {
            Self::Truncate { length } => file.truncate(*length),
            Self::Write { at, bytes } => {
                let kept = match torn {
                    Some(rng) => rng.random_range(0..=bytes.len() / SECTOR_BYTES) * SECTOR_BYTES,
                    None => bytes.len(),
                };
                if file.len() < at + kept {
                    file.resize(at + kept, 0);
                }
                file[*at..at + kept].copy_from_slice(&bytes[..kept]);
            }
        }
    }
}
