//! How far the hiker has probably walked since the fix before.

use serde::{Deserialize, Serialize};

use super::route::Plane;
use crate::model::Position;

/// Seconds over which the displacement tells the speed: errors of a receiver are alike over some seconds and cancel.
const WINDOW_S: f64 = 20.0;

/// Positions in the window. With more fixes a second only some are kept.
const MAX_POSITIONS: usize = 24;

/// Share of the walking speed that is assumed where no displacement is seen: a hairpin has little of it.
const MIN_SHARE: f64 = 0.15;

/// Recent positions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Motion {
    recent: Vec<(f64, Position)>,
}

impl Motion {
    /// Adds a fix, and returns the metres walked since the one before.
    pub(super) fn walked_m(
        &mut self,
        plane: &Plane,
        here: Position,
        time_s: f64,
        elapsed_s: f64,
        accuracy_m: f64,
        usual_mps: f64,
    ) -> f64 {
        let newest_s = self.recent.last().map_or(f64::NEG_INFINITY, |last| last.0);
        // Of the positions outside the window, the newest stays: the window is never shorter than it must be.
        while self.recent.len() > 1 && (time_s - self.recent[1].0 >= WINDOW_S || self.recent.len() >= MAX_POSITIONS) {
            self.recent.remove(0);
        }
        let speed_mps = self.recent.first().map_or(usual_mps, |(from_s, from)| {
            let seconds = (time_s - from_s).max(elapsed_s).max(1.0);
            let (east_m, north_m) = plane.position_xy(*from);
            let moved_m = east_m.hypot(north_m);
            // The variance of the difference of two errors with a correlation time of a minute.
            let alike = (-seconds / 60.0).exp();
            let noise2 = accuracy_m * accuracy_m * (1.0 - alike);
            (moved_m * moved_m - noise2).max(0.0).sqrt() / seconds
        });
        if time_s - newest_s >= WINDOW_S / MAX_POSITIONS as f64 {
            self.recent.push((time_s, here));
        }
        speed_mps.max(MIN_SHARE * usual_mps) * elapsed_s
    }
}
