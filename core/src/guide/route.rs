//! A route prepared for matching: nodes at equal distances along it, grouped by place.

use super::gain::GainLeft;
use crate::error::{Error, Result};
use crate::line::{MeasuredLine, Profile, metres_per_degree, swiss_hiking_segment_minutes};
use crate::model::Position;

/// Metres between two nodes of a route of up to [`MAX_NODES`] nodes.
const NODE_SPACING_M: f64 = 4.0;

/// Nodes of a route. A longer route has a wider spacing: 600 km have nodes every 10 m.
const MAX_NODES: usize = 60_000;

/// Nodes of a chunk.
const CHUNK_LEN: usize = 32;

/// Metres between the samples of which walking times are summed. Slopes over shorter distances are mostly noise.
const TIME_SAMPLE_M: f64 = 50.0;

/// A route prepared for matching. It does not change while a guide follows it.
#[derive(Debug, Clone)]
pub struct GuideRoute {
    line: MeasuredLine,
    /// Number of positions of each line.
    line_lens: Vec<usize>,
    spacing_m: f64,
    nodes: Vec<Node>,
    chunks: Vec<Chunk>,
    gain_left: GainLeft,
    /// Seconds of walking left at each node, by the slopes alone.
    seconds_left: Vec<f32>,
    /// Seconds of walking from each node back to the start.
    seconds_back: Vec<f32>,
}

/// A position on the route. Its longitude runs on past ±180°.
#[derive(Debug, Clone, Copy)]
struct Node {
    lon: f64,
    lat: f64,
}

/// Neighbouring nodes, and a circle around them.
#[derive(Debug, Clone, Copy)]
struct Chunk {
    lon: f64,
    lat: f64,
    radius_m: f64,
}

/// A plane that touches the ellipsoid at a position: metres of a degree there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    lon: f64,
    lat: f64,
    east_m: f64,
    north_m: f64,
}

/// The point of a route nearest to a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Nearest {
    pub(super) along_m: f64,
    pub(super) offset_m: f64,
    /// Metres from the route to the position, positive to the left of the direction of increasing distance.
    pub(super) left_m: f64,
}

impl GuideRoute {
    /// Prepares the lines of a route, in order. Gaps between lines have no length. Elevations are used where they are known.
    /// Costs about 1 µs a node.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is no line of two different positions, or a position is not on the Earth.
    pub fn new(lines: &[impl AsRef<[Position]>]) -> Result<Self> {
        let line = MeasuredLine::from_lines(lines)?;
        let length_m = line.length_m();
        if length_m <= 0.0 {
            return Err(Error::invalid("line", "must be longer than 0 m"));
        }
        let edges = ((length_m / NODE_SPACING_M).ceil() as usize).clamp(1, MAX_NODES - 1);
        let spacing_m = length_m / edges as f64;
        let nodes = nodes(&line, spacing_m, edges)?;
        let chunks = nodes.chunks(CHUNK_LEN).map(Chunk::around).collect();
        let gain_left = GainLeft::new(&line, spacing_m, edges)?;
        let seconds_left = seconds_left(&line, spacing_m, edges)?;
        let back: Vec<Position> = line.positions().iter().rev().copied().collect();
        let mut seconds_back = self::seconds_left(&MeasuredLine::new(&back)?, spacing_m, edges)?;
        seconds_back.reverse();
        let line_lens = lines.iter().map(|line| line.as_ref().len()).collect();
        Ok(GuideRoute { line, line_lens, spacing_m, nodes, chunks, gain_left, seconds_left, seconds_back })
    }

    /// Length in metres.
    pub fn length_m(&self) -> f64 {
        self.line.length_m()
    }

    /// The measured line.
    pub fn line(&self) -> &MeasuredLine {
        &self.line
    }

    /// The lines of the route.
    pub(super) fn lines(&self) -> Vec<Vec<Position>> {
        let mut rest = self.line.positions().iter().copied();
        self.line_lens.iter().map(|len| rest.by_ref().take(*len).collect()).collect()
    }

    /// Number of nodes; at least 2.
    pub(super) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Metres between nodes.
    pub(super) fn spacing_m(&self) -> f64 {
        self.spacing_m
    }

    /// The position at a distance along the route.
    pub(super) fn position_at(&self, along_m: f64) -> Position {
        let along_m = if along_m.is_finite() { along_m } else { 0.0 };
        self.line.position_at(along_m).unwrap_or(self.line.positions()[0])
    }

    /// Metres of ascent and of descent left at a distance along the route.
    pub(super) fn gain_left_m(&self, along_m: f64) -> Option<(f64, f64)> {
        self.gain_left.at(along_m / self.spacing_m)
    }

