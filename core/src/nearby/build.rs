//! Building the index: geometries into places and short runs of edges, each with a box in space that holds it.

use super::edge::{self, LONGEST_DEG};
use super::ellipsoid::{SPEED, Xyz, point};
use super::index::{Nearby, Places, Polygon};
use super::pack::{Coarse, Extent, Levels, WIDTH, arrange};
use super::part::{CHUNK, Part, Shape};
use super::vertices::{Place, Span};
use crate::model::{Geometry, Kind, Position};

const MAX_PIECES: f64 = 4_096.0;

/// An index on its way: features are added one by one, so that no more than one geometry is in memory beside it.
#[derive(Debug, Default)]
pub struct Builder {
    nearby: Nearby,
    places: Vec<NewPlace>,
    parts: Vec<(Coarse, Part)>,
    /// Of the line that is being added.
    line: Vec<Place>,
}

#[derive(Debug)]
struct NewPlace {
    at: Xyz,
    place: Place,
    feature: u32,
}

impl Builder {
    /// Adds a feature; see [`Feature`](super::Feature) for what its key, kind and geometry mean.
    pub fn add(&mut self, key: u64, kind: Kind, geometry: &Geometry) {
        let number = self.nearby.features.len() as u32;
        self.nearby.features.push((key, kind));
        self.add_geometry(number, geometry);
    }

    /// The index.
    pub fn finish(self) -> Nearby {
        let Builder { mut nearby, places, parts, line: _ } = self;
        nearby.vertices.shrink_to_fit();
        nearby.features.shrink_to_fit();
        nearby.places = pack_places(places);
        (nearby.levels, nearby.parts) = pack_parts(parts);
        nearby
    }

    fn add_geometry(&mut self, feature: u32, geometry: &Geometry) {
        match geometry {
            Geometry::Point(position) => self.add_place(feature, *position),
            Geometry::MultiPoint(positions) => positions.iter().for_each(|p| self.add_place(feature, *p)),
            Geometry::LineString(line) => {
                self.add_line(feature, line);
            }
            Geometry::MultiLineString(lines) => lines.iter().for_each(|line| {
                self.add_line(feature, line);
            }),
            Geometry::Polygon(rings) => self.add_polygon(feature, rings),
            Geometry::MultiPolygon(polygons) => polygons.iter().for_each(|rings| self.add_polygon(feature, rings)),
            Geometry::GeometryCollection(parts) => parts.iter().for_each(|part| self.add_geometry(feature, part)),
        }
    }

    fn add_place(&mut self, feature: u32, position: Position) {
        if position.is_valid() {
            let place = (position.lon, position.lat);
            self.places.push(NewPlace { at: point(place.0, place.1), place, feature });
        }
    }

    /// Adds a line, its long edges cut, and tells where its vertices are. One of a single vertex is a place.
    fn add_line(&mut self, feature: u32, line: &[Position]) -> Option<Span> {
        run_on(line, &mut self.line);
        if let [only] = self.line[..] {
            self.places.push(NewPlace { at: point(only.0, only.1), place: only, feature });
        }
        if self.line.len() < 2 {
            return None;
        }
        let Span { first, are_steps, count } = self.nearby.vertices.add(&self.line);
        for (number, vertices) in runs(&self.line).enumerate() {
            let shape = Shape::Edges { count: (vertices.len() - 1) as u8, are_steps };
            let part = Part { feature, first: first + (number * CHUNK) as u32, shape };
            self.parts.push((Coarse::around(extent(vertices)), part));
        }
        Some(Span { first, count, are_steps })
    }

