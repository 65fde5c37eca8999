//! The settings of a tree: vocabularies, municipalities and districts.

use url::Url;

use super::reshape::{Members, absolute, quoted};
use crate::geotrek::read::Reader;
use crate::geotrek::value;
use crate::model::Object;
use crate::model::json::JsonObject;

/// The lists of the settings, and the lists of API v2 with the same entries.
const LISTS: [(&str, &str); 14] = [
    ("difficulty", "trek_difficulty"),
    ("practice", "trek_practice"),
    ("accessibilities", "trek_accessibility"),
    ("route", "trek_route"),
    ("themes", "theme"),
    ("networks", "trek_network"),
    ("information_desk_types", "informationdesk_type"),
    ("touristiccontent_types", "touristiccontent_type"),
    ("touristiccontent_categories", "touristiccontent_category"),
    ("touristicevent_types", "touristicevent_type"),
    ("poi_types", "poi_type"),
    ("sensitive_area_practices", "sensitivearea_practice"),
    ("districts", "district"),
    ("cities", "city"),
];

/// Classes of numbers for the filters of Geotrek's own app.
const CLASSES: [&str; 3] = ["length", "ascent", "duration"];

/// The entries of the settings. Lists that are unknown, and what cannot be read, are counted by `reader`.
pub(super) fn read(json: &str, reader: &Reader, media: &Url) -> Vec<Object> {
    let mut objects = Vec::new();
    let Ok(settings) = JsonObject::parse(json) else {
        reader.report("settings", "", "not an object");
        return objects;
    };
    let lists = settings.get("data").and_then(|data| value::items(data.get()));
    if lists.is_none() {
        reader.report("settings", "data", "missing");
    }
    for list in lists.unwrap_or_default() {
        let Ok(list) = JsonObject::parse(list.get()) else { continue };
        let name = list.get("id").and_then(|id| serde_json::from_str::<String>(id.get()).ok()).unwrap_or_default();
        let Some((_, list_name)) = LISTS.into_iter().find(|(known, _)| *known == name) else {
            // Older trees have the classes in the plural.
            if !CLASSES.contains(&name.trim_end_matches('s')) {
                reader.report("settings", &name, "unknown");
            }
            continue;
        };
        let entries = list.get("values").and_then(|values| value::items(values.get()));
        if entries.is_none() {
            reader.report("settings", &name, "mistyped");
        }
        for entry in entries.unwrap_or_default() {
            let json = reshaped(list_name, entry.get(), media);
            objects.extend(reader.read(list_name, json.as_deref().unwrap_or(entry.get())));
        }
    }
    objects
}

/// An entry with the absolute address of its pictogram.
fn reshaped(list: &str, json: &str, media: &Url) -> Option<String> {
    let mut members = Members::default();
    for (name, json) in JsonObject::parse(json).ok()?.members() {
        match serde_json::from_str::<String>(json.get()) {
            Ok(link) if name == "pictogram" => members.push(name, &quoted(&absolute(&link, media))),
            _ => members.push(name, json.get()),
        }
    }
    if matches!(list, "city" | "district") {
        members.push("published", "true");
    }
    Some(members.into_json())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geotrek::Limits;

    #[test]
    fn settings_give_terms_and_places_and_count_unknown_lists() {
        let json = r#"{"filters": [], "data": [
            {"id": "length", "values": [{"id": 1, "name": "< 10 km", "interval": [0, 9999]}]}, {"id": "durations", "values": []},
            {"id": "themes", "name": "Thèmes", "values": [{"id": 5, "name": "Lac", "pictogram": "/media/upload/l.png"}]},
            {"id": "poi_types", "values": [{"id": 11, "label": "Four", "pictogram": null}]},
            {"id": "cities", "values": [{"id": 33, "code": "38132", "name": "Ancelle"}]},
            {"id": "moods", "values": []}, 3]}"#;
        let reader = Reader::new(None, "fr", &Limits::default());
        let objects = read(json, &reader, &Url::parse("https://park.example/mobile/").unwrap());
        let [Object::Term(theme), Object::Term(poi_type), Object::City(city)] = objects.as_slice() else {
            panic!("{objects:?}")
        };
        assert_eq!((theme.vocabulary.as_str(), theme.id), ("theme", 5));
        assert_eq!(theme.pictogram.as_deref(), Some("https://park.example/mobile/media/upload/l.png"));
        assert_eq!(poi_type.label.in_language("fr"), Some("Four"));
        assert_eq!((city.code.as_deref(), city.is_published), (Some("38132"), true));
        let problems: Vec<_> = reader.problems().iter().map(|(list, field, ..)| format!("{list}.{field}")).collect();
        assert_eq!(problems, ["settings.moods"]);
    }
}
