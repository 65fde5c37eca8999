//! Mappings that break a rule are refused with the key and the rule.

use serde_json::{Value, json};

use super::every_kind;
use crate::edition::Mapping;

fn error(change: impl FnOnce(&mut Value)) -> String {
    let mut mapping = every_kind();
    change(&mut mapping);
    Mapping::parse(&mapping.to_string()).unwrap_err().to_string()
}

#[test]
fn unknown_key_is_named_at_every_depth() {
    for (path, pointer) in [
        ("mapping", ""),
        ("mapping.fields", "/fields"),
        ("mapping.rules[1]", "/rules/1"),
        ("mapping.rules[1].when[0]", "/rules/1/when/0"),
        ("mapping.licenses[0]", "/licenses/0"),
        ("mapping.sources[0]", "/sources/0"),
    ] {
        let error = error(|mapping| {
            mapping.pointer_mut(pointer).unwrap()["colour"] = "red".into();
        });
        assert!(error.starts_with(path) && error.contains("unknown field `colour`"), "{path}: {error}");
    }
}

#[test]
fn broken_rule_is_named_with_its_key() {
    for (pointer, value, expected) in [
        ("/name", json!("Été"), "mapping.name: must be 1 to 64 lower-case"),
        ("/languages", json!([]), "mapping.languages: must be 1 to 32"),
        ("/languages", json!(["fr", "fr"]), "mapping.languages: must be 1 to 32 different"),
        ("/languages", json!(["français"]), "mapping.languages: must be language tags"),
        ("/default_language", json!("de"), "mapping.default_language: must be one of the languages"),
        ("/licenses", json!([{"title": "x"}]), "mapping.licenses[0]: must have a name"),
        ("/rules", json!([]), "mapping.rules: must have at least one"),
        ("/fields/name", json!(7), "mapping.fields.name: must follow the format"),
        ("/rules/1/kind", json!("city"), "mapping.rules[1].kind: must be one of trek, poi,"),
        ("/rules/1/type", json!({}), "mapping.rules[1].type: must have a label"),
        ("/rules/1/type", json!({"it": "Tipo"}), "mapping.rules[1].type: must have labels in the languages"),
        ("/rules/1/months", json!([1]), "mapping.rules[1].months: must be given for sensitive areas only"),
        ("/rules/3/months", json!([13]), "mapping.rules[3].months: must be numbers from 1 to 12"),
        ("/rules/5/requires_name", json!(true), "mapping.rules[5].requires_name: must not be given"),
        (
            "/rules/5/fields",
            json!({"name": "name"}),
            "mapping.rules[5].fields.name: must not be given: a service has no place",
        ),
        ("/rules/1/fields", json!({"name": ""}), "mapping.rules[1].fields.name: must be the name of a property"),
        ("/rules/1/when/0", json!({"property": "a"}), "mapping.rules[1].when[0]: must have exactly one"),
        (
            "/rules/1/when/0",
            json!({"property": "a", "equals": 1, "exists": true}),
            "mapping.rules[1].when[0]: must have exactly",
        ),
        (
            "/rules/1/when/0",
            json!({"property": "a", "one_of": []}),
            "mapping.rules[1].when[0]: must have at least one value",
        ),
        (
            "/rules/1/when/0",
            json!({"property": "a", "none_of": [[]]}),
            "mapping.rules[1].when[0]: must compare with texts",
        ),
    ] {
        let error = error(|mapping| {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let parent = mapping.pointer_mut(parent).unwrap();
            match parent {
                Value::Array(items) => items[key.parse::<usize>().unwrap()] = value.clone(),
                parent => parent[key] = value.clone(),
            }
        });
        assert!(error.starts_with(expected), "{pointer}: {error}");
    }
    assert!(Mapping::parse("{").unwrap_err().to_string().starts_with("mapping: must follow the format of mappings"));
    let twice = format!("{0} {0}", every_kind());
    assert!(Mapping::parse(&twice).unwrap_err().to_string().starts_with("mapping: must be one JSON object"));
}

#[test]
fn rules_with_one_type_must_have_one_label() {
    let with_second = |label: Value| {
        error(|mapping| {
            let mut rule = mapping["rules"][1].clone();
            rule["type"] = label;
            mapping["rules"].as_array_mut().unwrap().push(rule);
        })
    };
    let error = with_second(json!({"fr": "Type poi", "en": "Other"}));
    assert!(error.starts_with("mapping.rules[8].type: must have the same labels as the type of rules[1]"), "{error}");
}
