//! The tree and its questions. A snapshot: it is built once, never changes, and is swapped for a newer one.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use rstar::{AABB, ParentNode, RStarInsertionStrategy, RTree, RTreeNode, RTreeObject, RTreeParams};
use serde::Serialize;

use super::build::Builder;
use super::edge::{self, Asker};
use super::ellipsoid::{R, Xyz, bearing_deg, distance_m, distance_over};
use crate::error::{Error, Result};
use crate::model::{Geometry, Kind, Position};

/// Edges in one box: fewer make more boxes to look at, more make looser ones.
pub(super) const CHUNK: usize = 16;
/// Covers the rounding of the bounds themselves.
const SLACK_M: f64 = 1e-6;
/// From here on chord and arc may disagree by more than a tenth of a millimetre about the nearest point of a line.
const FAR_M: f64 = 500_000.0;
/// By how much more than its square over 24 radii squared a chord may be off as a measure of the arc: the ellipsoid's radii
/// differ by 1 %, and this is five times as much.
const FAR_DOUBT: f64 = 0.05;
const HALF_EARTH_M: f64 = 20_100_000.0;

/// Something with a place on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// The caller's name for it; the same key may stand for several geometries.
    pub key: u64,
    /// What sort of thing it is.
    pub kind: Kind,
    /// Where it is: longitude, latitude in degrees; elevations do not count. A line or ring whose longitude jumps by more
    /// than 180° crosses the date line there.
    pub geometry: Geometry,
}

/// Something that was found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Found {
    /// The key of the feature.
    pub key: u64,
    /// What sort of thing it is.
    pub kind: Kind,
    /// Metres along the WGS84 ellipsoid to the nearest point of its geometry; 0 inside an area.
    pub distance_m: f64,
    /// Degrees clockwise from north, 0 to 360, in which the way there sets out; 0 where there is none to go.
    pub bearing_deg: f64,
    /// The nearest point.
    pub point: Position,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// A place: where it stands among the vertices.
    Place(u32),
    /// Consecutive edges: first and last vertex, and where the boxes of its chunks begin.
    Edges(u32, u32, u32),
    /// The inside of a polygon: its number.
    Inside(u32),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    pub(super) lower: Xyz,
    pub(super) upper: Xyz,
    pub(super) feature: u32,
    pub(super) part: Part,
}

impl RTreeObject for Leaf {
    type Envelope = AABB<Xyz>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.lower, self.upper)
    }
}

/// Wider nodes than rstar's own: a tree that is built once and only read is quicker with them.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Wide;

impl RTreeParams for Wide {
    const MIN_SIZE: usize = 5;
    const MAX_SIZE: usize = 12;
    const REINSERTION_COUNT: usize = 3;
    type DefaultInsertionStrategy = RStarInsertionStrategy;
}

/// The index over a catalogue's features. Building costs about a microsecond a vertex, asking some microseconds; no lock
/// is taken, so any number of threads may ask at once.
#[derive(Debug, Default)]
pub struct Nearby {
    pub(super) tree: RTree<Leaf, Wide>,
    pub(super) features: Vec<(u64, Kind)>,
    pub(super) vertices: Vec<(f64, f64)>,
    /// Of every chunk of edges, where it begins and ends along each axis.
    pub(super) boxes: Vec<[f32; 6]>,
    pub(super) polygons: Vec<Vec<(u32, u32)>>,
}

impl Nearby {
    /// Builds the index. Positions that are not on the Earth are left out.
    pub fn build(features: impl IntoIterator<Item = Feature>) -> Nearby {
        let mut builder = Builder::default();
        features.into_iter().for_each(|feature| builder.add(feature.key, feature.kind, &feature.geometry));
        builder.finish()
    }

    /// How many features it has.
    pub fn len(&self) -> usize {
        self.features.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }

