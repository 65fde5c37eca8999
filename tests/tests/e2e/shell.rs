//! End-to-end tests of the command line without a network: lists, filters, files, errors and exit statuses.

#![allow(clippy::unwrap_used, reason = "test helpers outside #[test] functions")]

use std::collections::BTreeSet;
use std::path::Path;

use jalon_tests::command::{self, CommandOutput};
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};
use serde_json::json;

fn jalon(data: &Path, arguments: &[&str]) -> CommandOutput {
    command::jalon(data, &[&["--lang", "fr"], arguments].concat())
}

/// A data directory with a refreshed territory, whose server is shut down.
fn refreshed_directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let server = TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default());
    let added = jalon(directory.path(), &["territory", "add", server.url(), "--name", "pne", "--json"]);
    assert_eq!((added.status, added.json()["name"].as_str()), (0, Some("pne")));
    let refreshed = jalon(directory.path(), &["refresh", "--json"]);
    assert_eq!(refreshed.status, 0, "{}", refreshed.out);
    assert!(refreshed.json()["items"][0]["objects"]["trek"].as_u64() > Some(10));
    server.shutdown();
    directory
}

#[test]
fn sensitive_area_between_two_vertices_is_on_the_sheet_the_map_and_in_the_pack() {
    let directory = tempfile::tempdir().unwrap();
    let mut territory = Territory::generate(Size::default(), 1);
    let id = |territory: &Territory, module: &str| territory.module(module)[0]["id"].as_u64().unwrap();
    let (trek, area) = (id(&territory, "trek"), id(&territory, "sensitivearea"));
    let way = json!({"type": "LineString", "coordinates": [[6.0, 44.9, 1000.0], [6.06, 44.9, 1000.0]]});
    let ring = json!([[6.0305, 44.87], [6.0325, 44.87], [6.0325, 44.93], [6.0305, 44.93], [6.0305, 44.87]]);
    territory.edit_field("trek", trek, "geometry", way);
    territory.edit_field("sensitivearea", area, "geometry", json!({"type": "Polygon", "coordinates": [ring]}));
    territory.edit_field("sensitivearea", area, "name", json!({"fr": "Aire de l’aigle"}));
    let server = TestGeotrek::start(territory, Options::default());
    let ok = |arguments: &[&str]| {
        let run = jalon(directory.path(), arguments);
        assert_eq!(run.status, 0, "{arguments:?}: {} {}", run.out, run.err);
        run
    };
    ok(&["territory", "add", server.url(), "--name", "pne"]);
    ok(&["refresh"]);
    let trek = trek.to_string();
    let crossed = || {
        let details = ok(&["trek", &trek, "--json"]).json();
        let items = details["route_items"].as_array().unwrap();
        items.iter().find(|item| item["kind"] == "sensitive_area" && item["id"] == area).cloned().unwrap()
    };
    assert_eq!((&crossed()["offset_m"], &crossed()["estimated"]), (&json!(0.0), &json!(true)));
    assert!(ok(&["trek", &trek]).out.contains("Aire de l’aigle"));
    let map = directory.path().join("trek.svg");
    ok(&["map", &trek, "--output", map.to_str().unwrap()]);
    assert!(std::fs::read_to_string(map).unwrap().contains("Aire de l’aigle"));
    ok(&["download", &trek]);
    assert_eq!((&crossed()["offset_m"], &crossed()["estimated"]), (&json!(0.0), &json!(false)));
    server.shutdown();
}

#[test]
fn damaged_catalogue_is_reported_on_stderr_in_json_and_by_the_exit_status() {
    let directory = refreshed_directory();
    for is_json in [true, false] {
        std::fs::write(directory.path().join(jalon::catalogue::FILE_NAME), b"").unwrap();
        let arguments = if is_json { &["treks", "--json"][..] } else { &["treks"] };
        let run = jalon(directory.path(), arguments);
        assert_eq!(run.status, 1, "{}", run.out);
        assert!(run.err.starts_with("jalon: the catalogue was damaged"), "{}", run.err);
        if is_json {
            assert_eq!(run.json()["catalogue_was_damaged"], true);
        }
        let status = jalon(directory.path(), &["status"]);
        assert!(status.status == 0 && status.out.contains("not downloaded yet: jalon refresh pne"), "{}", status.out);
    }
}

