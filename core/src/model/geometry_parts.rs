//! Geometries in their simplest form: without parts that other readers reject, and in no collection if another type holds
//! them.

use std::borrow::Cow;

use geo_types::{Coord, Geometry as Shape, LineString, Polygon};

use super::{Geometry, Position};

impl Geometry {
    /// The geometry without its degenerate parts, and their number. A line needs two different positions, a ring three, or
    /// GEOS, and with it PostGIS, QGIS and Shapely, rejects the geometry. If there are no other parts, the degenerate ones
    /// become the points or lines that they cover, so that the object keeps its place.
    pub(crate) fn without_degenerate_parts(&self) -> (Cow<'_, Geometry>, usize) {
        if !has_degenerate_part(self.as_geo()) {
            return (Cow::Borrowed(self), 0);
        }
        let mut parts = Parts::of(self);
        let count = parts.degenerate.len() + parts.degenerate_holes;
        if parts.whole.is_empty() {
            parts.whole = std::mem::take(&mut parts.degenerate);
        }
        (Cow::Owned(simplest(parts.whole)), count)
    }

    /// A collection as a geometry of the simplest type that holds it: `Polygon` for one area, `MultiPolygon` for several.
    /// Only a mixture of points, lines and areas remains a collection, of at most one geometry of each. Other geometries are
    /// returned as they are.
    pub(crate) fn simplified(self) -> Geometry {
        if !matches!(self.as_geo(), Shape::GeometryCollection(_)) {
            return self;
        }
        let Parts { whole, degenerate, .. } = Parts::of(&self);
        simplest(if whole.is_empty() { degenerate } else { whole })
    }

    /// The points, the lines and the areas of a collection as one geometry each. Empty if it is no collection.
    pub(crate) fn split_collection(&self) -> Vec<Geometry> {
        if !matches!(self.as_geo(), Shape::GeometryCollection(_)) {
            return Vec::new();
        }
        by_type(Parts::of(self).whole)
    }
}

/// A point, line or area.
enum Part {
    Point(Position),
    Line(Vec<Position>),
    Area(Vec<Vec<Position>>),
}

#[derive(Default)]
struct Parts {
    whole: Vec<Part>,
    /// The points and lines that degenerate lines and areas cover.
    degenerate: Vec<Part>,
    degenerate_holes: usize,
}

impl Parts {
    fn of(geometry: &Geometry) -> Parts {
        let mut parts = Parts::default();
        parts.add(geometry.as_geo(), &mut geometry.positions());
        parts
    }

    /// Takes the positions of a shape off an iterator.
    fn add(&mut self, shape: &Shape<f64>, positions: &mut dyn Iterator<Item = Position>) {
        let mut take = |line: &LineString<f64>| positions.take(line.0.len()).collect::<Vec<_>>();
        match shape {
            Shape::Point(_) => self.whole.extend(positions.next().map(Part::Point)),
            Shape::MultiPoint(points) => self.whole.extend(positions.take(points.0.len()).map(Part::Point)),
            Shape::LineString(line) => self.add_line(take(line)),
            Shape::MultiLineString(lines) => lines.iter().for_each(|line| self.add_line(take(line))),
            Shape::Polygon(polygon) => self.add_area(rings(polygon).map(&mut take).collect()),
            Shape::MultiPolygon(polygons) => {
                polygons.iter().for_each(|polygon| self.add_area(rings(polygon).map(&mut take).collect()));
            }
            Shape::GeometryCollection(parts) => parts.iter().for_each(|part| self.add(part, positions)),
            // A geometry of ours has none of these.
            Shape::Line(_) | Shape::Rect(_) | Shape::Triangle(_) => {}
        }
    }

    fn add_line(&mut self, line: Vec<Position>) {
        match different_positions(line.iter().map(|position| Coord::from(*position))) {
            0 => {}
            1 => self.degenerate.push(Part::Point(line[0])),
            _ => self.whole.push(Part::Line(line)),
        }
    }

    fn add_area(&mut self, mut area: Vec<Vec<Position>>) {
        let count = |ring: &[Position]| different_positions(ring.iter().map(|position| Coord::from(*position)));
        match area.first().map_or(0, |outer| count(outer)) {
            0 => {}
            1 => self.degenerate.push(Part::Point(area[0][0])),
            2 => self.degenerate.push(Part::Line(area.swap_remove(0))),
            _ => {
                let before = area.len();
                area.retain(|ring| count(ring) > 2);
                self.degenerate_holes += before - area.len();
                self.whole.push(Part::Area(area));
            }
        }
    }
}

