//! The small lists objects refer to by id.

use serde_json::{Value, json};

use super::{HOST, Territory, text};

/// Module, field of its label, whether the label is translated.
const LISTS: [(&str, &str, bool); 47] = [
    ("annotation_category", "label", true),
    ("feedback_activity", "label", true),
    ("feedback_category", "label", true),
    ("feedback_magnitude", "label", true),
    ("feedback_status", "label", true),
    ("file_type", "type", false),
    ("informationdesk_type", "label", true),
    ("infrastructure_condition", "label", false),
    ("infrastructure_maintenance_difficulty_level", "label", false),
    ("infrastructure_type", "label", false),
    ("infrastructure_usage_difficulty_level", "label", false),
    ("label", "name", true),
    ("label_accessibility", "label", true),
    ("organism", "name", false),
    ("outdoor_coursetype", "name", true),
    ("outdoor_practice", "name", true),
    ("outdoor_rating", "name", true),
    ("outdoor_ratingscale", "name", true),
    ("outdoor_sector", "name", true),
    ("outdoor_sitetype", "name", true),
    ("poi_type", "label", true),
    ("portal", "name", false),
    ("reservationsystem", "name", false),
    ("sensitivearea_practice", "name", true),
    ("sensitivearea_species", "name", true),
    ("service_type", "name", true),
    ("signage_blade_type", "label", false),
    ("signage_color", "label", false),
    ("signage_condition", "label", false),
    ("signage_direction", "label", false),
    ("signage_sealing", "label", false),
    ("signage_type", "label", false),
    ("source", "name", false),
    ("structure", "name", false),
    ("theme", "label", true),
    ("touristiccontent_category", "label", true),
    ("touristicevent_organizer", "label", false),
    ("touristicevent_place", "name", false),
    ("touristicevent_type", "type", true),
    ("trek_accessibility", "name", true),
    ("trek_accessibility_level", "name", true),
    ("trek_difficulty", "label", true),
    ("trek_network", "label", true),
    ("trek_practice", "name", true),
    ("trek_rating", "name", true),
    ("trek_ratingscale", "name", true),
    ("trek_route", "route", true),
];

pub(super) fn fill(made: &mut Territory) {
    for (module, field, translated) in LISTS.into_iter().chain([("weblink_category", "label", true)]) {
        made.put(module, (1..=3).map(|id| entry(module, field, translated, id)).collect());
    }
}

fn entry(module: &str, field: &str, translated: bool, id: usize) -> Value {
    let fr = format!("Été {} n°{id}", module.replace('_', " "));
    let mut entry = json!({"id": id, "pictogram": format!("{HOST}/media/upload/{module}-{id}.svg")});
    entry[field] = if translated { text::name(&fr, &format!("{module} {id}")) } else { json!(fr) };
    let more = match module {
        "trek_difficulty" => json!({"cirkwi_level": id}),
        "trek_practice" => json!({"order": null}),
        "trek_rating" | "outdoor_rating" => {
            json!({"scale": id, "order": id, "color": "", "description": {"fr": "", "en": "", "it": null}})
        }
        "trek_ratingscale" | "outdoor_ratingscale" | "outdoor_coursetype" | "outdoor_sitetype" => {
            json!({"practice": 1})
        }
        "outdoor_practice" => json!({"sector": 1}),
        "label" => json!({"advice": {"fr": "Pas de chien", "en": "", "it": ""}, "filter": true}),
        "feedback_status" => json!({"color": "#3aaa35", "identifier": format!("status{id}")}),
        "portal" => json!({"website": "https://example.org", "title": {"fr": "P", "en": "P", "it": "P"},
            "description": {"fr": "", "en": "", "it": ""}}),
        "source" => json!({"website": "https://example.org"}),
        "service_type" => json!({"practices": [1]}),
        "infrastructure_type" => json!({"type": "A", "structure": null}),
        "touristiccontent_category" => json!({"order": null, "types": [
            {"id": id * 100 + 1, "label": text::name("Usage", "Use"),
             "values": [{"id": 1, "label": text::name("Gîte", "Hut"), "pictogram": null}]},
            {"id": id * 100 + 2, "label": text::name("Label", "Label"), "values": []}]}),
        "touristicevent_place" => json!({"geometry": {"type": "Point", "coordinates": [6.1, 44.8]}}),
        "sensitivearea_species" => {
            let mut species = json!({"radius": 300, "url": "", "practices": [1]});
            for month in 1..=12 {
                species[format!("period{month:02}")] = json!(month % 4 == id);
            }
            species
        }
        _ => json!({}),
    };
    if let (Value::Object(entry), Value::Object(more)) = (&mut entry, more) {
        entry.extend(more);
    }
    entry
}
