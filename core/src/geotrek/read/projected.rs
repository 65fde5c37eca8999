//! Outlines in metres. Geotrek-admin writes the outlines of cities and districts in the projection of its database, not
//! in longitude and latitude as all other geometries, and does not name the projection. In metropolitan France it is
//! Lambert-93 (EPSG:2154), whose coordinates cannot be mistaken for degrees nor, by their range, for the UTM zones that
//! overseas territories use. Outlines in other projections are not read, and are counted as problems.

use std::ops::RangeInclusive;

use proj4rs::Proj;
use proj4rs::transform::transform;

use crate::model::Position;

const LAMBERT_93: &str = "+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m";
const WGS84: &str = "+proj=longlat +datum=WGS84";
/// Eastings and northings of metropolitan France.
const EASTINGS: RangeInclusive<f64> = 0.0..=1_300_000.0;
const NORTHINGS: RangeInclusive<f64> = 6_000_000.0..=7_200_000.0;

/// Converts outlines to longitude and latitude.
pub(super) struct Projected {
    from: Proj,
    to: Proj,
}

impl Projected {
    /// `None` if a projection is invalid, which a test rules out.
    pub(super) fn new() -> Option<Projected> {
        Some(Projected { from: Proj::from_proj_string(LAMBERT_93).ok()?, to: Proj::from_proj_string(WGS84).ok()? })
    }

    /// The longitude and latitude of a position in metres; `None` if it cannot be Lambert-93.
    pub(super) fn place(&self, metres: Position) -> Option<Position> {
        if !EASTINGS.contains(&metres.lon) || !NORTHINGS.contains(&metres.lat) {
            return None;
        }
        let mut point = (metres.lon, metres.lat, 0.0);
        transform(&self.from, &self.to, &mut point).ok()?;
        // Seven decimals, a centimetre: the precision of the server's other geometries.
        let degrees = |radians: f64| (radians.to_degrees() * 1e7).round() / 1e7;
        Some(Position { lon: degrees(point.0), lat: degrees(point.1), ..metres }).filter(Position::is_valid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_converts_lambert_93_only() {
        let projected = Projected::new().unwrap();
        // The projection's own origin, and a point in Nantes.
        for ((x, y), (lon, lat)) in
            [((700_000.0, 6_600_000.0), (3.0, 46.5)), ((355_199.183_625, 6_691_959.121_707), (-1.5603, 47.2383))]
        {
            let place = projected.place(Position::new(x, y)).unwrap();
            assert!((place.lon - lon).abs() < 2e-7 && (place.lat - lat).abs() < 2e-7, "{place:?}");
        }
        for (x, y) in [(6.0, 45.0), (340_000.0, 2_340_000.0), (f64::NAN, 6_600_000.0)] {
            assert_eq!(projected.place(Position::new(x, y)), None);
        }
    }
}
