//! A line measured on the ground: how long, how high, how simple it can be drawn, how many hours it takes to walk.
//! Everything is metres on the WGS84 ellipsoid, never degrees. One convention holds throughout: an edge is straight in
//! longitude and latitude (RFC 7946), and one that spans more than 180° of longitude is taken the short way, over the
//! date line. Nothing here touches the disk, and every result depends on the arguments alone.
//!
//! * `bearing`: distance and direction between two positions.
//! * `measure`: the metres at each vertex, and the position at so many metres.
//! * `profile`: elevation over distance: ascent, descent, extremes, columns to draw.
//! * `turning_points`: ascent and descent of elevations that come one by one.
//! * `simplify`: fewer vertices, none further than a tolerance from the line.
//! * `walking_time`: DIN 33466, the Swiss hiking time, Tobler, Munter, Naismith and Langmuir; `pace`: how they fit a person.
//! * `recorded`: the ascent of a recorded track, whose elevations are noisy.

mod bearing;
mod measure;
mod pace;
mod profile;
mod recorded;
mod simplify;
mod simplify_geometry;
mod turning_points;
mod walking_time;

use crate::error::{Error, Result};
use crate::model::Position;

pub(crate) use bearing::{COMPASS_POINTS, compass_point, distance_and_bearing};
pub use measure::MeasuredLine;
pub use pace::PaceFactor;
pub use profile::{ElevationGain, Profile, ProfileSample, TURNING_POINT_THRESHOLD_M};
pub(crate) use recorded::CELL_M;
pub use recorded::recorded_elevation_gain;
pub(crate) use simplify::metres_per_degree;
pub use simplify::simplify;
pub use simplify_geometry::simplify_geometry;
pub(crate) use turning_points::TurningPoints;
pub(crate) use walking_time::swiss_hiking_segment_minutes;
pub use walking_time::{din_33466_hours, munter_hours, naismith_langmuir_hours, swiss_hiking_minutes, tobler_hours};

/// Refuses an empty line, and a vertex that is not on the Earth.
fn check_line(line: &[Position]) -> Result<()> {
    if line.is_empty() {
        return Err(Error::invalid("line", "must have at least one position"));
    }
    for (index, position) in line.iter().enumerate() {
        if !position.is_valid() {
            let rule = format!("must have a longitude within ±180° and a latitude within ±90° at position {index}");
            return Err(Error::invalid("line", rule));
        }
        if position.elevation.is_some_and(|elevation| !elevation.is_finite()) {
            return Err(Error::invalid("line", format!("must have a finite elevation, or none, at position {index}")));
        }
    }
    Ok(())
}

/// Refuses NaN and the infinities.
fn check_finite(field: &'static str, value: f64) -> Result<()> {
    if value.is_finite() { Ok(()) } else { Err(Error::invalid(field, "must be a finite number")) }
}

/// Refuses NaN, the infinities and negative numbers.
pub(crate) fn check_not_negative(field: &'static str, value: f64) -> Result<()> {
    if value.is_finite() && value >= 0.0 {
        Ok(())
    } else {
        Err(Error::invalid(field, "must be a finite number, zero or more"))
    }
}

/// Degrees of longitude from `from` to `to`, the short way, −180 to 180.
pub(crate) fn lon_step_deg(from: f64, to: f64) -> f64 {
    let step = to - from;
    if step > 180.0 {
        step - 360.0
    } else if step < -180.0 {
        step + 360.0
    } else {
        step
    }
}

/// A longitude brought back into −180 to 180; one already there is left as it is.
pub(crate) fn wrapped_lon_deg(lon: f64) -> f64 {
    if lon > 180.0 {
        lon - 360.0
    } else if lon < -180.0 {
        lon + 360.0
    } else {
        lon
    }
}

/// The value at `at` between (`x0`, `y0`) and (`x1`, `y1`), `x0 <= at <= x1`; exact at both ends and never outside.
fn between(at: f64, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> f64 {
    if at <= x0 {
        y0
    } else if at >= x1 {
        y1
    } else {
        let t = (at - x0) / (x1 - x0);
        // Rounding must not make a level stretch rise.
        (y0 + t * (y1 - y0)).clamp(y0.min(y1), y0.max(y1))
    }
}
