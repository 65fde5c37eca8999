//! The clock: wall time for dates that people read, boot time for pauses and leases, jitter for backoff.

use std::collections::hash_map::RandomState;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::transfer::BootInstant;

/// Source of time and of jitter. A [`Companion`](crate::Companion) has one; tests pass one that they set.
pub trait Clock: Debug + Send + Sync {
    /// Wall time, Unix ms. For dates and for the age of stored data, never for pauses: wall clocks jump.
    fn now_ms(&self) -> i64;
    /// Time of a monotonic clock, for pauses and leases.
    fn boot_instant(&self) -> BootInstant;
    /// A random number from 0 to 1: spreads the pauses of many devices.
    fn jitter(&self) -> f64;
}

/// The system's clock. Its boot time starts with the process, so pauses and leases end with the process; within one process
/// all values of this type agree.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis());
        i64::try_from(elapsed).unwrap_or(i64::MAX)
    }

    fn boot_instant(&self) -> BootInstant {
        static START: LazyLock<(Instant, u64)> =
            LazyLock::new(|| (Instant::now(), random() ^ u64::from(std::process::id())));
        let (start, boot_id) = *START;
        BootInstant { ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX), boot_id }
    }

    fn jitter(&self) -> f64 {
        random() as f64 / u64::MAX as f64
    }
}

/// The standard library seeds each hasher with random keys.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Wall time of the system's clock, Unix ms.
#[doc(hidden)]
pub fn now_ms() -> i64 {
    SystemClock.now_ms()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_clock_advances_within_one_boot() {
        let earlier = SystemClock.boot_instant();
        let later = SystemClock.boot_instant();
        assert!(later.ms >= earlier.ms && earlier.has_passed(later));
        assert_eq!(earlier.boot_id, later.boot_id);
        assert!((0.0..=1.0).contains(&SystemClock.jitter()));
    }
}
