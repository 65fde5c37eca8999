//! End-to-end tests of what the command line prints: hostile and long texts, narrow terminals, hints, and names of objects.

use std::ffi::OsString;
use std::path::Path;

use jalon_tests::fixture::Fixture;
use jalon_tests::generator::Territory;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

/// The result of a command.
struct Run {
    status: u8,
    out: String,
    err: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

fn jalon(data: &Path, arguments: &[&str]) -> Run {
    let mut all: Vec<OsString> = vec!["jalon".into(), "--data".into(), data.into(), "--lang".into(), "fr".into()];
    all.extend(arguments.iter().map(OsString::from));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = jalon_cli::run(all, &mut out, &mut err);
    Run { status, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
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
