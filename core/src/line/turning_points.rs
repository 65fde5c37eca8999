//! Ascent and descent between turning points.

use super::ElevationGain;

/// Sums ascent and descent between the turning points of elevations that come one by one: the extremes that remain when
/// every rise and fall of less than a threshold is noise. The part before the first turning point and the part after the
/// last are below the threshold and do not count.
#[derive(Debug, Clone)]
pub(crate) struct TurningPoints {
    threshold_m: f64,
    /// Before the first turning point: the lowest and the highest elevation so far, either of which may become it.
    extremes_m: Option<(f64, f64)>,
    leg: Option<Leg>,
    /// Ascent and descent of the legs before the current one.
    completed: ElevationGain,
}

/// From one turning point to a candidate of the next; never level.
#[derive(Debug, Clone, Copy)]
struct Leg {
    from_m: f64,
    to_m: f64,
}

impl TurningPoints {
    /// With a threshold in metres, zero or more.
    pub(crate) fn new(threshold_m: f64) -> Self {
        TurningPoints { threshold_m, extremes_m: None, leg: None, completed: ElevationGain::default() }
    }

    /// Adds the next elevation in metres.
    pub(crate) fn push(&mut self, elevation_m: f64) {
        let Some(leg) = &mut self.leg else {
            self.leg = self.first_leg(elevation_m);
            return;
        };
        let goes_on = if leg.to_m > leg.from_m { elevation_m >= leg.to_m } else { elevation_m <= leg.to_m };
        if goes_on {
            leg.to_m = elevation_m;
        } else if (leg.to_m - elevation_m).abs() >= self.threshold_m {
            self.completed = self.completed.plus(leg);
            *leg = Leg { from_m: leg.to_m, to_m: elevation_m };
        }
    }

    /// Ascent and descent so far.
    pub(crate) fn gain(&self) -> ElevationGain {
        self.leg.as_ref().map_or(self.completed, |leg| self.completed.plus(leg))
    }

    fn first_leg(&mut self, elevation_m: f64) -> Option<Leg> {
        let (low_m, high_m) = self.extremes_m.unwrap_or((elevation_m, elevation_m));
        let (low_m, high_m) = (low_m.min(elevation_m), high_m.max(elevation_m));
        self.extremes_m = Some((low_m, high_m));
        if elevation_m > low_m && elevation_m - low_m >= self.threshold_m {
            Some(Leg { from_m: low_m, to_m: elevation_m })
        } else if elevation_m < high_m && high_m - elevation_m >= self.threshold_m {
            Some(Leg { from_m: high_m, to_m: elevation_m })
        } else {
            None
        }
    }
}

impl ElevationGain {
    fn plus(self, leg: &Leg) -> ElevationGain {
        ElevationGain {
            ascent_m: self.ascent_m + (leg.to_m - leg.from_m).max(0.0),
            descent_m: self.descent_m + (leg.from_m - leg.to_m).max(0.0),
        }
    }
}
