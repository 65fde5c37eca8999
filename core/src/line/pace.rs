//! How fast a person walks, beside a walking time that is the same for everybody.

use serde::{Deserialize, Serialize};

use super::{check_finite, check_not_negative};
use crate::error::{Error, Result};

/// The factors that are possible: twice as fast, and half as fast, as the walking time.
const MIN_FACTOR: f64 = 0.5;
const MAX_FACTOR: f64 = 2.0;
/// Seconds of walking that the factor 1 counts for at the start: a first quarter of an hour says little.
const PRIOR_S: f64 = 1_800.0;
/// Seconds of walking that are remembered: a person becomes faster, or carries more.
const MEMORY_S: f64 = 72_000.0;
/// Largest difference in the logarithm that a walk counts with (35 %): a longer rest is not in the way of walking.
const MAX_DEVIATION: f64 = 0.3;
/// A walk that took so many times the predicted time, or its inverse, was no walk.
const MAX_RATIO: f64 = 4.0;
/// Longest prediction that counts as one walk, seconds.
const MAX_WALK_S: f64 = 14_400.0;

/// A personal speed factor: how many times the predicted walking time a person needs, learned from walks. Multiply a
/// predicted time by [`factor`](Self::factor).
///
/// It is a running mean of the logarithm of actual over predicted time, weighted by the predicted time, which starts at 1 with
/// the weight of half an hour and remembers 20 hours of walking. A walk that deviates by more than 35 % from the factor counts
/// as if it deviated by 35 % (Huber's mean), so that a rest that was recorded as walking does little harm.
///
/// Pure: it depends on the walks alone. Its JSON is `{"log_factor": 0.12, "weight_s": 5400.0}`; reading checks the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct PaceFactor {
    /// Natural logarithm of the factor.
    log_factor: f64,
    /// Seconds of walking that it stands for, with those of the start.
    weight_s: f64,
}

/// The factor as it is stored.
#[derive(Deserialize)]
struct Stored {
    log_factor: f64,
    weight_s: f64,
}

impl TryFrom<Stored> for PaceFactor {
    type Error = Error;

    fn try_from(Stored { log_factor, weight_s }: Stored) -> Result<PaceFactor> {
        check_finite("log_factor", log_factor)?;
        check_not_negative("weight_s", weight_s)?;
        Ok(PaceFactor { log_factor: bounded(log_factor), weight_s: weight_s.clamp(PRIOR_S, MEMORY_S) })
    }
}

impl Default for PaceFactor {
    fn default() -> PaceFactor {
        PaceFactor { log_factor: 0.0, weight_s: PRIOR_S }
    }
}

fn bounded(log_factor: f64) -> f64 {
    log_factor.clamp(MIN_FACTOR.ln(), MAX_FACTOR.ln())
}

impl PaceFactor {
    /// Actual time over predicted time, 0.5 to 2. More than 1 is slower than predicted.
    pub fn factor(&self) -> f64 {
        self.log_factor.exp().clamp(MIN_FACTOR, MAX_FACTOR)
    }

    /// Seconds of walking from which it was learned, at most 20 hours less the weight of the start.
    pub fn learned_s(&self) -> f64 {
        self.weight_s - PRIOR_S
    }

