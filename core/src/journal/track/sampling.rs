//! How often an app asks its receiver for a fix. Platforms name three levers of energy: accuracy, frequency and latency. A
//! receiver that runs all the time costs most; a longer interval pays only if the receiver can sleep in between, from about
//! 5 s on. Someone who stands still needs no fixes but the one that tells that they walk again.

/// The balance between the detail of the line and the life of the battery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BatteryMode {
    /// A fix every second: for surveying, serpentines and running. A phone lasts about a day.
    Precise,
    /// A fix every 10 m: the line of a walk within the receiver's own error.
    #[default]
    Balanced,
    /// A fix every 40 m: the way over several days. Serpentines are cut short.
    Saver,
}

/// The accuracy to request from the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PositionAccuracy {
    /// Satellites: `PRIORITY_HIGH_ACCURACY` on Android, `kCLLocationAccuracyBest` on iOS.
    High,
    /// Radio cells and networks, about 100 m: `PRIORITY_BALANCED_POWER_ACCURACY`, `kCLLocationAccuracyHundredMeters`.
    /// Such fixes are not recorded unless their accuracy is within 100 m; they tell that the person walks again.
    Balanced,
}

/// The settings that an app requests from its receiver.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SamplingPlan {
    /// Seconds from one fix to the next.
    pub interval_s: f64,
    /// Minimum distance in metres from one fix to the next; 0 for none.
    pub min_distance_m: f64,
    /// Seconds by which the platform may delay fixes to deliver several at once, while the app is in the background.
    pub max_delay_s: f64,
    /// The accuracy to request.
    pub accuracy: PositionAccuracy,
}

/// Seconds of standing after which the interval grows, and after which the satellites are left.
const REST_S: f64 = 60.0;
const LONG_REST_S: f64 = 600.0;
/// Speed of a walker, when it is not known.
const WALKING_MPS: f64 = 1.2;
/// Battery levels, in percent, at which a mode becomes the next more saving one.
const LOW_BATTERY: f64 = 20.0;
const VERY_LOW_BATTERY: f64 = 10.0;

/// The settings to request from the receiver now. Call it after each fix, and change the request if the plan has changed. `speed_mps` is the speed
/// of the last fix, `still_s` the seconds since the person stopped (0 while they walk), `battery_percent` 0 to 100. Unknown
/// and invalid values count as walking, with a full battery.
///
/// | mode | walking | still for 1 minute | still for 10 minutes |
/// |---|---|---|---|
/// | precise | 1 s | 5 s | 15 s |
/// | balanced | 10 m, 3 to 10 s | 15 s | 60 s, after 30 m, without satellites |
/// | saver | 40 m, 15 to 60 s | 60 s | 120 s, after 50 m, without satellites |
///
/// From 20 % of the battery on, precise becomes balanced and balanced becomes saver; from 10 % on, every mode is saver.
pub fn sampling_plan(
    mode: BatteryMode,
    speed_mps: Option<f64>,
    still_s: f64,
    battery_percent: Option<f64>,
) -> SamplingPlan {
    let battery = battery_percent.filter(|percent| (0.0..=100.0).contains(percent)).unwrap_or(100.0);
    let mode = match mode {
        _ if battery <= VERY_LOW_BATTERY => BatteryMode::Saver,
        BatteryMode::Precise if battery <= LOW_BATTERY => BatteryMode::Balanced,
        BatteryMode::Balanced if battery <= LOW_BATTERY => BatteryMode::Saver,
        mode => mode,
    };
    let speed_mps = speed_mps.filter(|speed| speed.is_finite() && *speed > 0.0).unwrap_or(WALKING_MPS);
    let satellites = |interval_s: f64, max_delay_s: f64| SamplingPlan {
        interval_s,
        min_distance_m: 0.0,
        max_delay_s,
        accuracy: PositionAccuracy::High,
    };
    let networks = |interval_s: f64, min_distance_m: f64| SamplingPlan {
        interval_s,
        min_distance_m,
        max_delay_s: interval_s,
        accuracy: PositionAccuracy::Balanced,
    };
    let (is_resting, is_resting_long) = (still_s >= REST_S, still_s >= LONG_REST_S);
    match mode {
        BatteryMode::Precise if is_resting_long => satellites(15.0, 0.0),
        BatteryMode::Precise if is_resting => satellites(5.0, 0.0),
        BatteryMode::Precise => satellites(1.0, 0.0),
        BatteryMode::Balanced if is_resting_long => networks(60.0, 30.0),
        BatteryMode::Balanced if is_resting => satellites(15.0, 15.0),
        BatteryMode::Balanced => satellites((10.0 / speed_mps).clamp(3.0, 10.0), 10.0),
        BatteryMode::Saver if is_resting_long => networks(120.0, 50.0),
        BatteryMode::Saver if is_resting => satellites(60.0, 60.0),
        BatteryMode::Saver => satellites((40.0 / speed_mps).clamp(15.0, 60.0), 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plan_follows_mode_speed_rest_and_battery() {
        use BatteryMode::{Balanced, Precise, Saver};
        let interval_s = |mode, speed, still, battery| sampling_plan(mode, speed, still, battery).interval_s;
        assert_eq!(interval_s(Precise, Some(1.2), 0.0, Some(80.0)), 1.0);
        assert_eq!(interval_s(Balanced, Some(2.0), 0.0, None), 5.0);
        assert_eq!(interval_s(Balanced, Some(20.0), 0.0, None), 3.0);
        assert_eq!(interval_s(Saver, Some(1.0), 0.0, None), 40.0);
        assert_eq!(interval_s(Balanced, Some(0.0), 120.0, None), 15.0);
        let rest = sampling_plan(Balanced, None, 3_600.0, None);
        assert_eq!((rest.accuracy, rest.interval_s), (PositionAccuracy::Balanced, 60.0));
        assert_eq!(interval_s(Precise, Some(2.0), 0.0, Some(20.0)), 5.0);
        assert_eq!(interval_s(Precise, Some(1.0), 0.0, Some(5.0)), 40.0);
        assert_eq!(interval_s(Balanced, Some(1.0), 0.0, Some(15.0)), 40.0);
    }

    #[test]
    fn plan_for_nonsense_is_that_of_a_walker() {
        let walker = sampling_plan(BatteryMode::Balanced, None, 0.0, None);
        for (speed, still, battery) in [(-1.0, f64::NAN, 300.0), (f64::NAN, -5.0, -1.0), (f64::INFINITY, 0.0, f64::NAN)]
        {
            assert_eq!(sampling_plan(BatteryMode::Balanced, Some(speed), still, Some(battery)), walker);
        }
    }

    /// A more saving mode, a longer rest or an emptier battery never asks more often.
    #[test]
    fn plan_is_monotonous() {
        let modes = [BatteryMode::Precise, BatteryMode::Balanced, BatteryMode::Saver];
        for speed in [0.3, 1.0, 3.0] {
            for still in [0.0, 60.0, 600.0] {
                for battery in [100.0, 20.0, 10.0] {
                    let plans = modes.map(|mode| sampling_plan(mode, Some(speed), still, Some(battery)).interval_s);
                    assert!(plans[0] <= plans[1] && plans[1] <= plans[2], "{speed} {still} {battery} {plans:?}");
                }
            }
        }
    }
}
