//! Geometries on WGS84. The shapes are those of the crate `geo-types`; elevations stand beside them, as `geo-types` has two
//! dimensions.

use geo::{CoordsIter, Intersects};
use geo_types::{
    Coord, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, Rect,
};
use serde::{Deserialize, Serialize};

use super::elevation::count_impossible;
use super::geojson::GeoJson;
use super::{Bounds, Position};

/// A geometry in longitude and latitude. An edge is straight in longitude and latitude (RFC 7946). Rings are closed. Its
/// JSON is GeoJSON.
///
/// The shape is a [`geo_types::Geometry`] that is a point, a line string, a polygon, several of these, or a collection:
/// see [`as_geo`](Self::as_geo). Elevations do not count for [`bounds`](Self::bounds) and
/// [`intersects`](Self::intersects).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "GeoJson", from = "GeoJson")]
pub struct Geometry {
    shape: geo_types::Geometry<f64>,
    /// Metres above sea level of each coordinate, in the order of [`CoordsIter`], NaN where unknown. Empty if all are
    /// unknown.
    elevations: Vec<f64>,
}

impl PartialEq for Geometry {
    fn eq(&self, other: &Self) -> bool {
        // Two unknown elevations are equal, two NaN are not.
        let is_equal = |(a, b): (&f64, &f64)| a == b || a.is_nan() && b.is_nan();
        self.shape == other.shape
            && self.elevations.len() == other.elevations.len()
            && self.elevations.iter().zip(&other.elevations).all(is_equal)
    }
}

/// A geometry without elevations. Lines become line strings; rectangles and triangles become polygons.
impl From<geo_types::Geometry<f64>> for Geometry {
    fn from(shape: geo_types::Geometry<f64>) -> Self {
        Geometry { shape: simple(shape), elevations: Vec::new() }
    }
}

/// Drops the elevations.
impl From<Geometry> for geo_types::Geometry<f64> {
    fn from(geometry: Geometry) -> Self {
        geometry.shape
    }
}

impl Geometry {
    /// One position.
    pub fn point(position: Position) -> Self {
        let mut builder = GeometryBuilder::default();
        let shape = Point(builder.coord(position));
        builder.finish(shape)
    }

    /// Several positions.
    pub fn multi_point(positions: impl IntoIterator<Item = Position>) -> Self {
        let mut builder = GeometryBuilder::default();
        let shape = MultiPoint(builder.line(positions).0.into_iter().map(Point).collect());
        builder.finish(shape)
    }

    /// A line.
    pub fn line_string(positions: impl IntoIterator<Item = Position>) -> Self {
        let mut builder = GeometryBuilder::default();
        let shape = builder.line(positions);
        builder.finish(shape)
    }

    /// Several lines.
    pub fn multi_line_string<L: IntoIterator<Item = Position>>(lines: impl IntoIterator<Item = L>) -> Self {
        let mut builder = GeometryBuilder::default();
        let shape = MultiLineString(lines.into_iter().map(|line| builder.line(line)).collect());
        builder.finish(shape)
    }

    /// An outer ring and its holes. Rings that are not closed are closed by a copy of their first position.
    pub fn polygon<L: IntoIterator<Item = Position>>(rings: impl IntoIterator<Item = L>) -> Self {
        let mut builder = GeometryBuilder::default();
        let shape = builder.polygon(rings);
        builder.finish(shape)
    }

    /// Several polygons, each as for [`polygon`](Self::polygon).
    pub fn multi_polygon<L, P>(polygons: impl IntoIterator<Item = P>) -> Self
    where
        L: IntoIterator<Item = Position>,
        P: IntoIterator<Item = L>,
    {
        let mut builder = GeometryBuilder::default();
        let shape = MultiPolygon(polygons.into_iter().map(|rings| builder.polygon(rings)).collect());
        builder.finish(shape)
    }

    /// Several geometries as one.
    pub fn collection(parts: impl IntoIterator<Item = Geometry>) -> Self {
        let mut builder = GeometryBuilder::default();
        let mut shapes = Vec::new();
        for part in parts {
            builder.elevations.extend(part.elevations_or_nan());
            shapes.push(part.shape);
        }
        builder.finish(geo_types::Geometry::GeometryCollection(GeometryCollection(shapes)))
    }

    /// The shape without elevations: a point, line string, polygon, several of these, or a collection.
    pub fn as_geo(&self) -> &geo_types::Geometry<f64> {
        &self.shape
    }

    /// Metres above sea level of each position, in the order of [`positions`](Self::positions), NaN where unknown. Empty
    /// if no elevation is known.
    pub fn elevations(&self) -> &[f64] {
        &self.elevations
    }

