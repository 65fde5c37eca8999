//! The references between objects, and the dangling ones. On a real server an id can be missing from a list because its entry
//! is not published or not used by a published object. Some of these can still be read by id.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Territory, text};

/// The theme of the unpublished stage only. It is not in the list, but can be read by id.
pub(super) const THEME: u64 = 11;

/// Module, path of the field (`*` stands for each item or member), and the module that it refers to.
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

/// Module, id of the object, field, and the id that does not exist.
pub const DANGLING: [(&str, u64, &str, u64); 4] = [
    ("trek", 6, "information_desks", 99),
    ("trek", 4, "cities", 999),
    ("touristicevent", 2, "organizers_id", 99),
    ("signage", 4, "sealing", 99),
];

pub(super) fn fill(territory: &mut Territory) {
    let theme = json!({"id": THEME, "label": text::name("Archives", "Archives"),
        "pictogram": format!("{}/media/upload/theme-{THEME}.svg", super::HOST)});
    territory.hidden.insert("theme".to_owned(), vec![theme]);
    for (module, id, field, missing) in DANGLING {
        let mut objects = territory.modules.get_mut(module).into_iter().flatten();
        let Some(object) = objects.find(|object| object["id"] == id) else { continue };
        match &mut object[field] {
            Value::Array(ids) => ids.push(json!(missing)),
            value => *value = json!(missing),
        }
    }
}

/// The ids at the path of a reference.
pub fn referenced_ids(object: &Value, path: &str) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    collect(object, path, &mut found);
    found
}

fn collect(value: &Value, path: &str, found: &mut BTreeSet<u64>) {
    match (path.split_once('/').unwrap_or((path, "")), value) {
        (("", _), value) => found.extend(value.as_u64()),
        (("*", rest), Value::Array(items)) => items.iter().for_each(|item| collect(item, rest, found)),
        (("*", rest), Value::Object(members)) => members.values().for_each(|member| collect(member, rest, found)),
        ((name, rest), value) => collect(&value[name], rest, found),
    }
}
