//! The index against its brute-force twin, and both against Karney's geodesic in small steps.

use geo::{ClosestPoint, Contains, Distance, Geodesic};
use geo_types::{Coord, Geometry as Shape, LineString, Point};
use proptest::prelude::*;

use super::ellipsoid::distance_m;
use super::*;
use crate::model::{Geometry, Kind, Position};

fn all(_: Kind, _: u64) -> bool {
    true
}

fn feature(key: u64, geometry: Geometry) -> Feature {
    Feature { key, kind: Kind::Poi, geometry }
}

fn karney(from: (f64, f64), lon: f64, lat: f64) -> f64 {
    Geodesic.distance(Point::new(from.0, from.1), Point::new(lon, lat))
}

fn line(points: &[(f64, f64)]) -> Vec<Position> {
    points.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect()
}

#[test]
fn empty_single_and_invalid_input_answer_without_panic() {
    let here = Position::new(6.0, 45.0);
    assert_eq!(Nearby::build([]).nearest(here, 3, all).unwrap(), []);
    let one = Nearby::build([feature(1, Geometry::point(here))]);
    let found = one.nearest(here, 3, all).unwrap();
    assert_eq!((found.len(), found[0].distance_m, found[0].bearing_deg), (1, 0.0, 0.0));
    assert_eq!(one.nearest(here, 0, all).unwrap(), []);
    assert!(one.nearest(Position::new(181.0, 0.0), 1, all).is_err());
    assert!(one.within(here, f64::NAN, all).is_err());
    let broken = Nearby::build([feature(1, Geometry::point(Position::new(f64::NAN, 0.0)))]);
    assert_eq!(broken.nearest(here, 1, all).unwrap(), []);
}

#[test]
fn area_has_distance_zero_inside_and_not_in_its_hole() {
    let outer = line(&[(6.0, 45.0), (6.2, 45.0), (6.2, 45.2), (6.0, 45.2), (6.0, 45.0)]);
    let hole = line(&[(6.08, 45.08), (6.12, 45.08), (6.12, 45.12), (6.08, 45.12), (6.08, 45.08)]);
    let index = Nearby::build([feature(1, Geometry::polygon([outer, hole]))]);
    let metres = |lon, lat| index.nearest(Position::new(lon, lat), 1, all).unwrap()[0].distance_m;
    assert_eq!(metres(6.02, 45.02), 0.0);
    assert!(
        (metres(6.1, 45.1) - distance_m(Coord { x: 6.1, y: 45.1 }, Coord { x: 6.08, y: 45.1 })).abs() < 0.1,
        "the edge of the hole"
    );
    assert!(metres(6.3, 45.1) > 7_000.0);
}

#[test]
fn hole_over_the_date_line_is_not_inside_its_area() {
    let outer = line(&[(179.5, 10.0), (-179.5, 10.0), (-179.5, 11.0), (179.5, 11.0)]);
    let hole = line(&[(-179.9, 10.1), (-179.6, 10.1), (-179.6, 10.9), (-179.9, 10.9)]);
    let index = Nearby::build([feature(1, Geometry::polygon([outer, hole]))]);
    let metres = |lon| index.nearest(Position::new(lon, 10.5), 1, all).unwrap()[0].distance_m;
    assert_eq!((metres(179.8), metres(-179.95), metres(-179.55)), (0.0, 0.0, 0.0));
    assert!(metres(-179.75) > 10_000.0, "in the hole");
}

#[test]
fn date_line_and_poles_are_like_any_other_place() {
    let over = Geometry::line_string(line(&[(179.0, -17.0), (-179.0, -17.0)]));
    let square = line(&[(179.5, 10.0), (-179.5, 10.0), (-179.5, 11.0), (179.5, 11.0), (179.5, 10.0)]);
    let index = Nearby::build([feature(1, over), feature(2, Geometry::polygon([square]))]);
    let found = index.nearest(Position::new(180.0, -17.01), 1, all).unwrap()[0];
    assert!(found.key == 1 && found.distance_m < 1_110.0 && found.point.lon.abs() > 179.99);
    for lon in [179.9, -179.9, 180.0, -180.0] {
        assert_eq!(index.nearest(Position::new(lon, 10.5), 1, all).unwrap()[0].distance_m, 0.0, "{lon}");
    }
    let index = Nearby::build([
        feature(1, Geometry::point(Position::new(0.0, 89.9))),
        feature(2, Geometry::point(Position::new(0.0, 89.0))),
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
        place().prop_map(|(lon, lat)| Geometry::point(Position::new(lon, lat))),
        near().prop_map(move |parts| Geometry::line_string(walk(parts))),
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
            Geometry::polygon(if holed { vec![ring, hole] } else { vec![ring] })
        }),
    ]
}

