//! A geometry as it is measured: cut into parts (a point, a short run of edges, the inside of an area), each with a box in
//! space that holds it and with its exact distance.

use std::ops::Range;

use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo::{BoundingRect, Intersects};
use geo_types::{Coord, Geometry, LineString, Polygon, Rect};

use super::bounds::Bounds3;
use super::edge::{self, MAX_EDGE_DEG, Origin};
use super::ellipsoid::{MAX_DERIVATIVE_M, MEAN_RADIUS_M, Xyz, distance_by_chord_m, distance_m, dot, minus, point};
use super::vertices::Vertices;
use crate::model::Position;

/// Edges in a run. Fewer edges make more boxes, which take memory; more edges make looser boxes.
const RUN: usize = 32;
/// Pieces of a long edge, at most.
const MAX_PIECES: f64 = 4_096.0;
/// Covers the rounding of bounds.
pub(super) const SLACK_M: f64 = 1e-6;
/// From here on, chord and arc may disagree by more than 0.1 mm about the nearest point of a line.
const MIN_FAR_M: f64 = 500_000.0;
/// Share of chord²/24R² by which a chord may be wrong as a measure of the arc. The radii of the ellipsoid differ by 1 %,
/// and this is five times as much.
const FAR_DOUBT: f64 = 0.05;

/// The vertices of a geometry: those on the Earth, long edges cut, running on past ±180° over the date line.
#[derive(Debug)]
pub(super) struct Shape {
    /// Of all lines and rings, one after the other.
    vertices: Vertices,
    areas: Box<[Area]>,
}

#[derive(Debug)]
struct Area {
    /// Of the outer ring.
    bounds: Rect<f64>,
    /// The vertices of the outer ring and of the holes.
    rings: Box<[Range<u32>]>,
}

/// A part of a geometry that has its own box in the tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part {
    /// At most [`RUN`] edges. None if it is a single vertex.
    Run { first: u32, edges: u8 },
    /// The inside of an area.
    Inside { area: u32 },
}

/// A point of a shape that may be its nearest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) distance_m: f64,
    pub(super) coord: Coord<f64>,
    pub(super) point: Xyz,
}

impl Candidate {
    /// Of two points equally far always the same wins, whichever is found first.
    pub(super) fn is_nearer(&self, other: &Candidate) -> bool {
        let rank = |candidate: &Candidate| (candidate.distance_m, candidate.coord.x, candidate.coord.y);
        rank(self) < rank(other)
    }

    fn at(origin: &Origin, coord: Coord<f64>) -> Candidate {
        let point = origin.point_of(coord);
        let chord = minus(point, origin.point);
        Candidate { distance_m: distance_by_chord_m(dot(chord, chord), origin.coord, coord), coord, point }
    }
}

impl Shape {
    /// The shape of a geometry, and its parts.
    pub(super) fn of(geometry: &Geometry<f64>) -> (Shape, Vec<Part>) {
        let mut cutter = Cutter::default();
        cutter.add(geometry);
        let Cutter { vertices, areas, mut parts } = cutter;
        parts.extend((0..areas.len() as u32).map(|area| Part::Inside { area }));
        (Shape { vertices: Vertices::new(&vertices), areas: areas.into() }, parts)
    }

    /// A box in space that holds a part.
    pub(super) fn bounds(&self, part: Part) -> Bounds3 {
        let mut buffer = [Coord::zero(); RUN + 1];
        match part {
            Part::Inside { area } => self.areas[area as usize].bounds_in_space(),
            Part::Run { first, edges } => {
                let vertices = self.run(first, edges, &mut buffer);
                let bulge_m = vertices.windows(2).map(|edge| edge::sagitta_m(edge[0], edge[1])).fold(0.0, f64::max);
                Bounds3::of(vertices.iter().map(|vertex| point(*vertex)), bulge_m)
            }
        }
    }

    /// The nearest point of a part with its exact distance. `None` if it is surely further than `limit_m`.
    pub(super) fn measure(&self, part: Part, origin: &Origin, limit_m: f64) -> Option<Candidate> {
        let mut buffer = [Coord::zero(); RUN + 1];
        match part {
            Part::Inside { area } => {
                let here = Candidate { distance_m: 0.0, coord: origin.coord, point: origin.point };
                self.is_inside(&self.areas[area as usize], origin.coord).then_some(here)
            }
            Part::Run { first, edges } => match self.run(first, edges, &mut buffer) {
                [only] => Some(Candidate::at(origin, *only)),
                vertices => measure_edges(origin, vertices, limit_m),
            },
        }
    }

