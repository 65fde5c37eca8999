//! Guidance on simulated walks: places, alarms, snapshots, logs and announcements.
//!
//! The walks are few, and have a fix every five seconds, because the tests are built without optimisation. `tests/peers` has all.

use std::sync::Arc;

use jalon::guide::{
    Guide, GuideContents, GuideEventKind, GuideOptions, GuidePlace, GuidePlaceKind, GuideRoute, GuideSnapshot,
    GuideStage, GuideState, GuideUpdate, GuideZone, log_entry, replay_log,
};
use jalon::model::Fix;
use jalon_tests::sampling::Sampling;
use jalon_tests::walk::{Behaviour, Receiver, Route, Score, Shape, Step, Walk};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

fn guide(route: &Route, contents: GuideContents) -> Guide {
    Guide::new(Arc::new(GuideRoute::new(&[route.line()]).unwrap()), GuideOptions::default(), contents)
}

/// A walk with a receiver of σ 5 m, and a fix every so many seconds.
fn walk(shape: Shape, behaviour: Behaviour, interval_s: u32, seed: u64) -> (Route, Vec<(Fix, Step)>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let route = Route::new(shape, &mut rng);
    let walk = Walk::new(&route, behaviour, &mut rng);
    let fixes = Receiver { interval_s, ..Receiver::new(5.0) }.fixes(&walk, &mut rng);
    (route, fixes)
}

/// Walks, and counts wrong places and false alarms on the route.
fn score(shape: Shape, behaviour: Behaviour, seed: u64) -> Score {
    let (route, fixes) = walk(shape, behaviour, 5, seed);
    let mut guide = guide(&route, GuideContents::default());
    let scale = route.length_m() / guide.route().length_m();
    let (mut score, mut was_off, mut back_s) = (Score::default(), false, f64::NEG_INFINITY);
    let mut detected_s = None;
    for (fix, truth) in &fixes {
        let update = guide.update(fix);
        let is_off = update.state == GuideState::OffRoute;
        if truth.on_route {
            score.false_alarms += u64::from(is_off && !was_off);
            // In reverse, a lollipop begins like one forward.
            let is_stem = behaviour == Behaviour::Reverse
                && shape == Shape::Lollipop
                && truth.along_m > route.length_m() - 1_500.0;
            // For a minute after a return the place may be old.
            if truth.time_s - back_s > 60.0 && !is_stem {
                score.place(truth, update.along_m.map(|along_m| along_m * scale), update.ambiguous);
            }
        } else {
            back_s = truth.time_s;
            detected_s = detected_s.or(is_off.then_some(truth.left_s));
        }
        was_off = is_off;
    }
    if behaviour == Behaviour::Departs {
        score.detections_s.extend(detected_s);
        score.missed += u64::from(detected_s.is_none());
    }
    score
}

#[test]
fn places_of_simulated_walks_are_right_and_alarms_are_true() {
    let sampling = Sampling::from_env();
    let mut all = Score::default();
    for shape in Shape::ALL {
        for behaviour in Behaviour::ALL {
            if behaviour.is_repeated_on(shape) {
                continue;
            }
            for index in 0..sampling.count(1, 8) {
                let walked = score(shape, behaviour, 40_000 + 1_000 * sampling.seed() + index);
                let (percent, alarms) = (walked.wrong_percent(), walked.false_alarms);
                assert_eq!(alarms, 0, "{} {behaviour:?}", shape.name());
                if percent > 0.5 {
                    println!("{} {behaviour:?}: {percent:.2} % wrong", shape.name());
                }
                all.add(&walked);
            }
        }
    }
    assert!(all.wrong_percent() <= 0.5, "{:.3} % of {} places are wrong", all.wrong_percent(), all.fixes);
    assert_eq!(all.missed, 0);
    let median_s = all.median_detection_s().unwrap();
    assert!(median_s <= 75.0, "half of the departures take {median_s} s or more to detect");
}

