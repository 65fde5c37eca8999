//! Decides which fixes are recorded. Receivers repeat old fixes, report positions that they do not have, and jump; clocks are
//! set. A rejected fix is not recorded. If several rejected fixes agree with each other, the receiver has moved on indeed, or
//! its clock was set: a new section starts there, so that nothing is measured between.

use geo::{Distance, Geodesic};

use crate::model::Fix;

/// Maximum accuracy radius in metres: beyond it, a fix is that of a radio cell rather than of satellites.
pub(super) const MAX_ACCURACY_M: f64 = 100.0;
/// Maximum speed of a person, metres per second: a cyclist downhill, or a bus.
const MAX_SPEED_MPS: f64 = 30.0;
/// So many rejected fixes in a row that agree with each other start a new section.
const AGREEING: usize = 5;
/// After this long without a fix a new section starts: the clock was set, or it is another walk.
const MAX_GAP_MS: i64 = 24 * 3_600 * 1_000;

/// The reason why a fix was not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rejection {
    /// Its position is invalid, or 0, 0, or its accuracy is negative: the receiver had no position.
    NoPosition,
    /// Its accuracy radius is larger than 100 m.
    Inaccurate,
    /// It is not later than the fix before: a repeated one, or the clock was set back.
    OutOfOrder,
    /// It is too far from the fix before: faster than 30 m/s.
    Jump,
    /// The recording is paused.
    Paused,
}

impl Rejection {
    /// Its name, in lower case with underscores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Rejection::NoPosition => "no_position",
            Rejection::Inaccurate => "inaccurate",
            Rejection::OutOfOrder => "out_of_order",
            Rejection::Jump => "jump",
            Rejection::Paused => "paused",
        }
    }
}

/// The filter of a recording.
#[derive(Debug, Default)]
pub(super) struct Filter {
    last: Option<Fix>,
    /// The next fix starts a section.
    is_interrupted: bool,
    /// Number of rejected fixes in a row that agree with each other, and the last of them.
    agreeing: (usize, Option<Fix>),
}

impl Filter {
    /// Takes a fix. Returns whether it starts a section.
    pub(super) fn push(&mut self, fix: &Fix) -> Result<bool, Rejection> {
        if !fix.is_valid() || fix.accuracy_m.is_some_and(|accuracy| accuracy < 0.0) {
            return Err(Rejection::NoPosition);
        }
        if fix.accuracy_m.is_some_and(|accuracy| accuracy > MAX_ACCURACY_M) {
            return Err(Rejection::Inaccurate);
        }
        let Some(last) = self.last else {
            self.accept(fix);
            return Ok(true);
        };
        match rejection(&last, fix) {
            None => {
                let is_gap = fix.time_ms.saturating_sub(last.time_ms) > MAX_GAP_MS;
                let starts_section = self.is_interrupted || is_gap;
                self.accept(fix);
                Ok(starts_section)
            }
            // After a pause the person may be anywhere.
            Some(Rejection::Jump) if self.is_interrupted => {
                self.accept(fix);
                Ok(true)
            }
            Some(reason) => {
                let (count, before) = self.agreeing;
                let agrees = before.is_some_and(|before| rejection(&before, fix).is_none());
                self.agreeing = (if agrees { count + 1 } else { 1 }, Some(*fix));
                if self.agreeing.0 < AGREEING {
                    return Err(reason);
                }
                self.accept(fix);
                Ok(true)
            }
        }
    }

    /// The next fix starts a section.
    pub(super) fn interrupt(&mut self) {
        self.is_interrupted = true;
    }

    /// Continues after a recorded fix.
    pub(super) fn accept(&mut self, fix: &Fix) {
        *self = Filter { last: Some(*fix), is_interrupted: false, agreeing: (0, None) };
    }
}

