//! Which entries of vocabularies an object names. A list of a vocabulary has only entries that published objects use, so
//! one that, say, an unpublished stage alone has is missing there; its own address answers all the same.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::value::AnyId;
use crate::model::Id;

/// List, field, and the list in which its numbers are looked up: those that a server shortens to what is in use.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("trek", "accessibilities", "trek_accessibility"),
    ("trek", "accessibility_level", "trek_accessibility_level"),
    ("trek", "difficulty", "trek_difficulty"),
    ("trek", "information_desks", "informationdesk"),
    ("trek", "labels", "label"),
    ("trek", "networks", "trek_network"),
    ("trek", "practice", "trek_practice"),
    ("trek", "ratings", "trek_rating"),
    ("trek", "reservation_system", "reservationsystem"),
    ("trek", "route", "trek_route"),
    ("trek", "source", "source"),
    ("trek", "structure", "structure"),
    ("trek", "themes", "theme"),
    ("touristiccontent", "category", "touristiccontent_category"),
    ("touristiccontent", "reservation_system", "reservationsystem"),
    ("touristiccontent", "source", "source"),
    ("touristiccontent", "structure", "structure"),
    ("touristiccontent", "themes", "theme"),
    ("touristicevent", "organizers_id", "touristicevent_organizer"),
    ("touristicevent", "source", "source"),
    ("touristicevent", "structure", "structure"),
    ("touristicevent", "themes", "theme"),
    ("touristicevent", "type", "touristicevent_type"),
    ("outdoor_site", "information_desks", "informationdesk"),
    ("outdoor_site", "labels", "label"),
    ("outdoor_site", "practice", "outdoor_practice"),
    ("outdoor_site", "ratings", "outdoor_rating"),
    ("outdoor_site", "source", "source"),
    ("outdoor_site", "structure", "structure"),
    ("outdoor_site", "themes", "theme"),
    ("outdoor_site", "type", "outdoor_sitetype"),
    ("outdoor_course", "ratings", "outdoor_rating"),
    ("outdoor_course", "structure", "structure"),
    ("outdoor_course", "type", "outdoor_coursetype"),
    ("infrastructure", "type", "infrastructure_type"),
    ("signage", "type", "signage_type"),
];

/// The entries that an object of a list names: where they are looked up, and their numbers. Whatever cannot be read names
/// nothing.
pub fn references(list: &str, json: &str) -> Vec<(&'static str, Id)> {
    let mut named = Vec::new();
    let mut known = REFERENCES.iter().filter(|(of, _, _)| *of == list).peekable();
    if known.peek().is_none() {
        return named;
    }
    let fields: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(json).unwrap_or_default();
    for (_, field, vocabulary) in known {
        let Some(value) = fields.get(*field).map(|raw| raw.get()) else { continue };
        let one = |json: &str| serde_json::from_str::<AnyId>(json).ok().map(|id| (*vocabulary, id.0));
        match serde_json::from_str::<Vec<&RawValue>>(value) {
            Ok(items) => named.extend(items.iter().filter_map(|item| one(item.get()))),
            Err(_) => named.extend(one(value)),
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geotrek::{VOCABULARIES, kind_of};
    use crate::model::Kind;

    #[test]
    fn an_object_names_entries_by_one_number_or_by_several() {
        let trek = r#"{"id": 9, "practice": 3, "themes": [5, "7", null], "difficulty": null, "labels": "x"}"#;
        let mut named = references("trek", trek);
        named.sort_unstable();
        assert_eq!(named, [("theme", 5), ("theme", 7), ("trek_practice", 3)]);
        assert_eq!(references("city", trek), []);
        assert_eq!(references("trek", "[]"), []);
    }

    #[test]
    fn what_is_looked_up_is_asked_for() {
        for (_, _, list) in REFERENCES {
            assert!(VOCABULARIES.contains(list) || kind_of(list) != Kind::Term, "{list}");
        }
    }
}
