//! Objects refer to what is there, except where `DANGLING` says that they do not.

use std::collections::BTreeSet;

use jalon_tests::territory::{DANGLING, Size, Territory};
use serde_json::Value;

/// Module, path of the field (`*` goes through every item or member), and the module it refers to.
const REFERENCES: [(&str, &str, &str); 80] = [
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
];

/// The numbers at a path.
fn at(value: &Value, path: &str, found: &mut BTreeSet<u64>) {
    match (path.split_once('/').unwrap_or((path, "")), value) {
        (("", _), value) => found.extend(value.as_u64()),
        (("*", rest), Value::Array(items)) => items.iter().for_each(|item| at(item, rest, found)),
        (("*", rest), Value::Object(members)) => members.values().for_each(|member| at(member, rest, found)),
        ((name, rest), value) => at(&value[name], rest, found),
    }
}

fn ids(objects: &[Value]) -> BTreeSet<u64> {
    objects.iter().filter_map(|object| object["id"].as_u64()).collect()
}

#[test]
fn objects_refer_to_what_is_there_except_on_purpose() {
    let made = Territory::generate(Size { treks: 40, pois: 100, contents: 60, events: 60 }, 5);
    let mut nowhere = BTreeSet::new();
    for (module, path, to) in REFERENCES {
        let mut there = ids(made.module(to));
        there.extend(made.hidden.get(to).into_iter().flat_map(|hidden| ids(hidden)));
        let mut any = false;
        for object in made.module(module).iter().chain(made.hidden.get(module).into_iter().flatten()) {
            let mut found = BTreeSet::new();
            at(object, path, &mut found);
            any |= !found.is_empty();
            let field = path.split('/').next().unwrap();
            nowhere.extend(found.difference(&there).map(|id| (module, object["id"].as_u64().unwrap(), field, *id)));
        }
        assert!(any, "{module} never refers to {to} by {path}");
    }
    assert_eq!(nowhere, BTreeSet::from(DANGLING));
    assert_eq!(ids(&made.hidden["theme"]), [11].into(), "a theme that is not in the list, and readable by detail");
}

#[test]
fn contents_have_types_of_their_category() {
    let made = Territory::generate(Size { contents: 80, ..Size::default() }, 5);
    let mut all = BTreeSet::new();
    for content in made.module("touristiccontent") {
        let categories = made.module("touristiccontent_category").iter();
        let category = categories.clone().find(|category| category["id"] == content["category"]).unwrap();
        let types = content["types"].as_object().unwrap();
        assert_eq!(types.len(), 2);
        for list in category["types"].as_array().unwrap() {
            let values = ids(list["values"].as_array().unwrap());
            let chosen = types[&list["id"].to_string()].as_array().unwrap();
            assert!(chosen.iter().all(|id| values.contains(&id.as_u64().unwrap())));
            all.extend(chosen.iter().filter_map(Value::as_u64));
        }
    }
    assert!(all.len() > 20);
}

#[test]
fn vocabularies_are_as_large_as_real_ones_and_not_all_translated() {
    let made = Territory::generate(Size::default(), 1);
    for (module, count) in [("theme", 10), ("poi_type", 15), ("trek_practice", 7), ("touristiccontent_category", 8)] {
        assert_eq!(made.module(module).len(), count, "{module}");
    }
    let difficulties = made.module("trek_difficulty").iter().map(|entry| (&entry["id"], &entry["label"]["en"]));
    let order: Vec<String> = difficulties.map(|(id, label)| format!("{id} {label}")).collect();
    assert_eq!(
        order,
        [r#"1 "Very easy""#, r#"2 "Easy""#, r#"3 "Medium""#, r#"4 "Difficult""#, r#"5 "Very difficult""#]
    );
    let themes = made.module("theme");
    assert!(themes.iter().any(|theme| theme["label"]["it"].is_string()));
    assert!(themes.iter().any(|theme| theme["label"]["en"].is_null()));
}
