//! What a power cut may take: for each file its bytes as they were synced last, and what was done to it since.

use std::collections::BTreeMap;
use std::io;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The disk writes these as a whole.
const SECTOR: usize = 512;

/// What was done to a file and not synced.
enum Done {
    Wrote { at: usize, bytes: Vec<u8> },
    Cut { length: usize },
}

#[derive(Default)]
struct Shadow {
    synced: Vec<u8>,
    since: Vec<Done>,
}

/// The files of a disk, by path.
#[derive(Default)]
pub(super) struct Shadows(BTreeMap<String, Shadow>);

impl Shadows {
    fn shadow(&mut self, path: &str) -> &mut Shadow {
        self.0.entry(path.to_owned()).or_insert_with(|| Shadow {
            // A file met for the first time is taken as it lies there, before the operation.
            synced: std::fs::read(path).unwrap_or_default(),
            since: Vec::new(),
        })
    }

    /// Takes a file as it lies there, before it is changed.
    pub(super) fn meet(&mut self, path: &str) {
        self.shadow(path);
    }

    pub(super) fn wrote(&mut self, path: &str, at: usize, bytes: &[u8]) {
        self.shadow(path).since.push(Done::Wrote { at, bytes: bytes.to_vec() });
    }

    pub(super) fn cut(&mut self, path: &str, length: usize) {
        self.shadow(path).since.push(Done::Cut { length });
    }

    pub(super) fn synced(&mut self, path: &str) {
        let shadow = self.shadow(path);
        for done in std::mem::take(&mut shadow.since) {
            done.to(&mut shadow.synced, None);
        }
    }

    /// A deletion lasts, as SQLite waits for the folder where it matters.
    pub(super) fn deleted(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// Writes every file as the power cut left it.
    pub(super) fn settle(self, seed: u64) -> io::Result<()> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for (path, mut shadow) in self.0 {
            for done in &shadow.since {
                match rng.random_range(0..3) {
                    0 => {}
                    1 => done.to(&mut shadow.synced, None),
                    _ => done.to(&mut shadow.synced, Some(&mut rng)),
                }
            }
            std::fs::write(path, &shadow.synced)?;
        }
        Ok(())
    }
}

impl Done {
    /// Does it to the bytes of a file; torn, when there are numbers to choose the sectors by.
    fn to(&self, file: &mut Vec<u8>, torn: Option<&mut ChaCha8Rng>) {
        match self {
            Self::Cut { length } => file.truncate(*length),
            Self::Wrote { at, bytes } => {
                let kept = match torn {
                    Some(rng) => rng.random_range(0..=bytes.len() / SECTOR) * SECTOR,
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