    /// The `count` nearest features that `accept` takes (by kind and key), nearest first; those equally far by kind, then
    /// key.
    pub fn nearest(&self, from: Position, count: usize, accept: impl Fn(Kind, u64) -> bool) -> Result<Vec<Found>> {
        check(from)?;
        if count >= self.features.len() {
            return self.within(from, HALF_EARTH_M, accept);
        }
        let mut best: Vec<(f64, u32, (f64, f64))> = Vec::with_capacity(count + 1);
        self.visit(from, f64::INFINITY, &accept, |bound, feature, measure| {
            let furthest = if best.len() < count { f64::INFINITY } else { best.last().map_or(-1.0, |last| last.0) };
            let known = best.iter().position(|known| known.1 == feature);
            let least = known.map_or(furthest, |known| best[known].0);
            if bound > least + SLACK_M {
                return furthest;
            }
            let Some((metres, place)) = measure(least) else { return furthest };
            match known {
                Some(known) if metres < best[known].0 => {
                    best.remove(known);
                }
                Some(_) => return furthest,
                None => {}
            }
            let found = (metres, feature, place);
            let rank = best.partition_point(|other| self.order(other, &found).is_lt());
            best.insert(rank, found);
            best.truncate(count);
            if best.len() < count { f64::INFINITY } else { best.last().map_or(-1.0, |last| last.0) }
        });
        Ok(best.into_iter().map(|found| self.found(from, found)).collect())
    }

    /// Every feature that `accept` takes (by kind and key) no further than so many metres, nearest first.
    pub fn within(&self, from: Position, metres: f64, accept: impl Fn(Kind, u64) -> bool) -> Result<Vec<Found>> {
        check(from)?;
        if !(0.0..=HALF_EARTH_M).contains(&metres) {
            return Err(Error::invalid("within", "metres from 0 to 20100000"));
        }
        let mut best: HashMap<u32, (f64, u32, (f64, f64))> = HashMap::new();
        self.visit(from, metres, &accept, |bound, feature, measure| {
            let least = best.get(&feature).map_or(metres, |known| known.0);
            if bound > least + SLACK_M {
                return metres;
            }
            if let Some(found) = measure(least).filter(|found| found.0 <= least) {
                let known = best.entry(feature).or_insert((found.0, feature, found.1));
                if found.0 < known.0 {
                    *known = (found.0, feature, found.1);
                }
            }
            metres
        });
        let mut best: Vec<_> = best.into_values().collect();
        best.sort_by(|a, b| self.order(a, b));
        Ok(best.into_iter().map(|found| self.found(from, found)).collect())
    }

    /// Hands out the leaves that may be within a limit, each with a bound of its distance and a way to measure it exactly:
    /// places as soon as they are met, as that costs nothing and narrows the limit, the others by growing bound. `visit`
    /// gives the limit from then on.
    fn visit(
        &self,
        from: Position,
        limit: f64,
        accept: &impl Fn(Kind, u64) -> bool,
        mut visit: impl FnMut(f64, u32, &dyn Fn(f64) -> Option<(f64, (f64, f64))>) -> f64,
    ) {
        let asker = Asker::new(from.lon, from.lat);
        // A limit below nothing takes nothing.
        let squared = |limit: f64| if limit < 0.0 { -1.0 } else { (limit + SLACK_M).powi(2) };
        let mut limit2 = squared(limit);
        let mut waiting = BinaryHeap::with_capacity(64);
        waiting.push(Waiting { bound2: 0.0, what: What::Node(self.tree.root()) });
        while let Some(Waiting { bound2, what }) = waiting.pop() {
            if bound2 > limit2 {
                return;
            }
            let node = match what {
                What::Node(node) => node,
                What::Part(leaf) => {
                    let measure = |furthest: f64| self.measure(&asker, leaf.part, bound2, furthest);
                    limit2 = squared(visit(bound2.sqrt(), leaf.feature, &measure));
                    continue;
                }
            };
            for child in node.children() {
                let leaf = match child {
                    RTreeNode::Parent(node) => {
                        let bound2 = apart2(asker.here, node.envelope().lower(), node.envelope().upper());
                        if bound2 <= limit2 {
                            waiting.push(Waiting { bound2, what: What::Node(node) });
                        }
                        continue;
                    }
                    RTreeNode::Leaf(leaf) => leaf,
                };
                let bound2 = apart2(asker.here, leaf.lower, leaf.upper);
                let (key, kind) = self.features[leaf.feature as usize];
                if bound2 > limit2 || !accept(kind, key) {
                    continue;
                }
                match leaf.part {
                    Part::Place(_) => {
                        let measure = |furthest: f64| self.measure(&asker, leaf.part, bound2, furthest);
                        limit2 = squared(visit(bound2.sqrt(), leaf.feature, &measure));
                    }
                    Part::Edges(first, last, boxes) => {
                        let chunks = self.chunks(first, last, boxes).map(|(own, _)| to_box2(asker.here, own));
                        let bound2 = chunks.fold(f64::INFINITY, f64::min).max(bound2);
                        if bound2 <= limit2 {
                            waiting.push(Waiting { bound2, what: What::Part(leaf) });
                        }
                    }
                    Part::Inside(_) => waiting.push(Waiting { bound2, what: What::Part(leaf) }),
                }
            }
        }
    }

