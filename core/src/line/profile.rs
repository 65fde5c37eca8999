//! Elevation over distance.

use super::turning_points::TurningPoints;
use super::{MeasuredLine, between, check_finite, check_not_negative};
use crate::error::{Error, Result};

/// The threshold for a recorded or surveyed profile, metres: large enough that the noise of a barometer or of a terrain
/// model is no climb, small enough for a hillock. In simulation, turning points of 7 m were within 3 % of the true
/// ascent at 1 m of noise; raw GNSS elevations (3 m and more) must be smoothed first.
pub const TURNING_POINT_THRESHOLD_M: f64 = 7.0;

/// The most columns that [`Profile::resample`] makes: more than any screen has.
pub(crate) const MAX_COLUMNS: usize = 65_536;

/// One point of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProfileSample {
    /// Metres from the start.
    pub distance_m: f64,
    /// Metres above sea level.
    pub elevation_m: f64,
}

/// The ascent and descent of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ElevationGain {
    /// Metres up, zero or more.
    pub ascent_m: f64,
    /// Metres down, zero or more.
    pub descent_m: f64,
}

/// Elevation over distance, straight between samples. Never empty; distances never fall.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    samples: Vec<ProfileSample>,
}

impl Profile {
    /// A profile of samples in order of distance. Two at one distance are a step.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when there are none, one is not finite, or a distance is below the one before.
    pub fn new(samples: Vec<ProfileSample>) -> Result<Self> {
        if samples.is_empty() {
            return Err(Error::invalid("samples", "must have at least one sample"));
        }
        if let Some(index) = samples.iter().position(|s| !s.distance_m.is_finite() || !s.elevation_m.is_finite()) {
            return Err(Error::invalid("samples", format!("must be finite at sample {index}")));
        }
        if let Some(index) = samples.windows(2).position(|pair| pair[1].distance_m < pair[0].distance_m) {
            let rule = format!("must be no nearer to the start at sample {} than at the one before", index + 1);
            return Err(Error::invalid("samples", rule));
        }
        Ok(Profile { samples })
    }

    /// The profile of a measured line: a sample at each vertex whose elevation is known, straight over the others.
    /// `None` when none is.
    pub fn of_line(line: &MeasuredLine) -> Option<Self> {
        let vertices = line.distances_m().iter().zip(line.positions());
        let samples: Vec<_> = vertices
            .filter_map(|(distance_m, position)| {
                let elevation_m = position.elevation?;
                Some(ProfileSample { distance_m: *distance_m, elevation_m })
            })
            .collect();
        (!samples.is_empty()).then_some(Profile { samples })
    }

    /// The samples, in order.
    pub fn samples(&self) -> &[ProfileSample] {
        &self.samples
    }

    /// Metres from the first sample to the last.
    pub fn length_m(&self) -> f64 {
        self.last().distance_m - self.samples[0].distance_m
    }

    /// The lowest elevation, metres. One pass.
    pub fn min_m(&self) -> f64 {
        self.samples.iter().map(|s| s.elevation_m).fold(f64::INFINITY, f64::min)
    }

    /// The highest elevation, metres. One pass.
    pub fn max_m(&self) -> f64 {
        self.samples.iter().map(|s| s.elevation_m).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Ascent and descent between turning points: the extremes that remain when every rise and fall of less than
    /// `threshold_m` is taken as noise. What is left over before the first turning point and after the last is less
    /// than the threshold, and is not counted either, so that `ascent_m − descent_m` may differ from last minus first
    /// by up to twice the threshold. With 0 it is the raw sum of all steps. See [`TURNING_POINT_THRESHOLD_M`]. Walking
    /// the other way swaps the two. One pass.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when `threshold_m` is negative or not finite.
    pub fn elevation_gain(&self, threshold_m: f64) -> Result<ElevationGain> {
        check_not_negative("threshold_m", threshold_m)?;
        let mut turning_points = TurningPoints::new(threshold_m);
        self.samples.iter().for_each(|sample| turning_points.push(sample.elevation_m));
        Ok(turning_points.gain())
    }

    /// Metres above sea level so many metres from the start, straight between samples; beyond the ends that of the end,
    /// at a step that after it. Binary search.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when `distance_m` is not finite.
    pub fn elevation_m_at(&self, distance_m: f64) -> Result<f64> {
        check_finite("distance_m", distance_m)?;
        Ok(self.elevation_m_there(distance_m))
    }

    /// As many samples as a drawing has columns, evenly spread, the first and the last where they were. A summit
    /// between two columns is cut: take extremes and climbs from the profile itself. One binary search for each column.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when `columns` is not within 2 and 65,536.
    pub fn resample(&self, columns: usize) -> Result<Profile> {
        if !(2..=MAX_COLUMNS).contains(&columns) {
            return Err(Error::invalid("columns", format!("must be within 2 and {MAX_COLUMNS}")));
        }
        let (first, last) = (self.samples[0], *self.last());
        let mut samples = Vec::with_capacity(columns);
        samples.push(first);
        for column in 1..columns - 1 {
            let part = column as f64 / (columns - 1) as f64;
            let distance_m = (first.distance_m + self.length_m() * part).min(last.distance_m);
            samples.push(ProfileSample { distance_m, elevation_m: self.elevation_m_there(distance_m) });
        }
        samples.push(last);
        Ok(Profile { samples })
    }

    fn last(&self) -> &ProfileSample {
        &self.samples[self.samples.len() - 1]
    }

    fn elevation_m_there(&self, distance_m: f64) -> f64 {
        let after = self.samples.partition_point(|s| s.distance_m <= distance_m);
        let (a, b) = (self.samples[after.saturating_sub(1)], self.samples[after.min(self.samples.len() - 1)]);
        between(distance_m, (a.distance_m, a.elevation_m), (b.distance_m, b.elevation_m))
    }
}

#[cfg(test)]
#[path = "profile_tests.rs"]
mod tests;
