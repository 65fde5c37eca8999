//! Every kind has the fields, and the types in them, that were seen on a real server. ChangeKind was seen lies beside the
//! project for those who have it; without it there is nothing to compare with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jalon_tests::generator::{Size, Territory};
use serde_json::Value;

/// By field, what is found in it: `int`, `str`, `''`, `null`, `[]`, `lang:null`…
type Fields = BTreeMap<String, BTreeSet<String>>;

/// Fields seen by module, from lines like ``- `name`: {lang:null|str}×66, {lang:null}×1  — fr: str×65, null×1``.
fn seen() -> Option<BTreeMap<String, Fields>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/geotrek/recorded/field_types.md");
    let text = std::fs::read_to_string(path).ok()?;
    let mut modules: BTreeMap<String, Fields> = BTreeMap::new();
    let mut module = String::new();
    for line in text.lines() {
        if let Some((name, _)) = line.strip_prefix("## ").and_then(|title| title.split_once(' ')) {
            module = name.to_owned();
        } else if let Some((field, types)) = line.strip_prefix("- `").and_then(|line| line.split_once("`: ")) {
            let types = types.split("  — ").next().unwrap_or(types).split('×').flat_map(|part| {
                // The count of the type before, then the type.
                let kind = part.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(", ");
                classes_written(kind)
            });
            modules.entry(module.clone()).or_default().insert(field.to_owned(), types.collect());
        }
    }
    Some(modules)
}

fn classes_written(kind: &str) -> Vec<String> {
    match kind {
        "" => vec![],
        _ if kind.starts_with("{lang:") => {
            kind[6..].trim_end_matches('}').split('|').map(|kind| format!("lang:{kind}")).collect()
        }
        _ if kind.starts_with('{') => vec!["object".to_owned()],
        _ if kind.starts_with("[{") => vec!["[object]".to_owned()],
        // Shapes: `Point/3D`, `GeometryCollection`.
        _ if kind.starts_with(char::is_uppercase) => vec![kind.to_owned()],
        _ => vec![kind.to_owned()],
    }
}

fn classes(value: &Value) -> Vec<String> {
    let one = |class: &str| vec![class.to_owned()];
    match value {
        Value::Null => one("null"),
        Value::Bool(_) => one("bool"),
        Value::Number(number) => one(if number.is_f64() { "float" } else { "int" }),
        Value::String(text) => one(if text.is_empty() { "''" } else { "str" }),
        Value::Array(items) => match items.first() {
            None => one("[]"),
            Some(Value::Object(_)) => one("[object]"),
            Some(item) => vec![format!("[{}]", classes(item)[0])],
        },
        Value::Object(members) if members.contains_key("it") => {
            members.values().flat_map(classes).map(|class| format!("lang:{class}")).collect()
        }
        Value::Object(members) => match members.get("type").and_then(Value::as_str) {
            Some("GeometryCollection") => one("GeometryCollection"),
            Some(kind) if members.contains_key("coordinates") => {
                let mut first = &members["coordinates"];
                while first[0].is_array() {
                    first = &first[0];
                }
                vec![format!("{kind}/{}D", first.as_array().map_or(0, Vec::len))]
            }
            _ => one("object"),
        },
    }
}

#[test]
fn every_kind_has_the_fields_and_types_of_a_real_server() {
    let Some(seen) = seen() else {
        println!("skipped: no record of a real server beside the project");
        return;
    };
    // Several, for what is rare in kinds that have few objects.
    let size = Size { treks: 40, pois: 60, contents: 60, events: 60 };
    let made: Vec<Territory> = (1..=6).map(|seed| Territory::generate(size, seed)).collect();
    let mut wrong = Vec::new();
    let no_fields = Fields::new();
    for (module, fields) in &seen {
        // Two tours were seen, and many treks, whose fields tours have.
        let more = if module == "tour" { &seen["trek"] } else { &no_fields };
        let mut own = Fields::new();
        for object in made.iter().flat_map(|made| made.module(module)) {
            let members = object.as_object().unwrap();
            for field in fields.keys().filter(|field| !members.contains_key(*field)) {
                wrong.push(format!("{module} {} has no {field}", object["id"]));
            }
            for (field, value) in members {
                // Plain texts are kept in every language, and answered in one.
                let plain = ["signage", "infrastructure", "hdviewpoint"].contains(&module.as_str())
                    && ["name", "description", "title", "legend"].contains(&field.as_str());
                let value = if plain { &value["fr"] } else { value };
                own.entry(field.clone()).or_default().extend(classes(value));
            }
        }
        assert!(!own.is_empty(), "{module}");
        for (field, classes) in &own {
            match fields.get(field) {
                None => wrong.push(format!("{module} has a field {field} too many")),
                Some(seen) if seen == classes => {}
                Some(seen) if more.get(field).is_some_and(|more| classes.is_subset(&(seen | more))) => {}
                Some(seen) => wrong.push(format!("{module} {field}: {classes:?} and not {seen:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