    /// Seconds of walking left at a distance along the route, by the slopes alone.
    pub(super) fn seconds_left(&self, along_m: f64) -> f64 {
        interpolate(&self.seconds_left, along_m / self.spacing_m)
    }

    /// Seconds of walking from one distance along the route to another, in either direction, by the slopes alone.
    pub(super) fn seconds_between(&self, from_m: f64, to_m: f64) -> f64 {
        let at = |seconds: &[f32], along_m: f64| interpolate(seconds, along_m / self.spacing_m);
        if to_m >= from_m {
            at(&self.seconds_left, from_m) - at(&self.seconds_left, to_m)
        } else {
            at(&self.seconds_back, from_m) - at(&self.seconds_back, to_m)
        }
    }

    /// The plane that touches the ellipsoid at a position, for distances to nodes.
    pub(super) fn plane(&self, position: Position) -> Plane {
        let (east_m, north_m) = metres_per_degree(position.lat);
        Plane { lon: lon_near(position.lon, self.nodes[0].lon), lat: position.lat, east_m, north_m }
    }

    /// Square of the metres from the origin of a plane to a node.
    pub(super) fn distance2_m2(&self, plane: &Plane, node: usize) -> f64 {
        let (x, y) = self.node_xy(plane, node);
        x * x + y * y
    }

    /// Metres east and north of the origin of a plane to a node.
    pub(super) fn node_xy(&self, plane: &Plane, node: usize) -> (f64, f64) {
        plane.xy(self.nodes[node].lon, self.nodes[node].lat)
    }

    /// Direction of the route at a node, radians clockwise from north.
    pub(super) fn bearing_rad(&self, plane: &Plane, node: usize) -> f64 {
        let (a, b) = (self.nodes[node.saturating_sub(2)], self.nodes[(node + 2).min(self.nodes.len() - 1)]);
        ((b.lon - a.lon) * plane.east_m).atan2((b.lat - a.lat) * plane.north_m)
    }

    /// Calls `each` with ranges of nodes that contain every node within `metres` of the origin of a plane, in order.
    pub(super) fn for_each_range_within(&self, plane: &Plane, metres: f64, mut each: impl FnMut(usize, usize)) {
        for (index, chunk) in self.chunks.iter().enumerate() {
            if chunk.min_distance_m(plane) <= metres {
                let start = index * CHUNK_LEN;
                each(start, (start + CHUNK_LEN).min(self.nodes.len()));
            }
        }
    }

    /// The point of the route nearest to the origin of a plane, from a distance along the route on.
    pub(super) fn nearest_from(&self, plane: &Plane, from_m: f64) -> Nearest {
        let first = ((from_m / self.spacing_m).ceil().max(0.0) as usize).min(self.nodes.len() - 1);
        let (mut best, mut best2) = (first, self.distance2_m2(plane, first));
        for (index, chunk) in self.chunks.iter().enumerate().skip(first / CHUNK_LEN) {
            let limit_m = chunk.min_distance_m(plane);
            if limit_m * limit_m >= best2 {
                continue;
            }
            let start = (index * CHUNK_LEN).max(first);
            for node in start..(index * CHUNK_LEN + CHUNK_LEN).min(self.nodes.len()) {
                let distance2 = self.distance2_m2(plane, node);
                if distance2 < best2 {
                    (best, best2) = (node, distance2);
                }
            }
        }
        self.nearest_beside(plane, best)
    }

    /// The point nearest to the origin of a plane on the edges beside a node.
    fn nearest_beside(&self, plane: &Plane, node: usize) -> Nearest {
        let mut nearest: Option<Nearest> = None;
        for first in node.saturating_sub(1)..(node + 1).min(self.nodes.len() - 1) {
            let here = self.nearest_on_edge(plane, first);
            if nearest.is_none_or(|nearest| here.offset_m < nearest.offset_m) {
                nearest = Some(here);
            }
        }
        nearest.unwrap_or(Nearest { along_m: 0.0, offset_m: 0.0, left_m: 0.0 })
    }