/// Asserts that two updates say the same. Numbers that were written as JSON can differ in their last digits.
fn assert_same(a: &GuideUpdate, b: &GuideUpdate) {
    let is_near = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 0.01,
        (a, b) => a == b,
    };
    let numbers = |update: &GuideUpdate| {
        [
            update.along_m,
            update.left_m,
            update.offset_m,
            update.ascent_left_m,
            update.descent_left_m,
            Some(update.confidence),
            update.back.map(|back| back.distance_m),
            update.rejoin.map(|rejoin| rejoin.along_m),
        ]
    };
    assert!(numbers(a).into_iter().zip(numbers(b)).all(|(a, b)| is_near(a, b)), "{a:?}\n{b:?}");
    let rest = |update: &GuideUpdate| (update.time_ms, update.state, update.ambiguous, update.stage, update.next_place);
    assert_eq!(rest(a), rest(b));
    assert!(a.eta_ms.zip(b.eta_ms).is_none_or(|(a, b)| a.abs_diff(b) <= 100), "{a:?}\n{b:?}");
    let told = |update: &GuideUpdate| -> Vec<_> {
        update.events.iter().map(|event| (event.kind, event.id.clone(), event.text.clone())).collect()
    };
    assert_eq!(told(a), told(b));
}

#[test]
fn session_restored_at_random_moments_goes_on_with_the_same_updates() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for (shape, behaviour) in [(Shape::Lollipop, Behaviour::TurnsBack), (Shape::OutAndBack, Behaviour::Leaves)] {
        let (route, fixes) = walk(shape, behaviour, 4, 41_001);
        let contents = contents(&route);
        let mut whole = guide(&route, contents.clone());
        let mut broken = guide(&route, contents.clone());
        let mut restored = 0;
        for (fix, _) in &fixes {
            assert_same(&whole.update(fix), &broken.update(fix));
            if rng.random_bool(0.03) {
                let json = serde_json::to_string(&broken.snapshot()).unwrap();
                broken = guide(&route, contents.clone());
                assert!(broken.restore(&serde_json::from_str::<GuideSnapshot>(&json).unwrap()));
                restored += 1;
            }
        }
        assert!(restored > 20);
    }
}

#[test]
fn snapshot_of_another_route_is_refused() {
    let (route, fixes) = walk(Shape::Loop, Behaviour::Forward, 30, 41_002);
    let (other, _) = walk(Shape::OneWay, Behaviour::Forward, 30, 41_003);
    let mut first = guide(&route, GuideContents::default());
    first.update(&fixes[0].0);
    let mut second = guide(&other, GuideContents::default());
    assert!(!second.restore(&first.snapshot()));
    assert_eq!(second.snapshot(), guide(&other, GuideContents::default()).snapshot());
}

#[test]
fn log_replays_without_a_difference_and_a_cut_one_to_its_last_line() {
    let (route, fixes) = walk(Shape::FigureEight, Behaviour::Leaves, 6, 41_004);
    let mut guide = guide(&route, contents(&route));
    let mut log = guide.log_head().unwrap() + "\n";
    let mut count = 0;
    for (fix, _) in &fixes {
        let invalid = Fix { accuracy_m: Some(f64::NAN), ..*fix };
        for fix in if count % 50 == 0 { vec![*fix, invalid] } else { vec![*fix] } {
            let update = guide.update(&fix);
            log += &(log_entry(&fix, &update).unwrap() + "\n");
            count += 1;
        }
    }
    let replay = replay_log(&mut log.as_bytes()).unwrap();
    assert_eq!((replay.first_difference, replay.updates.len(), replay.is_truncated), (None, count, false));
    let cut = replay_log(&mut &log.as_bytes()[..log.len() - 20]).unwrap();
    assert_eq!((cut.first_difference, cut.updates.len(), cut.is_truncated), (None, count - 1, true));
    let nowhere = Fix { position: jalon::model::Position::new(f64::NAN, 44.0), ..fixes[0].0 };
    let update = guide.update(&nowhere);
    assert_eq!(log_entry(&nowhere, &update).unwrap_err().code(), "internal");
    // A log that was changed has its first difference there.
    let line = log.lines().nth(101).unwrap();
    let changed = line.replacen("\"on_route\"", "\"arrived\"", 1);
    assert_ne!(line, changed);
    assert_eq!(replay_log(&mut log.replacen(line, &changed, 1).as_bytes()).unwrap().first_difference, Some(100));
}

