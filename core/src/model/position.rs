//! Positions and boxes on WGS84.

use geo::Intersects;
use geo_types::{Coord, Point, Rect};
use serde::{Deserialize, Serialize};

/// A position on WGS84: longitude and latitude in degrees, elevation in metres above sea level if known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Degrees east, −180 to 180.
    pub lon: f64,
    /// Degrees north, −90 to 90.
    pub lat: f64,
    /// Metres above sea level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elevation: Option<f64>,
}

impl Position {
    /// A position without elevation. Order: longitude, latitude.
    pub const fn new(lon: f64, lat: f64) -> Self {
        Position { lon, lat, elevation: None }
    }

    /// True if both coordinates are finite and in range.
    pub fn is_valid(&self) -> bool {
        (-180.0..=180.0).contains(&self.lon) && (-90.0..=90.0).contains(&self.lat)
    }
}

impl From<Position> for Coord<f64> {
    fn from(position: Position) -> Self {
        Coord { x: position.lon, y: position.lat }
    }
}

impl From<Position> for Point<f64> {
    fn from(position: Position) -> Self {
        Point::new(position.lon, position.lat)
    }
}

impl From<Coord<f64>> for Position {
    fn from(coord: Coord<f64>) -> Self {
        Position::new(coord.x, coord.y)
    }
}

impl From<Point<f64>> for Position {
    fn from(point: Point<f64>) -> Self {
        Position::new(point.x(), point.y())
    }
}

/// A box of longitudes and latitudes in degrees. `west > east` means that it crosses the date line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Western edge, degrees east.
    pub west: f64,
    /// Southern edge, degrees north.
    pub south: f64,
    /// Eastern edge, degrees east.
    pub east: f64,
    /// Northern edge, degrees north.
    pub north: f64,
}

impl Bounds {
    /// True if a position lies inside or on the edge.
    pub fn contains(&self, position: Position) -> bool {
        self.rects().any(|rect| rect.intersects(&Coord::from(position)))
    }

    /// A box that holds both. Of two boxes that do not cross the date line neither does the result.
    pub(crate) fn union(&self, other: &Bounds) -> Bounds {
        let (south, north) = (self.south.min(other.south), self.north.max(other.north));
        if !self.crosses_date_line() && !other.crosses_date_line() {
            return Bounds { west: self.west.min(other.west), south, east: self.east.max(other.east), north };
        }
        // Longitudes that run on over the date line, the other box one turn to either side, too.
        let (west, width) = [-360.0, 0.0, 360.0]
            .into_iter()
            .map(|turn| {
                let west = self.west.min(other.west + turn);
                let east = (self.west + self.width_deg()).max(other.west + turn + other.width_deg());
                (west, east - west)
            })
            .fold((-180.0, 360.0), |best, one| if one.1 < best.1 { one } else { best });
        Bounds::from_west(west, width, south, north)
    }

    /// A box that holds all positions no further than this many metres from it. It crosses the date line if needed; with a
    /// pole in it, it has all longitudes.
    pub(crate) fn expanded(&self, metres: f64) -> Bounds {
        // No degree of latitude is shorter.
        const METRES_PER_DEGREE: f64 = 110_000.0;
        /// Beyond it a degree of longitude is too short for the estimate.
        const MAX_LAT: f64 = 89.0;
        let by_lat = metres / METRES_PER_DEGREE;
        let (south, north) = (self.south - by_lat, self.north + by_lat);
        let max_lat = north.abs().max(south.abs());
        let (south, north) = (south.max(-90.0), north.min(90.0));
        if max_lat > MAX_LAT {
            return Bounds { west: -180.0, south, east: 180.0, north };
        }
        let by_lon = by_lat / max_lat.to_radians().cos();
        Bounds::from_west(self.west - by_lon, self.width_deg() + 2.0 * by_lon, south, north)
    }