#[test]
fn json_lists_have_total_items_and_stable_keys() {
    let directory = refreshed_directory();
    let json = |arguments: &[&str]| {
        let run = jalon(directory.path(), arguments);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
        run.json()
    };
    let treks = json(&["treks", "--json", "--limit", "4"]);
    assert_eq!(treks["items"].as_array().unwrap().len(), 4);
    assert!(treks["total"].as_u64() > Some(10));
    let keys = ["territory", "kind", "id", "ref", "name", "lang", "practice", "difficulty", "duration_h", "length_m"];
    for trek in treks["items"].as_array().unwrap() {
        for key in keys.iter().chain(&["ascent_m", "offline"]) {
            assert!(trek.get(*key).is_some(), "{key}");
        }
        assert_eq!(trek["ref"], format!("pne/{}", trek["id"]));
    }
    let next = json(&["treks", "--json", "--limit", "4", "--offset", "4"]);
    assert_ne!(next["items"][0]["id"], treks["items"][0]["id"]);
    let id = treks["items"][0]["id"].to_string();
    let details = json(&["trek", &id, "--json"]);
    assert_eq!(details["name"], treks["items"][0]["name"]);
    assert_eq!(json(&["trek", &format!("pne/{id}"), "--json"]), details);
    let route_items = details["route_items"].as_array().unwrap();
    assert!(route_items.is_sorted_by_key(|item| item["along_m"].as_f64().unwrap()) && !route_items.is_empty());
    for key in ["territory", "kind", "id", "ref", "name", "lang", "offset_m", "estimated", "point"] {
        assert!(route_items.iter().all(|item| item.get(key).is_some()), "{key}");
    }
    let start = &details["geometry"]["coordinates"][0];
    let (lat, lon) = (start[1].to_string(), start[0].to_string());
    let near = json(&["near", &lat, &lon, "--kind", "trek,poi", "--limit", "3", "--json"]);
    let first = &near["items"][0];
    assert_eq!(first["distance_m"], 0.0);
    for key in ["territory", "kind", "id", "ref", "name", "lang", "bearing_deg"] {
        assert!(first.get(key).is_some(), "{key}");
    }
    assert_eq!(first["point"].as_array().unwrap().len(), 2);
    let trek = treks["items"].as_array().unwrap().iter().find(|trek| trek["ref"] == first["ref"]).unwrap();
    for key in ["practice", "difficulty", "duration_h", "length_m", "ascent_m", "offline"] {
        assert_eq!(first.get(key), trek.get(key), "both lists have the same key figures: {key}");
    }
    let text = jalon(directory.path(), &["near", &lat, &lon, "--limit", "8"]).out;
    let columns: BTreeSet<usize> = text.lines().map(|line| line.find("pne/").unwrap()).collect();
    assert_eq!(columns.len(), 1, "columns are aligned: {text}");
    let comma = json(&["near", &format!("{lat},{lon}"), "--kind", "trek,poi", "--limit", "3", "--json"]);
    assert_eq!(comma, near, "LAT,LON and LAT LON are the same");
    let pois = json(&["near", &lat, &lon, "--kind", "poi", "--limit", "1", "--json"]);
    assert!(pois["items"][0].get("offline").is_none(), "only treks have key figures");
    let within = json(&["near", &lat, &lon, "--radius", "3000", "--json"]);
    assert!(within["items"].as_array().unwrap().iter().all(|item| item["distance_m"].as_f64() <= Some(3_000.0)));
    let (y, x): (f64, f64) = (lat.parse().unwrap(), lon.parse().unwrap());
    let bbox = format!("--bbox={},{},{},{}", x - 0.05, y - 0.05, x + 0.05, y + 0.05);
    let features = json(&["features", &bbox, "--kind", "poi,trek", "--tolerance", "50", "--json"]);
    let items = features["items"].as_array().unwrap();
    assert_eq!(features["total"], items.len());
    assert!(items.iter().any(|item| item["ref"] == first["ref"] && item["geometry"]["type"] == "LineString"));
    let is_poi = |item: &serde_json::Value| item["kind"] == "poi";
    assert!(is_poi(&items[0]) && items.is_sorted_by_key(|item| !is_poi(item)), "in the order of --kind");
    let text = jalon(directory.path(), &["features", &bbox, "--limit", "2"]).out;
    assert!(text.lines().count() == 3 && text.ends_with("objects; list more with --limit.\n"), "{text}");
    let around = json(&["treks", "--near", &format!("{lat},{lon}"), "--json", "--limit", "2"]);
    assert_eq!(around["items"][0]["distance_m"], 0.0);
    let distances: Vec<f64> = json(&["treks", "--near", &format!("{lat},{lon}"), "--json", "--limit", "99"])["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|trek| trek["distance_m"].as_f64().unwrap_or(f64::INFINITY))
        .collect();
    assert!(distances.is_sorted(), "{distances:?}");
    // Without filters the nearest treks come from the spatial index; with a filter they must be the same.
    for (limit, offset) in [("3", "0"), ("2", "4"), ("99", "0"), ("5", "11")] {
        let page = ["--limit", limit, "--offset", offset, "--json"];
        let near = format!("--near={lat},{lon}");
        let indexed = json(&[&["treks", &near][..], &page].concat());
        assert_eq!(indexed, json(&[&["treks", &near, "--territory", "pne"][..], &page].concat()), "{limit} {offset}");
    }
    let status = json(&["status", "--json"]);
    // One of them is a stage that is published only as a part of its itinerary.
    assert_eq!(status["items"][0]["objects"]["trek"], treks["total"].as_u64().unwrap() + 1);
    let hidden = json(&["trek", "9001", "--json"]);
    assert_eq!(hidden["published"], serde_json::json!([]));
}

#[test]
fn treks_filters_select_and_facets_count() {
    let directory = refreshed_directory();
    let treks = |arguments: &[&str]| {
        let mut all = vec!["treks", "--json", "--limit", "99"];
        all.extend(arguments);
        let run = jalon(directory.path(), &all);
        assert_eq!(run.status, 0, "{}", run.out);
        run.json()
    };
    let counts = treks(&["--facets"])["facet_counts"]["practice"].clone();
    let mut seen = 0;
    for choice in counts.as_array().unwrap() {
        let (name, count) = (choice["name"].as_str().unwrap(), &choice["count"]);
        let by_name = treks(&["--practice", &name.to_uppercase()]);
        assert_eq!(&by_name["total"], count, "{name}");
        assert_eq!(treks(&["--practice", &choice["id"].to_string()]), by_name);
        assert!(by_name["items"].as_array().unwrap().iter().all(|trek| trek["practice"] == name));
        seen += 1;
    }
    assert!(seen > 2);
    let several: Vec<String> =
        counts.as_array().unwrap().iter().take(2).map(|choice| choice["id"].to_string()).collect();
    let repeated = treks(&["--practice", &several[0], "--practice", &several[1]]);
    assert_eq!(treks(&["--practice", &several.join(",")]), repeated);
    let short = treks(&["--length", "..4000", "--sort", "length"]);
    let lengths: Vec<f64> =
        short["items"].as_array().unwrap().iter().map(|trek| trek["length_m"].as_f64().unwrap()).collect();
    assert!(lengths.is_sorted() && lengths.iter().all(|metres| *metres <= 4_000.0));
    let labelled = treks(&["--label", "1"])["total"].as_u64().unwrap();
    assert_eq!(treks(&["--exclude-label", "1"])["total"].as_u64().unwrap() + labelled, treks(&[])["total"]);
    assert_eq!(treks(&["--bbox", "0,0,1,1"])["total"], 0);
    assert_eq!(treks(&["--bbox=-180,-90,180,90"])["total"], treks(&["--bbox", "5,44,7,46"])["total"]);
    let order = |arguments: &[&str]| -> Vec<String> {
        treks(arguments)["items"].as_array().unwrap().iter().map(|trek| trek["ref"].to_string()).collect()
    };
    let mut backwards = order(&["--reverse"]);
    backwards.reverse();
    assert_eq!(backwards, order(&[]), "the default order is by name");
    assert_eq!(order(&["--sort", "name"]), order(&[]));
    let name = treks(&[])["items"][0]["name"].as_str().unwrap().to_owned();
    let found = treks(&[&name.to_uppercase().replace(['’', '\''], " ")]);
    assert_eq!(found["items"][0]["name"], name.as_str());
    assert!(!found["items"][0]["highlights"].as_array().unwrap().is_empty());
}

#[test]
fn export_and_map_write_files() {
    let directory = refreshed_directory();
    let path = |name: &str| directory.path().join(name).display().to_string();
    for (command, file, content) in [
        ("export", "trek.gpx", "<trkpt"),
        ("export", "trek.geojson", "FeatureCollection"),
        ("map", "trek.svg", "</svg>"),
    ] {
        let run = jalon(directory.path(), &[command, "1", "-o", &path(file), "--json"]);
        assert_eq!(run.status, 0, "{}", run.out);
        assert!(std::fs::read_to_string(path(file)).unwrap().contains(content), "{file}");
        assert_eq!(run.json()["path"], path(file));
    }
    let wrong = jalon(directory.path(), &["export", "1", "-o", &path("trek.kml")]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains(".gpx or .geojson"), "{}", wrong.err);
}

#[test]
fn invalid_commands_fail_with_message_and_status() {
    let directory = refreshed_directory();
    let cases: [(&[&str], u8, &str); 30] = [
        (&["nonsense"], 2, "nonsense"),
        (&["trek"], 2, "<ID>"),
        (&["trek", "x"], 2, "pne/31"),
        (&["trek", "404404"], 1, "was not found"),
        (&["trek", "elsewhere/1"], 1, "elsewhere"),
        (&["near", "95", "6"], 2, "latitude"),
        (&["near", "44", "6", "--kind", "castle"], 2, "castle"),
        (&["features"], 2, "--bbox"),
        (&["features", "--bbox", "6,45,7,44"], 2, "bbox: "),
        (&["features", "--bbox", "6,44,7,45", "--tolerance", "-1"], 2, "metres as a number"),
        (&["treks", "--duration", "long"], 2, "2..5"),
        (&["treks", "--practice", "chess"], 2, "none of"),
        (&["treks", "--sort", "distance"], 2, "near"),
        (&["territory", "add", "ftp://example.org"], 2, "https"),
        (&["refresh", "elsewhere"], 1, "elsewhere"),
        (&["near", "6"], 2, "44.9,6.2"),
        (&["near", "44", "x"], 2, "latitude and longitude in degrees"),
        (&["near", "44,6", "7"], 2, "latitude and longitude in degrees"),
        (&["near", "44", "6", "--kind", "term"], 2, "must be one of trek, poi"),
        (&["near", "44", "6", "--limit", "0"], 2, "whole number from 1"),
        (&["near", "44", "6", "--radius", "-1"], 2, "metres as a number"),
        (&["near", "44", "6", "--radius", "nan"], 2, "metres as a number"),
        (&["treks", "--limit", "-1"], 2, "whole number from 0"),
        (&["treks", "--radius", "500"], 2, "--near"),
        (&["treks", "--near", "6"], 2, "44.9,6.2"),
        (&["treks", "--bbox", "6,45,7,44"], 2, "bbox: "),
        (&["treks", "--practice", "chess"], 2, "À pied"),
        (&["territory", "add", "https://example.org", "--portal", "north"], 2, "server's number"),
        (&["territory", "add", "https://anne:secret@example.org"], 2, "password"),
        (&["trek", "1.5"], 2, "server's number"),
    ];
    for (arguments, status, message) in cases {
        let text = jalon(directory.path(), arguments);
        assert_eq!((text.status, text.out.as_str()), (status, ""), "{arguments:?}");
        assert!(text.err.contains(message), "{arguments:?}: {}", text.err);
        let mut with_json = arguments.to_vec();
        with_json.push("--json");
        let json = jalon(directory.path(), &with_json);
        assert_eq!((json.status, json.err.as_str()), (status, ""), "{arguments:?}");
        let error = &json.json()["error"];
        assert!(error["code"].is_string(), "{error}");
        assert!(error["message"].as_str().unwrap().contains(message), "{arguments:?}: {error}");
    }
    let empty = tempfile::tempdir().unwrap();
    let run = jalon(empty.path(), &["refresh", "--json"]);
    assert_eq!((run.status, run.json()["error"]["code"].as_str()), (1, Some("not_found")));
    assert_eq!(jalon(empty.path(), &["treks", "--json"]).json()["total"], 0);
    assert_eq!(jalon(empty.path(), &["--help"]).status, 0);
}

#[test]
fn refresh_with_one_failing_territory_updates_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let server = TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default());
    for (name, url) in [("far", "http://far.example.org"), ("pne", server.url())] {
        assert_eq!(jalon(directory.path(), &["territory", "add", url, "--name", name]).status, 0);
    }
    let refreshed = jalon(directory.path(), &["refresh", "--json"]);
    assert_eq!(refreshed.status, 2);
    assert!(refreshed.json()["error"]["message"].as_str().unwrap().contains("--allow-http"), "{}", refreshed.out);
    assert!(jalon(directory.path(), &["treks", "--json"]).json()["total"].as_u64() > Some(10));
}

#[test]
fn id_without_territory_is_ambiguous_with_two_territories() {
    let directory = refreshed_directory();
    let server = TestGeotrek::start(Territory::generate(Size::default(), 2), Options::default());
    assert_eq!(jalon(directory.path(), &["territory", "add", server.url(), "--name", "other"]).status, 0);
    assert_eq!(jalon(directory.path(), &["refresh", "other"]).status, 0);
    let ambiguous = jalon(directory.path(), &["trek", "1"]);
    assert_eq!(ambiguous.status, 2);
    assert!(ambiguous.err.contains("other/1") && ambiguous.err.contains("pne/1"), "{}", ambiguous.err);
    let total = |arguments: &[&str]| jalon(directory.path(), arguments).json()["total"].as_u64().unwrap();
    let (all, one) = (total(&["treks", "--json"]), total(&["treks", "--territory", "other", "--json"]));
    assert!(one > 0 && all > one);
    assert_eq!(jalon(directory.path(), &["territory", "remove", "other"]).status, 0);
    assert_eq!(total(&["treks", "--json"]), all - one);
}
