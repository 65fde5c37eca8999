//! Guidance with the fixes that receivers should not send, but do.

use std::sync::Arc;

use jalon::guide::{Guide, GuideContents, GuideOptions, GuideRoute, GuideState, GuideUpdate};
use jalon::model::{Fix, Position};

/// Metres of a degree of latitude, within 1 % anywhere.
const DEGREE_M: f64 = 111_200.0;

const START_MS: i64 = 1_785_000_000_000;

/// A guide on a route of 4 km to the north.
fn guide(lon: f64, lat: f64) -> Guide {
    let line: Vec<Position> = (0..=100).map(|index| north(lon, lat, 40.0 * f64::from(index))).collect();
    Guide::new(Arc::new(GuideRoute::new(&[line]).unwrap()), GuideOptions::default(), GuideContents::default())
}

fn north(lon: f64, lat: f64, metres: f64) -> Position {
    Position::new(lon, lat + metres / DEGREE_M)
}

/// A fix on the route at a second of a walk at 1.2 m/s.
fn fix(second: i64) -> Fix {
    let position = north(6.3, 44.8, 1.2 * second as f64);
    Fix { accuracy_m: Some(5.0), ..Fix::new(position, START_MS + 1_000 * second) }
}

/// Walks from one second to another, and returns the last update.
fn walk(guide: &mut Guide, from: i64, to: i64) -> GuideUpdate {
    (from..=to).map(|second| guide.update(&fix(second))).last().unwrap()
}

fn assert_on_route_at(update: &GuideUpdate, second: i64) {
    assert_eq!(update.state, GuideState::OnRoute, "{update:?}");
    let error_m = update.along_m.unwrap() - 1.2 * second as f64;
    assert!(error_m.abs() < 30.0, "{error_m} m wrong: {update:?}");
}

#[test]
fn fixes_that_are_none_change_nothing() {
    let mut guide = guide(6.3, 44.8);
    let before = walk(&mut guide, 0, 300);
    let kept = guide.snapshot();
    for (lon, lat, accuracy_m) in [
        (f64::NAN, 44.8, Some(5.0)),
        (6.3, f64::NEG_INFINITY, Some(5.0)),
        (0.0, 0.0, Some(5.0)),
        (200.0, 44.8, Some(5.0)),
        (6.3, 44.8, Some(1_000.0)),
    ] {
        let update = guide.update(&Fix { accuracy_m, ..Fix::new(Position::new(lon, lat), START_MS + 301_000) });
        assert_eq!((update.state, update.along_m), (GuideState::NoFix, before.along_m), "{lon} {lat}");
        assert!(update.events.is_empty() && update.offset_m.is_none());
    }
    assert_eq!(guide.snapshot(), kept);
    assert_on_route_at(&walk(&mut guide, 302, 400), 400);
}

#[test]
fn first_fix_that_is_none_tells_no_place() {
    let mut guide = guide(6.3, 44.8);
    let update = guide.update(&Fix::new(Position::new(0.0, 0.0), START_MS));
    assert_eq!((update.state, update.along_m, update.eta_ms), (GuideState::NoFix, None, None));
    assert_on_route_at(&walk(&mut guide, 0, 60), 60);
}

#[test]
fn unknown_and_impossible_accuracy_is_taken_for_the_usual_one() {
    for accuracy_m in [None, Some(f64::NAN), Some(-1.0), Some(0.0), Some(f64::INFINITY)] {
        let mut guide = guide(6.3, 44.8);
        let last = (0..=300).map(|second| guide.update(&Fix { accuracy_m, ..fix(second) })).last().unwrap();
        assert_on_route_at(&last, 300);
    }
}

#[test]
fn clock_that_steps_back_and_far_ahead_keeps_the_place() {
    for offset_ms in [-7_200_000, -1, 86_400_000 * 400, i64::MAX - START_MS - 10_000_000] {
        let mut guide = guide(6.3, 44.8);
        walk(&mut guide, 0, 600);
        let last = (601..=900)
            .map(|second| {
                let fix = fix(second);
                guide.update(&Fix { time_ms: fix.time_ms + offset_ms, ..fix })
            })
            .last()
            .unwrap();
        assert_on_route_at(&last, 900);
    }
}