    fn nearest_on_edge(&self, plane: &Plane, first: usize) -> Nearest {
        let (a, b) = (self.nodes[first], self.nodes[first + 1]);
        let ((ax, ay), (bx, by)) = (plane.xy(a.lon, a.lat), plane.xy(b.lon, b.lat));
        let (dx, dy) = (bx - ax, by - ay);
        let length2 = dx * dx + dy * dy;
        // A gap between two lines is no edge.
        let is_gap = length2 > 4.0 * self.spacing_m * self.spacing_m;
        let share = if length2 == 0.0 || is_gap { 0.0 } else { (-(ax * dx + ay * dy) / length2).clamp(0.0, 1.0) };
        let (x, y) = (ax + share * dx, ay + share * dy);
        let offset_m = x.hypot(y);
        // The origin lies to the left of an edge if the cross product of the edge and the way to the origin is positive.
        let left_m = if dx * -y - dy * -x > 0.0 { offset_m } else { -offset_m };
        Nearest { along_m: (first as f64 + share) * self.spacing_m, offset_m, left_m }
    }
}

impl Plane {
    /// Metres east and north of the origin to a position nearby.
    pub(super) fn position_xy(&self, position: Position) -> (f64, f64) {
        self.xy(lon_near(position.lon, self.lon), position.lat)
    }

    /// Metres east and north of the origin.
    fn xy(&self, lon: f64, lat: f64) -> (f64, f64) {
        ((lon - self.lon) * self.east_m, (lat - self.lat) * self.north_m)
    }
}

impl Chunk {
    fn around(nodes: &[Node]) -> Chunk {
        let count = nodes.len() as f64;
        let lon = nodes.iter().map(|node| node.lon).sum::<f64>() / count;
        let lat = nodes.iter().map(|node| node.lat).sum::<f64>() / count;
        let (east_m, north_m) = metres_per_degree(lat);
        let plane = Plane { lon, lat, east_m, north_m };
        let distance_m = |node: &Node| {
            let (x, y) = plane.xy(node.lon, node.lat);
            x.hypot(y)
        };
        // The edge to the next chunk belongs to this one.
        let radius_m = nodes.iter().map(distance_m).fold(0.0, f64::max);
        Chunk { lon, lat, radius_m }
    }

    /// A lower bound of the metres from the origin of a plane to a node of this chunk. The plane's scale is that of its
    /// origin, so it is wrong by up to 2 % some 100 km away.
    fn min_distance_m(&self, plane: &Plane) -> f64 {
        let (x, y) = plane.xy(self.lon, self.lat);
        (x.hypot(y) * 0.98 - self.radius_m * 1.01).max(0.0)
    }
}

fn nodes(line: &MeasuredLine, spacing_m: f64, edges: usize) -> Result<Vec<Node>> {
    let mut nodes: Vec<Node> = Vec::with_capacity(edges + 1);
    for index in 0..=edges {
        let along_m = if index == edges { line.length_m() } else { index as f64 * spacing_m };
        let position = line.position_at(along_m)?;
        let lon = nodes.last().map_or(position.lon, |last| lon_near(position.lon, last.lon));
        nodes.push(Node { lon, lat: position.lat });
    }
    Ok(nodes)
}

/// Seconds of walking left at each node by the Swiss formula, level where elevations are unknown.
fn seconds_left(line: &MeasuredLine, spacing_m: f64, edges: usize) -> Result<Vec<f32>> {
    let per_sample = ((TIME_SAMPLE_M / spacing_m).round() as usize).max(1);
    let profile = Profile::of_line(line);
    let mut seconds = vec![0.0_f32; edges + 1];
    let mut left_s = 0.0;
    let mut end = edges;
    while end > 0 {
        let start = end.saturating_sub(per_sample);
        let (start_m, end_m) = (start as f64 * spacing_m, end as f64 * spacing_m);
        let rise_m = match &profile {
            Some(profile) => profile.elevation_m_at(end_m)? - profile.elevation_m_at(start_m)?,
            None => 0.0,
        };
        let minutes = swiss_hiking_segment_minutes(end_m - start_m, rise_m);
        for node in (start..end).rev() {
            let share = (end - node) as f64 / (end - start) as f64;
            seconds[node] = (left_s + minutes * 60.0 * share) as f32;
        }
        left_s += minutes * 60.0;
        end = start;
    }
    Ok(seconds)
}

/// A longitude with as many whole turns that it is within 180° of another one.
fn lon_near(lon: f64, other: f64) -> f64 {
    lon + 360.0 * ((other - lon) / 360.0).round()
}

/// The value at a fractional index, that of an end beyond it.
pub(super) fn interpolate(values: &[f32], at: f64) -> f64 {
    let last = values.len() - 1;
    let at = if at.is_finite() { at.clamp(0.0, last as f64) } else { 0.0 };
    let first = (at as usize).min(last);
    let (a, b) = (f64::from(values[first]), f64::from(values[(first + 1).min(last)]));
    a + (at - first as f64) * (b - a)
}