    /// Learns from a walk: the time that a walking time predicts for it, and the time in motion, without rests. Parts of a few
    /// minutes are good walks; of one that is predicted for more than four hours, four count. A walk that took more than four
    /// times the prediction, or less than a quarter, was a rest or a ride, and is ignored. Returns whether the walk counts.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when an argument is negative or not finite.
    pub fn learn(&mut self, predicted_s: f64, moving_s: f64) -> Result<bool> {
        check_not_negative("predicted_s", predicted_s)?;
        check_not_negative("moving_s", moving_s)?;
        let ratio = moving_s / predicted_s;
        // NaN, if both are 0, is in no range.
        if !(1.0 / MAX_RATIO..=MAX_RATIO).contains(&ratio) {
            return Ok(false);
        }
        let walk_s = predicted_s.min(MAX_WALK_S);
        let deviation = (ratio.ln() - self.log_factor).clamp(-MAX_DEVIATION, MAX_DEVIATION);
        let gain = walk_s / (self.weight_s + walk_s);
        self.log_factor = bounded(self.log_factor + gain * deviation);
        self.weight_s = (self.weight_s + walk_s).min(MEMORY_S);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn learned(walks: &[(f64, f64)]) -> PaceFactor {
        let mut pace = PaceFactor::default();
        for (predicted_s, moving_s) in walks {
            pace.learn(*predicted_s, *moving_s).unwrap();
        }
        pace
    }

    #[test]
    fn factor_approaches_that_of_the_walker() {
        assert_eq!(PaceFactor::default().factor(), 1.0);
        let after = |minutes: usize| learned(&vec![(300.0, 390.0); minutes / 5]).factor();
        let (first, second, day) = (after(30), after(120), after(480));
        assert!(1.0 < first && first < second && second < day && day < 1.3, "{first} {second} {day}");
        assert!(second > 1.2 && day > 1.28, "{second} {day}");
    }

    #[test]
    fn factor_is_between_a_half_and_two() {
        assert_eq!(learned(&vec![(3_600.0, 14_000.0); 200]).factor(), 2.0);
        assert_eq!(learned(&vec![(14_000.0, 3_600.0); 200]).factor(), 0.5);
    }

    #[test]
    fn rest_that_was_recorded_as_walking_does_little_harm() {
        // Ten minutes of rest in one of twelve walks of five minutes: the mean of the times is 17 % too slow.
        let mut walks = vec![(300.0, 330.0); 120];
        for walk in walks.iter_mut().step_by(12) {
            walk.1 += 600.0;
        }
        let factor = learned(&walks).factor();
        assert!((factor - 1.1).abs() < 0.04, "{factor}");
        // A lunch break is no walk at all.
        let mut pace = learned(&[(3_600.0, 3_960.0)]);
        let before = pace;
        assert!(!pace.learn(300.0, 3_600.0).unwrap() && !pace.learn(300.0, 0.0).unwrap());
        assert!(!pace.learn(0.0, 0.0).unwrap() && !pace.learn(0.0, 10.0).unwrap());
        assert_eq!(pace, before);
    }

    #[test]
    fn walker_who_changes_is_followed() {
        let mut walks = vec![(600.0, 480.0); 300];
        walks.extend(vec![(600.0, 720.0); 300]);
        assert!((learned(&walks).factor() - 1.2).abs() < 0.05);
    }

    #[test]
    fn json_reads_back_and_is_bounded() {
        let pace = learned(&[(3_600.0, 4_000.0), (1_200.0, 1_000.0)]);
        let json = serde_json::to_string(&pace).unwrap();
        assert_eq!(serde_json::from_str::<PaceFactor>(&json).unwrap(), pace);
        let wild: PaceFactor = serde_json::from_str(r#"{"log_factor": 9.0, "weight_s": 1e12}"#).unwrap();
        assert_eq!((wild.factor(), wild.weight_s), (2.0, MEMORY_S));
        for wrong in [r#"{"log_factor": 0.0}"#, r#"{"log_factor": 0.0, "weight_s": -1}"#, "null"] {
            assert!(serde_json::from_str::<PaceFactor>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn refusals_name_the_argument() {
        let mut pace = PaceFactor::default();
        for wrong in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(pace.learn(wrong, 1.0).unwrap_err().to_string().starts_with("predicted_s: "));
            assert!(pace.learn(1.0, wrong).unwrap_err().to_string().starts_with("moving_s: "));
        }
        assert_eq!(pace, PaceFactor::default());
    }

    proptest! {
        #[test]
        fn factor_is_bounded_after_any_walks(
            walks in prop::collection::vec((0.0..1e6_f64, 0.0..1e6_f64), 0..60),
        ) {
            let pace = learned(&walks);
            prop_assert!((0.5..=2.0).contains(&pace.factor()));
            prop_assert!((0.0..=MEMORY_S).contains(&pace.learned_s()));
        }

        #[test]
        fn walks_of_one_pace_lead_towards_it(
            truth in 0.5..2.0_f64, noise in prop::collection::vec(0.85..1.15_f64, 100..200),
        ) {
            let walks: Vec<(f64, f64)> = noise.iter().map(|noise| (600.0, 600.0 * truth * noise)).collect();
            let factor = learned(&walks).factor();
            prop_assert!((factor / truth).ln().abs() < 0.12, "{} {}", factor, truth);
        }
    }
}