#[test]
fn position_that_is_frozen_is_a_break() {
    let mut guide = guide(6.3, 44.8);
    walk(&mut guide, 0, 900);
    let frozen = fix(900).position;
    let last = (901..=3_000)
        .step_by(3)
        .map(|second| guide.update(&Fix { position: frozen, ..fix(second) }))
        .inspect(|update| assert_on_route_at(update, 900))
        .last()
        .unwrap();
    assert!(last.events.is_empty());
    // The receiver catches up: the hiker went on for 10 minutes.
    let moved =
        (3_001..3_200).map(|second| guide.update(&Fix { position: fix(second - 1_500).position, ..fix(second) }));
    assert_on_route_at(&moved.last().unwrap(), 1_699);
}

#[test]
fn fix_that_is_repeated_is_one_fix() {
    let mut guide = guide(6.3, 44.8);
    walk(&mut guide, 0, 300);
    let outlier = Fix { position: Position::new(6.301, 44.803), ..fix(301) };
    for _ in 0..20 {
        assert_eq!(guide.update(&outlier).state, GuideState::OnRoute);
    }
    let last = (302..=600)
        .map(|second| {
            guide.update(&fix(second));
            guide.update(&fix(second))
        })
        .last()
        .unwrap();
    assert_on_route_at(&last, 600);
}

#[test]
fn jump_of_five_kilometres_is_off_the_route_until_the_return() {
    let mut guide = guide(6.3, 44.8);
    walk(&mut guide, 0, 600);
    let far = Position::new(6.3634, 44.8);
    let mut updates = (601..=640).map(|second| guide.update(&Fix { position: far, ..fix(second) }));
    let last = updates.by_ref().last().unwrap();
    assert_eq!(last.state, GuideState::OffRoute);
    let back = last.back.unwrap();
    assert!((4_900.0..5_100.0).contains(&back.distance_m) && (260.0..280.0).contains(&back.bearing_deg), "{back:?}");
    assert!(last.rejoin.unwrap().along_m >= last.along_m.unwrap());
    assert_on_route_at(&walk(&mut guide, 641, 760), 760);
}

#[test]
fn jump_along_the_route_is_followed() {
    let mut guide = guide(6.3, 44.8);
    walk(&mut guide, 0, 300);
    // A lift of 1.5 km.
    let moved = (301..=600).map(|second| guide.update(&Fix { position: fix(second + 1_250).position, ..fix(second) }));
    assert_on_route_at(&moved.last().unwrap(), 1_850);
}

#[test]
fn route_over_the_date_line_is_followed_to_its_end() {
    let at = |metres: f64| {
        let lon = 179.98 + metres / (DEGREE_M * 17.0_f64.to_radians().cos());
        Position::new(if lon > 180.0 { lon - 360.0 } else { lon }, -17.0)
    };
    let line: Vec<Position> = (0..=100).map(|index| at(40.0 * f64::from(index))).collect();
    assert!(line[0].lon > 0.0 && line[100].lon < 0.0);
    let route = Arc::new(GuideRoute::new(&[line]).unwrap());
    assert!((3_900.0..4_100.0).contains(&route.length_m()), "{}", route.length_m());
    let mut guide = Guide::new(route, GuideOptions::default(), GuideContents::default());
    let mut has_arrived = false;
    for second in 0..3_330 {
        let metres = 1.2 * second as f64;
        let fix = Fix { accuracy_m: Some(5.0), ..Fix::new(at(metres), START_MS + 1_000 * second) };
        let update = guide.update(&fix);
        assert!(matches!(update.state, GuideState::OnRoute | GuideState::Arrived), "{update:?}");
        assert!((update.along_m.unwrap() - metres).abs() < 40.0, "{metres} {update:?}");
        has_arrived |= update.state == GuideState::Arrived;
    }
    assert!(has_arrived);
    let beside = Position::new(-179.99, -17.002);
    let last = (3_331..3_345).map(|second| guide.update(&Fix::new(beside, START_MS + 1_000 * second))).last().unwrap();
    assert_eq!(last.state, GuideState::OffRoute);
    let back = last.back.unwrap();
    assert!((200.0..240.0).contains(&back.distance_m), "{back:?}");
}

#[test]
fn route_near_a_pole_is_followed() {
    let mut guide = guide(30.0, 89.9);
    for second in 0..=1_000 {
        let position = north(30.0, 89.9, 1.2 * second as f64);
        let update = guide.update(&Fix { accuracy_m: Some(5.0), ..Fix::new(position, START_MS + 1_000 * second) });
        assert_on_route_at(&update, second);
    }
}
