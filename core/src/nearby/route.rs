//! Linear referencing: how far along a route an object lies, and how far off it.

use geo::line_intersection::{LineIntersection, line_intersection};
use geo_types::{Coord, Geometry as Shape, Line, LineString};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::{Builder, MAX_DISTANCE_M, Nearby};
use crate::error::Result;
use crate::line::{MeasuredLine, lon_step_deg};
use crate::model::{Bounds, Geometry, Kind, Position};

/// Tolerance for the same place, degrees: about 1 mm. A route that is walked out and back passes a point twice.
const SAME_PLACE_DEG: f64 = 1e-8;

/// A route prepared for measuring many objects. Building it costs some microseconds a vertex.
#[derive(Debug)]
pub(crate) struct Route {
    line: MeasuredLine,
    index: Nearby,
    /// The edges by their boxes in longitude and latitude, with the number of their first vertex. Longitudes may exceed
    /// ±180°.
    edges: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

/// The point of a route that is nearest to an object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RouteLocation {
    /// Metres along the route from its start. Gaps between the lines of a route have no length.
    pub(crate) along_m: f64,
    /// Metres from the route to the object; 0 where the two cross and inside an area.
    pub(crate) offset_m: f64,
}

impl Route {
    /// A route along the lines of a geometry, in order. A geometry without lines is a route through its positions. `None` if
    /// it has no position on the Earth.
    pub(crate) fn new(geometry: &Geometry) -> Result<Option<Route>> {
        let mut lines = geometry.lines();
        if lines.is_empty() {
            lines = geometry.positions().map(|position| vec![position]).collect();
        }
        for line in &mut lines {
            line.retain(Position::is_valid);
            line.iter_mut().for_each(|position| position.elevation = None);
        }
        if lines.iter().all(Vec::is_empty) {
            return Ok(None);
        }
        let line = MeasuredLine::from_lines(&lines)?;
        let edges = (1..line.positions().len()).map(|end| end - 1).filter(|first| !is_gap(&line, *first));
        let boxes = edges.map(|first| {
            let edge = edge(&line, first);
            GeomWithData::new(Rectangle::from_corners(corner(edge.start), corner(edge.end)), first)
        });
        let edges = RTree::bulk_load(boxes.collect());
        Ok(Some(Route { line, index: index_of(geometry), edges }))
    }

    /// The point of the route that is nearest to a geometry; of several equally near the first along the route. `None` if the
    /// geometry has no position on the Earth.
    ///
    /// It is exact where the two cross (edges are straight in longitude and latitude) and at all vertices. Between two edges
    /// that do not cross, the nearest points include a vertex, but for the curvature of the Earth: less than 1 mm on edges
    /// of 10 km that are 500 m apart.
    pub(crate) fn locate(&self, other: &Geometry) -> Result<Option<RouteLocation>> {
        self.locate_within(other, MAX_DISTANCE_M)
    }

    /// As [`locate`](Self::locate), `None` if the geometry is further than `max_offset_m`, too. Far geometries cost little.
    pub(crate) fn locate_within(&self, other: &Geometry, max_offset_m: f64) -> Result<Option<RouteLocation>> {
        let crossing_m = self.first_crossing_m(other);
        let mut nearest = crossing_m.map(|along_m| RouteLocation { along_m, offset_m: 0.0 });
        if other.vertex_count() > 1 {
            let other = index_of(other);
            for (vertex, along_m) in self.line.positions().iter().zip(self.line.distances_m()) {
                if nearest.is_some_and(|nearest| nearest.offset_m == 0.0 && nearest.along_m <= *along_m) {
                    break;
                }
                let limit_m = nearest.map_or(max_offset_m, |nearest| nearest.offset_m);
                let found = other.within(*vertex, limit_m, |_, _| true)?.into_iter().next();
                // This vertex is before a known crossing.
                let is_nearer = |metres: f64| metres == 0.0 || nearest.is_none_or(|nearest| metres < nearest.offset_m);
                if let Some(found) = found.filter(|found| is_nearer(found.distance_m)) {
                    nearest = Some(RouteLocation { along_m: *along_m, offset_m: found.distance_m });
                }
            }
        }
        if nearest.is_some_and(|nearest| nearest.offset_m == 0.0) {
            return Ok(nearest);
        }
        let (mut limit_m, mut point) = (nearest.map_or(max_offset_m, |nearest| nearest.offset_m), None);
        for position in other.positions().filter(Position::is_valid) {
            let found = self.index.within(position, limit_m, |_, _| true)?.into_iter().next();
            let has_none = nearest.is_none() && point.is_none();
            if let Some(found) = found.filter(|found| has_none || found.distance_m < limit_m) {
                (limit_m, point) = (found.distance_m, Some(found.point));
            }
        }
        let at_point = point.map(|point| RouteLocation { along_m: self.along_m(point), offset_m: limit_m });
        Ok(at_point.or(nearest))
    }

    /// A box of longitudes and latitudes that holds every position no further than `metres` from the route. It may cross the
    /// date line.
    pub(crate) fn window(&self, metres: f64) -> Bounds {
        let first = self.line.positions()[0];
        // Longitudes that run on over the date line, the short way between two lines, too.
        let (mut west, mut east, mut lon) = (first.lon, first.lon, first.lon);
        let (mut south, mut north) = (first.lat, first.lat);
        for pair in self.line.positions().windows(2) {
            lon += lon_step_deg(pair[0].lon, pair[1].lon);
            (west, east) = (west.min(lon), east.max(lon));
            (south, north) = (south.min(pair[1].lat), north.max(pair[1].lat));
        }
        Bounds::from_west(west, east - west, south, north).expanded(metres)
    }

