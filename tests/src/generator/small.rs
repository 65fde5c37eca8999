//! A territory of few bytes: an itinerary of two stages with one of everything beside it, short lines and short texts, so
//! that all of a pack can be cut at every byte.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{REFERENCES, Size, Territory, referred, tours};

/// The objects kept of each module, by id; of those not named here, the vocabularies, those in use.
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
/// Many-to-many fields, which are left one entry each.
const MANY: [&str; 9] =
    ["themes", "labels", "networks", "ratings", "source", "portal", "practices", "conditions", "accessibilities"];
/// The most vertices of a line, and those of an outline.
const VERTICES: usize = 8;
/// A text longer than this becomes a short one, with its pictures.
const LONG: usize = 40;

impl Territory {
    /// An itinerary of two stages (treks 1, 3 and 4) with one of everything beside it, in as few bytes as it goes. Equal
    /// seeds give equal territories.
    pub fn small(seed: u64) -> Self {
        let mut made = Self::generate(Size { treks: 6, pois: 4, contents: 2, events: 2 }, seed);
        for (module, kept) in KEPT {
            let ids: Vec<u64> = made.module(module).iter().filter_map(|object| object["id"].as_u64()).collect();
            let gone = ids.into_iter().filter(|id| module != "tour" && !kept.contains(id));
            gone.for_each(|id| made.delete(module, id));
        }
        made.hidden.clear();
        made.modules.values_mut().flatten().for_each(shorten);
        // What is in use refers to others in turn: a rating to its scale, that to its practice.
        let mut used = BTreeSet::new();
        for _ in 0..4 {
            for (module, path, to) in REFERENCES {
                let kept = made.module(module).iter().filter(|object| {
                    main(module) || object["id"].as_u64().is_some_and(|id| used.contains(&(module, id)))
                });
                let found: Vec<u64> = kept.flat_map(|object| referred(object, path)).collect();
                used.extend(found.into_iter().map(|id| (to, id)));
            }
        }
        for (module, entries) in made.modules.iter_mut().filter(|(module, _)| !main(module)) {
            let first = entries.first().cloned();
            entries.retain(|entry| entry["id"].as_u64().is_some_and(|id| used.contains(&(module.as_str(), id))));
            // A list is never empty, as that is what a broken one is.
            if entries.is_empty() {
                entries.extend(first);
            }
        }
        made.excluded.clear();
        tours::gather(&mut made);
        made
    }
}

/// Whether a module is no vocabulary.
fn main(module: &str) -> bool {
    KEPT.iter().any(|(kept, _)| *kept == module)
}

/// Shortens lines, lists and texts, whatever they are in.
fn shorten(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("geometry" | "points_reference", geometry) => thin(geometry),
                    ("attachments" | "web_links" | "rules" | "blades", Value::Array(all)) => {
                        all.truncate(1);
                        all.iter_mut().for_each(shorten);
                    }
                    (many, Value::Array(all)) if MANY.contains(&many) => all.truncate(1),
                    (_, text) if text.get("fr").is_some() && text.get("it").is_some() => {
                        for language in ["fr", "en", "it"] {
                            brief(&mut text[language]);
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

fn brief(text: &mut Value) {
    let Some(long) = text.as_str().filter(|text| text.len() > LONG && text.starts_with('<')) else { return };
    let pictures = long.split("<img").skip(1).filter_map(|rest| rest.split_once("/>"));
    let pictures: String = pictures.map(|(picture, _)| format!("<img{picture}/>")).collect();
    *text = json!(format!("<p>Là-haut.{pictures}</p>"));
}

/// Leaves some vertices of each line, its ends among them.
fn thin(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(thin),
        Value::Array(items) if items.first().is_some_and(|first| first[0].is_number()) => {
            let step = items.len().div_ceil(VERTICES).max(1);
            let last = items.len() - 1;
            let kept = items.iter().enumerate().filter(|(at, _)| at % step == 0 || *at == last);
            *items = kept.map(|(_, item)| item.clone()).collect();
        }
        Value::Array(items) => items.iter_mut().for_each(thin),
        _ => {}
    }
}
