//! The tree and its questions. A snapshot: it is built once, never changes, and is swapped for a newer one.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap};

use serde::Serialize;

use super::build::Builder;
use super::edge::Asker;
use super::ellipsoid::distance_over;
use super::pack::{Below, Levels, WIDTH};
use super::part::{Candidate, Part, is_nearer};
use super::vertices::{Place, Span, Vertices};
use crate::error::{Error, Result};
use crate::model::{Geometry, Kind, Position};

/// Covers the rounding of the bounds themselves.
pub(super) const SLACK_M: f64 = 1e-6;
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
pub struct Neighbor {
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

/// The index over a catalogue's features. Building costs about a microsecond a vertex, asking some microseconds; no lock
/// is taken, so any number of threads may ask at once.
#[derive(Debug, Default)]
pub struct Nearby {
    pub(super) features: Vec<(u64, Kind)>,
    pub(super) vertices: Vertices,
    pub(super) polygons: Vec<Polygon>,
    pub(super) places: Places,
    /// Over the parts.
    pub(super) levels: Levels,
    pub(super) parts: Vec<Part>,
}

/// What is a place and nothing more, in groups as [`arrange`](super::pack::arrange) makes them.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) levels: Levels,
    /// Where they are in space, axis by axis.
    pub(super) groups: Vec<[[f64; WIDTH]; 3]>,
    /// Number of the feature, and where it is.
    pub(super) all: Vec<(u32, Place)>,
}

/// Rings, the outer one first, and the box of that one.
#[derive(Debug)]
pub(super) struct Polygon {
    pub(super) rings: Box<[Span]>,
    pub(super) lower: Place,
    pub(super) upper: Place,
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
    pub fn nearest(&self, from: Position, count: usize, accept: impl Fn(Kind, u64) -> bool) -> Result<Vec<Neighbor>> {
        check(from)?;
        if count >= self.features.len() {
            return self.within(from, HALF_EARTH_M, accept);
        }
        let asker = Asker::new(from.lon, from.lat);
        let mut nearest = Nearest { nearby: self, count, best: Vec::with_capacity(count + 1) };
        self.visit(&asker, &accept, &mut nearest);
        Ok(nearest.best.into_iter().map(|found| self.found(&asker, &found)).collect())
    }

    /// Every feature that `accept` takes (by kind and key) no further than so many metres, nearest first.
    pub fn within(&self, from: Position, metres: f64, accept: impl Fn(Kind, u64) -> bool) -> Result<Vec<Neighbor>> {
        check(from)?;
        check_metres(metres)?;
        let asker = Asker::new(from.lon, from.lat);
        let mut within = Within { metres, best: HashMap::new() };
        self.visit(&asker, &accept, &mut within);
        let mut best: Vec<_> = within.best.into_values().collect();
        best.sort_by(|a, b| self.order(a, b));
        Ok(best.into_iter().map(|found| self.found(&asker, &found)).collect())
    }

    /// Hands out whatever may be within the limit: places as soon as they are met, as that costs nothing and narrows the
    /// limit, parts by growing distance of their boxes.
    fn visit(&self, asker: &Asker, accept: &impl Fn(Kind, u64) -> bool, into: &mut impl Collect) {
        // A limit below nothing takes nothing.
        let squared = |limit: f64| if limit < 0.0 { -1.0 } else { (limit + SLACK_M).powi(2) };
        let coarse = asker.here.map(|x| x as f32);
        // A look at the nearest group narrows the limit, so that little has to wait.
        if let Some(group) = self.places.levels.most_promising(coarse) {
            self.look_at(group, asker, squared(into.limit()), accept, into);
        }
        let mut limit2 = squared(into.limit());
        let mut waiting = BinaryHeap::with_capacity(128);
        for (what, levels) in [(What::NodeOfPlaces, &self.places.levels), (What::NodeOfParts, &self.levels)] {
            if !levels.is_empty() {
                waiting.push(Reverse(Waiting::new(0.0, what, 0)));
            }
        }
        while let Some(Reverse(next)) = waiting.pop() {
            let (bound2, what, number) = next.parts();
            if f64::from(bound2) > limit2 {
                return;
            }
            match what {
                What::NodeOfPlaces | What::NodeOfParts => {
                    let (levels, group) = match what {
                        What::NodeOfPlaces => (&self.places.levels, What::Group),
                        _ => (&self.levels, What::Part),
                    };
                    let (node, below) = levels.node(number);
                    let (what, first) = match below {
                        Below::Nodes(first) => (what, first),
                        Below::Groups(first) => (group, first),
                    };
                    // A hair more, as it is rounded to fewer digits; places that are not taken are further.
                    let most = ((limit2 * (1.0 + 1e-6)) as f32).min(f32::MAX);
                    for (slot, bound2) in (first..).zip(node.apart2(coarse)) {
                        if bound2 <= most {
                            waiting.push(Reverse(Waiting::new(bound2, what, slot)));
                        }
                    }
                }
                What::Group => {
                    self.look_at(number, asker, limit2, accept, into);
                    limit2 = squared(into.limit());
                }
                What::Part => {
                    let part = self.parts[number as usize];
                    let (key, kind) = self.features[part.feature as usize];
                    if !accept(kind, key) {
                        continue;
                    }
                    let least = into.least(part.feature);
                    if f64::from(bound2) <= squared(least) {
                        self.measure(asker, part, least).into_iter().for_each(|found| into.take(found));
                        limit2 = squared(into.limit());
                    }
                }
            }
        }
    }