fn rejection(last: &Fix, fix: &Fix) -> Option<Rejection> {
    let elapsed_ms = fix.time_ms.saturating_sub(last.time_ms);
    if elapsed_ms <= 0 {
        return Some(Rejection::OutOfOrder);
    }
    let accuracy_m = |fix: &Fix| fix.accuracy_m.unwrap_or(Fix::DEFAULT_ACCURACY_M);
    let reach_m = accuracy_m(last) + accuracy_m(fix) + MAX_SPEED_MPS * elapsed_ms as f64 / 1_000.0;
    (distance_m(last, fix) > reach_m).then_some(Rejection::Jump)
}

/// Metres on the ellipsoid.
pub(super) fn distance_m(from: &Fix, to: &Fix) -> f64 {
    Geodesic.distance(from.position.into(), to.position.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Position;

    /// A fix so many metres north of the start, after so many seconds.
    fn fix(north_m: f64, time_s: i64) -> Fix {
        Fix::new(Position::new(6.0, 44.5 + north_m / 111_133.0), time_s * 1_000)
    }

    #[test]
    fn fix_without_position_or_accuracy_is_rejected() {
        let mut filter = Filter::default();
        for fix in [
            Fix::new(Position::new(0.0, 0.0), 0),
            Fix::new(Position::new(f64::NAN, 44.0), 0),
            Fix::new(Position::new(6.0, 91.0), 0),
            Fix { accuracy_m: Some(-1.0), ..fix(0.0, 0) },
        ] {
            assert_eq!(filter.push(&fix), Err(Rejection::NoPosition));
        }
        assert_eq!(filter.push(&Fix { accuracy_m: Some(101.0), ..fix(0.0, 0) }), Err(Rejection::Inaccurate));
        assert_eq!(filter.push(&fix(0.0, 0)), Ok(true));
        assert_eq!(filter.push(&fix(1.0, 1)), Ok(false));
    }

    #[test]
    fn single_jump_is_rejected_and_lasting_one_starts_a_section() {
        let mut filter = Filter::default();
        filter.push(&fix(0.0, 0)).unwrap();
        assert_eq!(filter.push(&fix(83.0, 1)), Err(Rejection::Jump), "300 km/h");
        assert_eq!(filter.push(&fix(2.0, 2)), Ok(false));
        for second in 3..7 {
            assert_eq!(filter.push(&fix(2_000.0 + second as f64, second)), Err(Rejection::Jump));
        }
        assert_eq!(filter.push(&fix(2_007.0, 7)), Ok(true));
        assert_eq!(filter.push(&fix(2_008.0, 8)), Ok(false));
    }

    #[test]
    fn repeated_fix_is_rejected_and_a_clock_that_was_set_back_starts_a_section() {
        let mut filter = Filter::default();
        filter.push(&fix(0.0, 5_000)).unwrap();
        for _ in 0..20 {
            assert_eq!(filter.push(&fix(0.0, 5_000)), Err(Rejection::OutOfOrder));
        }
        assert_eq!(filter.push(&fix(0.0, 4_999)), Err(Rejection::OutOfOrder));
        assert_eq!(filter.push(&fix(1.0, 5_001)), Ok(false));
        let results: Vec<_> = (0..6).map(|second| filter.push(&fix(2.0, 1_400 + second))).collect();
        let late = Err(Rejection::OutOfOrder);
        assert_eq!(results, [late, late, late, late, Ok(true), Ok(false)]);
    }

    #[test]
    fn fix_after_an_interruption_may_be_anywhere_but_not_earlier() {
        let mut filter = Filter::default();
        filter.push(&fix(0.0, 0)).unwrap();
        filter.interrupt();
        assert_eq!(filter.push(&fix(5_000.0, 0)), Err(Rejection::OutOfOrder));
        assert_eq!(filter.push(&fix(5_000.0, 1)), Ok(true));
        assert_eq!(filter.push(&fix(5_001.0, 2)), Ok(false));
        assert_eq!(filter.push(&fix(5_001.0, 2 + 25 * 3_600)), Ok(true), "a day without a fix");
    }
}
