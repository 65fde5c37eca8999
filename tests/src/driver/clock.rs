//! A clock that tests set.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jalon::clock::Clock;
use jalon::transfer::BootInstant;

const START: BootInstant = BootInstant { ms: 1_000, boot_id: 1 };

/// Wall time that tests set, and boot time that tests advance. The boot time also advances in real time, because the HTTP
/// client waits in real time. The jitter is 0.5.
#[derive(Debug)]
pub struct ManualClock {
    time: Mutex<(i64, BootInstant)>,
    created: Instant,
}

impl Default for ManualClock {
    fn default() -> Self {
        ManualClock { time: Mutex::new((0, START)), created: Instant::now() }
    }
}

impl ManualClock {
    fn lock(&self) -> MutexGuard<'_, (i64, BootInstant)> {
        self.time.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the wall time, in Unix milliseconds.
    pub fn set_now_ms(&self, now_ms: i64) {
        self.lock().0 = now_ms;
    }

    /// Advances the boot time.
    pub fn advance_ms(&self, ms: u64) {
        let mut time = self.lock();
        time.1 = time.1.after_ms(ms);
    }

    /// Restarts the boot time, as in a new process.
    pub fn restart(&self) {
        let mut time = self.lock();
        time.1 = BootInstant { boot_id: time.1.boot_id + 1, ..START };
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.lock().0
    }

    fn boot_instant(&self) -> BootInstant {
        let elapsed_ms = u64::try_from(self.created.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.lock().1.after_ms(elapsed_ms)
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}
