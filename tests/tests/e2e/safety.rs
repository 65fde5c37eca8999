//! The check before leaving and the emergency sheet, on the command line.

use std::path::Path;

use jalon_tests::command::{self, CommandOutput};
use jalon_tests::fixture_server::{Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};
use serde_json::{Value, json};

/// Along the equinoctial parallel of the tests: 4.7 km.
pub(crate) const WAY: [[f64; 3]; 2] = [[6.0, 44.9, 1000.0], [6.06, 44.9, 1100.0]];

fn jalon(data: &Path, arguments: &[&str]) -> CommandOutput {
    command::jalon(data, &[&["--lang", "fr"], arguments].concat())
}

pub(crate) fn ok(data: &Path, arguments: &[&str]) -> CommandOutput {
    let run = jalon(data, arguments);
    assert_eq!(run.status, 0, "{arguments:?}: {} {}", run.out, run.err);
    run
}

pub(crate) fn add(data: &Path, name: &str, server: &TestGeotrek) {
    ok(data, &["territory", "add", server.url(), "--name", name]);
    ok(data, &["refresh", name]);
}

pub(crate) fn id(territory: &Territory, module: &str) -> u64 {
    territory.module(module)[0]["id"].as_u64().unwrap()
}

/// A territory whose first trek runs along [`WAY`], has a label with advice, and takes five hours.
pub(crate) fn park() -> (Territory, String) {
    let mut territory = Territory::generate(Size::default(), 1);
    let trek = id(&territory, "trek");
    for (field, value) in [
        ("geometry", json!({"type": "LineString", "coordinates": WAY})),
        ("departure_geom", json!([6.0, 44.9])),
        ("duration", json!(5.0)),
        ("labels", json!([1])),
        ("name", json!({"fr": "Tour des Fixtures"})),
    ] {
        territory.edit_field("trek", trek, field, value);
    }
    (territory, trek.to_string())
}

/// Moves a sensitive area across [`WAY`], with a name, a season and the practice on the ground.
pub(crate) fn put_area(territory: &mut Territory, name: &str, months: std::ops::RangeInclusive<usize>) -> u64 {
    let area = id(territory, "sensitivearea");
    let ring = json!([[6.0305, 44.87], [6.0325, 44.87], [6.0325, 44.93], [6.0305, 44.93], [6.0305, 44.87]]);
    let period: Vec<bool> = (1..=12).map(|month| months.contains(&month)).collect();
    for (field, value) in [
        ("geometry", json!({"type": "Polygon", "coordinates": [ring]})),
        ("name", json!({"fr": name})),
        ("period", json!(period)),
        ("practices", json!([1])),
    ] {
        territory.edit_field("sensitivearea", area, field, value);
    }
    area
}

fn zones(check: &Value) -> Vec<&str> {
    check["zones"].as_array().unwrap().iter().map(|zone| zone["ref"].as_str().unwrap()).collect()
}

fn codes(check: &Value) -> Vec<&str> {
    check["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap()).collect()
}

#[test]
fn check_of_a_trek_is_one_document() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let (mut territory, trek) = park();
    put_area(&mut territory, "Aire de l’aigle", 5..=7);
    let server = TestGeotrek::start(territory, Options::default());
    add(data, "pne", &server);
    let check = |date: &str| ok(data, &["check", &trek, "--date", date, "--json"]).json();
    let june = check("2026-06-21");
    assert_eq!(
        (&june["offline"], &june["pack_state"], &june["date"]),
        (&json!(false), &json!(null), &json!("2026-06-21"))
    );
    assert!(june["as_of_ms"].as_i64() > Some(1_700_000_000_000), "{june}");
    // Computed by an ephemeris, to the minute.
    let near = |key: &str, expected: i64| assert!((june[key].as_i64().unwrap() - expected).abs() < 60_000, "{key}");
    near("sunrise_ms", 1_782_013_779_385);
    near("sunset_ms", 1_782_069_958_062);
    near("civil_dusk_ms", 1_782_072_198_359);
    assert_eq!(june["walking_time_h"], 5.0);
    assert_eq!(june["sunset_ms"].as_i64().unwrap() - june["latest_start_ms"].as_i64().unwrap(), 5 * 3_600_000);
    let crossed = june["zones"].as_array().unwrap().iter().find(|zone| zone["name"] == "Aire de l’aigle").unwrap();
    assert_eq!((&crossed["offset_m"], &crossed["aerial_only"]), (&json!(0.0), &json!(false)));
    assert_eq!(codes(&june)[0], "not_downloaded");
    assert!(codes(&june).contains(&"sensitive_area"), "{june}");
    let advice = june["warnings"].as_array().unwrap().iter().find(|warning| warning["code"] == "label_advice").unwrap();
    assert_eq!(advice["text"], "Cœur de parc : Cœur du parc : chiens interdits, même en laisse.");
    let winter = check("2026-12-21");
    assert!(!winter["zones"].as_array().unwrap().iter().any(|zone| zone["name"] == "Aire de l’aigle"), "{winter}");
    ok(data, &["download", &trek]);
    let downloaded = check("2026-06-21");
    assert_eq!((&downloaded["offline"], &downloaded["pack_state"]), (&json!(true), &json!("ready")));
    assert!(!codes(&downloaded).contains(&"not_downloaded") && zones(&downloaded) == zones(&june), "{downloaded}");
    let text = ok(data, &["check", &trek, "--date", "2026-06-21"]).out;
    for line in ["Offline: yes", "Sun: rises 2026-06-21T0", "Walking time: 5 h (office)", "Aire de l’aigle (pne/"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert_eq!(ok(data, &["check", &trek, "--json"]).json()["date"].as_str().unwrap().len(), 10);
    server.shutdown();
}

#[test]
fn areas_of_a_territory_that_publishes_nothing_else_count() {
    for is_absent in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path();
        let (territory, trek) = park();
        let park = TestGeotrek::start(territory, Options::default());
        add(data, "pne", &park);
        let mut areas = Territory::generate(Size::default(), 2);
        let area = put_area(&mut areas, "Nid de gypaète", 11..=12);
        let others: Vec<String> =
            areas.modules.keys().filter(|name| !name.starts_with("sensitivearea")).cloned().collect();
        for module in &others {
            areas.modules.insert(module.clone(), Vec::new());
        }
        let biodiv = TestGeotrek::start(areas, Options::default());
        if is_absent {
            biodiv.faults().missing_modules.extend(others);
        }
        add(data, "biodiv", &biodiv);
        let status = ok(data, &["status", "--json"]).json();
        let item = status["items"].as_array().unwrap().iter().find(|item| item["name"] == "biodiv").unwrap();
        assert!(item["objects"]["sensitive_area"].as_u64() > Some(0), "{item}");
        let reference = format!("biodiv/{area}");
        let check = |date: &str| ok(data, &["check", &format!("pne/{trek}"), "--date", date, "--json"]).json();
        let december = check("2026-12-05");
        assert!(zones(&december).contains(&reference.as_str()), "{december}");
        let told = december["warnings"].as_array().unwrap();
        let sentence = "Zone de sensibilité en saison : Nid de gypaète";
        assert!(told.iter().any(|warning| warning["text"] == sentence), "{december}");
        assert!(!zones(&check("2026-06-05")).contains(&reference.as_str()));
        park.shutdown();
        biodiv.shutdown();
    }
}