/// A place of each kind every 700 m, two areas and two stages.
fn contents(route: &Route) -> GuideContents {
    let kinds = [
        GuidePlaceKind::ReferencePoint,
        GuidePlaceKind::Poi,
        GuidePlaceKind::Water,
        GuidePlaceKind::InformationDesk,
        GuidePlaceKind::Shelter,
    ];
    let length_m = route.length_m();
    let place = |index: usize| GuidePlace {
        kind: kinds[index % kinds.len()],
        id: format!("park/{index}"),
        name: index.to_string(),
        along_m: 350.0 + 700.0 * index as f64,
        offset_m: 10.0,
    };
    let zone = |index: usize, from: f64| GuideZone {
        id: format!("park/zone/{index}"),
        name: format!("Zone {index}"),
        rules: "Keep to the path.".into(),
        contact: String::new(),
        months: [true; 12],
        crossings_m: vec![(from * length_m, from * length_m + 400.0)],
    };
    let stage = |index: usize, end: f64| GuideStage { name: format!("Stage {index}"), end_m: end * length_m };
    GuideContents {
        places: (0..8).map(place).filter(|place| place.along_m < length_m - 200.0).collect(),
        zones: vec![zone(0, 0.3), zone(1, 0.62)],
        stages: vec![stage(0, 0.5), stage(1, 1.0)],
        languages: vec!["en".into()],
        ..GuideContents::default()
    }
}

#[test]
fn announcements_of_a_trek_come_once_each_and_in_order() {
    for (shape, behaviour) in [
        (Shape::OneWay, Behaviour::Forward),
        (Shape::OutAndBack, Behaviour::Forward),
        (Shape::Lollipop, Behaviour::TurnsBack),
    ] {
        let (route, fixes) = walk(shape, behaviour, 5, 41_005);
        let contents = contents(&route);
        let mut guide = guide(&route, contents.clone());
        let events: Vec<_> = fixes.iter().flat_map(|(fix, _)| guide.update(fix).events).collect();
        let of = |kinds: &[GuideEventKind]| -> Vec<String> {
            events.iter().filter(|event| kinds.contains(&event.kind)).filter_map(|event| event.id.clone()).collect()
        };
        let of_kind = |kind: GuidePlaceKind| -> Vec<String> {
            contents.places.iter().filter(|place| place.kind == kind).map(|place| place.id.clone()).collect()
        };
        for (event, kind) in [
            (GuideEventKind::ReferencePoint, GuidePlaceKind::ReferencePoint),
            (GuideEventKind::PoiAhead, GuidePlaceKind::Poi),
            (GuideEventKind::WaterAhead, GuidePlaceKind::Water),
            (GuideEventKind::DeskAhead, GuidePlaceKind::InformationDesk),
            (GuideEventKind::ShelterAhead, GuidePlaceKind::Shelter),
        ] {
            assert_eq!(of(&[event]), of_kind(kind), "{event:?} of {}", shape.name());
        }
        assert_eq!(of(&[GuideEventKind::ZoneAhead]), ["park/zone/0", "park/zone/1"], "{}", shape.name());
        let count = |kind| events.iter().filter(|event| event.kind == kind).count();
        if behaviour == Behaviour::Forward {
            let zones = of(&[GuideEventKind::ZoneEntered, GuideEventKind::ZoneLeft]);
            assert_eq!(zones, ["park/zone/0", "park/zone/0", "park/zone/1", "park/zone/1"], "{}", shape.name());
            assert_eq!(count(GuideEventKind::WrongWay), 0);
        } else {
            assert_eq!(count(GuideEventKind::WrongWay), 2, "{}", shape.name());
            assert_eq!(count(GuideEventKind::RightWay), 2, "{}", shape.name());
        }
        assert_eq!(count(GuideEventKind::StageEnd), 2, "{}", shape.name());
        assert_eq!((count(GuideEventKind::Arrived), count(GuideEventKind::OffRoute)), (1, 0), "{}", shape.name());
        let places = events.iter().filter(|event| {
            matches!(event.kind, GuideEventKind::PoiAhead | GuideEventKind::WaterAhead | GuideEventKind::ShelterAhead)
        });
        let times: Vec<(i64, GuideEventKind)> = places.map(|event| (event.time_ms, event.kind)).collect();
        assert!(times.is_sorted_by_key(|(time_ms, _)| *time_ms));
    }
}
