//! Whether the hiker has left the route.

use serde::{Deserialize, Serialize};

/// Of the last fixes, a bit each, how many must be beyond the limit for an alarm.
const ALARM: (u8, u32) = (0b111_1111, 5);

/// The same if the fixes are sparse.
const SPARSE_ALARM: (u8, u32) = (0b1111, 3);

/// Smallest distance from the route that is off it, metres.
const MIN_LIMIT_M: f64 = 27.0;

/// Multiple of the accuracy that is off the route.
const ACCURACY_FACTOR: f64 = 2.5;

/// Seconds between fixes from which they are sparse.
const SPARSE_S: f64 = 5.0;

/// Distance from the route that is on it again, metres, and the multiple of the accuracy.
const RETURN_M: f64 = 25.0;
const RETURN_ACCURACY_FACTOR: f64 = 1.5;

/// Decides with hysteresis whether the hiker is off the route.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Departure {
    /// The last fixes, a bit each, the newest lowest: beyond the limit, and within the distance of a return.
    beyond: u8,
    within: u8,
    off: bool,
}

impl Departure {
    /// True if the hiker is off the route.
    pub(super) fn is_off(&self) -> bool {
        self.off
    }

    /// Takes the distance of a fix from the route into account.
    pub(super) fn update(&mut self, offset_m: f64, accuracy_m: f64, elapsed_s: f64) {
        let limit_m = (ACCURACY_FACTOR * accuracy_m).max(MIN_LIMIT_M);
        let return_m = (RETURN_ACCURACY_FACTOR * accuracy_m).clamp(RETURN_M, limit_m);
        self.beyond = self.beyond << 1 | u8::from(offset_m > limit_m);
        self.within = self.within << 1 | u8::from(offset_m <= return_m);
        if self.off {
            // Two of the last three fixes are on the route.
            if (self.within & 0b111).count_ones() >= 2 {
                *self = Departure::default();
            }
        } else {
            let (recent, needed) = if elapsed_s >= SPARSE_S { SPARSE_ALARM } else { ALARM };
            self.off = (self.beyond & recent).count_ones() >= needed;
            if self.off {
                self.within = 0;
            }
        }
    }
}
