//! A point in time that another process can still judge.

use serde::{Deserialize, Serialize};

/// A moment on a clock that only runs forward and counts sleep, as the driver reads it. Wall clocks jump and are no good
/// for pauses; a clock that starts anew is told by `boot`: what was to wait for a moment of an older one need not wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since the clock began.
    pub ms: u64,
    /// Which clock that is: any number that changes when it starts anew, such as one made from the boot's id; a process
    /// whose own clock ends with it takes a number of its own.
    pub boot: u64,
}

impl Moment {
    /// The same moment so much later.
    #[must_use]
    pub fn after_ms(self, ms: u64) -> Moment {
        Moment { ms: self.ms.saturating_add(ms), boot: self.boot }
    }

    /// Whether this moment is over at `now`; one of another clock is.
    pub fn is_over(self, now: Moment) -> bool {
        self.boot != now.boot || self.ms <= now.ms
    }

    /// Milliseconds from `earlier` to this moment; 0 where they are of different clocks.
    pub fn ms_since(self, earlier: Moment) -> u64 {
        if self.boot == earlier.boot { self.ms.saturating_sub(earlier.ms) } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_another_clock_are_over() {
        let now = Moment { ms: 1_000, boot: 7 };
        assert!(now.is_over(now) && !now.after_ms(1).is_over(now));
        assert!(Moment { ms: 99_999, boot: 6 }.is_over(now));
        assert_eq!((now.after_ms(5).ms_since(now), now.ms_since(Moment { ms: 1, boot: 6 })), (5, 0));
    }
}