    fn run<'b>(&self, first: u32, edges: u8, buffer: &'b mut [Coord<f64>]) -> &'b [Coord<f64>] {
        let first = first as usize;
        self.vertices.read(first..first + usize::from(edges) + 1, buffer)
    }

    /// True if a coordinate is in the outer ring and in no hole; edges belong to the area. Rings run on over the date line,
    /// so the coordinate is looked for one turn to either side too.
    fn is_inside(&self, area: &Area, coord: Coord<f64>) -> bool {
        [-360.0, 0.0, 360.0].into_iter().any(|turn| {
            let coord = Coord { x: coord.x + turn, y: coord.y };
            let position = |ring: &Range<u32>| {
                let ring = self.vertices.iter(ring.start as usize..ring.end as usize);
                coord_pos_relative_to_ring(coord, &ring.collect())
            };
            area.bounds.intersects(&coord)
                && area.rings.split_first().is_some_and(|(outer, holes)| {
                    position(outer) != CoordPos::Outside && !holes.iter().any(|hole| position(hole) == CoordPos::Inside)
                })
        })
    }
}

/// Cuts a geometry into parts.
#[derive(Default)]
struct Cutter {
    vertices: Vec<Coord<f64>>,
    areas: Vec<Area>,
    parts: Vec<Part>,
}

impl Cutter {
    fn add(&mut self, geometry: &Geometry<f64>) {
        match geometry {
            Geometry::Point(point) => self.add_line(&[point.0]),
            Geometry::MultiPoint(points) => points.iter().for_each(|point| self.add_line(&[point.0])),
            Geometry::LineString(line) => self.add_line(&line.0),
            Geometry::MultiLineString(lines) => lines.iter().for_each(|line| self.add_line(&line.0)),
            Geometry::Polygon(polygon) => self.add_polygon(polygon),
            Geometry::MultiPolygon(polygons) => polygons.iter().for_each(|polygon| self.add_polygon(polygon)),
            Geometry::GeometryCollection(parts) => parts.iter().for_each(|part| self.add(part)),
            Geometry::Line(line) => self.add_line(&[line.start, line.end]),
            Geometry::Rect(rect) => self.add_polygon(&rect.to_polygon()),
            Geometry::Triangle(triangle) => self.add_polygon(&triangle.to_polygon()),
        }
    }

    /// Adds the valid vertices of a line, with longitudes that run on over the date line, long edges cut.
    fn add_line(&mut self, line: &[Coord<f64>]) {
        let start = self.vertices.len();
        for vertex in line.iter().filter(|vertex| is_valid(vertex)) {
            let mut to = *vertex;
            if let Some(&from) = self.vertices[start..].last() {
                // The short way round, which only a line over the date line needs.
                if (to.x - from.x).abs() > 180.0 {
                    to.x -= 360.0 * ((to.x - from.x) / 360.0).round();
                }
                let span = (to.x - from.x).abs() + (to.y - from.y).abs();
                if span > MAX_EDGE_DEG {
                    let pieces = (span / MAX_EDGE_DEG).ceil().min(MAX_PIECES);
                    let cuts = (1..pieces as u32).map(|piece| from + (to - from) * (f64::from(piece) / pieces));
                    self.vertices.extend(cuts);
                }
            }
            self.vertices.push(to);
        }
        let end = self.vertices.len();
        if end - start == 1 {
            self.parts.push(Part::Run { first: start as u32, edges: 0 });
        }
        for first in (start..end.saturating_sub(1)).step_by(RUN) {
            self.parts.push(Part::Run { first: first as u32, edges: RUN.min(end - 1 - first) as u8 });
        }
    }

    fn add_polygon(&mut self, polygon: &Polygon<f64>) {
        let mut rings = Vec::new();
        let mut bounds = None;
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            let start = self.vertices.len();
            self.add_line(&ring.0);
            // Over the date line a hole may start one turn from its exterior.
            let off = |bounds: Rect<f64>| Some(((self.vertices.get(start)?.x - bounds.center().x) / 360.0).round());
            let turns = bounds.and_then(off).unwrap_or_default();
            if turns != 0.0 {
                self.vertices[start..].iter_mut().for_each(|vertex| vertex.x -= 360.0 * turns);
            }
            let own = &self.vertices[start..];
            // A ring around a pole ends one turn from its start, and has no inside in longitude and latitude.
            if own.len() > 1 && own.first() == own.last() {
                bounds = bounds.or_else(|| LineString::from(own.to_vec()).bounding_rect());
                rings.push(start as u32..self.vertices.len() as u32);
            } else if rings.is_empty() {
                // No area without an outer ring.
                return;
            }
        }
        self.areas.extend(bounds.map(|bounds| Area { bounds, rings: rings.into() }));
    }
}

