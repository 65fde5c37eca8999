//! The same answers without an index: for a handful of geometries, and as the twin that the tests compare the index with.

use super::edge::Origin;
use super::ellipsoid::MIN_RADIUS_M;
use super::neighbor::{Neighbor, check_distance, origin};
use super::shape::{Candidate, Shape};
use crate::error::Result;
use crate::model::{Bounds, Geometry, Kind, Position};

/// Measures geometries one by one from a query position.
#[derive(Debug, Clone)]
pub struct LinearScan {
    origin: Origin,
}

impl LinearScan {
    /// Starts at a position.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if the position is not on the Earth, or the distance is not
    /// within 0 and 20,100,000 metres.
    pub fn new(from: Position, max_distance_m: Option<f64>) -> Result<LinearScan> {
        max_distance_m.map_or(Ok(()), check_distance)?;
        Ok(LinearScan { origin: origin(from)? })
    }

    /// The nearest point of a geometry. `None` if it is further than `max_distance_m`, or has no position on the Earth.
    pub fn measure(&self, key: u64, kind: Kind, geometry: &Geometry, max_distance_m: f64) -> Option<Neighbor> {
        let shape = Shape::of(geometry.as_geo());
        let mut limit_m = max_distance_m;
        let mut nearest: Option<Candidate> = None;
        for part in shape.parts() {
            if let Some(found) = shape.measure(part, &self.origin, limit_m)
                && found.distance_m <= limit_m
                && nearest.as_ref().is_none_or(|known| found.is_nearer(known))
            {
                limit_m = found.distance_m;
                nearest = Some(found);
            }
        }
        nearest.map(|nearest| Neighbor::new(key, kind, &self.origin, &nearest))
    }

    /// A box of longitudes and latitudes that holds every position no further than `metres`. It may cross the date line;
    /// with a pole in it, it has all longitudes.
    pub fn window(&self, metres: f64) -> Bounds {
        let geo_types::Coord { x: lon, y: lat } = self.origin.coord;
        // On the ellipsoid no way is shorter than on a sphere of its smallest radius. Rounding is far below a millimetre.
        let angle = (metres + 1e-3) / MIN_RADIUS_M;
        let (south, north) = (lat - angle.to_degrees(), lat + angle.to_degrees());
        // There, the meridian at a difference of longitude is as far as the arc whose sine is the cosine of the latitude
        // times the sine of the difference.
        let reach = angle.sin() / lat.to_radians().cos();
        let (west, east) = if south <= -90.0 || north >= 90.0 || reach >= 1.0 {
            (-180.0, 180.0)
        } else {
            let by_lon = reach.asin().to_degrees();
            let wrapped = |lon: f64| if lon.abs() > 180.0 { lon - 360.0 * lon.signum() } else { lon };
            (wrapped(lon - by_lon), wrapped(lon + by_lon))
        };
        Bounds { west, south: south.max(-90.0), east, north: north.min(90.0) }
    }
}
