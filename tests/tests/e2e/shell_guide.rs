//! `jalon guide`: recorded, simulated and logged walks along a trek.

use std::fs;
use std::path::Path;

use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};
use serde_json::Value;

use crate::safety::{WAY, add, id, ok, park, put_area};

/// A walk along the trek's line at 1.2 m/s, a point every ten seconds, with an accuracy in the extensions.
fn walk(day: &str) -> String {
    let (from, to) = (WAY[0], WAY[1]);
    let length_m = 4_739.0;
    let mut points = String::new();
    for index in 0..=395 {
        let (second, share) = (index * 10, f64::from(index) * 12.0 / length_m);
        let (lon, elevation) =
            (from[0] + share.min(1.0) * (to[0] - from[0]), from[2] + share.min(1.0) * (to[2] - from[2]));
        let (hour, minute) = (8 + second / 3600, second / 60 % 60);
        points.push_str(&format!(
            "<trkpt lat='{}' lon='{lon}'><ele>{elevation}</ele><time>{day}T{hour:02}:{minute:02}:{:02}Z</time>\
             <extensions><accuracy>5</accuracy></extensions></trkpt>",
            from[1],
            second % 60
        ));
    }
    format!("<gpx version='1.1'><trk><trkseg>{points}</trkseg></trk></gpx>")
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn kinds(document: &Value) -> Vec<&str> {
    document["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

#[test]
fn guide_along_a_file_tells_each_fix_and_areas_of_other_territories_in_their_season() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (territory, trek) = park();
    let server = TestGeotrek::start(territory, Options::default());
    add(&data, "pne", &server);
    // A territory that publishes areas only, as Biodiv'Sports does.
    let mut areas = Territory::generate(Size::default(), 2);
    let area = put_area(&mut areas, "Aire de l’aigle", 5..=7);
    assert_eq!(area, id(&areas, "sensitivearea"));
    let biodiversity = TestGeotrek::start(areas, Options::default());
    add(&data, "biodiv", &biodiversity);
    let follow = |day: &str| {
        let file = directory.path().join(format!("{day}.gpx"));
        fs::write(&file, walk(day)).unwrap();
        let trek = format!("pne/{trek}");
        ok(&data, &["guide", &trek, "--gpx", &text(&file), "--json"]).json()
    };
    let june = follow("2026-06-01");
    let updates = june["updates"].as_array().unwrap();
    assert_eq!(updates.len(), 396, "one for each fix of the file");
    assert!((june["length_m"].as_f64().unwrap() - 4_739.0).abs() < 5.0, "{}", june["length_m"]);
    let mut before_m = -1.0;
    for (index, update) in updates.iter().enumerate() {
        let along_m = update["along_m"].as_f64().unwrap();
        assert!((along_m - index as f64 * 12.0).abs() < 25.0, "fix {index}: {update}");
        assert!(along_m >= before_m - 5.0 && update["offset_m"].as_f64().unwrap() < 5.0, "fix {index}: {update}");
        assert!(update["eta_ms"].as_i64().unwrap() > update["time_ms"].as_i64().unwrap() - 1, "{update}");
        before_m = along_m;
    }
    assert_eq!((&updates[0]["state"], &updates[395]["state"]), (&"on_route".into(), &"arrived".into()));
    assert!(updates[395]["left_m"].as_f64().unwrap() < 25.0 && updates[395]["ascent_left_m"].as_f64().unwrap() < 5.0);
    let zone = ["zone_ahead", "zone_entered", "zone_left"];
    let told = kinds(&june);
    let told_of_zone: Vec<_> = told.iter().copied().filter(|kind| zone.contains(kind)).collect();
    assert_eq!(told_of_zone, zone, "{told:?}");
    assert_eq!(told.iter().filter(|kind| **kind == "label").count(), 1, "{told:?}");
    assert_eq!(told.last(), Some(&"arrived"));
    let ahead = june["events"].as_array().unwrap().iter().find(|event| event["kind"] == "zone_ahead").unwrap();
    assert!(ahead["text"].as_str().unwrap().starts_with("Zone de sensibilité dans "), "{ahead}");
    assert_eq!(ahead["id"], format!("biodiv/sensitive_area/{area}"));
    let january = follow("2026-01-15");
    assert!(!kinds(&january).iter().any(|kind| kind.starts_with("zone")), "{:?}", kinds(&january));
}

#[test]
fn simulated_walk_is_drawn_logged_and_replayed_to_the_same_updates() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (territory, trek) = park();
    let server = TestGeotrek::start(territory, Options::default());
    add(&data, "pne", &server);
    let [log, svg] = ["log.jsonl", "walk.svg"].map(|name| text(&directory.path().join(name)));
    let simulated = ["guide", &trek, "--simulate", "--noise", "10", "--interval", "5", "--seed", "3", "--json"];
    let run = ok(&data, &[&simulated[..], &["--log", &log, "--svg", &svg]].concat());
    assert_eq!(run.err, "");
    let document = run.json();
    let replayed = ok(&data, &["guide", "--replay", &log, "--json"]);
    assert_eq!(replayed.err, "", "no difference");
    let count = document["updates"].as_array().unwrap().len();
    assert!(count > 700 && replayed.json()["updates"].as_array().unwrap().len() == count);
    assert_eq!(kinds(&replayed.json()), kinds(&document));
    let drawing = fs::read_to_string(&svg).unwrap();
    let circles = drawing.matches("<circle").count();
    assert!(drawing.starts_with("<svg") && drawing.contains("on route") && circles > 2 * count, "{circles} of {count}");

    // A log that was changed is noticed; one that was cut in its last line is read.
    let whole = fs::read_to_string(&log).unwrap();
    fs::write(&log, whole.replace("\"state\":\"arrived\"", "\"state\":\"on_route\"")).unwrap();
    let changed = ok(&data, &["guide", "--replay", &log]);
    assert!(changed.err.contains("tells something else than the log"), "{}", changed.err);
    fs::write(&log, &whole[..whole.len() - 40]).unwrap();
    let cut = ok(&data, &["guide", "--replay", &log]);
    assert!(cut.err.contains("ends within a line"), "{}", cut.err);
}

#[test]
fn guide_without_a_walk_or_with_a_file_without_times_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (territory, trek) = park();
    let server = TestGeotrek::start(territory, Options::default());
    add(&data, "pne", &server);
    let file = directory.path().join("walk.gpx");
    fs::write(&file, "<gpx><trk><trkseg><trkpt lat='44.9' lon='6.0'/></trkseg></trk></gpx>").unwrap();
    let error = |arguments: &[&str]| {
        let run = jalon_tests::command::jalon(&data, arguments);
        assert_ne!(run.status, 0, "{}", run.out);
        run.err
    };
    assert!(error(&["guide", &trek]).contains("gpx: must be"));
    assert!(error(&["guide", &trek, "--gpx", &text(&file)]).contains("points that have a time"));
    assert!(error(&["guide", "99999", "--simulate"]).contains("was not found"));
    fs::write(&file, "{}\n").unwrap();
    assert!(error(&["guide", "--replay", &text(&file)]).contains("log: must begin with"));
}
