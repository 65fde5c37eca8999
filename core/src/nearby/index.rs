//! The tree and its questions. A snapshot: it is built once, never changes, and is swapped for a newer one.

use std::collections::HashMap;

use rstar::{AABB, PointDistance, RTree, RTreeObject};
use serde::Serialize;

use super::edge::{self, LONGEST_DEG};
use super::ellipsoid::{R, SPEED, Xyz, bearing_deg, distance_m, point};
use crate::error::{Error, Result};
use crate::model::{Geometry, Kind, Position};

/// Edges under one leaf: fewer make a larger tree, more make looser boxes.
const CHUNK: usize = 16;
/// Covers the rounding of the bounds themselves.
const SLACK_M: f64 = 1e-6;
/// From here on chord and arc may disagree by more than a tenth of a millimetre about the nearest point of a line.
const FAR_M: f64 = 500_000.0;
/// By how much more than its square over 24 radii squared a chord may be off as a measure of the arc: the ellipsoid's radii
/// differ by 1 %, and this is five times as much.
const FAR_DOUBT: f64 = 0.05;
const MOST_PIECES: f64 = 4_096.0;
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
enum Part {
    /// A place: where it stands among the vertices.
    Place(u32),
    /// Consecutive edges: first and last vertex.
    Edges(u32, u32),
    /// The inside of a polygon: its number.
    Inside(u32),
}

#[derive(Debug, Clone, Copy)]
struct Leaf {
    lower: Xyz,
    upper: Xyz,
    feature: u32,
    part: Part,
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
    tree: RTree<Leaf>,
    features: Vec<(u64, Kind)>,
    vertices: Vec<(f64, f64)>,
    polygons: Vec<Vec<(u32, u32)>>,
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
            let end = (start + CHUNK).min(last);
            let (mut lower, mut upper, mut margin) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3], 0.0_f64);
            for vertex in &self.vertices[start..=end] {
                grow(&mut lower, &mut upper, point(vertex.0, vertex.1));
            }
            for edge in self.vertices[start..=end].windows(2) {
                margin = margin.max(edge::sagitta_m(edge[0], edge[1]));
            }
            // A line of a single vertex is a place.
            let part = if first == last { Part::Place(first as u32) } else { Part::Edges(start as u32, end as u32) };
            leaves.push(Leaf { lower: lower.map(|x| x - margin), upper: upper.map(|x| x + margin), feature, part });
            if end == last {
                return Some((first as u32, last as u32));
            }
            start = end;
        }
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

fn check(from: Position) -> Result<()> {
    if from.is_valid() {
        Ok(())
    } else {
        Err(Error::invalid("position", "longitude from -180 to 180 and latitude from -90 to 90 degrees"))
    }
}

#[cfg(test)]
mod tests {
    use geographiclib_rs::{Geodesic, InverseGeodesic};
    use proptest::prelude::*;

    use super::*;

    fn all(_: Kind, _: u64) -> bool {
        true
    }

    fn feature(key: u64, geometry: Geometry) -> Feature {
        Feature { key, kind: Kind::Poi, geometry }
    }

    fn line(points: &[(f64, f64)]) -> Vec<Position> {
        points.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect()
    }

    #[test]
    fn nothing_one_thing_and_nonsense() {
        let here = Position::new(6.0, 45.0);
        assert_eq!(Nearby::build([]).nearest(here, 3, all).unwrap(), []);
        let one = Nearby::build([feature(1, Geometry::Point(here))]);
        let found = one.nearest(here, 3, all).unwrap();
        assert_eq!((found.len(), found[0].distance_m, found[0].bearing_deg), (1, 0.0, 0.0));
        assert_eq!(one.nearest(here, 0, all).unwrap(), []);
        assert!(one.nearest(Position::new(181.0, 0.0), 1, all).is_err());
        assert!(one.within(here, f64::NAN, all).is_err());
        let broken = Nearby::build([feature(1, Geometry::Point(Position::new(f64::NAN, 0.0)))]);
        assert_eq!(broken.nearest(here, 1, all).unwrap(), []);
    }

    #[test]
    fn an_area_is_at_hand_inside_and_its_hole_is_outside() {
        let outer = line(&[(6.0, 45.0), (6.2, 45.0), (6.2, 45.2), (6.0, 45.2), (6.0, 45.0)]);
        let hole = line(&[(6.08, 45.08), (6.12, 45.08), (6.12, 45.12), (6.08, 45.12), (6.08, 45.08)]);
        let index = Nearby::build([feature(1, Geometry::Polygon(vec![outer, hole]))]);
        let metres = |lon, lat| index.nearest(Position::new(lon, lat), 1, all).unwrap()[0].distance_m;
        assert_eq!(metres(6.02, 45.02), 0.0);
        assert!((metres(6.1, 45.1) - distance_m((6.1, 45.1), (6.08, 45.1))).abs() < 0.1, "a hole's edge");
        assert!(metres(6.3, 45.1) > 7_000.0);
    }