impl Area {
    fn bounds_in_space(&self) -> Bounds3 {
        let steps = |span: f64| span.ceil().clamp(1.0, 360.0);
        let (columns, rows) = (steps(self.bounds.width()), steps(self.bounds.height()));
        let step = Coord { x: self.bounds.width() / columns, y: self.bounds.height() / rows };
        let grid = (0..=columns as u32).flat_map(|column| (0..=rows as u32).map(move |row| (column, row)));
        let points = grid.map(|(column, row)| {
            point(self.bounds.min() + Coord { x: step.x * f64::from(column), y: step.y * f64::from(row) })
        });
        // The surface bulges between the grid's points, once along either axis.
        Bounds3::of(points, MAX_DERIVATIVE_M * (step.x + step.y).to_radians().powi(2) / 4.0)
    }
}

fn is_valid(coord: &Coord<f64>) -> bool {
    Position::from(*coord).is_valid()
}

/// The nearest point of at most [`RUN`] edges with its exact distance. `None` if it is surely further than `limit_m`.
fn measure_edges(origin: &Origin, vertices: &[Coord<f64>], limit_m: f64) -> Option<Candidate> {
    let (chord2, coord, point_there) = nearest_by_chord(origin, vertices, limit_m)?;
    if chord2 >= MIN_FAR_M * MIN_FAR_M {
        let (distance_m, coord) = measure_far(origin, vertices, chord2);
        return Some(Candidate { distance_m, coord, point: point(coord) });
    }
    Some(Candidate { distance_m: distance_by_chord_m(chord2, origin.coord, coord), coord, point: point_there })
}

/// The nearest point of some edges by the chord. `None` if all are further than `limit_m`.
fn nearest_by_chord(origin: &Origin, vertices: &[Coord<f64>], limit_m: f64) -> Option<(f64, Coord<f64>, Xyz)> {
    let mut bounds2 = [f64::INFINITY; RUN];
    match origin.plane(vertices) {
        Some(plane) => plane.min_chords2(vertices, &mut bounds2),
        None => {
            let bounds = vertices.windows(2).map(|edge| edge::min_chord2(origin.point, edge[0], edge[1]));
            bounds2.iter_mut().zip(bounds).for_each(|(bound2, bound)| *bound2 = bound);
        }
    }
    let mut limit2 = (limit_m + SLACK_M).powi(2);
    let mut nearest = None;
    // The most promising edge goes first: after it few of the others can win.
    for _ in 1..vertices.len() {
        let (next, bound2) = min(&bounds2);
        // A hair more, so that rounding loses no edge that is as near as another.
        if bound2 > limit2 * (1.0 + 1e-12) + 1e-12 {
            break;
        }
        bounds2[next] = f64::INFINITY;
        let found = edge::nearest_by_chord(origin, vertices[next], vertices[next + 1]);
        if found.0 < limit2 {
            limit2 = found.0;
            nearest = Some(found);
        }
    }
    nearest
}

/// Where the smallest number stands, and the number.
fn min(numbers: &[f64; RUN]) -> (usize, f64) {
    let smallest =
        numbers.iter().fold(numbers[0], |smallest, number| if *number < smallest { *number } else { smallest });
    (numbers.iter().position(|number| *number == smallest).unwrap_or_default(), smallest)
}

/// Far away the flattening of the ellipsoid lets chord and arc disagree by some centimetres about the nearest point, so
/// each edge that can win is searched along the arc.
fn measure_far(origin: &Origin, vertices: &[Coord<f64>], chord2: f64) -> (f64, Coord<f64>) {
    let limit2 = chord2 * (1.0 + FAR_DOUBT * chord2 / (24.0 * MEAN_RADIUS_M * MEAN_RADIUS_M));
    let edges = vertices.windows(2).filter(|edge| edge::min_chord2(origin.point, edge[0], edge[1]) <= limit2);
    let arcs = edges.map(|edge| edge::nearest_by(|coord| distance_m(origin.coord, coord), edge[0], edge[1]));
    arcs.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::INFINITY, origin.coord))
}
