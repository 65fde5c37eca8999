//! A point in time that stays meaningful in another process.

use serde::{Deserialize, Serialize};

/// An instant of a monotonic clock that counts sleep. Pauses and leases use it, because wall clocks jump.
///
/// `boot_id` names the clock. An instant of another clock has always passed: after a reboot no pause and no lease holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BootInstant {
    /// Milliseconds since the clock started.
    pub ms: u64,
    /// Identifier of the clock: any number that changes when the clock restarts, such as a hash of the system's boot id. A
    /// clock that ends with its process takes a random number.
    pub boot_id: u64,
}

impl BootInstant {
    /// The instant `ms` milliseconds later.
    #[doc(hidden)]
    #[must_use]
    pub fn after_ms(self, ms: u64) -> BootInstant {
        BootInstant { ms: self.ms.saturating_add(ms), boot_id: self.boot_id }
    }

    /// Whether `now` is at or after this instant. Always true if the two are of different clocks.
    pub(crate) fn has_passed(self, now: BootInstant) -> bool {
        self.boot_id != now.boot_id || self.ms <= now.ms
    }

    /// Milliseconds from `earlier` to this instant; 0 if the two are of different clocks.
    #[doc(hidden)]
    pub fn ms_since(self, earlier: BootInstant) -> u64 {
        if self.boot_id == earlier.boot_id { self.ms.saturating_sub(earlier.ms) } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instant_of_another_clock_has_passed() {
        let now = BootInstant { ms: 1_000, boot_id: 7 };
        assert!(now.has_passed(now) && !now.after_ms(1).has_passed(now));
        assert!(BootInstant { ms: 99_999, boot_id: 6 }.has_passed(now));
        assert_eq!((now.after_ms(5).ms_since(now), now.ms_since(BootInstant { ms: 1, boot_id: 6 })), (5, 0));
    }
}