    /// Hands out the places of a group that are within a limit.
    fn look_at(
        &self,
        group: u32,
        asker: &Asker,
        limit2: f64,
        accept: &impl Fn(Kind, u64) -> bool,
        into: &mut impl Collect,
    ) {
        let first = group as usize * WIDTH;
        let group = &self.places.groups[group as usize];
        for (slot, chord2) in apart2(asker, group).into_iter().enumerate().filter(|(_, chord2)| *chord2 <= limit2) {
            let (feature, place) = self.places.all[first + slot];
            let (key, kind) = self.features[feature as usize];
            if accept(kind, key) {
                let metres = distance_over(chord2, (asker.lon, asker.lat), place);
                into.take(Candidate { metres, feature, place, there: group.map(|axis| axis[slot]) });
            }
        }
    }

    fn order(&self, a: &Candidate, b: &Candidate) -> Ordering {
        let name = |number: u32| {
            let (key, kind) = self.features[number as usize];
            (kind, key, number)
        };
        a.metres.total_cmp(&b.metres).then_with(|| name(a.feature).cmp(&name(b.feature)))
    }

    fn found(&self, asker: &Asker, found: &Candidate) -> Neighbor {
        let (key, kind) = self.features[found.feature as usize];
        let (bearing_deg, point) = way_to(asker, found);
        Neighbor { key, kind, distance_m: found.metres, bearing_deg, point }
    }
}

/// In which direction a place is, and the place as everybody writes it.
pub(super) fn way_to(asker: &Asker, found: &Candidate) -> (f64, Position) {
    let (lon, lat) = found.place;
    let bearing_deg = if found.metres == 0.0 { 0.0 } else { asker.bearing_deg(found.place, found.there) };
    let lon = if lon.abs() > 180.0 { (lon + 180.0).rem_euclid(360.0) - 180.0 } else { lon };
    (bearing_deg, Position::new(lon, lat))
}

/// Who asks, and what was found for them so far.
trait Collect {
    /// Metres; what is further is of no use to them.
    fn limit(&self) -> f64;
    /// Metres; what is further is of no use as a place of this feature.
    fn least(&self, feature: u32) -> f64;
    fn take(&mut self, found: Candidate);
}

struct Nearest<'n> {
    nearby: &'n Nearby,
    count: usize,
    /// In their order.
    best: Vec<Candidate>,
}

impl Collect for Nearest<'_> {
    fn limit(&self) -> f64 {
        if self.best.len() < self.count { f64::INFINITY } else { self.best.last().map_or(-1.0, |last| last.metres) }
    }

    fn least(&self, feature: u32) -> f64 {
        let known = self.best.iter().find(|known| known.feature == feature);
        known.map_or_else(|| self.limit(), |known| known.metres)
    }

    fn take(&mut self, found: Candidate) {
        if found.metres > self.limit() {
            return;
        }
        if let Some(known) = self.best.iter().position(|known| known.feature == found.feature) {
            if !is_nearer(&found, &self.best[known]) {
                return;
            }
            self.best.remove(known);
        }
        let rank = self.best.partition_point(|other| self.nearby.order(other, &found).is_lt());
        self.best.insert(rank, found);
        self.best.truncate(self.count);
    }
}

struct Within {
    metres: f64,
    best: HashMap<u32, Candidate>,
}

impl Collect for Within {
    fn limit(&self) -> f64 {
        self.metres
    }

    fn least(&self, feature: u32) -> f64 {
        self.best.get(&feature).map_or(self.metres, |known| known.metres)
    }

    fn take(&mut self, found: Candidate) {
        if found.metres > self.metres {
            return;
        }
        let known = self.best.entry(found.feature).or_insert(found);
        if is_nearer(&found, known) {
            *known = found;
        }
    }
}

pub(super) fn check(from: Position) -> Result<()> {
    if from.is_valid() {
        Ok(())
    } else {
        Err(Error::invalid("position", "longitude from -180 to 180 and latitude from -90 to 90 degrees"))
    }
}

/// Whether a distance is one that anything on the Earth can have.
pub(super) fn check_metres(metres: f64) -> Result<()> {
    if (0.0..=HALF_EARTH_M).contains(&metres) {
        Ok(())
    } else {
        Err(Error::invalid("within", "metres from 0 to 20100000"))
    }
}

/// What is still to be looked at, in one number, so that many are put in order quickly: the squared distance (numbers from
/// nothing up have the order of their bits), what it is, and which one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Waiting(u64);

/// In the order in which things equally near are looked at: places first, as they narrow the limit.
#[derive(Clone, Copy)]
enum What {
    /// Some places.
    Group,
    NodeOfPlaces,
    NodeOfParts,
    Part,
}

impl Waiting {
    const NUMBER_BITS: u32 = 30;

    fn new(bound2: f32, what: What, number: u32) -> Waiting {
        let which = (what as u32) << Waiting::NUMBER_BITS | number;
        Waiting(u64::from(bound2.to_bits()) << 32 | u64::from(which))
    }

    fn parts(self) -> (f32, What, u32) {
        let which = self.0 as u32;
        let what = match which >> Waiting::NUMBER_BITS {
            0 => What::Group,
            1 => What::NodeOfPlaces,
            2 => What::NodeOfParts,
            _ => What::Part,
        };
        (f32::from_bits((self.0 >> 32) as u32), what, which & ((1 << Waiting::NUMBER_BITS) - 1))
    }
}

/// The squared chords to a group of places.
fn apart2(asker: &Asker, group: &[[f64; WIDTH]; 3]) -> [f64; WIDTH] {
    let mut apart2 = [0.0; WIDTH];
    for (places, here) in group.iter().zip(asker.here) {
        for (apart2, place) in apart2.iter_mut().zip(places) {
            *apart2 += (place - here) * (place - here);
        }
    }
    apart2
}