/// The vertices of the lines and rings of a geometry that has them.
fn vertices(geometry: &Geometry) -> Vec<&LineString<f64>> {
    match geometry.as_geo() {
        Shape::LineString(line) => vec![line],
        Shape::Polygon(polygon) => std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect(),
        _ => unreachable!(),
    }
}

/// Every edge in small steps, each measured by Karney's geodesic. It never finds less than the truth, and no more than half
/// a step above it.
fn slow(from: (f64, f64), geometry: &Geometry) -> f64 {
    if let Shape::Point(point) = geometry.as_geo() {
        return karney(from, point.x(), point.y());
    }
    let lines = vertices(geometry);
    let mut least = karney(from, lines[0][0].x, lines[0][0].y);
    for edge in lines.iter().flat_map(|line| line.0.windows(2)) {
        let lon = edge[1].x - 360.0 * ((edge[1].x - edge[0].x) / 360.0).round();
        for step in 0..=32 {
            let t = f64::from(step) / 32.0;
            let metres = karney(from, edge[0].x + t * (lon - edge[0].x), edge[0].y + t * (edge[1].y - edge[0].y));
            least = least.min(metres);
        }
    }
    least
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: prop::test_runner::RngSeed::Fixed(20_260_000), ..ProptestConfig::default() })]

    #[test]
    fn index_answers_as_its_twin(
        geometries in prop::collection::vec(geometry(), 1..25), from in place(), count in 1_usize..8, metres in 0.0..50_000.0
    ) {
        let features: Vec<_> = geometries.iter().enumerate().map(|(key, g)| feature(key as u64, g.clone())).collect();
        let index = Nearby::build(features.iter().cloned());
        let here = Position::new(from.0, from.1);
        // One index a feature has no tree that could hide anything.
        let mut each: Vec<Neighbor> = features
            .iter()
            .flat_map(|one| Nearby::build([one.clone()]).nearest(here, 1, all).unwrap())
            .collect();
        each.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.key.cmp(&b.key)));
        let found = index.nearest(here, count, all).unwrap();
        prop_assert_eq!(&found[..], &each[..count.min(each.len())]);
        let near: Vec<_> = each.iter().copied().filter(|one| one.distance_m <= metres).collect();
        prop_assert_eq!(index.within(here, metres, all).unwrap(), near);
        let scan = LinearScan::new(here, None).unwrap();
        for one in &each {
            let geometry = &geometries[one.key as usize];
            prop_assert_eq!(scan.measure(one.key, Kind::Poi, geometry, f64::INFINITY), Some(*one));
            prop_assert_eq!(scan.measure(one.key, Kind::Poi, geometry, metres).is_some(), one.distance_m <= metres);
            // A line that jumps over the date line lies outside its box.
            let bounds = geometry.bounds().unwrap();
            prop_assert!(bounds.east - bounds.west > 180.0 || scan.window(one.distance_m).intersects(&bounds));
            prop_assert!(scan.window(one.distance_m).contains(one.point));
        }
        for one in &each {
            let geometry = &geometries[one.key as usize];
            let slow = slow(from, geometry);
            prop_assert!(one.distance_m <= slow + 1e-3, "{} > {slow}", one.distance_m);
            let to_point = karney(from, one.point.lon, one.point.lat);
            prop_assert!((one.distance_m - to_point).abs() < 1e-3);
            if one.distance_m > 0.0 { prop_assert!(slow - one.distance_m < 2_500.0, "{slow} {}", one.distance_m); }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_seed: prop::test_runner::RngSeed::Fixed(20_260_001), ..ProptestConfig::default() })]

    /// An edge over half a continent is curved on the ellipsoid, and may come near in two places.
    #[test]
    fn long_line_is_as_near_as_its_nearest_point(places in prop::collection::vec(place(), 2..4), from in place()) {
        let line: Vec<Position> = places.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect();
        let index = Nearby::build([feature(1, Geometry::line_string(line.clone()))]);
        let found = index.nearest(Position::new(from.0, from.1), 1, all).unwrap()[0];
        let mut least = f64::INFINITY;
        for edge in line.windows(2) {
            let lon = edge[1].lon - 360.0 * ((edge[1].lon - edge[0].lon) / 360.0).round();
            let (dx, dy) = (lon - edge[0].lon, edge[1].lat - edge[0].lat);
            let steps = (dx.hypot(dy) / 0.02).ceil().max(1.0) as u32;
            for step in 0..=steps {
                let t = f64::from(step) / f64::from(steps);
                least = least.min(karney(from, edge[0].lon + t * dx, edge[0].lat + t * dy));
            }
        }
        prop_assert!(found.distance_m <= least + 1e-3, "{} > {least}", found.distance_m);
        // No more than half a step above the truth.
        prop_assert!(least - found.distance_m < 1_200.0, "{least} {}", found.distance_m);
        prop_assert!((found.distance_m - karney(from, found.point.lon, found.point.lat)).abs() < 1e-3);
    }
}

