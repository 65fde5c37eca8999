//! Building the index: geometries into the leaves of the tree, each with a box in space that holds it.

use rstar::RTree;

use super::edge::{self, LONGEST_DEG};
use super::ellipsoid::{SPEED, Xyz, point};
use super::index::{CHUNK, Leaf, Nearby, Part};
use crate::model::{Geometry, Kind, Position};

/// Edges under one leaf: fewer make a larger tree, more make looser boxes.
const PIECE: usize = 32 * CHUNK;
const MOST_PIECES: f64 = 4_096.0;

/// An index on its way: features are added one by one, so that no more than one geometry is in memory beside it.
#[derive(Debug, Default)]
pub struct Builder {
    nearby: Nearby,
    leaves: Vec<Leaf>,
}

impl Builder {
    /// Adds a feature; see [`Feature`](super::Feature) for what its key, kind and geometry mean.
    pub fn add(&mut self, key: u64, kind: Kind, geometry: &Geometry) {
        let number = self.nearby.features.len() as u32;
        self.nearby.features.push((key, kind));
        self.nearby.add(number, geometry, &mut self.leaves);
    }

    /// The index.
    pub fn finish(self) -> Nearby {
        let Builder { mut nearby, leaves } = self;
        nearby.vertices.shrink_to_fit();
        nearby.boxes.shrink_to_fit();
        nearby.features.shrink_to_fit();
        nearby.tree = RTree::bulk_load_with_params(leaves);
        nearby
    }
}

impl Nearby {
    fn add(&mut self, feature: u32, geometry: &Geometry, leaves: &mut Vec<Leaf>) {
        match geometry {
            Geometry::Point(position) => self.add_place(feature, *position, leaves),
            Geometry::MultiPoint(positions) => positions.iter().for_each(|p| self.add_place(feature, *p, leaves)),
            Geometry::LineString(line) => {
                self.add_line(feature, line, leaves);
            }
            Geometry::MultiLineString(lines) => lines.iter().for_each(|line| {
                self.add_line(feature, line, leaves);
            }),
            Geometry::Polygon(rings) => self.add_polygon(feature, rings, leaves),
            Geometry::MultiPolygon(polygons) => {
                polygons.iter().for_each(|rings| self.add_polygon(feature, rings, leaves))
            }
            Geometry::GeometryCollection(parts) => parts.iter().for_each(|part| self.add(feature, part, leaves)),
        }
    }

    fn add_place(&mut self, feature: u32, position: Position, leaves: &mut Vec<Leaf>) {
        if position.is_valid() {
            let corner = point(position.lon, position.lat);
            let part = Part::Place(self.vertices.len() as u32);
            self.vertices.push((position.lon, position.lat));
            leaves.push(Leaf { lower: corner, upper: corner, feature, part });
        }
    }

    /// Adds a line, its long edges cut, and gives its first and last vertex.
    fn add_line(&mut self, feature: u32, line: &[Position], leaves: &mut Vec<Leaf>) -> Option<(u32, u32)> {
        let first = self.vertices.len();
        let mut before: Option<(f64, f64)> = None;
        for position in line.iter().filter(|position| position.is_valid()) {
            let mut to = (position.lon, position.lat);
            if let Some(from) = before {
                // The short way round, which only a line over the date line needs.
                to.0 -= 360.0 * ((to.0 - from.0) / 360.0).round();
                let span = (to.0 - from.0).abs() + (to.1 - from.1).abs();
                let pieces = (span / LONGEST_DEG).ceil().clamp(1.0, MOST_PIECES);
                for piece in 1..pieces as u32 {
                    let t = f64::from(piece) / pieces;
                    self.vertices.push((from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1)));
                }
            }
            self.vertices.push(to);
            before = Some(to);
        }
        let last = self.vertices.len().checked_sub(1).filter(|last| *last >= first)?;
        let mut start = first;
        loop {
            let end = (start + PIECE).min(last);
            let boxes = self.boxes.len() as u32;
            let (mut lower, mut upper) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
            for chunk in (start..end.max(start + 1)).step_by(CHUNK) {
                let own = self.box_of(chunk, (chunk + CHUNK).min(end));
                grow(&mut lower, &mut upper, own.0);
                grow(&mut lower, &mut upper, own.1);
                self.boxes.push(coarse(own.0, own.1));
            }
            // A line of a single vertex is a place.
            let part =
                if first == last { Part::Place(first as u32) } else { Part::Edges(start as u32, end as u32, boxes) };
            leaves.push(Leaf { lower, upper, feature, part });
            if end == last {
                return Some((first as u32, last as u32));
            }
            start = end;
        }
    }

    /// A box in space that holds the edges between two vertices.
    fn box_of(&self, start: usize, end: usize) -> (Xyz, Xyz) {
        let (mut lower, mut upper, mut margin) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3], 0.0_f64);
        for vertex in &self.vertices[start..=end] {
            grow(&mut lower, &mut upper, point(vertex.0, vertex.1));
        }
        for edge in self.vertices[start..=end].windows(2) {
            margin = margin.max(edge::sagitta_m(edge[0], edge[1]));
        }
        (lower.map(|x| x - margin), upper.map(|x| x + margin))
    }

    fn add_polygon(&mut self, feature: u32, rings: &[Vec<Position>], leaves: &mut Vec<Leaf>) {
        let spans: Vec<_> = rings.iter().filter_map(|ring| self.add_line(feature, ring, leaves)).collect();
        let Some(&(first, last)) = spans.first() else { return };
        let outer = &self.vertices[first as usize..=last as usize];
        let (mut west, mut south, mut east, mut north) =
            (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (lon, lat) in outer {
            (west, east) = (west.min(*lon), east.max(*lon));
            (south, north) = (south.min(*lat), north.max(*lat));
        }
        let steps = |span: f64| span.ceil().clamp(1.0, 360.0);
        let (columns, rows) = (steps(east - west), steps(north - south));
        let (dx, dy) = ((east - west) / columns, (north - south) / rows);
        let (mut lower, mut upper) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for column in 0..=columns as u32 {
            for row in 0..=rows as u32 {
                let place = point(west + dx * f64::from(column), south + dy * f64::from(row));
                grow(&mut lower, &mut upper, place);
            }
        }
        // The surface bulges between the grid's points, once along either axis.
        let margin = SPEED * (dx + dy).to_radians().powi(2) / 4.0;
        let part = Part::Inside(self.polygons.len() as u32);
        self.polygons.push(spans);
        leaves.push(Leaf { lower: lower.map(|x| x - margin), upper: upper.map(|x| x + margin), feature, part });
    }
}

fn grow(lower: &mut Xyz, upper: &mut Xyz, place: Xyz) {
    for axis in 0..3 {
        lower[axis] = lower[axis].min(place[axis]);
        upper[axis] = upper[axis].max(place[axis]);
    }
}

/// A box that holds another, in half the memory. Numbers of this size are rounded by less than a metre.
fn coarse(lower: Xyz, upper: Xyz) -> [f32; 6] {
    let (lower, upper) = (lower.map(|x| (x - 1.0) as f32), upper.map(|x| (x + 1.0) as f32));
    [lower[0], lower[1], lower[2], upper[0], upper[1], upper[2]]
}
