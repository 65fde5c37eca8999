//! The distance between a route and another geometry against a twin that measures both in small steps.

use geo::{Distance, Geodesic};
use geo_types::Point;
use proptest::prelude::*;

use super::route::for_each_line;
use super::*;
use crate::line::MeasuredLine;
use crate::model::{Geometry, Kind, Position};

fn line(points: &[(f64, f64)]) -> Vec<Position> {
    points.iter().map(|(lon, lat)| Position::new(*lon, *lat)).collect()
}

fn route(points: &[(f64, f64)]) -> Route {
    Route::new(&Geometry::line_string(line(points))).unwrap().unwrap()
}

fn square(west: f64, south: f64, east: f64, north: f64) -> Geometry {
    Geometry::polygon([line(&[(west, south), (east, south), (east, north), (west, north), (west, south)])])
}

fn length_m(points: &[(f64, f64)]) -> f64 {
    MeasuredLine::new(&line(points)).unwrap().length_m()
}

#[test]
fn area_between_two_vertices_of_a_route_is_crossed() {
    let route = route(&[(6.0, 44.9), (6.06, 44.9)]);
    let found = route.locate(&square(6.0305, 44.87, 6.0325, 44.93)).unwrap().unwrap();
    assert_eq!(found.offset_m, 0.0);
    let entry_m = length_m(&[(6.0, 44.9), (6.0305, 44.9)]);
    assert!((found.along_m - entry_m).abs() < 0.1, "{found:?} {entry_m}");
    let crossing = Geometry::line_string(line(&[(6.02, 44.5), (6.02, 45.5)]));
    let found = route.locate(&crossing).unwrap().unwrap();
    assert!(found.offset_m == 0.0 && (found.along_m - length_m(&[(6.0, 44.9), (6.02, 44.9)])).abs() < 0.1);
    let beside = route.locate(&square(6.03, 44.901, 6.04, 44.91)).unwrap().unwrap();
    assert!((beside.offset_m - length_m(&[(6.03, 44.9), (6.03, 44.901)])).abs() < 0.1, "{beside:?}");
}

#[test]
fn area_around_the_start_of_a_route_begins_at_its_start() {
    let route = route(&[(6.0, 45.0), (6.1, 45.0), (6.2, 45.0)]);
    let found = route.locate(&square(5.9, 44.9, 6.15, 45.1)).unwrap().unwrap();
    assert_eq!((found.along_m, found.offset_m), (0.0, 0.0));
    let found = route.locate(&square(6.09, 44.9, 6.3, 45.1)).unwrap().unwrap();
    assert!(found.offset_m == 0.0 && (found.along_m - length_m(&[(6.0, 45.0), (6.09, 45.0)])).abs() < 0.1);
    let hole = line(&[(5.95, 44.95), (6.25, 44.95), (6.25, 45.05), (5.95, 45.05)]);
    let outer = line(&[(5.9, 44.9), (6.3, 44.9), (6.3, 45.1), (5.9, 45.1)]);
    let found = route.locate(&Geometry::polygon([outer, hole])).unwrap().unwrap();
    assert!((3_900.0..4_000.0).contains(&found.offset_m), "the edge of the hole, {found:?}");
}

#[test]
fn object_beside_a_route_out_and_back_is_where_the_route_passes_first() {
    let route = route(&[(6.0, 45.0), (6.1, 45.0), (6.1, 45.1), (6.1, 45.0), (6.0, 45.0)]);
    let found = route.locate(&Geometry::point(Position::new(6.05, 45.001))).unwrap().unwrap();
    assert!((found.along_m - length_m(&[(6.0, 45.0), (6.05, 45.0)])).abs() < 0.5, "{found:?}");
}