    /// The exact distance to a part and its nearest point; `None` where it is surely further than `furthest`.
    fn measure(&self, asker: &Asker, part: Part, bound2: f64, furthest: f64) -> Option<(f64, (f64, f64))> {
        let asked = (asker.lon, asker.lat);
        let (chord2, place) = match part {
            // The box of a place is the place.
            Part::Place(vertex) => (bound2, self.vertices[vertex as usize]),
            Part::Inside(polygon) => return self.is_inside(polygon, asked).then_some((0.0, asked)),
            Part::Edges(first, last, boxes) => {
                let (chord2, nearest) = self.nearest_of(asker, first, last, boxes, furthest)?;
                if chord2 >= FAR_M * FAR_M {
                    return Some(self.measure_far(asker, first, last, boxes, chord2));
                }
                (chord2, nearest)
            }
        };
        Some((distance_over(chord2, asked, place), place))
    }

    /// The nearest point of some edges by the chord, and its square; `None` where all are further than `furthest`.
    fn nearest_of(&self, asker: &Asker, first: u32, last: u32, boxes: u32, furthest: f64) -> Option<(f64, (f64, f64))> {
        let mut limit2 = (furthest + SLACK_M).powi(2);
        let mut nearest = None;
        let mut look = |vertices: &[(f64, f64)]| {
            let flat = asker.flat(vertices);
            for edge in vertices.windows(2) {
                let (a, b) = (edge[0], edge[1]);
                // Rounding aside, so that no edge is lost that is as near as another.
                let surely = |limit2: f64| limit2 * (1.0 + 1e-12) + 1e-12;
                let is_near = match &flat {
                    Some(flat) => flat.least_chord2(a, b) <= surely(limit2),
                    None => edge::least_chord2(asker.here, a, b) <= surely(limit2),
                };
                if is_near {
                    let (chord2, place) = edge::nearest(asker.here, a, b);
                    if chord2 < limit2 {
                        limit2 = chord2;
                        nearest = Some((chord2, place));
                    }
                }
            }
            limit2
        };
        // The chunk that promises most goes first: after it few of the others are worth a look.
        let chunks = self.chunks(first, last, boxes);
        let promising = chunks.clone().map(|(own, vertices)| (to_box2(asker.here, own), vertices));
        let (most, vertices) = promising.min_by(|a, b| a.0.total_cmp(&b.0))?;
        let mut limit2 = (furthest + SLACK_M).powi(2);
        if most > limit2 {
            return None;
        }
        limit2 = limit2.min(look(vertices));
        let begun = vertices.as_ptr();
        for (own, vertices) in chunks.filter(|(_, vertices)| vertices.as_ptr() != begun) {
            if to_box2(asker.here, own) <= limit2 {
                limit2 = look(vertices);
            }
        }
        nearest
    }