    /// A box that starts at a longitude, which may exceed ±180°, and is so many degrees wide.
    pub(crate) fn from_west(west: f64, width_deg: f64, south: f64, north: f64) -> Bounds {
        if width_deg >= 360.0 {
            return Bounds { west: -180.0, south, east: 180.0, north };
        }
        let wrapped = |lon: f64| if lon.abs() > 180.0 { (lon + 180.0).rem_euclid(360.0) - 180.0 } else { lon };
        Bounds { west: wrapped(west), south, east: wrapped(west + width_deg), north }
    }

    fn crosses_date_line(&self) -> bool {
        self.west > self.east
    }

    fn width_deg(&self) -> f64 {
        if self.crosses_date_line() { self.east + 360.0 - self.west } else { self.east - self.west }
    }

    /// True if the two boxes share a point. Either may cross the date line.
    pub fn intersects(&self, other: &Bounds) -> bool {
        self.rects().any(|own| other.rects().any(|rect| own.intersects(&rect)))
    }

    /// The box as rectangles of `geo-types`: one, or two if it crosses the date line.
    pub(crate) fn rects(&self) -> impl Iterator<Item = Rect<f64>> {
        let rect = |west, east| Rect::new(Coord { x: west, y: self.south }, Coord { x: east, y: self.north });
        let (first, second) = if self.west > self.east {
            (rect(self.west, 180.0), Some(rect(-180.0, self.east)))
        } else {
            (rect(self.west, self.east), None)
        };
        std::iter::once(first).chain(second)
    }
}

impl From<Rect<f64>> for Bounds {
    fn from(rect: Rect<f64>) -> Self {
        Bounds { west: rect.min().x, south: rect.min().y, east: rect.max().x, north: rect.max().y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Geometry;

    #[test]
    fn bounds_are_expanded_and_joined_over_the_date_line() {
        let near = |a: Bounds, b: [f64; 4]| {
            let off = [a.west - b[0], a.south - b[1], a.east - b[2], a.north - b[3]];
            assert!(off.iter().all(|off| off.abs() < 1e-9), "{a:?} {b:?}");
        };
        let west_of = Bounds { west: -179.995, south: 0.0, east: -179.5, north: 0.0 }.expanded(1_100.0);
        assert!(west_of.west > 179.99 && west_of.east < -179.48, "{west_of:?}");
        assert!(west_of.contains(Position::new(179.996, 0.0)) && !west_of.contains(Position::new(0.0, 0.0)));
        let all = Bounds { west: 10.0, south: 80.0, east: 11.0, north: 89.5 }.expanded(500.0);
        assert_eq!((all.west, all.east), (-180.0, 180.0));
        let fiji = Bounds { west: 177.0, south: -20.0, east: -178.0, north: -15.0 };
        near(
            fiji.union(&Bounds { west: -179.0, south: -21.0, east: -170.0, north: -16.0 }),
            [177.0, -21.0, -170.0, -15.0],
        );
        near(Bounds { west: 170.0, south: 0.0, east: 178.0, north: 1.0 }.union(&fiji), [170.0, -20.0, -178.0, 1.0]);
        near(fiji.union(&Bounds { west: -180.0, south: 0.0, east: 180.0, north: 1.0 }), [-180.0, -20.0, 180.0, 1.0]);
    }

    #[test]
    fn bounds_over_the_date_line_contain_and_intersect() {
        let fiji = Bounds { west: 177.0, south: -20.0, east: -178.0, north: -15.0 };
        assert!(fiji.contains(Position::new(179.0, -17.0)));
        assert!(fiji.contains(Position::new(-179.0, -17.0)));
        assert!(!fiji.contains(Position::new(0.0, -17.0)));
        assert!(fiji.intersects(&Bounds { west: -180.0, south: -30.0, east: -179.0, north: 0.0 }));
        assert!(!fiji.intersects(&Bounds { west: 0.0, south: -30.0, east: 10.0, north: 0.0 }));
        let atoll = Geometry::point(Position::new(-179.0, -17.0));
        assert!(atoll.intersects(&fiji));
        // geo knows no box over the date line: its rectangle of the two sides is the rest of the world.
        let rect = Rect::new(Coord { x: fiji.west, y: fiji.south }, Coord { x: fiji.east, y: fiji.north });
        assert!(!atoll.as_geo().intersects(&rect));
    }
}