    fn add_polygon(&mut self, feature: u32, rings: &[Vec<Position>]) {
        let mut spans = Vec::with_capacity(rings.len());
        let (mut lower, mut upper) = ((0.0, 0.0), (0.0, 0.0));
        for ring in rings {
            let Some(span) = self.add_line(feature, ring) else { continue };
            // The outer one is the first.
            if spans.is_empty() {
                (lower, upper) = corners(&self.line);
            }
            spans.push(span);
        }
        if spans.is_empty() {
            return;
        }
        let steps = |span: f64| span.ceil().clamp(1.0, 360.0);
        let (columns, rows) = (steps(upper.0 - lower.0), steps(upper.1 - lower.1));
        let (dx, dy) = ((upper.0 - lower.0) / columns, (upper.1 - lower.1) / rows);
        let mut extent = Extent::NOTHING;
        for column in 0..=columns as u32 {
            for row in 0..=rows as u32 {
                extent.add(point(lower.0 + dx * f64::from(column), lower.1 + dy * f64::from(row)));
            }
        }
        // The surface bulges between the grid's points, once along either axis.
        let extent = extent.widened(SPEED * (dx + dy).to_radians().powi(2) / 4.0);
        let part = Part { feature, first: self.nearby.polygons.len() as u32, shape: Shape::Inside };
        self.nearby.polygons.push(Polygon { rings: spans.into(), lower, upper });
        self.parts.push((Coarse::around(extent), part));
    }
}

/// The vertices of a line as they are measured: those on the Earth, long edges cut, running on over the date line.
pub(super) fn run_on(line: &[Position], into: &mut Vec<Place>) {
    into.clear();
    for position in line.iter().filter(|position| position.is_valid()) {
        let mut to = (position.lon, position.lat);
        if let Some(&from) = into.last() {
            // The short way round, which only a line over the date line needs.
            if (to.0 - from.0).abs() > 180.0 {
                to.0 -= 360.0 * ((to.0 - from.0) / 360.0).round();
            }
            let span = (to.0 - from.0).abs() + (to.1 - from.1).abs();
            if span > LONGEST_DEG {
                let pieces = (span / LONGEST_DEG).ceil().min(MAX_PIECES);
                for piece in 1..pieces as u32 {
                    let t = f64::from(piece) / pieces;
                    into.push((from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1)));
                }
            }
        }
        into.push(to);
    }
}

/// The runs of edges that are measured together.
pub(super) fn runs(line: &[Place]) -> impl Iterator<Item = &[Place]> {
    let starts = (0..line.len().saturating_sub(1)).step_by(CHUNK);
    starts.map(|start| &line[start..line.len().min(start + CHUNK + 1)])
}

/// South-west and north-east of some places.
pub(super) fn corners(places: &[Place]) -> (Place, Place) {
    let nothing = ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY));
    places.iter().fold(nothing, |(lower, upper), (lon, lat)| {
        ((lower.0.min(*lon), lower.1.min(*lat)), (upper.0.max(*lon), upper.1.max(*lat)))
    })
}

/// A box in space that holds some edges.
fn extent(vertices: &[Place]) -> Extent {
    let mut extent = Extent::NOTHING;
    vertices.iter().for_each(|vertex| extent.add(point(vertex.0, vertex.1)));
    extent.widened(vertices.windows(2).map(|edge| edge::sagitta_m(edge[0], edge[1])).fold(0.0, f64::max))
}

fn pack_places(mut places: Vec<NewPlace>) -> Places {
    arrange(&mut places, &|place| place.at);
    let mut boxes = Vec::with_capacity(places.len().div_ceil(WIDTH));
    let mut groups = Vec::with_capacity(boxes.capacity());
    for group in places.chunks(WIDTH) {
        let mut extent = Extent::NOTHING;
        // What is nowhere is never near enough.
        let mut at = [[f64::NAN; WIDTH]; 3];
        for (slot, place) in group.iter().enumerate() {
            extent.add(place.at);
            for (axis, x) in at.iter_mut().zip(place.at) {
                axis[slot] = x;
            }
        }
        boxes.push(Coarse::around(extent));
        groups.push(at);
    }
    let all = places.into_iter().map(|new| (new.feature, new.place)).collect();
    Places { levels: Levels::over(boxes), groups, all }
}

fn pack_parts(mut parts: Vec<(Coarse, Part)>) -> (Levels, Vec<Part>) {
    arrange(&mut parts, &|part| part.0.middle());
    let levels = Levels::over(parts.iter().map(|part| part.0).collect());
    (levels, parts.into_iter().map(|part| part.1).collect())
}