#[test]
fn wrong_arguments_of_check_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let (territory, trek) = park();
    let server = TestGeotrek::start(territory, Options::default());
    add(directory.path(), "pne", &server);
    let date = jalon(directory.path(), &["check", &trek, "--date", "30 June"]);
    assert!(date.status != 0 && date.err.contains("date: must be a day"), "{}", date.err);
    let unknown = jalon(directory.path(), &["check", "99999"]);
    assert!(unknown.status != 0 && unknown.err.contains("not found"), "{}", unknown.err);
    server.shutdown();
}

#[test]
fn sos_is_one_document_and_one_text() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let (territory, trek) = park();
    let server = TestGeotrek::start(territory, Options::default());
    add(data, "pne", &server);
    server.shutdown();
    let at = ["--accuracy", "12", "--altitude", "1005", "--time", "2026-06-30T12:00:00Z"];
    let sos = |position: &[&str]| ok(data, &[&["sos"], position, &at, &["--json"]].concat()).json();
    let sheet = sos(&["44.9", "6.0"]);
    for (key, value) in [
        ("decimal", "44.90000, 6.00000"),
        ("dms", "44°54'00.0\"N 6°00'00.0\"E"),
        ("utm", "32T 263143 4976221"),
        ("mgrs", "32TKQ6314276220"),
        ("plus_code", "8FP8W222+22"),
        ("lang", "fr"),
    ] {
        assert_eq!(sheet[key], value, "{key}");
    }
    assert_eq!((&sheet["accuracy_m"], &sheet["altitude_m"]), (&json!(12.0), &json!(1005.0)));
    let places = sheet["places"].as_array().unwrap();
    assert!(places.is_sorted_by_key(|place| place["distance_m"].as_f64().unwrap()) && places.len() > 4, "{sheet}");
    let start = places.iter().find(|place| place["role"] == "trek_start").unwrap();
    assert_eq!((&start["ref"], &start["name"]), (&json!(format!("pne/{trek}")), &json!("Tour des Fixtures")));
    for key in ["territory", "kind", "id", "name", "lang", "bearing_deg", "direction"] {
        assert!(places.iter().all(|place| place.get(key).is_some()), "{key}");
    }
    let numbers: Vec<&str> =
        sheet["numbers"].as_array().unwrap().iter().map(|number| number["number"].as_str().unwrap()).collect();
    assert!(numbers.starts_with(&["112", "114"]) && numbers.len() > 2, "{numbers:?}");
    let (comma, text) = (sos(&["44.9,6.0"]), ok(data, &[&["sos", "44.9,6.0"], &at[..]].concat()).out);
    assert_eq!((&comma["places"], &comma["mgrs"]), (&sheet["places"], &sheet["mgrs"]));
    for part in ["APPEL DE SECOURS", "44.90000, 6.00000", "32T KQ 63142 76220", "Départ de « Tour des Fixtures »"] {
        assert!(text.contains(part) && sheet["text"].as_str().unwrap().contains(part), "{part}: {text}");
    }
    let english = command::jalon(data, &["--lang", "de,en", "sos", "44.9,6.0"]).out;
    assert!(english.contains("EMERGENCY CALL") && english.contains("just now"), "{english}");
    let wrong = jalon(data, &["sos", "95,6"]);
    assert!(wrong.status != 0 && wrong.err.contains("position: must have a latitude"), "{}", wrong.err);
}

#[test]
fn sos_without_a_territory_has_the_position_and_numbers() {
    let directory = tempfile::tempdir().unwrap();
    let sheet = ok(directory.path(), &["sos", "-21.1", "55.5", "--json"]).json();
    assert_eq!((&sheet["mgrs"], &sheet["places"]), (&json!("40KCB4419766050"), &json!([])));
    assert_eq!(sheet["numbers"].as_array().unwrap().len(), 2);
}
