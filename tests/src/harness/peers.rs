//! Simpler queues under the same failures: one that rewrites a JSON file after each change and never syncs it, and one that
//! keeps reports in memory and retries until it gets 2xx. Both are written as field apps commonly write them; neither is the
//! code of a project.

use std::io::Write;

use jalon::Result;
use jalon::storage::FileSystem as _;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::stats::{RunStats, Violation};
use crate::fault_vfs::PowerLossFileSystem;

/// A simpler queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A JSON file, truncated and rewritten at each change, never synced. A report without a 2xx response is sent again.
    JsonFile,
    /// A list in memory. Each report is tried three times at once, and again later.
    RetryLoop,
}

const FILE: &str = "queue.json";
const EVENTS: usize = 28;
const REPORTS: u32 = 4;

struct Run {
    rng: ChaCha8Rng,
    file_system: PowerLossFileSystem,
    root: tempfile::TempDir,
    queue: Vec<u32>,
    filed: Vec<u32>,
    /// The reports of the server.
    stored: Vec<u32>,
}

/// Runs histories of filing, sending, crashes and power losses.
///
/// # Errors
/// Returns an error if a folder cannot be made.
pub fn run(peer: Peer, seed: u64, histories: u64) -> Result<RunStats> {
    let mut stats = RunStats::default();
    for history in 0..histories {
        let mut run = Run {
            rng: ChaCha8Rng::seed_from_u64(seed.wrapping_add(history)),
            file_system: PowerLossFileSystem::default(),
            root: tempfile::tempdir()?,
            queue: Vec::new(),
            filed: Vec::new(),
            stored: Vec::new(),
        };
        for _ in 0..EVENTS {
            run.event(peer)?;
        }
        // The failures end, and the queued reports arrive.
        for number in std::mem::take(&mut run.queue) {
            run.stored.push(number);
        }
        for number in &run.filed {
            let copies = run.stored.iter().filter(|stored| *stored == number).count();
            stats.expect(copies > 0, Violation::Lost, || format!("history {history}: report {number}"));
            for _ in 1..copies {
                stats.record(Violation::Duplicated, format!("history {history}: report {number}"));
            }
        }
        stats.rounds += 1;
    }
    Ok(stats)
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
            0..60 => self.send_all(peer)?,
            60..66 => self.crash(peer, false)?,
            66..69 => self.crash(peer, true)?,
            _ => {}
        }
        Ok(())
    }

    /// Saves the queue; a part of it if the process crashes meanwhile.
    fn save(&mut self, peer: Peer, is_cut_short: bool) -> Result<()> {
        if peer == Peer::RetryLoop {
            return Ok(());
        }
        let mut file = self.file_system.open(&self.root.path().join(FILE), 0)?;
        let json = serde_json::to_vec(&self.queue).unwrap_or_default();
        let written = if is_cut_short { self.rng.random_range(0..=json.len()) } else { json.len() };
        Ok(file.write_all(&json[..written])?)
    }

    fn crash(&mut self, peer: Peer, with_power_loss: bool) -> Result<()> {
        if with_power_loss {
            self.file_system.power_on(self.rng.random())?;
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

    fn send_all(&mut self, peer: Peer) -> Result<()> {
        let attempts = if peer == Peer::RetryLoop { 3 } else { 1 };
        for number in self.queue.clone() {
            for _ in 0..attempts {
                // As often as in the simulation: lost before or after the server stored the report, or rejected.
                let (is_stored, is_success) = match self.rng.random_range(0..20) {
                    0..4 => (false, false),
                    4..11 => (true, false),
                    11 => (false, true),
                    12..17 => (false, false),
                    _ => (true, true),
                };
                if is_stored {
                    self.stored.push(number);
                }
                if self.rng.random_range(0..25) == 0 {
                    return self.crash(peer, false);
                }
                if is_success {
                    self.queue.retain(|queued| *queued != number);
                    let is_cut_short = self.rng.random_range(0..25) == 0;
                    self.save(peer, is_cut_short)?;
                    if is_cut_short {
                        return self.crash(peer, false);
                    }
                    break;
                }
            }
        }
        Ok(())
    }
}
