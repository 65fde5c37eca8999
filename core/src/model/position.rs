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

    /// The smallest box that holds both. Neither may cross the date line.
    pub(crate) fn union(&self, other: &Bounds) -> Bounds {
        Bounds {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
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
