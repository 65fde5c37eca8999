//! `jalon record`, `jalon track`, and the export of treks as GPX.

use std::fs;
use std::path::Path;

use jalon::companion::TrekQuery;
use jalon::gpx::{read_geojson, read_gpx};
use jalon::model::{Geometry, Kind};
use jalon_tests::command::jalon;
use jalon_tests::fixture::{Fixture, NAME};
use jalon_tests::generator::Territory;

/// A walk north at 1.2 m/s for ten minutes, a stop of ten, and back; with a jump and an invalid point.
fn walk() -> String {
    let mut points = String::new();
    let mut point = |second: i64, metres: f64, elevation: f64| {
        let time = format!("2026-06-01T08:{:02}:{:02}Z", second / 60, second % 60);
        let lat = 44.8 + metres / 111_140.0;
        points.push_str(&format!("<trkpt lat='{lat}' lon='6.2'><ele>{elevation}</ele><time>{time}</time></trkpt>"));
    };
    for second in 0..600 {
        point(second, second as f64 * 1.2, 1_500.0 + second as f64 / 6.0);
    }
    point(600, 40_000.0, 1_600.0);
    for second in 601..1_200 {
        point(second, 720.0, 1_600.0);
    }
    for second in 1_200..1_800 {
        point(second, (1_800 - second) as f64 * 1.2, 1_500.0 + (1_800 - second) as f64 / 6.0);
    }
    points.push_str("<trkpt lat='95' lon='6'/><trkpt lat='44.8' lon='6.2'/>");
    format!("<gpx><trk><name>Col &amp; lac</name><trkseg>{points}</trkseg></trk></gpx>")
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn gpx_file_is_recorded_listed_exported_and_removed() {
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join("walk.gpx");
    fs::write(&source, walk()).unwrap();
    let dry = jalon(directory.path(), &["record", "--gpx", &text(&source), "--dry-run", "--json"]);
    assert_eq!(dry.status, 0, "{}", dry.err);
    assert_eq!(jalon(directory.path(), &["track", "list", "--json"]).json()["total"], 0);
    let run = jalon(directory.path(), &["record", "--gpx", &text(&source), "--json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let json = run.json();
    let number = |name: &str| json[name].as_f64().unwrap();
    assert_eq!((number("points"), number("total_s")), (1_799.0, 1_799.0));
    assert!((number("distance_m") - 1_440.0).abs() < 30.0, "{json}");
    assert!((number("ascent_m") - 100.0).abs() < 10.0 && (number("descent_m") - 100.0).abs() < 12.0, "{json}");
    assert!((number("moving_s") - 1_200.0).abs() < 40.0, "{json}");
    assert_eq!((&json["rejected"]["jump"], &json["without_time"]), (&1.into(), &1.into()));
    assert_eq!(json["problems"][0]["kind"], "invalid_position");
    assert_eq!(dry.json()["distance_m"], json["distance_m"]);
    let id = json["id"].as_str().unwrap().get(..8).unwrap().to_owned();

    let list = jalon(directory.path(), &["track", "list"]);
    assert!(list.out.contains(&id) && list.out.contains("Col & lac"), "{}", list.out);
    let shown = jalon(directory.path(), &["track", "show", &id]);
    assert!(shown.out.contains("Distance   1.4 km") && shown.out.contains("Points     1799"), "{}", shown.out);
    for name in ["out.gpx", "out.geojson"] {
        let target = directory.path().join(name);
        assert_eq!(jalon(directory.path(), &["track", "export", &id, "-o", &text(&target)]).status, 0);
        let bytes = fs::read(&target).unwrap();
        let read = if name.ends_with("gpx") { read_gpx(&bytes[..]) } else { read_geojson(&bytes[..]) }.unwrap();
        assert_eq!((read.tracks[0].segments[0].len(), read.problems.len()), (1_799, 0));
        assert_eq!(read.tracks[0].name.as_deref(), Some("Col & lac"));
        // What was exported is recorded as the same walk.
        let again = jalon(directory.path(), &["record", "--gpx", &text(&target), "--dry-run", "--json"]).json();
        assert_eq!((&again["distance_m"], &again["points"]), (&json["distance_m"], &json["points"]));
    }
    assert_eq!(jalon(directory.path(), &["track", "rename", &id, "Lac"]).status, 0);
    assert_eq!(jalon(directory.path(), &["track", "show", &id, "--json"]).json()["name"], "Lac");
    assert_eq!(jalon(directory.path(), &["track", "remove", &id, "--json"]).json()["removed"], true);
    assert_eq!(jalon(directory.path(), &["track", "show", &id]).status, 1);
}

#[test]
fn files_without_a_track_are_refused_by_a_sentence() {
    let directory = tempfile::tempdir().unwrap();
    for (name, content, part) in [
        ("a.gpx", "<kml/>", "must be a GPX file"),
        ("b.gpx", "<gpx><trk><trkseg><trkpt lat='44' lon='6'/></trkseg></trk></gpx>", "points that have a time"),
        ("c.geojson", "{}", "must be a GeoJSON file"),
    ] {
        let path = directory.path().join(name);
        fs::write(&path, content).unwrap();
        let run = jalon(directory.path(), &["record", "--gpx", &text(&path)]);
        assert_eq!(run.status, 2, "{}", run.err);
        assert!(run.err.contains(part), "{}", run.err);
    }
    assert_eq!(jalon(directory.path(), &["record", "--gpx", "missing.gpx"]).status, 2);
}

#[test]
fn trek_is_exported_with_its_points_of_interest_and_stages() {
    let fixture = Fixture::builder().territory(Territory::small(1)).refreshed().build();
    let companion = fixture.companion();
    let (mut pois, mut stages) = (0, 0);
    let treks = companion.treks(&TrekQuery { limit: 1_000, ..TrekQuery::default() }, &["fr"]).unwrap().items;
    for trek in treks.iter().map(|item| item.id) {
        let details = companion.trek_details(NAME, trek, &[Kind::Poi]).unwrap();
        let file = companion.trek_gpx(NAME, trek, &["fr"]).unwrap();
        let read = read_gpx(file.to_gpx().unwrap().as_bytes()).unwrap();
        assert_eq!(read.problems, [], "{trek}");
        let lines = details.trek.geometry.as_ref().map(Geometry::lines).unwrap_or_default();
        let points: usize = lines.iter().flatten().filter(|position| position.is_valid()).count();
        assert_eq!(read.tracks.iter().flat_map(|track| &track.segments).flatten().count(), points, "{trek}");
        let is_stage = |kind: &Option<String>| kind.as_deref() == Some("stage end");
        stages += read.waypoints.iter().filter(|waypoint| is_stage(&waypoint.kind)).count();
        pois += read.waypoints.iter().filter(|waypoint| !is_stage(&waypoint.kind)).count();
    }
    assert!(pois > 0 && stages > 0, "{pois} points of interest, {stages} ends of stages");
}
