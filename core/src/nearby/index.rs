//! The tree and its questions. A snapshot: it is built once, never changes, and is swapped for a newer one.

use std::collections::HashMap;

use rstar::{AABB, PointDistance, RTree, RTreeObject};
use serde::Serialize;

use super::edge;
use super::ellipsoid::{R, Xyz, bearing_deg, distance_m, point};
use crate::error::{Error, Result};
use crate::model::{Geometry, Kind, Position};

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
    /// Consecutive edges: first and last vertex.
    Edges(u32, u32),
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

impl PointDistance for Leaf {
    fn distance_2(&self, place: &Xyz) -> f64 {
        self.envelope().distance_2(place)
    }
}

/// The index over a catalogue's features. Building costs about a microsecond a vertex, asking some microseconds; no lock
/// is taken, so any number of threads may ask at once.
#[derive(Debug, Default)]
pub struct Nearby {
    pub(super) tree: RTree<Leaf>,
    pub(super) features: Vec<(u64, Kind)>,
    pub(super) vertices: Vec<(f64, f64)>,
    pub(super) polygons: Vec<Vec<(u32, u32)>>,
}

impl Nearby {
    /// Builds the index. Positions that are not on the Earth are left out.
    pub fn build(features: impl IntoIterator<Item = Feature>) -> Nearby {
        let mut nearby = Nearby::default();
        let mut leaves = Vec::new();
        for feature in features {
            let number = nearby.features.len() as u32;
            nearby.features.push((feature.key, feature.kind));
            nearby.add(number, &feature.geometry, &mut leaves);
        }
        nearby.tree = RTree::bulk_load(leaves);
        nearby
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
        self.visit(from, &accept, |bound, feature, measure| {
            let furthest = if best.len() < count { f64::INFINITY } else { best.last().map_or(-1.0, |last| last.0) };
            if bound > furthest + SLACK_M {
                return false;
            }
            let known = best.iter_mut().find(|known| known.1 == feature);
            if let Some((metres, place)) = measure(known.as_ref().map_or(furthest, |known| known.0)) {
                match known {
                    Some(known) if metres < known.0 => *known = (metres, feature, place),
                    Some(_) => return true,
                    None => best.push((metres, feature, place)),
                }
                best.sort_by(|a, b| self.order(a, b));
                best.truncate(count);
            }
            true
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
        self.visit(from, &accept, |bound, feature, measure| {
            if bound > metres + SLACK_M {
                return false;
            }
            let least = best.get(&feature).map_or(metres, |known| known.0);
            if let Some(found) = measure(least).filter(|found| found.0 <= least) {
                let known = best.entry(feature).or_insert((found.0, feature, found.1));
                if found.0 < known.0 {
                    *known = (found.0, feature, found.1);
                }
            }
            true
        });
        let mut best: Vec<_> = best.into_values().collect();
        best.sort_by(|a, b| self.order(a, b));
        Ok(best.into_iter().map(|found| self.found(from, found)).collect())
    }

    /// Hands out the leaves by growing bound of their distance, each with a way to measure it exactly, until `visit`
    /// has enough.
    fn visit(
        &self,
        from: Position,
        accept: &impl Fn(Kind, u64) -> bool,
        mut visit: impl FnMut(f64, u32, &dyn Fn(f64) -> Option<(f64, (f64, f64))>) -> bool,
    ) {
        let here = point(from.lon, from.lat);
        for (leaf, bound2) in self.tree.nearest_neighbor_iter_with_distance_2(here) {
            let (key, kind) = self.features[leaf.feature as usize];
            if !accept(kind, key) {
                continue;
            }
            let measure = |furthest: f64| self.measure(from, here, leaf.part, furthest);
            if !visit(bound2.sqrt(), leaf.feature, &measure) {
                break;
            }
        }
    }

    /// The exact distance to a part and its nearest point; `None` where it is surely further than `furthest`.
    fn measure(&self, from: Position, here: Xyz, part: Part, furthest: f64) -> Option<(f64, (f64, f64))> {
        let asked = (from.lon, from.lat);
        let place = match part {
            Part::Place(vertex) => self.vertices[vertex as usize],
            Part::Inside(polygon) => return self.is_inside(polygon, asked).then_some((0.0, asked)),
            Part::Edges(first, last) => {
                let mut limit2 = (furthest + SLACK_M).powi(2);
                let mut nearest = None;
                for edge in self.vertices[first as usize..=last as usize].windows(2) {
                    if edge::least_chord2(here, edge[0], edge[1]) <= limit2 {
                        let (chord2, place) = edge::nearest(here, edge[0], edge[1]);
                        if chord2 < limit2 {
                            limit2 = chord2;
                            nearest = Some(place);
                        }
                    }
                }
                let nearest = nearest?;
                if limit2 >= FAR_M * FAR_M {
                    return Some(self.measure_far(asked, here, first, last, limit2));
                }
                nearest
            }
        };
        Some((distance_m(asked, place), place))
    }

    /// Far away the ellipsoid's flattening lets chord and arc disagree by some centimetres about which point is nearest,
    /// so every edge that could win is searched along the arc itself.
    fn measure_far(&self, asked: (f64, f64), here: Xyz, first: u32, last: u32, chord2: f64) -> (f64, (f64, f64)) {
        let limit2 = chord2 * (1.0 + FAR_DOUBT * chord2 / (24.0 * R * R));
        let could_win = |edge: &&[(f64, f64)]| edge::least_chord2(here, edge[0], edge[1]) <= limit2;
        let edges = self.vertices[first as usize..=last as usize].windows(2).filter(could_win);
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

    fn order(&self, a: &(f64, u32, (f64, f64)), b: &(f64, u32, (f64, f64))) -> std::cmp::Ordering {
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