    /// The same shape with other elevations: metres above sea level of each position, in the order of
    /// [`positions`](Self::positions), `None` where unknown. Positions without an item have no elevation.
    #[cfg(feature = "edition-build")]
    pub(crate) fn with_elevations(self, elevations: impl IntoIterator<Item = Option<f64>>) -> Geometry {
        let elevations =
            elevations.into_iter().map(|metres| metres.unwrap_or(f64::NAN)).chain(std::iter::repeat(f64::NAN));
        let elevations = elevations.take(self.shape.coords_count()).collect();
        GeometryBuilder { elevations }.finish(self.shape)
    }

    /// All positions, in order.
    pub fn positions(&self) -> impl Iterator<Item = Position> {
        let elevations = self.elevations_or_nan().map(|metres| Some(metres).filter(|metres| !metres.is_nan()));
        self.shape.coords_iter().zip(elevations).map(|(coord, elevation)| Position { elevation, ..coord.into() })
    }

    /// The first position, if there is one.
    pub fn first_position(&self) -> Option<Position> {
        self.positions().next()
    }

    /// Number of positions.
    pub fn vertex_count(&self) -> usize {
        self.shape.coords_count()
    }

    /// Number of positions whose elevation is unknown: the server has none, or an impossible one. Elevations on a line that
    /// [`MeasuredLine`](crate::line::MeasuredLine) takes as unknown are among them. One pass.
    pub fn unknown_elevations(&self) -> usize {
        let missing = self.elevations_or_nan().filter(|metres| metres.is_nan()).count();
        missing + self.lines().iter().map(|line| count_impossible(line)).sum::<usize>()
    }

    /// True if any position has an elevation.
    pub fn has_elevation(&self) -> bool {
        !self.elevations.is_empty()
    }

    /// The box of its positions, `None` if it has none. A geometry that crosses the date line must be split there by the
    /// caller (RFC 7946, 3.1.9); otherwise the box runs the long way round.
    pub fn bounds(&self) -> Option<Bounds> {
        // Not geo's bounding_rect: it looks at the exterior of a polygon only, and holes from a server may lie outside.
        let coords = self.shape.coords_iter();
        coords.map(|coord| Bounds::from(Rect::new(coord, coord))).reduce(|bounds, one| bounds.union(&one))
    }

    /// True if it shares a point with a box. An area that holds the whole box does. A line or ring whose longitude jumps by
    /// more than 180° crosses the date line there.
    pub fn intersects(&self, bounds: &Bounds) -> bool {
        let Some(shape) = unwrapped(&self.shape) else {
            return bounds.rects().any(|rect| self.shape.intersects(&rect));
        };
        let turns = |rect: Rect<f64>| {
            [-360.0, 0.0, 360.0].map(|turn| {
                let turn = Coord { x: turn, y: 0.0 };
                Rect::new(rect.min() + turn, rect.max() + turn)
            })
        };
        bounds.rects().flat_map(turns).any(|rect| shape.intersects(&rect))
    }

    /// The lines in it, in order: a line string is one, a polygon none.
    pub fn lines(&self) -> Vec<Vec<Position>> {
        let mut lines = Vec::new();
        add_lines(&self.shape, &mut self.positions(), &mut lines);
        lines
    }

    fn elevations_or_nan(&self) -> impl Iterator<Item = f64> {
        let missing = self.shape.coords_count().saturating_sub(self.elevations.len());
        self.elevations.iter().copied().chain(std::iter::repeat_n(f64::NAN, missing))
    }
}

/// Splits positions into the coordinates of `geo-types` and elevations.
#[derive(Debug, Default)]
pub(crate) struct GeometryBuilder {
    /// Of each coordinate so far, NaN where unknown.
    elevations: Vec<f64>,
}

impl GeometryBuilder {
    pub(crate) fn coord(&mut self, position: Position) -> Coord<f64> {
        self.elevations.push(position.elevation.unwrap_or(f64::NAN));
        position.into()
    }

    fn line(&mut self, positions: impl IntoIterator<Item = Position>) -> LineString<f64> {
        LineString(positions.into_iter().map(|position| self.coord(position)).collect())
    }

    fn polygon<L: IntoIterator<Item = Position>>(&mut self, rings: impl IntoIterator<Item = L>) -> Polygon<f64> {
        let mut rings = rings.into_iter().map(|ring| self.ring(ring));
        let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Polygon::new(exterior, rings.collect())
    }

    fn ring(&mut self, positions: impl IntoIterator<Item = Position>) -> LineString<f64> {
        let mut ring = self.line(positions);
        self.close(&mut ring);
        ring
    }