#[test]
fn gaps_between_the_lines_of_a_route_are_not_part_of_it() {
    let lines = [line(&[(6.0, 45.0), (6.01, 45.0)]), line(&[(6.05, 45.0), (6.06, 45.0)])];
    let route = Route::new(&Geometry::multi_line_string(lines)).unwrap().unwrap();
    let found = route.locate(&square(6.02, 44.9, 6.04, 45.1)).unwrap().unwrap();
    assert!((found.offset_m - length_m(&[(6.01, 45.0), (6.02, 45.0)])).abs() < 0.1, "{found:?}");
    let found = route.locate(&Geometry::point(Position::new(6.055, 45.001))).unwrap().unwrap();
    assert!((found.along_m - length_m(&[(6.0, 45.0), (6.015, 45.0)])).abs() < 0.1, "{found:?}");
}

#[test]
fn route_over_the_date_line_is_located_on_both_sides() {
    let route = route(&[(179.9, -17.0), (-179.9, -17.0)]);
    for (area, entry) in [
        (square(179.95, -17.1, 179.96, -16.9), 0.05),
        (square(-179.96, -17.1, -179.95, -16.9), 0.14),
        // An area that crosses the date line, too, whole or cut there (RFC 7946, 3.1.9).
        (Geometry::polygon([line(&[(179.98, -17.1), (-179.98, -17.1), (-179.98, -16.9), (179.98, -16.9)])]), 0.08),
        (square(-180.0, -17.1, -179.95, -16.9), 0.1),
    ] {
        let found = route.locate(&area).unwrap().unwrap();
        let entry_m = length_m(&[(0.0, -17.0), (entry, -17.0)]);
        assert!(found.offset_m == 0.0 && (found.along_m - entry_m).abs() < 0.1, "{found:?} {entry_m}");
    }
    let beside = route.locate(&Geometry::point(Position::new(-179.95, -17.001))).unwrap().unwrap();
    assert!((beside.along_m - length_m(&[(0.0, -17.0), (0.15, -17.0)])).abs() < 0.1, "{beside:?}");
}

#[test]
fn window_of_a_route_holds_its_surroundings_over_the_date_line() {
    let window = route(&[(179.9, -17.0), (-179.9, -17.0)]).window(1_000.0);
    assert!(window.west > 179.88 && window.east < -179.88, "{window:?}");
    let cut = [line(&[(179.9, -17.0), (180.0, -17.0)]), line(&[(-180.0, -17.0), (-179.9, -17.0)])];
    let cut = Route::new(&Geometry::multi_line_string(cut)).unwrap().unwrap().window(1_000.0);
    assert!((cut.west - window.west).abs() < 1e-9 && (cut.east - window.east).abs() < 1e-9, "{cut:?}");
    let window = route(&[(-180.0, 0.0), (-179.9, 0.0)]).window(1_000.0);
    assert!(window.contains(Position::new(179.995, 0.0)) && !window.contains(Position::new(0.0, 0.0)), "{window:?}");
}

#[test]
fn geometry_without_valid_positions_has_no_location() {
    assert!(Route::new(&Geometry::line_string([])).unwrap().is_none());
    assert!(Route::new(&Geometry::point(Position::new(f64::NAN, 0.0))).unwrap().is_none());
    let route = Route::new(&Geometry::point(Position::new(6.0, 45.0))).unwrap().unwrap();
    assert_eq!(route.locate(&Geometry::multi_point([])).unwrap(), None);
    assert_eq!(route.locate(&Geometry::line_string(line(&[(999.0, 0.0), (999.0, 1.0)]))).unwrap(), None);
    let found = route.locate(&square(5.0, 44.0, 7.0, 46.0)).unwrap().unwrap();
    assert_eq!((found.along_m, found.offset_m), (0.0, 0.0));
}

/// Steps in which the twin cuts each edge.
const STEPS: i32 = 40;
/// Longest edge of the generated geometries, degrees along either axis.
const MAX_STEP_DEG: f64 = 0.02;

