//! Positions, boxes and geometries on WGS84. The shapes are those of the crate `geo-types`; elevations stand beside them,
//! as `geo-types` has two dimensions.

use geo::{CoordsIter, Intersects};
use geo_types::{
    Coord, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, Rect,
};
use serde::{Deserialize, Serialize};

use super::geojson::GeoJson;

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
    pub(crate) fn vertex_count(&self) -> usize {
        self.shape.coords_count()
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

    /// True if it shares a point with a box. An area that holds the whole box does.
    pub fn intersects(&self, bounds: &Bounds) -> bool {
        bounds.rects().any(|rect| self.shape.intersects(&rect))
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
        assert_eq!((all.vertex_count(), all.has_elevation()), (10, true));
        let flat = Geometry::line_string(flat);
        assert!(!flat.has_elevation() && flat.elevations().is_empty());
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