/// An insertion of a feature, or the removal of those with a key.
#[derive(Debug, Clone)]
enum Step {
    Insert(u64, Geometry),
    Remove(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..20_u64, geometry()).prop_map(|(key, geometry)| Step::Insert(key, geometry)),
        1 => (0..20_u64).prop_map(Step::Remove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_seed: prop::test_runner::RngSeed::Fixed(20_260_003), ..ProptestConfig::default() })]

    /// Bulk-loaded features are followed by single ones: rstar 0.12 alone panics at some sizes.
    #[test]
    fn index_with_insertions_and_removals_answers_as_its_twin(
        loaded in prop::collection::vec((0..20_u64, geometry()), 0..60), steps in prop::collection::vec(step(), 0..40),
        from in place(), count in 1_usize..8, metres in 0.0..50_000.0
    ) {
        let here = Position::new(from.0, from.1);
        let scan = LinearScan::new(here, None).unwrap();
        let mut index = Nearby::build(loaded.iter().map(|(key, geometry)| feature(*key, geometry.clone())));
        let mut twin = loaded;
        for step in steps {
            match step {
                Step::Insert(key, geometry) => {
                    index.insert(feature(key, geometry.clone()));
                    twin.push((key, geometry));
                }
                Step::Remove(key) => {
                    let before = twin.len();
                    twin.retain(|(own, _)| *own != key);
                    prop_assert_eq!(index.remove(Kind::Trek, key), 0);
                    prop_assert_eq!(index.remove(Kind::Poi, key), before - twin.len());
                }
            }
            prop_assert_eq!(index.len(), twin.len());
        }
        let measured = twin.iter().map(|(key, geometry)| scan.measure(*key, Kind::Poi, geometry, f64::INFINITY).unwrap());
        let mut known: Vec<(f64, u64)> = measured.map(|found| (found.distance_m, found.key)).collect();
        known.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let seen = |found: Vec<Neighbor>| found.iter().map(|found| (found.distance_m, found.key)).collect::<Vec<_>>();
        prop_assert_eq!(seen(index.nearest(here, count, all).unwrap()), &known[..count.min(known.len())]);
        known.retain(|(distance_m, _)| *distance_m <= metres);
        prop_assert_eq!(seen(index.within(here, metres, all).unwrap()), known);
    }
}

#[test]
fn removed_feature_is_not_found_and_its_place_is_reused() {
    let at = |lon| Geometry::point(Position::new(lon, 45.0));
    let mut index = Nearby::default();
    (0..100).for_each(|key| index.insert(feature(key, at(6.0 + key as f64 / 1_000.0))));
    let nearest = |index: &Nearby| index.nearest(Position::new(6.0, 45.0), 1, all).unwrap()[0].key;
    assert_eq!((index.remove(Kind::Poi, 0), nearest(&index), index.len()), (1, 1, 99));
    assert_eq!(index.remove(Kind::Poi, 0), 0);
    index.insert(feature(200, at(6.0)));
    assert_eq!((nearest(&index), index.len()), (200, 100));
    (0..=200).for_each(|key| _ = index.remove(Kind::Poi, key));
    assert!(index.is_empty());
    assert_eq!(index.within(Position::new(6.0, 45.0), 1e6, all).unwrap(), []);
}

/// Why `edge` and `shape` are ours: geo's functions are planar in degrees.
#[test]
fn geo_is_wrong_about_nearest_points_and_the_date_line() {
    let (from, slope) = (Position::new(6.2, 45.0), Geometry::line_string(line(&[(6.0, 45.0), (6.2, 45.2)])));
    let scan = LinearScan::new(from, None).unwrap();
    let own = scan.measure(0, Kind::Trek, &slope, f64::INFINITY).unwrap();
    let geo::Closest::SinglePoint(planar) = slope.as_geo().closest_point(&from.into()) else { panic!("one point") };
    let further_m = karney((6.2, 45.0), planar.x(), planar.y()) - own.distance_m;
    assert!((400.0..1_000.0).contains(&further_m), "geo's point is {further_m} m further");

    let square = line(&[(179.5, 10.0), (-179.5, 10.0), (-179.5, 11.0), (179.5, 11.0), (179.5, 10.0)]);
    let square = Geometry::polygon([square]);
    let inside = |lon: f64| {
        let scan = LinearScan::new(Position::new(lon, 10.5), None).unwrap();
        let own = scan.measure(0, Kind::SensitiveArea, &square, f64::INFINITY).unwrap().distance_m == 0.0;
        (own, square.as_geo().contains(&Point::new(lon, 10.5)))
    };
    assert_eq!((inside(179.9), inside(0.0)), ((true, false), (false, true)), "ours, geo's");
}
