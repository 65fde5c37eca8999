//! Receivers: fixes with errors.

use jalon::model::{Fix, Position};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use super::shape::to_degrees;
use super::walker::{Step, Walk};

/// How wrong the fixes of a receiver are, and how often they come.
#[derive(Debug, Clone, Copy)]
pub struct Receiver {
    /// Root mean square of the horizontal error, metres: each axis has σ/√2.
    pub sigma_m: f64,
    /// Correlation time of the error, seconds (Ornstein–Uhlenbeck process).
    pub tau_s: f64,
    /// Share of fixes that are 60 m wrong.
    pub outliers: f64,
    /// Seconds between fixes.
    pub interval_s: u32,
    /// Seconds without fixes in every 20 minutes.
    pub gap_s: u32,
}

impl Receiver {
    /// A receiver with an error, a fix a second, 0.5 % of outliers, and no gaps.
    pub fn new(sigma_m: f64) -> Receiver {
        Receiver { sigma_m, tau_s: 60.0, outliers: 0.005, interval_s: 1, gap_s: 0 }
    }

    /// The fixes of a walk, each with the truth.
    pub fn fixes(&self, walk: &Walk, rng: &mut ChaCha8Rng) -> Vec<(Fix, Step)> {
        let axis_sigma = self.sigma_m / std::f64::consts::SQRT_2;
        let mut error = [axis_sigma * normal(rng), axis_sigma * normal(rng)];
        let mut height_error = 1.7 * axis_sigma * normal(rng);
        let keep = (-1.0 / self.tau_s).exp();
        let fresh = (1.0 - keep * keep).sqrt();
        let mut fixes = Vec::new();
        for (index, step) in walk.steps.iter().enumerate() {
            for axis in &mut error {
                *axis = keep * *axis + fresh * axis_sigma * normal(rng);
            }
            height_error = keep * height_error + fresh * 1.7 * axis_sigma * normal(rng);
            let second = index as u32;
            let in_gap = self.gap_s > 0 && second % 1200 >= 1200 - self.gap_s;
            if !second.is_multiple_of(self.interval_s) || in_gap {
                continue;
            }
            let mut at = [step.x + error[0], step.y + error[1]];
            if rng.random_bool(self.outliers) {
                let angle = rng.random_range(0.0..std::f64::consts::TAU);
                at = [at[0] + 60.0 * angle.sin(), at[1] + 60.0 * angle.cos()];
            }
            let [lon, lat, elevation] = to_degrees(at[0], at[1], step.elevation + height_error);
            let position = Position { elevation: Some(elevation), ..Position::new(lon, lat) };
            let accuracy_m = (self.sigma_m * 1.07 * (0.15 * normal(rng)).exp()).max(3.0);
            let time_ms = 1_785_000_000_000 + (step.time_s * 1000.0) as i64;
            fixes.push((Fix { accuracy_m: Some(accuracy_m), ..Fix::new(position, time_ms) }, *step));
        }
        fixes
    }
}

/// A number of the standard normal distribution (Box and Muller).
pub fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (a, b): (f64, f64) = (rng.random_range(f64::MIN_POSITIVE..1.0), rng.random_range(0.0..std::f64::consts::TAU));
    (-2.0 * a.ln()).sqrt() * b.cos()
}