    /// Metres along the route to its first crossing with a line or the edge of an area.
    fn first_crossing_m(&self, other: &Geometry) -> Option<f64> {
        let mut first_m: Option<f64> = None;
        for_each_line(other.as_geo(), &mut |line| {
            let vertices: Vec<Position> = line.coords().map(|coord| Position::from(*coord)).collect();
            let vertices: Vec<&Position> = vertices.iter().filter(|vertex| vertex.is_valid()).collect();
            for pair in vertices.windows(2) {
                let there = unwrapped_edge(*pair[0], *pair[1]);
                // Either edge may run over the date line.
                for turn in [-360.0, 0.0, 360.0] {
                    let turn = Coord { x: turn, y: 0.0 };
                    let there = Line::new(there.start + turn, there.end + turn);
                    let bounds = AABB::from_corners(corner(there.start), corner(there.end));
                    for candidate in self.edges.locate_in_envelope_intersecting(&bounds) {
                        let metres = &self.line.distances_m()[candidate.data..candidate.data + 2];
                        if first_m.is_none_or(|first_m| metres[0] < first_m)
                            && let Some(share) = first_common_share(edge(&self.line, candidate.data), there)
                        {
                            let along_m = metres[0] + share * (metres[1] - metres[0]);
                            first_m = Some(first_m.map_or(along_m, |first_m| first_m.min(along_m)));
                        }
                    }
                }
            }
        });
        first_m
    }

    /// Metres along the route to a point on it or very near it; the first time that the route passes there.
    fn along_m(&self, point: Position) -> f64 {
        // In a plane around the point that shortens longitudes as the latitude does: degrees are not metres.
        let shrink = point.lat.to_radians().cos();
        let off = |first: usize| {
            let [a, b] = [self.line.positions()[first], self.line.positions()[first + 1]];
            let start_lon = lon_step_deg(point.lon, a.lon);
            let start = Coord { x: start_lon * shrink, y: a.lat - point.lat };
            let end = Coord { x: (start_lon + lon_step_deg(a.lon, b.lon)) * shrink, y: b.lat - point.lat };
            let share = share_of(Line::new(start, end), Coord::zero());
            let nearest = start + (end - start) * share;
            (nearest.x.hypot(nearest.y), share)
        };
        let edges = || (1..self.line.positions().len()).map(|end| end - 1).filter(|first| !is_gap(&self.line, *first));
        let min_deg = edges().map(|first| off(first).0).fold(f64::INFINITY, f64::min);
        let passing = edges().map(|first| (first, off(first))).find(|(_, (deg, _))| *deg <= min_deg + SAME_PLACE_DEG);
        passing.map_or(0.0, |(first, (_, share))| {
            let metres = &self.line.distances_m()[first..first + 2];
            metres[0] + share * (metres[1] - metres[0])
        })
    }
}

/// An index of one geometry.
fn index_of(geometry: &Geometry) -> Nearby {
    let mut builder = Builder::default();
    builder.add(0, Kind::Trek, geometry);
    builder.finish()
}

/// True if a vertex and the next one are the ends of two lines, or the same.
fn is_gap(line: &MeasuredLine, first: usize) -> bool {
    line.distances_m()[first] == line.distances_m()[first + 1]
}

fn edge(line: &MeasuredLine, first: usize) -> Line<f64> {
    unwrapped_edge(line.positions()[first], line.positions()[first + 1])
}

/// An edge that runs on past ±180° over the date line.
fn unwrapped_edge(from: Position, to: Position) -> Line<f64> {
    let end = Coord { x: from.lon + lon_step_deg(from.lon, to.lon), y: to.lat };
    Line::new(Coord::from(from), end)
}

fn corner(coord: Coord<f64>) -> [f64; 2] {
    [coord.x, coord.y]
}

/// The share of an edge at which it first meets another one.
fn first_common_share(edge: Line<f64>, other: Line<f64>) -> Option<f64> {
    match line_intersection(edge, other)? {
        LineIntersection::SinglePoint { intersection, .. } => Some(share_of(edge, intersection)),
        LineIntersection::Collinear { intersection } => {
            Some(share_of(edge, intersection.start).min(share_of(edge, intersection.end)))
        }
    }
}

/// The share of a line at which it is nearest to a point.
fn share_of(line: Line<f64>, point: Coord<f64>) -> f64 {
    let (along, off) = (line.end - line.start, point - line.start);
    let length2 = along.x * along.x + along.y * along.y;
    if length2 == 0.0 { 0.0 } else { ((off.x * along.x + off.y * along.y) / length2).clamp(0.0, 1.0) }
}

/// Calls `each` with the lines and rings of a shape.
pub(super) fn for_each_line(shape: &Shape<f64>, each: &mut impl FnMut(&LineString<f64>)) {
    match shape {
        Shape::LineString(line) => each(line),
        Shape::MultiLineString(lines) => lines.iter().for_each(each),
        Shape::Polygon(polygon) => std::iter::once(polygon.exterior()).chain(polygon.interiors()).for_each(each),
        Shape::MultiPolygon(polygons) => {
            polygons.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())).for_each(each);
        }
        Shape::GeometryCollection(parts) => parts.iter().for_each(|part| for_each_line(part, each)),
        // A geometry of ours has no other shapes with edges.
        _ => {}
    }
}
