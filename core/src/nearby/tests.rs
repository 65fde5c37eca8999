//! The index against looking at everything, one by one.

use geographiclib_rs::{Geodesic, InverseGeodesic};
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
            let metres = karney(edge[0].lon + t * (lon - edge[0].lon), edge[0].lat + t * (edge[1].lat - edge[0].lat));
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
        let mut each: Vec<Neighbor> = features
            .iter()
            .flat_map(|one| Nearby::build([one.clone()]).nearest(here, 1, all).unwrap())
            .collect();
        each.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.key.cmp(&b.key)));
        let found = index.nearest(here, count, all).unwrap();
        prop_assert_eq!(&found[..], &each[..count.min(each.len())]);
        let near: Vec<_> = each.iter().copied().filter(|one| one.distance_m <= metres).collect();
        prop_assert_eq!(index.within(here, metres, all).unwrap(), near);
        let mut scan = LinearScan::new(here, None).unwrap();
        for one in &each {
            let geometry = &geometries[one.key as usize];
            prop_assert_eq!(scan.measure(one.key, Kind::Poi, geometry, f64::INFINITY), Some(*one));
            prop_assert_eq!(scan.measure(one.key, Kind::Poi, geometry, metres).is_some(), one.distance_m <= metres);
            prop_assert!(scan.least_m(&geometry.bounds().unwrap()) <= one.distance_m);
        }
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_seed: prop::test_runner::RngSeed::Fixed(20_260_001), ..ProptestConfig::default() })]

    /// An edge over half a continent is curved on the ellipsoid, and may come near in two places.
    #[test]
    fn a_long_line_is_as_near_as_its_nearest_place(places in prop::collection::vec(place(), 2..4), from in place()) {
        let line: Vec<Position> = places.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect();
        let index = Nearby::build([feature(1, Geometry::LineString(line.clone()))]);
        let found = index.nearest(Position::new(from.0, from.1), 1, all).unwrap()[0];
        let karney = |lon: f64, lat: f64| -> f64 { Geodesic::wgs84().inverse(from.1, from.0, lat, lon) };
        let mut least = f64::INFINITY;
        for edge in line.windows(2) {
            let lon = edge[1].lon - 360.0 * ((edge[1].lon - edge[0].lon) / 360.0).round();
            let (dx, dy) = (lon - edge[0].lon, edge[1].lat - edge[0].lat);
            let steps = (dx.hypot(dy) / 0.02).ceil().max(1.0) as u32;
            for step in 0..=steps {
                let t = f64::from(step) / f64::from(steps);
                least = least.min(karney(edge[0].lon + t * dx, edge[0].lat + t * dy));
            }
        }
        prop_assert!(found.distance_m <= least + 1e-3, "{} > {least}", found.distance_m);
        // No more than half a step above the truth.
        prop_assert!(least - found.distance_m < 1_200.0, "{least} {}", found.distance_m);
        prop_assert!((found.distance_m - karney(found.point.lon, found.point.lat)).abs() < 1e-3);
    }
}