    /// Closes the ring that was added last. `geo-types` closes rings by itself, but would not add an elevation.
    pub(crate) fn close(&mut self, ring: &mut LineString<f64>) {
        if !ring.is_closed() {
            self.elevations.push(self.elevations[self.elevations.len() - ring.0.len()]);
            ring.close();
        }
    }

    pub(crate) fn finish(mut self, shape: impl Into<geo_types::Geometry<f64>>) -> Geometry {
        if self.elevations.iter().all(|metres| metres.is_nan()) {
            self.elevations = Vec::new();
        }
        Geometry { shape: shape.into(), elevations: self.elevations }
    }
}

/// The same with line strings and polygons in the place of lines, rectangles and triangles.
fn simple(shape: geo_types::Geometry<f64>) -> geo_types::Geometry<f64> {
    match shape {
        geo_types::Geometry::Line(line) => LineString::from(line).into(),
        geo_types::Geometry::Rect(rect) => rect.to_polygon().into(),
        geo_types::Geometry::Triangle(triangle) => triangle.to_polygon().into(),
        geo_types::Geometry::GeometryCollection(parts) => {
            geo_types::Geometry::GeometryCollection(parts.into_iter().map(simple).collect())
        }
        shape => shape,
    }
}

/// The shape with longitudes that run on past ±180° where it crosses the date line. `None` if it does not.
fn unwrapped(shape: &geo_types::Geometry<f64>) -> Option<geo_types::Geometry<f64>> {
    let is_over = |line: &LineString<f64>| line.lines().any(|edge| (edge.end.x - edge.start.x).abs() > 180.0);
    let line = |line: &LineString<f64>| {
        let mut last: Option<f64> = None;
        let mut unwrap = |coord: &Coord<f64>| {
            let turns = last.map_or(0.0, |last| ((coord.x - last) / 360.0).round());
            let x = coord.x - 360.0 * turns;
            last = Some(x);
            Coord { x, y: coord.y }
        };
        line.coords().map(&mut unwrap).collect::<LineString<f64>>()
    };
    let polygon = |polygon: &Polygon<f64>| {
        let exterior = line(polygon.exterior());
        let start = exterior.0.first().map_or(0.0, |coord| coord.x);
        // A hole lies on the turn of its exterior.
        let hole = |ring: &LineString<f64>| {
            let mut ring = line(ring);
            let turns = ring.0.first().map_or(0.0, |coord| ((coord.x - start) / 360.0).round());
            ring.coords_mut().for_each(|coord| coord.x -= 360.0 * turns);
            ring
        };
        Polygon::new(exterior, polygon.interiors().iter().map(hole).collect())
    };
    let polygon_is_over = |polygon: &Polygon<f64>| is_over(polygon.exterior());
    Some(match shape {
        geo_types::Geometry::LineString(own) if is_over(own) => line(own).into(),
        geo_types::Geometry::MultiLineString(lines) if lines.iter().any(is_over) => {
            MultiLineString(lines.iter().map(line).collect()).into()
        }
        geo_types::Geometry::Polygon(own) if polygon_is_over(own) => polygon(own).into(),
        geo_types::Geometry::MultiPolygon(polygons) if polygons.iter().any(polygon_is_over) => {
            MultiPolygon(polygons.iter().map(polygon).collect()).into()
        }
        geo_types::Geometry::GeometryCollection(parts) => {
            let unwrapped: Vec<_> = parts.iter().map(unwrapped).collect();
            if unwrapped.iter().all(Option::is_none) {
                return None;
            }
            let parts = parts.iter().zip(unwrapped).map(|(part, unwrapped)| unwrapped.unwrap_or_else(|| part.clone()));
            geo_types::Geometry::GeometryCollection(parts.collect())
        }
        _ => return None,
    })
}

/// Takes the positions of a shape off an iterator and adds those of its lines.
fn add_lines(
    shape: &geo_types::Geometry<f64>,
    positions: &mut dyn Iterator<Item = Position>,
    lines: &mut Vec<Vec<Position>>,
) {
    match shape {
        geo_types::Geometry::LineString(line) => lines.push(positions.take(line.0.len()).collect()),
        geo_types::Geometry::MultiLineString(all) => {
            lines.extend(all.iter().map(|line| positions.take(line.0.len()).collect::<Vec<_>>()));
        }
        geo_types::Geometry::GeometryCollection(parts) => {
            parts.iter().for_each(|part| add_lines(part, positions, lines));
        }
        other => positions.take(other.coords_count()).for_each(drop),
    }
}