fn rings(polygon: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

/// The number of different positions, counted up to 3.
fn different_positions(coords: impl Iterator<Item = Coord<f64>>) -> usize {
    let (mut first, mut second) = (None, None);
    for coord in coords {
        match (first, second) {
            (None, _) => first = Some(coord),
            (Some(known), None) if known != coord => second = Some(coord),
            (Some(known), Some(other)) if known != coord && other != coord => return 3,
            _ => {}
        }
    }
    usize::from(first.is_some()) + usize::from(second.is_some())
}

fn has_degenerate_part(shape: &Shape<f64>) -> bool {
    let is_too_short = |line: &LineString<f64>, min: usize| {
        let count = different_positions(line.coords().copied());
        count > 0 && count < min
    };
    let has_short_ring = |polygon: &Polygon<f64>| rings(polygon).any(|ring| is_too_short(ring, 3));
    match shape {
        Shape::LineString(line) => is_too_short(line, 2),
        Shape::MultiLineString(lines) => lines.iter().any(|line| is_too_short(line, 2)),
        Shape::Polygon(polygon) => has_short_ring(polygon),
        Shape::MultiPolygon(polygons) => polygons.iter().any(has_short_ring),
        Shape::GeometryCollection(parts) => parts.iter().any(has_degenerate_part),
        _ => false,
    }
}

/// The simplest geometry that holds some parts.
fn simplest(parts: Vec<Part>) -> Geometry {
    let mut by_type = by_type(parts);
    if by_type.len() == 1 { by_type.remove(0) } else { Geometry::collection(by_type) }
}

/// One geometry for all points, one for all lines, one for all areas, in the order of their first parts.
fn by_type(parts: Vec<Part>) -> Vec<Geometry> {
    let (mut points, mut lines, mut areas) = (Vec::new(), Vec::new(), Vec::new());
    let mut order = Vec::new();
    for part in parts {
        let rank = match part {
            Part::Point(point) => {
                points.push(point);
                0
            }
            Part::Line(line) => {
                lines.push(line);
                1
            }
            Part::Area(area) => {
                areas.push(area);
                2
            }
        };
        if !order.contains(&rank) {
            order.push(rank);
        }
    }
    let mut geometry = |rank| match rank {
        0 if points.len() == 1 => Geometry::point(points[0]),
        0 => Geometry::multi_point(std::mem::take(&mut points)),
        1 if lines.len() == 1 => Geometry::line_string(lines.remove(0)),
        1 => Geometry::multi_line_string(std::mem::take(&mut lines)),
        _ if areas.len() == 1 => Geometry::polygon(areas.remove(0)),
        _ => Geometry::multi_polygon(std::mem::take(&mut areas)),
    };
    order.into_iter().map(&mut geometry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Geometry {
        serde_json::from_str(json).unwrap()
    }

    fn written(geometry: &Geometry) -> String {
        serde_json::to_string(geometry).unwrap()
    }

    const AREA: &str = r#"{"type":"Polygon","coordinates":[[[6.0,45.0],[6.5,45.0,7.0],[6.5,45.5],[6.0,45.0]]]}"#;

    #[test]
    fn degenerate_parts_are_dropped_or_become_what_they_cover() {
        for (json, expected, count) in [
            (
                r#"{"type":"LineString","coordinates":[[6.0,45.0,9.0]]}"#,
                r#"{"type":"Point","coordinates":[6.0,45.0,9.0]}"#,
                1,
            ),
            (
                r#"{"type":"LineString","coordinates":[[6.0,45.0],[6.0,45.0]]}"#,
                r#"{"type":"Point","coordinates":[6.0,45.0]}"#,
                1,
            ),
            (
                r#"{"type":"MultiLineString","coordinates":[[[1.0,1.0]],[[6.0,45.0],[6.5,45.0,7.0]]]}"#,
                r#"{"type":"LineString","coordinates":[[6.0,45.0],[6.5,45.0,7.0]]}"#,
                1,
            ),
            (
                r#"{"type":"Polygon","coordinates":[[[6.0,45.0],[6.5,45.0,7.0]]]}"#,
                r#"{"type":"LineString","coordinates":[[6.0,45.0],[6.5,45.0,7.0],[6.0,45.0]]}"#,
                1,
            ),
            (
                r#"{"type":"Polygon","coordinates":[[[6.0,45.0],[6.5,45.0,7.0],[6.5,45.5],[6.0,45.0]],[[6.1,45.1],[6.2,45.1]]]}"#,
                AREA,
                1,
            ),
            (
                r#"{"type":"MultiPolygon","coordinates":[[[[6.0,45.0]]],[[[6.1,45.0]]]]}"#,
                r#"{"type":"MultiPoint","coordinates":[[6.0,45.0],[6.1,45.0]]}"#,
                2,
            ),
        ] {
            let geometry = read(json);
            let (whole, degenerate) = geometry.without_degenerate_parts();
            assert_eq!((written(&whole).as_str(), degenerate), (expected, count), "{json}");
            assert_eq!(whole.without_degenerate_parts().1, 0);
        }
        for json in [AREA, r#"{"type":"MultiLineString","coordinates":[]}"#, r#"{"type":"Polygon","coordinates":[]}"#] {
            let geometry = read(json);
            assert!(matches!(geometry.without_degenerate_parts(), (Cow::Borrowed(_), 0)), "{json}");
        }
    }

    #[test]
    fn collection_becomes_the_simplest_type_that_holds_it() {
        let point = r#"{"type":"Point","coordinates":[6.0,45.0,9.0]}"#;
        let other = r#"{"type":"MultiPoint","coordinates":[[6.1,45.0]]}"#;
        let collection =
            |parts: &[&str]| format!(r#"{{"type":"GeometryCollection","geometries":[{}]}}"#, parts.join(","));
        let simplified = |json: &str| written(&read(json).simplified());
        assert_eq!(simplified(&collection(&[AREA])), AREA);
        assert_eq!(simplified(&collection(&[&collection(&[point])])), point);
        let points = r#"{"type":"MultiPoint","coordinates":[[6.0,45.0,9.0],[6.1,45.0]]}"#;
        assert_eq!(simplified(&collection(&[point, other])), points);
        assert_eq!(simplified(&collection(&[point, AREA, other])), collection(&[points, AREA]), "a real mixture");
        assert_eq!(simplified(points), points);
        let parts = read(&collection(&[point, AREA, other])).split_collection();
        assert_eq!(parts.iter().map(written).collect::<Vec<_>>(), [points, AREA]);
        assert!(read(AREA).split_collection().is_empty());
    }
}