fn samples(geometry: &Geometry) -> Vec<(f64, f64)> {
    let mut samples: Vec<(f64, f64)> = geometry.positions().map(|position| (position.lon, position.lat)).collect();
    for_each_line(geometry.as_geo(), &mut |line| {
        for edge in line.0.windows(2) {
            let lon = edge[1].x - 360.0 * ((edge[1].x - edge[0].x) / 360.0).round();
            for step in 1..STEPS {
                let t = f64::from(step) / f64::from(STEPS);
                samples.push((edge[0].x + t * (lon - edge[0].x), edge[0].y + t * (edge[1].y - edge[0].y)));
            }
        }
    });
    samples
}

fn wrap(lon: f64) -> f64 {
    (lon + 180.0).rem_euclid(360.0) - 180.0
}

/// Short walks from places close together, at ordinary latitudes and over the date line.
fn walks() -> impl Strategy<Value = (Vec<Position>, Vec<Position>)> {
    let walk = || {
        let step = (-MAX_STEP_DEG..MAX_STEP_DEG, -MAX_STEP_DEG..MAX_STEP_DEG);
        ((-0.03..0.03, -0.03..0.03), prop::collection::vec(step, 1..6))
    };
    let center = prop_oneof![Just((6.0, 45.0)), Just((180.0, -17.0)), Just((20.0, 78.0))];
    (center, walk(), walk()).prop_map(|(center, one, two)| {
        let at = |((lon, lat), steps): ((f64, f64), Vec<(f64, f64)>)| {
            let mut place = (center.0 + lon, center.1 + lat);
            let mut line = vec![Position::new(wrap(place.0), place.1)];
            for (x, y) in steps {
                place = (place.0 + x, place.1 + y);
                line.push(Position::new(wrap(place.0), place.1));
            }
            line
        };
        (at(one), at(two))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, rng_seed: prop::test_runner::RngSeed::Fixed(20_260_012), ..ProptestConfig::default() })]

    #[test]
    fn route_is_located_as_by_dense_sampling((way, other) in walks(), is_area in any::<bool>()) {
        let (route, way) = (Route::new(&Geometry::line_string(way.clone())).unwrap().unwrap(), Geometry::line_string(way));
        let other = if is_area { Geometry::polygon([other]) } else { Geometry::line_string(other) };
        let found = route.locate(&other).unwrap().unwrap();
        let there = samples(&other);
        let karney = |a: (f64, f64), b: (f64, f64)| Geodesic.distance(Point::new(a.0, a.1), Point::new(b.0, b.1));
        let index = Nearby::build([Feature { key: 0, kind: Kind::Trek, geometry: other.clone() }]);
        let mut slow_m = f64::INFINITY;
        for here in samples(&way) {
            let at = Position::new(wrap(here.0), here.1);
            if is_area && index.nearest(at, 1, |_, _| true).unwrap()[0].distance_m == 0.0 { slow_m = 0.0 }
            for there in &there { slow_m = slow_m.min(karney(here, *there)); }
        }
        prop_assert!(found.offset_m <= slow_m + 1e-3, "{} > {slow_m}", found.offset_m);
        // Half a step on either line. No step is longer than 157 km a degree.
        let step_m = MAX_STEP_DEG * 157_000.0 / f64::from(STEPS);
        prop_assert!(slow_m - found.offset_m <= step_m, "{slow_m} {}", found.offset_m);
        prop_assert_eq!(route.locate_within(&other, found.offset_m).unwrap(), Some(found));
        prop_assert_eq!(route.locate_within(&other, found.offset_m * 0.99).unwrap().is_some(), found.offset_m == 0.0);
        // The located point of the route is as near as it says.
        let line = MeasuredLine::new(&way.positions().collect::<Vec<_>>()).unwrap();
        let point = line.position_at(found.along_m).unwrap();
        let check_m = index.nearest(point, 1, |_, _| true).unwrap()[0].distance_m;
        prop_assert!((check_m - found.offset_m).abs() < 0.01, "{check_m} {found:?}");
    }
}
