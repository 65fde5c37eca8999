//! A territory of few bytes: an itinerary of two stages, one object of each other kind near it, short lines and short texts.
//! Its packs can be cut at every byte.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{REFERENCES, Size, Territory, referenced_ids, tours};

/// The ids of the objects that remain in each module. Of the other modules, the vocabularies, the used entries remain.
const KEPT: [(&str, &[u64]); 15] = [
    ("trek", &[1, 3, 4]),
    ("tour", &[1]),
    ("poi", &[1, 2]),
    ("touristiccontent", &[1]),
    ("touristicevent", &[1]),
    ("sensitivearea", &[1, 2]),
    ("service", &[1]),
    ("signage", &[1]),
    ("infrastructure", &[1]),
    ("outdoor_site", &[1, 2]),
    ("outdoor_course", &[1]),
    ("informationdesk", &[1, 2, 4]),
    ("flatpage", &[1, 2]),
    ("menu_item", &[1]),
    ("hdviewpoint", &[1, 2, 3]),
];
/// Many-to-many fields. One entry of each remains.
const MANY_TO_MANY: [&str; 9] =
    ["themes", "labels", "networks", "ratings", "source", "portal", "practices", "conditions", "accessibilities"];
/// The largest number of vertices of a line or an outline.
const MAX_VERTICES: usize = 8;
/// Longer texts are replaced by a short one with the same pictures.
const MAX_TEXT_BYTES: usize = 40;

impl Territory {
    /// An itinerary of two stages (treks 1, 3 and 4), and one object of each other kind near it, in few bytes. Equal seeds give
    /// equal territories.
    pub fn small(seed: u64) -> Self {
        let mut territory = Self::generate(Size { treks: 6, pois: 4, contents: 2, events: 2 }, seed);
        for (module, kept) in KEPT {
            let ids: Vec<u64> = territory.module(module).iter().filter_map(|object| object["id"].as_u64()).collect();
            let gone = ids.into_iter().filter(|id| module != "tour" && !kept.contains(id));
            gone.for_each(|id| territory.delete(module, id));
        }
        territory.hidden.clear();
        territory.modules.values_mut().flatten().for_each(shorten);
        // Used entries refer to others: a rating to its scale, and the scale to its practice.
        let mut used = BTreeSet::new();
        for _ in 0..4 {
            for (module, path, to) in REFERENCES {
                let kept = territory.module(module).iter().filter(|object| {
                    is_main(module) || object["id"].as_u64().is_some_and(|id| used.contains(&(module, id)))
                });
                let found: Vec<u64> = kept.flat_map(|object| referenced_ids(object, path)).collect();
                used.extend(found.into_iter().map(|id| (to, id)));
            }
        }
        for (module, entries) in territory.modules.iter_mut().filter(|(module, _)| !is_main(module)) {
            let first = entries.first().cloned();
            entries.retain(|entry| entry["id"].as_u64().is_some_and(|id| used.contains(&(module.as_str(), id))));
            // An empty list would be treated as truncated.
            if entries.is_empty() {
                entries.extend(first);
            }
        }
        territory.excluded.clear();
        tours::rebuild(&mut territory);
        territory
    }
}

/// Whether a module is not a vocabulary.
fn is_main(module: &str) -> bool {
    KEPT.iter().any(|(kept, _)| *kept == module)
}

/// Shortens all lines, lists and texts.
fn shorten(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("geometry" | "points_reference", geometry) => thin(geometry),
                    ("attachments", Value::Array(all)) => {
                        let mut rank = 0..;
                        all.retain(|attachment| rank.next() == Some(0) || attachment["type"] == "file");
                        all.iter_mut().for_each(shorten);
                    }
                    ("web_links" | "rules" | "blades", Value::Array(all)) => {
                        all.truncate(1);
                        all.iter_mut().for_each(shorten);
                    }
                    (many, Value::Array(all)) if MANY_TO_MANY.contains(&many) => all.truncate(1),
                    (_, text) if text.get("fr").is_some() && text.get("it").is_some() => {
                        for language in ["fr", "en", "it"] {
                            shorten_text(&mut text[language]);
                        }
                    }
                    (_, member) => shorten(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        _ => {}
    }
}

fn shorten_text(text: &mut Value) {
    let Some(long) = text.as_str().filter(|text| text.len() > MAX_TEXT_BYTES && text.starts_with('<')) else { return };
    let pictures = long.split("<img").skip(1).filter_map(|rest| rest.split_once("/>"));
    let pictures: String = pictures.map(|(picture, _)| format!("<img{picture}/>")).collect();
    *text = json!(format!("<p>Là-haut.{pictures}</p>"));
}

/// Removes vertices of lines, but not their ends.
fn thin(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(thin),
        Value::Array(items) if items.first().is_some_and(|first| first[0].is_number()) => {
            let step = items.len().div_ceil(MAX_VERTICES).max(1);
            let last = items.len() - 1;
            let kept = items.iter().enumerate().filter(|(at, _)| at % step == 0 || *at == last);
            *items = kept.map(|(_, item)| item.clone()).collect();
        }
        Value::Array(items) => items.iter_mut().for_each(thin),
        _ => {}
    }
}
