//! The input of the index, features, and its output, neighbours.

use serde::Serialize;

use super::edge::Origin;
use super::shape::Candidate;
use crate::error::{Error, Result};
use crate::model::{Geometry, Kind, Position};

/// No two points of the Earth are further apart.
pub(crate) const MAX_DISTANCE_M: f64 = 20_100_000.0;

/// An object with a place on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// The caller's identifier. Several features may share one.
    pub key: u64,
    /// The kind of object.
    pub kind: Kind,
    /// Where it is: longitude, latitude in degrees. Elevations do not count. A line or ring whose longitude jumps by more
    /// than 180° crosses the date line there. Positions that are not on the Earth are left out.
    pub geometry: Geometry,
}

/// A feature that was found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Neighbor {
    /// The key of the feature.
    pub key: u64,
    /// The kind of object.
    pub kind: Kind,
    /// Metres along the WGS84 ellipsoid to the nearest point of its geometry; 0 inside an area.
    pub distance_m: f64,
    /// Degrees clockwise from north, 0 to 360, in which the geodesic to that point starts; 0 at a distance of 0.
    pub bearing_deg: f64,
    /// The nearest point.
    pub point: Position,
}

impl Neighbor {
    pub(super) fn new(key: u64, kind: Kind, origin: &Origin, nearest: &Candidate) -> Neighbor {
        let Candidate { distance_m, coord, point } = *nearest;
        let bearing_deg = if distance_m == 0.0 { 0.0 } else { origin.bearing_deg(coord, point) };
        let lon = if coord.x.abs() > 180.0 { (coord.x + 180.0).rem_euclid(360.0) - 180.0 } else { coord.x };
        Neighbor { key, kind, distance_m, bearing_deg, point: Position::new(lon, coord.y) }
    }
}

/// The origin of a query at a position.
pub(super) fn origin(from: Position) -> Result<Origin> {
    if from.is_valid() {
        Ok(Origin::new(from.into()))
    } else {
        Err(Error::invalid("position", "must have a longitude within ±180° and a latitude within ±90°"))
    }
}

/// Refuses a distance that nothing on the Earth can have.
pub(super) fn check_distance(metres: f64) -> Result<()> {
    if (0.0..=MAX_DISTANCE_M).contains(&metres) {
        Ok(())
    } else {
        Err(Error::invalid("max_distance_m", "must be within 0 and 20100000 metres"))
    }
}