    /// The chunks of some edges: the box of each and its vertices.
    fn chunks(&self, first: u32, last: u32, boxes: u32) -> impl Iterator<Item = (&[f32; 6], &[(f64, f64)])> + Clone {
        let (first, last) = (first as usize, last as usize);
        let starts = (first..last).step_by(CHUNK);
        let boxes = self.boxes[boxes as usize..].iter();
        boxes.zip(starts.map(move |start| &self.vertices[start..=(start + CHUNK).min(last)]))
    }

    /// Far away the ellipsoid's flattening lets chord and arc disagree by some centimetres about which point is nearest,
    /// so every edge that could win is searched along the arc itself.
    fn measure_far(&self, asker: &Asker, first: u32, last: u32, boxes: u32, chord2: f64) -> (f64, (f64, f64)) {
        let asked = (asker.lon, asker.lat);
        let limit2 = chord2 * (1.0 + FAR_DOUBT * chord2 / (24.0 * R * R));
        let chunks = self.chunks(first, last, boxes).filter(|(own, _)| to_box2(asker.here, own) <= limit2);
        let edges = chunks.flat_map(|(_, vertices)| vertices.windows(2));
        let edges = edges.filter(|edge| edge::least_chord2(asker.here, edge[0], edge[1]) <= limit2);
        let arcs = edges.map(|edge| edge::nearest_by(|place| distance_m(asked, place), edge[0], edge[1]));
        arcs.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::INFINITY, asked))
    }

    /// Even-odd over all rings, in longitude and latitude; rings run on over the date line, so the asker is looked for
    /// one turn to either side too.
    fn is_inside(&self, polygon: u32, asked: (f64, f64)) -> bool {
        [-360.0, 0.0, 360.0].into_iter().any(|turn| {
            let (x, y) = (asked.0 + turn, asked.1);
            let mut inside = false;
            for &(first, last) in &self.polygons[polygon as usize] {
                for edge in self.vertices[first as usize..=last as usize].windows(2) {
                    let (a, b) = (edge[0], edge[1]);
                    if (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0) {
                        inside = !inside;
                    }
                }
            }
            inside
        })
    }

    fn order(&self, a: &(f64, u32, (f64, f64)), b: &(f64, u32, (f64, f64))) -> Ordering {
        let name = |number: u32| {
            let (key, kind) = self.features[number as usize];
            (kind, key, number)
        };
        a.0.total_cmp(&b.0).then_with(|| name(a.1).cmp(&name(b.1)))
    }

    fn found(&self, from: Position, (distance_m, feature, place): (f64, u32, (f64, f64))) -> Found {
        let (key, kind) = self.features[feature as usize];
        let lon = if place.0.abs() > 180.0 { (place.0 + 180.0).rem_euclid(360.0) - 180.0 } else { place.0 };
        let bearing_deg = if distance_m == 0.0 { 0.0 } else { bearing_deg((from.lon, from.lat), place) };
        Found { key, kind, distance_m, bearing_deg, point: Position::new(lon, place.1) }
    }
}

fn check(from: Position) -> Result<()> {
    if from.is_valid() {
        Ok(())
    } else {
        Err(Error::invalid("position", "longitude from -180 to 180 and latitude from -90 to 90 degrees"))
    }
}

/// What is still to be looked at, the nearest first.
struct Waiting<'t> {
    bound2: f64,
    what: What<'t>,
}

enum What<'t> {
    Node(&'t ParentNode<Leaf>),
    Part(&'t Leaf),
}

impl PartialEq for Waiting<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting<'_> {}

impl PartialOrd for Waiting<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound2.total_cmp(&self.bound2)
    }
}

/// The squared distance from a point to a box.
fn apart2(from: Xyz, lower: Xyz, upper: Xyz) -> f64 {
    let off = |axis: usize| (lower[axis] - from[axis]).max(from[axis] - upper[axis]).max(0.0);
    let (x, y, z) = (off(0), off(1), off(2));
    x * x + y * y + z * z
}

/// The same to the box of a chunk.
fn to_box2(from: Xyz, own: &[f32; 6]) -> f64 {
    let [x0, y0, z0, x1, y1, z1] = own.map(f64::from);
    apart2(from, [x0, y0, z0], [x1, y1, z1])
}