    #[test]
    fn the_date_line_and_the_poles_are_places_like_any_other() {
        let over = Geometry::LineString(line(&[(179.0, -17.0), (-179.0, -17.0)]));
        let square = line(&[(179.5, 10.0), (-179.5, 10.0), (-179.5, 11.0), (179.5, 11.0), (179.5, 10.0)]);
        let index = Nearby::build([feature(1, over), feature(2, Geometry::Polygon(vec![square]))]);
        let found = index.nearest(Position::new(180.0, -17.01), 1, all).unwrap()[0];
        assert!(found.key == 1 && found.distance_m < 1_110.0 && found.point.lon.abs() > 179.99);
        for lon in [179.9, -179.9, 180.0, -180.0] {
            assert_eq!(index.nearest(Position::new(lon, 10.5), 1, all).unwrap()[0].distance_m, 0.0, "{lon}");
        }
        let index = Nearby::build([
            feature(1, Geometry::Point(Position::new(0.0, 89.9))),
            feature(2, Geometry::Point(Position::new(0.0, 89.0))),
        ]);
        let found = index.nearest(Position::new(180.0, 89.9), 1, all).unwrap()[0];
        assert!(found.key == 1 && (found.distance_m - 22_339.0).abs() < 5.0);
    }

    fn place() -> impl Strategy<Value = (f64, f64)> {
        prop_oneof![
            (5.9..6.1, 44.9..45.1),
            (-180.0..=180.0, -90.0..=90.0),
            (prop_oneof![179.9..=180.0, -180.0..=-179.9], -1.0..1.0),
            (-180.0..=180.0, prop_oneof![89.8..=90.0, -90.0..=-89.8]),
            Just((6.0, 45.0)),
        ]
    }

    fn geometry() -> impl Strategy<Value = Geometry> {
        let near = || (place(), prop::collection::vec((-0.3..0.3, -0.3..0.3), 1..40));
        let walk = |((lon, lat), steps): ((f64, f64), Vec<(f64, f64)>)| {
            let wrap = |lon: f64| (lon + 180.0).rem_euclid(360.0) - 180.0;
            let points: Vec<_> =
                steps.iter().map(|(x, y)| Position::new(wrap(lon + x), (lat + y).clamp(-90.0, 90.0))).collect();
            points
        };
        prop_oneof![
            place().prop_map(|(lon, lat)| Geometry::Point(Position::new(lon, lat))),
            near().prop_map(move |parts| Geometry::LineString(walk(parts))),
            (near(), any::<bool>()).prop_map(move |(parts, holed)| {
                let mut ring = walk(parts);
                ring.push(ring[0]);
                // A hole in the same shape, drawn towards the first corner.
                let start = ring[0];
                let drawn = |p: &Position| {
                    let lon = p.lon - 360.0 * ((p.lon - start.lon) / 360.0).round();
                    let lon = start.lon + 0.5 * (lon - start.lon);
                    Position::new((lon + 180.0).rem_euclid(360.0) - 180.0, start.lat + 0.5 * (p.lat - start.lat))
                };
                let hole = ring.iter().map(drawn).collect();
                Geometry::Polygon(if holed { vec![ring, hole] } else { vec![ring] })
            }),
        ]
    }

    /// The slow twin: every edge of every feature in small steps, each measured by Karney's geodesic. It never finds less
    /// than the truth, and no more than half a step above it.
    fn slow(from: (f64, f64), geometry: &Geometry) -> f64 {
        let karney = |lon: f64, lat: f64| -> f64 { Geodesic::wgs84().inverse(from.1, from.0, lat, lon) };
        if let Geometry::Point(position) = geometry {
            return karney(position.lon, position.lat);
        }
        let lines = match geometry {
            Geometry::LineString(line) => std::slice::from_ref(line),
            Geometry::Polygon(rings) => &rings[..],
            _ => unreachable!(),
        };
        let mut least = karney(lines[0][0].lon, lines[0][0].lat);
        for edge in lines.iter().flat_map(|line| line.windows(2)) {
            let lon = edge[1].lon - 360.0 * ((edge[1].lon - edge[0].lon) / 360.0).round();
            for step in 0..=32 {
                let t = f64::from(step) / 32.0;
                let metres =
                    karney(edge[0].lon + t * (lon - edge[0].lon), edge[0].lat + t * (edge[1].lat - edge[0].lat));
                least = least.min(metres);
            }
        }
        least
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: prop::test_runner::RngSeed::Fixed(20_260_000), ..ProptestConfig::default() })]

        #[test]
        fn the_tree_answers_as_looking_at_everything_does(
            geometries in prop::collection::vec(geometry(), 1..25), from in place(), count in 1_usize..8, metres in 0.0..50_000.0
        ) {
            let features: Vec<_> = geometries.iter().enumerate().map(|(key, g)| feature(key as u64, g.clone())).collect();
            let index = Nearby::build(features.iter().cloned());
            let here = Position::new(from.0, from.1);
            // One index a feature: no tree to cut anything off.
            let mut each: Vec<Found> = features
                .iter()
                .flat_map(|one| Nearby::build([one.clone()]).nearest(here, 1, all).unwrap())
                .collect();
            each.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.key.cmp(&b.key)));
            let found = index.nearest(here, count, all).unwrap();
            prop_assert_eq!(&found[..], &each[..count.min(each.len())]);
            let near: Vec<_> = each.iter().copied().filter(|one| one.distance_m <= metres).collect();
            prop_assert_eq!(index.within(here, metres, all).unwrap(), near);
            for one in &each {
                let geometry = &geometries[one.key as usize];
                let slow = slow(from, geometry);
                prop_assert!(one.distance_m <= slow + 1e-3, "{} > {slow}", one.distance_m);
                let to_point: f64 = Geodesic::wgs84().inverse(from.1, from.0, one.point.lat, one.point.lon);
                prop_assert!((one.distance_m - to_point).abs() < 1e-3);
                if one.distance_m > 0.0 { prop_assert!(slow - one.distance_m < 2_500.0, "{slow} {}", one.distance_m); }
            }
        }
    }
}
