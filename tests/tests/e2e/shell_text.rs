//! End-to-end tests of what the command line prints: hostile and long texts, narrow terminals, hints, and names of objects.

use std::path::Path;

use jalon::catalogue::{PackSubject, PictureSize};
use jalon::model::{Geometry, Kind, Localized, Position, SensitiveArea};
use jalon_tests::command::{self, CommandOutput};
use jalon_tests::fixture::{Fixture, NAME};
use jalon_tests::generator::{Size, Territory};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

fn jalon(data: &Path, arguments: &[&str]) -> CommandOutput {
    command::jalon(data, &[&["--lang", "fr"], arguments].concat())
}

/// Whether a text could change how a terminal shows the text around it.
fn is_hostile(text: &str) -> bool {
    let is_hostile = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
    text.chars().any(is_hostile)
}

#[test]
fn names_with_control_characters_are_printed_harmless() {
    let hostile = "Lac\u{1b}[2J\u{7}\0\u{9b}31m\u{202e}\npne/999 Forged".to_owned();
    let mut territory = Territory::small(1);
    let long = "Anticonstitutionnellement ".repeat(80);
    let (trek, poi) = (territory.module("trek")[0]["id"].as_u64().unwrap(), territory.module("poi")[0]["id"].as_u64());
    for (module, id, name) in [("trek", trek, &hostile), ("poi", poi.unwrap(), &long)] {
        territory.edit_text(module, id, "name", "fr", name);
    }
    for field in ["description", "departure"] {
        territory.edit_text("trek", trek, field, "fr", &hostile);
    }
    let fixture = Fixture::builder().territory(territory).refreshed().build();
    let directory = fixture.directory();
    let id = trek.to_string();
    let favourite = jalon(directory, &["favourite", "add", &id]);
    assert_eq!(favourite.status, 0, "{}", favourite.err);
    assert_eq!(jalon(directory, &["note", "add", &hostile]).status, 0);
    let start = &jalon(directory, &["trek", &id, "--json"]).json()["geometry"]["coordinates"][0];
    let near = format!("{},{}", start[1], start[0]);
    let commands: [&[&str]; 9] = [
        &["treks", "--limit", "99"],
        &["treks", "lac", "--limit", "99"],
        &["trek", &id],
        &["near", &near, "--limit", "50"],
        &["changes"],
        &["favourite", "list"],
        &["note", "list"],
        &["trek", "elsewhere\u{1b}/1"],
        &["packs"],
    ];
    for command in commands {
        let run = jalon(directory, &[command, &["--columns", "80"]].concat());
        assert!(!is_hostile(&run.out) && !is_hostile(&run.err), "{command:?}: {:?} {:?}", run.out, run.err);
        if command[0] != "trek" {
            // The description of a trek has lines of its own.
            assert!(!run.out.lines().any(|line| line.starts_with("pne/999")), "{command:?}: {}", run.out);
            assert!(run.out.lines().all(|line| line.width() <= 80), "{command:?}: {}", run.out);
        }
        let json = jalon(directory, &[command, &["--json"]].concat());
        assert!(!is_hostile(&json.out), "{command:?}: {:?}", json.out);
    }
    let details = jalon(directory, &["trek", &id, "--json"]).json();
    assert_eq!(details["name"], hostile.as_str(), "JSON has the name as it is");
    for file in ["trek.gpx", "trek.svg"] {
        let path = directory.join(file).display().to_string();
        let command = if file.ends_with("gpx") { "export" } else { "map" };
        assert_eq!(jalon(directory, &[command, &id, "-o", &path]).status, 0);
        let written = std::fs::read_to_string(path).unwrap();
        assert!(written.contains("Lac"), "{file}");
        assert!(!is_hostile(&written.replace('\t', "")), "{file}: {written}");
        assert!(!written.contains("\npne/999 Forged</name>"), "{file}");
    }
}

#[test]
fn narrow_terminal_has_names_and_profiles_that_fit() {
    let fixture = Fixture::builder().refreshed().build();
    for columns in [20, 40, 60] {
        let run = jalon(fixture.directory(), &["trek", "1", "--columns", &columns.to_string()]);
        let is_profile = |line: &&str| line.contains(['┤', '│', '└']);
        let profile: Vec<&str> = run.out.lines().filter(is_profile).collect();
        assert!(profile.len() > 4, "{}", run.out);
        assert!(profile.iter().all(|line| line.width() <= columns), "{columns}: {}", run.out);
    }
}

