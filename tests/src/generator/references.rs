//! References between objects, and those that lead nowhere, on purpose: everything else refers to what is there. On a real server an id can be
//! missing from a list because its entry is not published or serves no published object; sometimes the detail still
//! gives it, sometimes nothing does.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Territory, text};

/// The theme only the unpublished stage has: it is not in the list, and its detail answers.
pub(super) const THEME: u64 = 11;

/// Module, path of the field (`*` goes through every item or member), and the module it refers to.
pub const REFERENCES: [(&str, &str, &str); 81] = [
    ("trek", "difficulty", "trek_difficulty"),
    ("trek", "practice", "trek_practice"),
    ("trek", "route", "trek_route"),
    ("trek", "networks/*", "trek_network"),
    ("trek", "ratings/*", "trek_rating"),
    ("trek", "accessibilities/*", "trek_accessibility"),
    ("trek", "accessibility_level", "trek_accessibility_level"),
    ("trek", "themes/*", "theme"),
    ("trek", "labels/*", "label"),
    ("trek", "information_desks/*", "informationdesk"),
    ("trek", "source/*", "source"),
    ("trek", "portal/*", "portal"),
    ("trek", "structure", "structure"),
    ("trek", "reservation_system", "reservationsystem"),
    ("trek", "cities/*", "city"),
    ("trek", "departure_city", "city"),
    ("trek", "districts/*", "district"),
    ("trek", "children/*", "trek"),
    ("trek", "parents/*", "trek"),
    ("trek", "next/*", "trek"),
    ("trek", "previous/*", "trek"),
    ("trek", "attachments/*/filetype/id", "file_type"),
    ("trek", "web_links/*/category/id", "weblink_category"),
    ("trek", "view_points/*/id", "hdviewpoint"),
    ("trek_rating", "scale", "trek_ratingscale"),
    ("trek_ratingscale", "practice", "trek_practice"),
    ("tour", "id", "trek"),
    ("tour", "steps/*/id", "trek"),
    ("tour", "steps/*/themes/*", "theme"),
    ("poi", "type", "poi_type"),
    ("poi", "structure", "structure"),
    ("poi", "attachments/*/filetype/id", "file_type"),
    ("poi", "view_points/*/id", "hdviewpoint"),
    ("touristiccontent", "category", "touristiccontent_category"),
    ("touristiccontent", "themes/*", "theme"),
    ("touristiccontent", "cities/*", "city"),
    ("touristiccontent", "departure_city", "city"),
    ("touristiccontent", "districts/*", "district"),
    ("touristiccontent", "label_accessibility", "label_accessibility"),
    ("touristiccontent", "portal/*", "portal"),
    ("touristiccontent", "source/*", "source"),
    ("touristiccontent", "reservation_system", "reservationsystem"),
    ("touristicevent", "type", "touristicevent_type"),
    ("touristicevent", "organizers_id/*", "touristicevent_organizer"),
    ("touristicevent", "themes/*", "theme"),
    ("touristicevent", "cities/*", "city"),
    ("informationdesk", "type/id", "informationdesk_type"),
    ("informationdesk", "label_accessibility", "label_accessibility"),
    ("sensitivearea", "species_id", "sensitivearea_species"),
    ("sensitivearea", "practices/*", "sensitivearea_practice"),
    ("sensitivearea_species", "practices/*", "sensitivearea_practice"),
    ("service", "type", "service_type"),
    ("service", "structure", "structure"),
    ("service_type", "practices/*", "trek_practice"),
    ("signage", "type", "signage_type"),
    ("signage", "condition", "signage_condition"),
    ("signage", "conditions/*", "signage_condition"),
    ("signage", "sealing", "signage_sealing"),
    ("signage", "blades/*/color", "signage_color"),
    ("signage", "blades/*/direction", "signage_direction"),
    ("signage", "blades/*/lines/*/direction", "signage_direction"),
    ("infrastructure", "type", "infrastructure_type"),
    ("infrastructure", "conditions/*", "infrastructure_condition"),
    ("infrastructure", "maintenance_difficulty", "infrastructure_maintenance_difficulty_level"),
    ("infrastructure", "usage_difficulty", "infrastructure_usage_difficulty_level"),
    ("outdoor_site", "practice", "outdoor_practice"),
    ("outdoor_site", "sector", "outdoor_sector"),
    ("outdoor_site", "type", "outdoor_sitetype"),
    ("outdoor_site", "ratings/*", "outdoor_rating"),
    ("outdoor_site", "labels/*", "label"),
    ("outdoor_site", "managers/*", "organism"),
    ("outdoor_site", "parent", "outdoor_site"),
    ("outdoor_site", "courses/*", "outdoor_course"),
    ("outdoor_course", "sites/*", "outdoor_site"),
    ("outdoor_course", "type", "outdoor_coursetype"),
    ("outdoor_course", "ratings/*", "outdoor_rating"),
    ("outdoor_rating", "scale", "outdoor_ratingscale"),
    ("outdoor_ratingscale", "practice", "outdoor_practice"),
    ("outdoor_practice", "sector", "outdoor_sector"),
    ("menu_item", "page", "flatpage"),
    ("hdviewpoint", "annotations/features/*/properties/category", "annotation_category"),
];

/// Module, id of the object, field, and the id that is nowhere.
pub const DANGLING: [(&str, u64, &str, u64); 4] = [
    ("trek", 6, "information_desks", 99),
    ("trek", 4, "cities", 999),
    ("touristicevent", 2, "organizers_id", 99),
    ("signage", 4, "sealing", 99),
];

pub(super) fn fill(made: &mut Territory) {
    let theme = json!({"id": THEME, "label": text::name("Archives", "Archives"),
        "pictogram": format!("{}/media/upload/theme-{THEME}.svg", super::HOST)});
    made.hidden.insert("theme".to_owned(), vec![theme]);
    for (module, id, field, nowhere) in DANGLING {
        let mut objects = made.modules.get_mut(module).into_iter().flatten();
        let Some(object) = objects.find(|object| object["id"] == id) else { continue };
        match &mut object[field] {
            Value::Array(ids) => ids.push(json!(nowhere)),
            value => *value = json!(nowhere),
        }
    }
}

/// The numbers at the path of a reference.
pub fn referred(object: &Value, path: &str) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    at(object, path, &mut found);
    found
}

fn at(value: &Value, path: &str, found: &mut BTreeSet<u64>) {
    match (path.split_once('/').unwrap_or((path, "")), value) {
        (("", _), value) => found.extend(value.as_u64()),
        (("*", rest), Value::Array(items)) => items.iter().for_each(|item| at(item, rest, found)),
        (("*", rest), Value::Object(members)) => members.values().for_each(|member| at(member, rest, found)),
        ((name, rest), value) => at(&value[name], rest, found),
    }
}