#[cfg(test)]
mod tests {
    use geo::BoundingRect;

    use super::*;

    fn line(points: &[(f64, f64)]) -> Vec<Position> {
        points.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect()
    }

    fn high(lon: f64, elevation: Option<f64>) -> Position {
        Position { elevation, ..Position::new(lon, 45.0) }
    }

    #[test]
    fn edge_through_a_box_without_a_vertex_in_it_intersects() {
        let line = |points: &[(f64, f64)]| Geometry::line_string(line(points));
        let square = Bounds { west: 0.0, south: 0.0, east: 1.0, north: 1.0 };
        assert!(line(&[(-1.0, 0.5), (2.0, 0.5)]).intersects(&square));
        assert!(line(&[(-0.5, 0.5), (0.5, 1.5)]).intersects(&square), "it touches the corner");
        assert!(!line(&[(-0.6, 0.5), (0.5, 1.6)]).intersects(&square));
        assert!(!line(&[(2.0, 0.0), (2.0, 1.0)]).intersects(&square));
        assert!(Geometry::point(Position::new(1.0, 1.0)).intersects(&square));
    }

    #[test]
    fn geometry_over_the_date_line_intersects_boxes_on_both_sides() {
        let bounds = |west, east| Bounds { west, south: -18.0, east, north: -16.0 };
        let way = Geometry::line_string(line(&[(179.5, -17.0), (-179.5, -17.0)]));
        let ring = line(&[(179.5, -17.5), (-179.5, -17.5), (-179.5, -16.5), (179.5, -16.5)]);
        let hole = line(&[(-179.9, -17.4), (-179.6, -17.4), (-179.6, -16.6), (-179.9, -16.6)]);
        let area = Geometry::polygon([ring, hole]);
        for geometry in [way, area.clone(), Geometry::collection([area.clone()])] {
            for shown in [bounds(179.8, 179.9), bounds(-179.95, -179.92), bounds(179.9, -179.9), bounds(-180.0, 180.0)]
            {
                assert!(geometry.intersects(&shown), "{shown:?}");
            }
            assert!(!geometry.intersects(&bounds(0.0, 1.0)) && !geometry.intersects(&bounds(-179.4, 179.4)));
        }
        assert!(!area.intersects(&Bounds { west: -179.8, south: -17.1, east: -179.7, north: -17.0 }), "in its hole");
    }

    #[test]
    fn hole_outside_its_polygon_is_within_the_bounds() {
        let outer = line(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]);
        let hole = line(&[(5.0, 0.0), (6.0, 0.0), (6.0, 1.0), (5.0, 0.0)]);
        let polygon = Geometry::polygon([outer, hole]);
        assert_eq!(polygon.bounds().unwrap().east, 6.0);
        assert_eq!(polygon.as_geo().bounding_rect().unwrap().max().x, 1.0, "geo leaves holes out");
        assert_eq!(Geometry::multi_point([]).bounds(), None);
    }

    #[test]
    fn elevations_follow_their_positions() {
        let path = vec![high(1.0, Some(10.0)), high(2.0, None)];
        let flat = line(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]);
        let all = Geometry::collection([
            Geometry::polygon([flat.clone()]),
            Geometry::line_string(path.clone()),
            Geometry::multi_line_string([vec![high(3.0, Some(30.0))], flat.clone()]),
        ]);
        let elevations: Vec<_> = all.positions().map(|position| position.elevation).collect();
        let (none, some) = (None, Some);
        assert_eq!(elevations, [none, none, none, none, some(10.0), none, some(30.0), none, none, none]);
        assert_eq!(all.lines(), [path, vec![high(3.0, Some(30.0))], flat.clone()]);
        assert_eq!(all, all.clone());
        assert_eq!((all.vertex_count(), all.has_elevation(), all.unknown_elevations()), (10, true, 8));
        let flat = Geometry::line_string(flat);
        assert!(!flat.has_elevation() && flat.elevations().is_empty());
        assert_eq!(flat.unknown_elevations(), flat.vertex_count());
        assert_eq!(Geometry::from(geo_types::Geometry::from(flat.clone())), flat);
    }

    #[test]
    fn open_ring_is_closed_with_its_elevation() {
        let ring = [high(0.0, Some(5.0)), high(1.0, Some(6.0)), Position::new(1.0, 46.0)];
        let polygon = Geometry::polygon([ring]);
        assert_eq!(polygon.positions().last(), Some(ring[0]));
        assert_eq!(polygon, Geometry::polygon([[ring[0], ring[1], ring[2], ring[0]]]));
    }
}