#[test]
fn text_without_words_selects_every_trek() {
    let fixture = Fixture::builder().refreshed().build();
    let all = jalon(fixture.directory(), &["treks", "--json"]).json();
    for text in ["", "-", "🏔"] {
        let run = jalon(fixture.directory(), &["treks", "--json", "--", text]);
        assert_eq!((run.status, run.json()), (0, all.clone()), "{text:?}");
    }
}

#[test]
fn trek_without_a_line_is_not_exported() {
    let mut territory = Territory::generate(Size::default(), 1);
    territory.edit_field("trek", 2, "geometry", Value::Null);
    let fixture = Fixture::builder().territory(territory).refreshed().build();
    for (command, file) in [("export", "trek.gpx"), ("export", "trek.geojson"), ("map", "trek.svg")] {
        let path = fixture.directory().join(file);
        let run = jalon(fixture.directory(), &[command, "2", "-o", &path.display().to_string()]);
        assert_eq!(run.status, 2, "{}", run.out);
        assert!(run.err.contains("must be a trek with a line") && !path.exists(), "{}", run.err);
    }
}

#[test]
fn impossible_elevations_are_counted_on_the_sheet() {
    let mut territory = Territory::generate(Size::default(), 1);
    let is_it = |trek: &&Value| trek["id"] == 2;
    let mut geometry = territory.module("trek").iter().find(is_it).unwrap()["geometry"].clone();
    let vertices = geometry["coordinates"].as_array().unwrap().len();
    geometry["coordinates"][1][2] = (-9999).into();
    geometry["coordinates"][2][2] = 32767.into();
    // Possible in the Himalaya, but no path leads there from its neighbours.
    geometry["coordinates"][4][2] = 7000.into();
    territory.edit_field("trek", 2, "geometry", geometry);
    territory.edit_field("trek", 2, "min_elevation", (-9999).into());
    let fixture = Fixture::builder().territory(territory).refreshed().build();
    let count = |id: &str| {
        let sheet = jalon(fixture.directory(), &["trek", id, "--json"]).json();
        (sheet["unknown_elevations"].as_u64(), sheet["vertices"].as_u64())
    };
    assert_eq!(count("2"), (Some(3), Some(vertices as u64)));
    let sheet = jalon(fixture.directory(), &["trek", "2", "--json"]).json();
    assert!(sheet["min_elevation_m"].is_null() && sheet["max_elevation_m"].is_number(), "{sheet}");
    let sentence = format!("The elevation of 3 of the {vertices} vertices of the route is unknown");
    let text = jalon(fixture.directory(), &["trek", "2"]).out;
    assert!(text.contains(&sentence), "{text}");
    assert_eq!(count("1").0, Some(0));
    assert!(!jalon(fixture.directory(), &["trek", "1"]).out.contains("vertices"));
}

#[test]
fn items_by_distance_are_told_from_those_that_the_server_lists() {
    let territory = Territory::generate(Size::default(), 1);
    let fixture = Fixture::builder().territory(territory).pack(PackSubject::Trek(1), PictureSize::None).build();
    let companion = fixture.companion();
    let territory = companion.catalogue().territory(NAME).unwrap();
    let lines = || {
        let text = jalon(fixture.directory(), &["trek", "1"]).out;
        let section = text.split("\nSensitive areas").nth(1).unwrap_or_else(|| panic!("{text}"));
        section.split("\n\n").next().unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let put = |id: i64, name: &str| {
        let trek = companion.catalogue().object(&territory, Kind::Trek, 1).unwrap();
        let Position { lon, lat, .. } = trek.geometry().and_then(Geometry::first_position).unwrap();
        let corners = [(-0.01, -0.01), (0.01, -0.01), (0.01, 0.01), (-0.01, 0.01), (-0.01, -0.01)];
        let ring: Vec<Position> = corners.iter().map(|(east, north)| Position::new(lon + east, lat + north)).collect();
        let name = Localized::from_iter([("fr", name)]);
        let area = SensitiveArea { id, name, geometry: Some(Geometry::polygon([ring])), ..SensitiveArea::default() };
        companion.catalogue().write(|change| change.put(&territory, area.into())).unwrap();
    };
    let listed = companion.trek_details(NAME, 1, &[Kind::SensitiveArea]).unwrap().route_items;
    let listed: Vec<_> = listed.into_iter().filter(|item| !item.estimated).collect();
    assert!(!listed.is_empty(), "the server lists none");
    put(9_001, "Aire neuve");
    let lines = lines();
    assert_eq!(lines[0], "", "the heading holds for every item: {lines:?}");
    let by_distance: Vec<&String> = lines.iter().filter(|line| line.contains("off, by distance)")).collect();
    assert!(by_distance.iter().any(|line| line.contains("Aire neuve")), "{lines:?}");
    assert!(by_distance.len() < lines.len() - 1, "{lines:?}");
    // The points of interest of a trek without a pack are all by distance.
    let text = jalon(fixture.directory(), &["trek", "7"]).out;
    assert!(text.contains("(by distance from the route)\n") && !text.contains("off, by distance)"), "{text}");
}

#[test]
fn directory_with_a_path_that_is_too_long_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let long = (0..6).fold(directory.path().to_owned(), |path, _| path.join("d".repeat(100)));
    let run = jalon(&long, &["status"]);
    assert_eq!(run.status, 2, "{}", run.err);
    assert!(run.err.contains("must have a path of at most"), "{}", run.err);
}

