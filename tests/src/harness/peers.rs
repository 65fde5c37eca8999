//! How simpler queues fare in the same weather: one that rewrites a JSON file after each change and waits for no disk, and one
//! that keeps reports in memory and attempt_count until it is told 2xx. Both are written as field apps write them; neither is any
//! project's own code.

use std::io::Write;

use jalon::Result;
use jalon::storage::FileSystem as _;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::figures::{Figures, Wrong};
use crate::fault_vfs::FolderDisk;

/// Which queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A JSON file, cut to nothing and written anew at each change, never synced; what has not been answered with 2xx is
    /// sent again.
    JsonFile,
    /// A list in memory, and a loop that attempt_count three times at once and again later.
    RetryLoop,
}

const FILE: &str = "queue.json";
const EVENTS: usize = 28;
const REPORTS: u32 = 4;

struct Run {
    rng: ChaCha8Rng,
    disk: FolderDisk,
    root: tempfile::TempDir,
    queue: Vec<u32>,
    filed: Vec<u32>,
    /// What the server has.
    stored: Vec<u32>,
}

/// So many histories of filing, sending, crashing and losing power.
///
/// # Errors
/// When a folder cannot be made.
pub fn run(peer: Peer, seed: u64, histories: u64) -> Result<Figures> {
    let mut figures = Figures::default();
    for history in 0..histories {
        let mut run = Run {
            rng: ChaCha8Rng::seed_from_u64(seed.wrapping_add(history)),
            disk: FolderDisk::default(),
            root: tempfile::tempdir()?,
            queue: Vec::new(),
            filed: Vec::new(),
            stored: Vec::new(),
        };
        for _ in 0..EVENTS {
            run.event(peer)?;
        }
        // The faults stop.
        for number in std::mem::take(&mut run.queue) {
            run.stored.push(number);
        }
        for number in &run.filed {
            let copies = run.stored.iter().filter(|stored| *stored == number).count();
            figures.expect(copies > 0, Wrong::Lost, || format!("history {history}: report {number}"));
            for _ in 1..copies {
                figures.wrong(Wrong::Doubled, format!("history {history}: report {number}"));
            }
        }
        figures.rounds += 1;
    }
    Ok(figures)
}

impl Run {
    fn event(&mut self, peer: Peer) -> Result<()> {
        match self.rng.random_range(0..100) {
            0..15 if (self.filed.len() as u32) < REPORTS => {
                let number = self.filed.len() as u32;
                self.queue.push(number);
                self.save(peer, false)?;
                self.filed.push(number);
            }
            0..60 => self.pass(peer)?,
            60..66 => self.dies(peer, false)?,
            66..69 => self.dies(peer, true)?,
            _ => {}
        }
        Ok(())
    }

    /// Writes the list, as far as the process comes.
    fn save(&mut self, peer: Peer, is_cut_short: bool) -> Result<()> {
        if peer == Peer::RetryLoop {
            return Ok(());
        }
        let mut file = self.disk.open(&self.root.path().join(FILE), 0)?;
        let json = serde_json::to_vec(&self.queue).unwrap_or_default();
        let written = if is_cut_short { self.rng.random_range(0..=json.len()) } else { json.len() };
        Ok(file.write_all(&json[..written])?)
    }

    fn dies(&mut self, peer: Peer, power: bool) -> Result<()> {
        if power {
            self.disk.power_on(self.rng.random())?;
        }
        self.queue = match peer {
            Peer::RetryLoop => Vec::new(),
            Peer::JsonFile => std::fs::read(self.root.path().join(FILE))
                .ok()
                .and_then(|json| serde_json::from_slice(&json).ok())
                .unwrap_or_default(),
        };
        Ok(())
    }

    fn pass(&mut self, peer: Peer) -> Result<()> {
        let attempt_count = if peer == Peer::RetryLoop { 3 } else { 1 };
        for number in self.queue.clone() {
            for _ in 0..attempt_count {
                // The weather of the simulation: some lost before, some stored and lost after, some not stored.
                let (stores, is_reported) = match self.rng.random_range(0..20) {
                    0..4 => (false, false),
                    4..11 => (true, false),
                    11 => (false, true),
                    12..17 => (false, false),
                    _ => (true, true),
                };
                if stores {
                    self.stored.push(number);
                }
                if self.rng.random_range(0..25) == 0 {
                    return self.dies(peer, false);
                }
                if is_reported {
                    self.queue.retain(|queued| *queued != number);
                    let is_cut_short = self.rng.random_range(0..25) == 0;
                    self.save(peer, is_cut_short)?;
                    if is_cut_short {
                        return self.dies(peer, false);
                    }
                    break;
                }
            }
        }
        Ok(())
    }
}
