//! A clock that tests set.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jalon::clock::Clock;
use jalon::transfer::BootInstant;

const START: BootInstant = BootInstant { ms: 1_000, boot_id: 1 };

/// Wall time and boot time that advance only when told to. Its jitter is 0.5.
#[derive(Debug)]
pub struct ManualClock(Mutex<(i64, BootInstant)>);

impl Default for ManualClock {
    fn default() -> Self {
        ManualClock(Mutex::new((0, START)))
    }
}

impl ManualClock {
    fn lock(&self) -> MutexGuard<'_, (i64, BootInstant)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.lock().1
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}
