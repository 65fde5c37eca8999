//! A point in time that another process can still decide.

use serde::{Deserialize, Serialize};

/// A moment on a clock that only runs forward and counts sleep, as the driver reads it. Wall clocks jump and are no good
/// for pauses; a clock that starts anew is told by `boot`: what was to wait for a moment of an older one need not wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BootInstant {
    /// Milliseconds since the clock began.
    pub ms: u64,
    /// Which clock that is: any number that changes when it starts anew, such as one made from the boot's id; a process
    /// whose own clock ends with it takes a number of its own.
    pub boot_id: u64,
}

impl BootInstant {
    /// The same moment so much later.
    #[must_use]
    pub fn after_ms(self, ms: u64) -> BootInstant {
        BootInstant { ms: self.ms.saturating_add(ms), boot_id: self.boot_id }
    }

    /// Whether this moment is over at `now`; one of another clock is.
    pub fn has_passed(self, now: BootInstant) -> bool {
        self.boot_id != now.boot_id || self.ms <= now.ms
    }

    /// Milliseconds from `earlier` to this instant; 0 where they are of different clocks.
    pub fn ms_since(self, earlier: BootInstant) -> u64 {
        if self.boot_id == earlier.boot_id { self.ms.saturating_sub(earlier.ms) } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_another_clock_are_over() {
        let now = BootInstant { ms: 1_000, boot_id: 7 };
        assert!(now.has_passed(now) && !now.after_ms(1).has_passed(now));
        assert!(BootInstant { ms: 99_999, boot_id: 6 }.has_passed(now));
        assert_eq!((now.after_ms(5).ms_since(now), now.ms_since(BootInstant { ms: 1, boot_id: 6 })), (5, 0));
    }
}
