//! Walking speed, the personal factor of walking times, and the time of arrival.

use serde::{Deserialize, Serialize};

use crate::line::PaceFactor;

/// Walking speed before any is measured, metres per second.
const INITIAL_MPS: f64 = 1.2;

/// Seconds over which the walking speed is averaged.
const AVERAGE_S: f64 = 120.0;

/// Seconds of walking after which the factor is learned.
const LEARN_S: f64 = 240.0;

/// Slowest movement along the route that is walking, metres per second.
const WALKING_MPS: f64 = 0.25;

/// Metres along the route after which progress is measured.
const MEASURE_M: f64 = 25.0;

/// Longest time in seconds over which progress is measured; a longer one contains a break.
const MEASURE_S: f64 = MEASURE_M / WALKING_MPS;

/// Learns the hiker's speed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Pace {
    speed_mps: f64,
    factor: PaceFactor,
    /// Seconds of a walk that is not learned from yet: as it was, and by the slopes.
    walked_s: f64,
    expected_s: f64,
    /// Place and time at which the measurement in progress began.
    from: Option<Measurement>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Measurement {
    along_m: f64,
    seconds_left: f64,
    time_s: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Pace { speed_mps: INITIAL_MPS, factor: PaceFactor::default(), walked_s: 0.0, expected_s: 0.0, from: None }
    }
}

impl Pace {
    /// Walking speed, metres per second.
    pub(super) fn speed_mps(&self) -> f64 {
        self.speed_mps
    }

    /// Ratio of the hiker's walking times to those of the route.
    pub(super) fn factor(&self) -> f64 {
        self.factor.factor()
    }

    /// Takes a place into account. `seconds_left` is the walking time that is left there without the factor.
    pub(super) fn update(&mut self, along_m: f64, seconds_left: f64, time_s: f64) {
        let here = Measurement { along_m, seconds_left, time_s };
        let Some(from) = self.from else {
            self.from = Some(here);
            return;
        };
        let (metres, seconds) = (along_m - from.along_m, time_s - from.time_s);
        if seconds > MEASURE_S {
            self.from = Some(here);
        } else if metres.abs() >= MEASURE_M {
            self.from = Some(here);
            let speed = (metres.abs() / seconds.max(1.0)).min(4.0);
            let share = 1.0 - (-seconds / AVERAGE_S).exp();
            self.speed_mps = (self.speed_mps + share * (speed - self.speed_mps)).clamp(0.4, 4.0);
            let expected = from.seconds_left - seconds_left;
            // Only on the way to the end: the slopes of the other direction have other times.
            if metres > 0.0 && expected > 0.0 && metres < 20.0 * seconds {
                self.walked_s += seconds;
                self.expected_s += expected;
                if self.expected_s >= LEARN_S {
                    // Both are finite and positive.
                    let _ = self.factor.learn(self.expected_s, self.walked_s);
                    (self.walked_s, self.expected_s) = (0.0, 0.0);
                }
            }
        }
    }

    /// Forgets the measurement in progress, after a gap or off the route.
    pub(super) fn interrupt(&mut self) {
        self.from = None;
    }
}
