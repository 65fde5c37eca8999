//! Properties of a guide: whatever fixes come, it neither panics nor tells numbers that are none.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{Fix, Position};

/// Around the route, beside it, anywhere, and numbers that are no coordinates.
fn coordinate(near: f64) -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => (-0.03..0.03).prop_map(move |offset: f64| near + offset),
        1 => -200.0..200.0,
        1 => prop_oneof![Just(0.0), Just(f64::NAN), Just(f64::INFINITY), Just(-180.0), Just(180.0), Just(90.0)],
    ]
}

fn quantity() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        3 => Just(None),
        4 => (0.0..200.0).prop_map(Some),
        1 => prop_oneof![Just(f64::NAN), Just(-1.0), Just(f64::MAX), Just(f64::MIN_POSITIVE)].prop_map(Some),
    ]
}

/// Milliseconds since the fix before.
fn pause() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => 0_i64..60_000,
        1 => -100_000_i64..100_000_000,
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX)],
    ]
}

prop_compose! {
    fn fixes(lon: f64, lat: f64)(
        parts in prop::collection::vec(
            (coordinate(lon), coordinate(lat), pause(), quantity(), quantity(), quantity()), 1..60),
    ) -> Vec<Fix> {
        let mut time_ms = 1_785_000_000_000_i64;
        parts.into_iter().map(|(lon, lat, pause_ms, accuracy_m, speed_mps, bearing_deg)| {
            time_ms = time_ms.saturating_add(pause_ms);
            Fix { accuracy_m, speed_mps, bearing_deg, ..Fix::new(Position::new(lon, lat), time_ms) }
        }).collect()
    }
}

/// Routes near the equator, over the date line, and near a pole; of one edge, and of many with repeated positions.
fn route() -> impl Strategy<Value = (Position, Vec<Position>)> {
    let origin = prop_oneof![
        Just(Position::new(6.3, 44.8)),
        Just(Position::new(179.999, -17.0)),
        Just(Position::new(-180.0, 65.0)),
        Just(Position::new(30.0, 89.98)),
    ];
    let steps =
        prop::collection::vec((-0.004..0.004_f64, -0.004..0.004_f64, prop::option::of(0.0..3_000.0_f64)), 1..30);
    (origin, steps).prop_map(|(origin, steps)| {
        let mut at = origin;
        let mut line = vec![origin, origin];
        for (east, north, elevation) in steps {
            let lon = at.lon + east;
            let lon = if lon > 180.0 { lon - 360.0 } else { lon.max(-180.0) };
            at = Position { elevation, ..Position::new(lon, (at.lat + north).clamp(-89.999, 89.999)) };
            line.push(at);
        }
        (origin, line)
    })
}

fn contents(length_m: f64) -> GuideContents {
    GuideContents {
        places: [f64::NAN, -5.0, length_m / 2.0, length_m * 3.0]
            .map(|along_m| GuidePlace {
                kind: GuidePlaceKind::Water,
                id: "park/infrastructure/1".into(),
                name: "Fontaine".into(),
                along_m,
                offset_m: 12.0,
            })
            .to_vec(),
        zones: vec![GuideZone {
            id: "park/sensitivearea/1".into(),
            name: "Aigle".into(),
            rules: String::new(),
            contact: String::new(),
            months: [false; 12],
            crossings_m: vec![(0.0, 10.0), (length_m / 3.0, length_m / 2.0)],
        }],
        stages: vec![GuideStage { name: "Refuge".into(), end_m: length_m }],
        ..GuideContents::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, rng_seed: prop::test_runner::RngSeed::Fixed(20_260_040), ..ProptestConfig::default() })]

    #[test]
    fn update_with_arbitrary_fixes_never_panics_and_tells_finite_numbers(
        (line, fixes) in route().prop_flat_map(|(origin, line)| (Just(line), fixes(origin.lon, origin.lat))),
        duration_h in prop_oneof![Just(None), Just(Some(f64::NAN)), Just(Some(0.0)), Just(Some(6.5))],
    ) {
        let Ok(route) = GuideRoute::new(&[line]) else { return Ok(()) };
        let length_m = route.length_m();
        let options = GuideOptions { duration_h, sunset_ms: Some(1_785_000_100_000) };
        let mut guide = Guide::new(Arc::new(route), options, contents(length_m));
        for fix in &fixes {
            let update = guide.update(fix);
            prop_assert_eq!(update.time_ms, fix.time_ms);
            prop_assert_eq!(update.state == GuideState::NoFix, !is_usable(fix));
            let along_m = update.along_m.unwrap_or(0.0);
            prop_assert!((-0.01..=length_m + 0.01).contains(&along_m), "{along_m} of {length_m}");
            let numbers = [
                update.left_m, update.offset_m, update.ascent_left_m, update.descent_left_m, Some(update.confidence),
                update.back.map(|back| back.distance_m), update.back.map(|back| back.bearing_deg),
                update.rejoin.map(|rejoin| rejoin.distance_m),
            ];
            prop_assert!(numbers.iter().flatten().all(|number| number.is_finite()), "{:?}", update);
            prop_assert!((0.0..=1.0).contains(&update.confidence));
            prop_assert_eq!(update.back.is_some(), update.state == GuideState::OffRoute);
            guide.nearest_place(GuidePlaceKind::Water, false);
            guide.nearest_place(GuidePlaceKind::Water, true);
        }
        let json = serde_json::to_string(&guide.snapshot()).unwrap();
        let mut restored = guide.clone();
        prop_assert!(restored.restore(&serde_json::from_str(&json).unwrap()));
    }
}

fn is_usable(fix: &Fix) -> bool {
    let accuracy_m = fix.accuracy_m.filter(|metres| metres.is_finite() && *metres > 0.0);
    fix.is_valid() && accuracy_m.is_none_or(|metres| metres <= 150.0)
}
