//! Tick marks of an axis, at round numbers.

/// The distance between two ticks: 1, 2 or 5 times a power of ten if made by [`Ticks::new`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticks {
    /// From one tick to the next, above zero.
    pub(crate) step: f64,
}

impl Ticks {
    /// The smallest round step that divides `span` into at most `max_count` parts; 1 if `span` is not above zero.
    pub(crate) fn new(span: f64, max_count: usize) -> Ticks {
        let min_step = span / max_count.max(1) as f64;
        if !min_step.is_finite() || min_step <= 0.0 {
            return Ticks { step: 1.0 };
        }
        let power = 10_f64.powf(min_step.log10().floor());
        let steps = [1.0, 2.0, 5.0].into_iter().map(|digit| digit * power);
        let step = steps.into_iter().find(|step| *step >= min_step * 0.999_999);
        Ticks { step: step.unwrap_or(10.0 * power) }
    }

    /// The ticks from `start` to `end`, both included; at most a hundred.
    pub(crate) fn between(self, start: f64, end: f64) -> Vec<f64> {
        let first = (start / self.step - 1e-6).ceil();
        (0..100)
            .map(|n| (first + f64::from(n)) * self.step)
            .take_while(|tick| *tick <= end + self.step * 1e-6)
            .collect()
    }

    /// The last tick that is not above `value`.
    pub(crate) fn floor(self, value: f64) -> f64 {
        (value / self.step).floor() * self.step
    }

    /// A tick as text, with the decimals that the step needs.
    pub(crate) fn label(self, tick: f64) -> String {
        let is_whole = |decimals: &i32| {
            let scaled = self.step * 10_f64.powi(*decimals);
            (scaled - scaled.round()).abs() < 1e-6 * scaled
        };
        let decimals = (0..9).find(is_whole).unwrap_or(0) as usize;
        // Adding zero turns −0 into 0.
        format!("{:.decimals$}", tick + 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_at_round_numbers() {
        let ticks = Ticks::new(1234.0, 5);
        assert_eq!(ticks.step, 500.0);
        assert_eq!(ticks.between(480.0, 1500.0), [500.0, 1000.0, 1500.0]);
        assert_eq!(Ticks::new(1.0, 5).step, 0.2);
        assert_eq!(Ticks::new(1.0, 5).label(0.4), "0.4");
        assert_eq!(Ticks::new(1000.0, 5).label(400.0), "400");
        assert_eq!(Ticks { step: 2.5 }.label(2.5), "2.5");
        assert_eq!(Ticks::new(f64::NAN, 0).step, 1.0);
    }
}
