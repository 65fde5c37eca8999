//! Compares the places that an estimator tells with the truth.

use super::walker::Step;

/// Metres along the route beyond which a place is wrong.
pub const WRONG_M: f64 = 50.0;

/// Counts over many fixes.
#[derive(Debug, Clone, Default)]
pub struct Score {
    /// Fixes on the route.
    pub fixes: u64,
    /// Fixes of them whose place is wrong.
    pub wrong: u64,
    /// Wrong places that the estimator called ambiguous.
    pub wrong_ambiguous: u64,
    /// Seconds on the route.
    pub seconds: f64,
    /// Alarms on the route.
    pub false_alarms: u64,
    /// Seconds between each departure and its alarm.
    pub detections_s: Vec<f64>,
    /// Departures without an alarm.
    pub missed: u64,
}

impl Score {
    /// Counts a place on the route.
    pub fn place(&mut self, truth: &Step, along_m: Option<f64>, ambiguous: bool) {
        self.fixes += 1;
        if along_m.is_none_or(|along_m| (along_m - truth.along_m).abs() > WRONG_M) {
            self.wrong += 1;
            self.wrong_ambiguous += u64::from(ambiguous);
        }
    }

    /// Share of wrong places, percent.
    pub fn wrong_percent(&self) -> f64 {
        100.0 * self.wrong as f64 / self.fixes.max(1) as f64
    }

    /// Share of wrong places that the estimator did not call ambiguous, percent.
    pub fn unnoticed_percent(&self) -> f64 {
        100.0 * (self.wrong - self.wrong_ambiguous) as f64 / self.fixes.max(1) as f64
    }

    /// False alarms an hour on the route.
    pub fn false_alarms_per_hour(&self) -> f64 {
        3600.0 * self.false_alarms as f64 / self.seconds.max(1.0)
    }

    /// Median seconds from a departure to its alarm; a missed departure counts as infinite.
    pub fn median_detection_s(&self) -> Option<f64> {
        let mut times = self.detections_s.clone();
        times.extend(std::iter::repeat_n(f64::INFINITY, usize::try_from(self.missed).unwrap_or(usize::MAX)));
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied()
    }

    /// Adds the counts of another score.
    pub fn add(&mut self, other: &Score) {
        self.fixes += other.fixes;
        self.wrong += other.wrong;
        self.wrong_ambiguous += other.wrong_ambiguous;
        self.seconds += other.seconds;
        self.false_alarms += other.false_alarms;
        self.detections_s.extend(&other.detections_s);
        self.missed += other.missed;
    }
}
