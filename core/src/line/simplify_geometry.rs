//! Fewer vertices for the lines and rings of a geometry, for maps.

use geo_types::{Coord, Geometry as Shape, LineString, Polygon};

use super::{check_not_negative, simplify};
use crate::error::Result;
use crate::model::{Geometry, Position};

/// A geometry with its lines and rings simplified as [`simplify`] does, without elevations. With a tolerance of 0 the geometry is
/// unchanged. A ring of which less than a triangle would remain stays as it is, so that no area disappears from a map. A simplified
/// ring may touch or cross itself, as Douglas and Peucker's method allows.
///
/// # Errors
/// [`Error::InvalidInput`](crate::Error::InvalidInput) if the tolerance is negative or not finite.
pub fn simplify_geometry(geometry: Geometry, tolerance_m: f64) -> Result<Geometry> {
    check_not_negative("tolerance_m", tolerance_m)?;
    if tolerance_m == 0.0 {
        return Ok(geometry);
    }
    Ok(Geometry::from(simple_shape(geometry.into(), tolerance_m)))
}

fn simple_shape(shape: Shape<f64>, tolerance_m: f64) -> Shape<f64> {
    match shape {
        Shape::LineString(line) => Shape::LineString(simple_line(line, tolerance_m, 2)),
        Shape::MultiLineString(mut lines) => {
            lines.0 = lines.0.into_iter().map(|line| simple_line(line, tolerance_m, 2)).collect();
            Shape::MultiLineString(lines)
        }
        Shape::Polygon(polygon) => Shape::Polygon(simple_polygon(polygon, tolerance_m)),
        Shape::MultiPolygon(mut polygons) => {
            polygons.0 = polygons.0.into_iter().map(|polygon| simple_polygon(polygon, tolerance_m)).collect();
            Shape::MultiPolygon(polygons)
        }
        Shape::GeometryCollection(mut shapes) => {
            shapes.0 = shapes.0.into_iter().map(|shape| simple_shape(shape, tolerance_m)).collect();
            Shape::GeometryCollection(shapes)
        }
        other => other,
    }
}

fn simple_polygon(polygon: Polygon<f64>, tolerance_m: f64) -> Polygon<f64> {
    let (exterior, interiors) = polygon.into_inner();
    // A closed ring has its first vertex twice.
    let ring = |ring| simple_line(ring, tolerance_m, 4);
    Polygon::new(ring(exterior), interiors.into_iter().map(ring).collect())
}

/// A simplified line; the line itself if fewer than `min` vertices would remain, or if one of its vertices is not on the Earth.
fn simple_line(line: LineString<f64>, tolerance_m: f64, min: usize) -> LineString<f64> {
    let positions: Vec<Position> = line.coords().map(|coord| Position::from(*coord)).collect();
    match simplify(&positions, tolerance_m) {
        Ok(kept) if kept.len() >= min => kept.into_iter().map(Coord::from).collect(),
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vertices(geometry: &Geometry) -> usize {
        geometry.positions().count()
    }

    /// A line of a metre's wiggle along a kilometre, and a square of a kilometre with a small square in it.
    fn shapes() -> (Geometry, Geometry) {
        let wiggle = (0..=100).map(|step| (6.0 + f64::from(step) * 1e-4, 45.0 + f64::from(step % 2) * 1e-5));
        let square = |west: f64, side: f64| {
            let corners = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side), (0.0, 0.0)];
            LineString::from_iter(corners.map(|(x, y)| (west + x, 45.0 + y)))
        };
        let polygon = Polygon::new(square(6.0, 0.01), vec![square(6.005, 1e-5)]);
        (Geometry::from(Shape::LineString(LineString::from_iter(wiggle))), Geometry::from(Shape::Polygon(polygon)))
    }

    #[test]
    fn lines_lose_vertices_and_small_rings_stay() {
        let (line, polygon) = shapes();
        assert_eq!(vertices(&simplify_geometry(line.clone(), 5.0).unwrap()), 2);
        assert_eq!(vertices(&simplify_geometry(line.clone(), 0.1).unwrap()), 101);
        assert_eq!(simplify_geometry(line.clone(), 0.0).unwrap(), line);
        // The ring of one metre would be a point; both rings keep their corners.
        assert_eq!(simplify_geometry(polygon.clone(), 5.0).unwrap(), polygon);
        let both = Geometry::from(Shape::GeometryCollection([line, polygon].map(Shape::from).into_iter().collect()));
        assert_eq!(vertices(&simplify_geometry(both, 5.0).unwrap()), 2 + 10);
        assert!(simplify_geometry(shapes().0, -1.0).is_err() && simplify_geometry(shapes().0, f64::NAN).is_err());
    }
}
