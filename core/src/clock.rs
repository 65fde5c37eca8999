//! Clocks: the wall's, for dates that people read, and one that ends with the process, for pauses and leases.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::transfer::BootInstant;

/// The wall clock, Unix ms: only for dates that people read, never for pauses.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    i64::try_from(since).unwrap_or(i64::MAX)
}

/// A clock that ends with its process: so do the leases and pauses that are counted on it.
#[derive(Debug, Clone, Copy)]
pub struct ProcessClock {
    since: Instant,
    boot_id: u64,
}

impl ProcessClock {
    /// A clock that begins now, and that no other process takes for its own.
    pub fn start() -> ProcessClock {
        let boot_id = drawn() ^ u64::from(std::process::id());
        ProcessClock { since: Instant::now(), boot_id }
    }

    /// What it says.
    pub fn now(&self) -> BootInstant {
        BootInstant { ms: u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX), boot_id: self.boot_id }
    }
}

/// From 0 to 1, drawn by jitter: spreads the pauses of many phones.
pub fn jitter() -> f64 {
    drawn() as f64 / u64::MAX as f64
}

/// A hasher's keys are drawn by jitter, for each process and each hasher anew.
fn drawn() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_clock_runs_forward_and_is_no_other_ones() {
        let (one, other) = (ProcessClock::start(), ProcessClock::start());
        let earlier = one.now();
        assert!(one.now().ms >= earlier.ms && earlier.has_passed(one.now()));
        assert_ne!(one.now().boot_id, other.now().boot_id);
        assert!((0.0..=1.0).contains(&jitter()));
    }
}