#[test]
fn swapped_position_gives_a_hint() {
    let fixture = Fixture::builder().refreshed().build();
    let hint = |arguments: &[&str]| {
        let run = jalon(fixture.directory(), arguments);
        assert_eq!(run.status, 0, "{arguments:?}: {}", run.err);
        run.err
    };
    let start = &jalon(fixture.directory(), &["trek", "1", "--json"]).json()["geometry"]["coordinates"][0];
    let (lat, lon) = (start[1].to_string(), start[0].to_string());
    assert_eq!(hint(&["near", &lat, &lon]), "");
    let swapped = format!("{lon},{lat}");
    for arguments in
        [&["near", swapped.as_str()][..], &["treks", "--near", &swapped], &["note", "add", "x", "--at", &swapped]]
    {
        assert!(hint(arguments).contains("latitude and longitude may be swapped"), "{arguments:?}");
    }
    let hint_far = hint(&["near", "-40", "170"]);
    assert!(hint_far.contains("km from the nearest object") && !hint_far.contains("swapped"), "{hint_far}");
    assert!(hint(&["treks", "--bbox", "44.5,5.9,45.1,6.6"]).contains("west, south, east, north"));
    assert_eq!(hint(&["treks", "--bbox", "5.9,44.5,6.6,45.1"]), "");
}

#[test]
fn label_is_chosen_by_a_word_of_its_name() {
    let mut territory = Territory::generate(Size::default(), 1);
    territory.rename("label", 1, "Cœur de parc");
    territory.rename("label", 2, "Hors du parc");
    let fixture = Fixture::builder().territory(territory).refreshed().build();
    let treks = |label: &str| jalon(fixture.directory(), &["treks", "--json", "--label", label]);
    let by_id = treks("1").json();
    assert!(by_id["total"].as_u64() > Some(0));
    for word in ["coeur", "Cœur", "COEUR DE", "coe"] {
        assert_eq!(treks(word).json(), by_id, "{word}");
    }
    let ambiguous = treks("parc");
    assert_eq!(ambiguous.status, 2);
    let message = ambiguous.json()["error"]["message"].to_string();
    assert!(message.contains("Cœur de parc") && message.contains("Hors du parc"), "{message}");
}

#[test]
fn sheet_has_desks_ratings_source_and_structure() {
    let territory = Territory::generate(Size::default(), 1);
    let fixture = Fixture::builder().territory(territory).refreshed().build();
    let treks = jalon(fixture.directory(), &["treks", "--json", "--limit", "99"]).json();
    let mut seen = std::collections::BTreeSet::new();
    for trek in treks["items"].as_array().unwrap() {
        let reference = trek["ref"].as_str().unwrap();
        let sheet = jalon(fixture.directory(), &["trek", reference, "--json"]).json();
        let text = jalon(fixture.directory(), &["trek", reference]).out;
        for (key, heading) in
            [("ratings", "Ratings: "), ("accessibilities", "Accessibility: "), ("sources", "Source: ")]
        {
            for label in sheet[key].as_array().unwrap() {
                assert!(text.contains(heading) && text.contains(label.as_str().unwrap()), "{reference} {key}: {text}");
                seen.insert(key);
            }
        }
        if let Some(structure) = sheet["structure"].as_str() {
            assert!(text.contains(&format!("Structure: {structure}")), "{text}");
            seen.insert("structure");
        }
        for desk in sheet["information_desks"].as_array().unwrap() {
            assert!(text.contains("\nInformation desks\n") && text.contains(desk["name"].as_str().unwrap()), "{text}");
            seen.insert("desks");
        }
    }
    assert_eq!(seen.len(), 5, "{seen:?}");
}
