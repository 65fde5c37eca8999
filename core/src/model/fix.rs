//! Fixes of a position receiver.

use serde::{Deserialize, Serialize};

use super::Position;

/// One position from the receiver. Only the position and the time are always known. Every field is passed on as the
/// receiver reports it; [`Fix::is_valid`] tells whether it can be used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// Longitude and latitude in degrees (WGS84); the altitude in metres above sea level, if known.
    pub position: Position,
    /// Time of the fix, Unix ms.
    pub time_ms: i64,
    /// Radius in metres that contains the true position with a probability of 68 %, as Android and iOS report it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<f64>,
    /// Speed over ground in metres per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_mps: Option<f64>,
    /// Direction of movement in degrees clockwise from true north, 0 to 360.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearing_deg: Option<f64>,
}

impl Fix {
    /// Accuracy in metres that is assumed of a fix without one.
    pub(crate) const DEFAULT_ACCURACY_M: f64 = 10.0;

    /// A fix of a position at a time in Unix ms, with nothing else known.
    pub const fn new(position: Position, time_ms: i64) -> Self {
        Fix { position, time_ms, accuracy_m: None, speed_mps: None, bearing_deg: None }
    }

    /// True if the position is a real position of a receiver: both coordinates are finite and in range, and they are not
    /// both 0, which receivers report that have no fix.
    pub fn is_valid(&self) -> bool {
        self.position.is_valid() && (self.position.lon != 0.0 || self.position.lat != 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fix_without_a_real_position_is_not_valid() {
        assert!(Fix::new(Position::new(6.0, 44.8), 0).is_valid());
        for (lon, lat) in [(0.0, 0.0), (f64::NAN, 44.0), (6.0, f64::INFINITY), (181.0, 0.0), (0.0, -90.5)] {
            assert!(!Fix::new(Position::new(lon, lat), 0).is_valid(), "{lon} {lat}");
        }
    }

    #[test]
    fn fix_as_json_leaves_out_unknown_fields() {
        let fix = Fix { accuracy_m: Some(8.0), ..Fix::new(Position::new(6.5, 44.5), 1_000) };
        let json = serde_json::to_value(fix).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"position": {"lon": 6.5, "lat": 44.5}, "time_ms": 1_000, "accuracy_m": 8.0})
        );
        assert_eq!(serde_json::from_value::<Fix>(json).unwrap(), fix);
    }
}
