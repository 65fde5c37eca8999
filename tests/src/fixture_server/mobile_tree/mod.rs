//! The static tree of Geotrek's mobile app below `/mobile/`, as `sync_mobile` writes it and nginx serves it: one language a
//! request, by an `Accept-Language` that is exactly the name of a folder; pictures in the folder of each trek that shows them;
//! texts without a translation in the default language. The tree follows the territory at each request.
//!
//! * `features`: the shapes of objects that all files share. `archive`: the ZIP files.

mod archive;
mod features;

use http::HeaderMap;
use serde_json::{Map, Value, json};

use archive::archive;
use features::{collection, feature, flat, has_id, id, pictogram_path, pictures, same};

use super::media::{Media, crc};
use super::near::NearFilter;
use super::query::Query;
use super::response::Response;
use super::static_file::StaticFile;
use crate::generator::{HOST, Territory};

/// The path of the tree.
pub(super) const TREE: &str = "/mobile/";
const LANGUAGES: [&str; 3] = ["fr", "en", "it"];
/// The number of pictures of a trek or a point of interest.
const PICTURES: usize = 3;
/// Texts of treks.
const TREK_TEXTS: [&str; 9] = [
    "name",
    "departure",
    "arrival",
    "description_teaser",
    "ambiance",
    "description",
    "access",
    "advised_parking",
    "advice",
];
/// Other fields of treks that have the same name and shape in API v2.
const TREK_FIELDS: [&str; 17] = [
    "id",
    "accessibilities",
    "duration",
    "difficulty",
    "ascent",
    "descent",
    "route",
    "labels",
    "parking_location",
    "min_elevation",
    "max_elevation",
    "themes",
    "networks",
    "practice",
    "cities",
    "districts",
    "departure_city",
];
/// Fields of the list of treks.
const LIST_FIELDS: [&str; 12] = [
    "id",
    "accessibilities",
    "route",
    "departure_city",
    "difficulty",
    "practice",
    "themes",
    "districts",
    "cities",
    "duration",
    "ascent",
    "descent",
];
/// The lists of the settings, and the vocabularies with the same entries.
const SETTINGS: [(&str, &str); 13] = [
    ("difficulty", "trek_difficulty"),
    ("practice", "trek_practice"),
    ("accessibilities", "trek_accessibility"),
    ("route", "trek_route"),
    ("themes", "theme"),
    ("networks", "trek_network"),
    ("touristiccontent_categories", "touristiccontent_category"),
    ("touristicevent_types", "touristicevent_type"),
    ("poi_types", "poi_type"),
    ("information_desk_types", "informationdesk_type"),
    ("sensitive_area_practices", "sensitivearea_practice"),
    ("districts", "district"),
    ("cities", "city"),
];

/// A tree in one language.
struct Tree<'t> {
    territory: &'t Territory,
    language: &'t str,
}

/// The response for a file of the tree; `path` is that below [`TREE`].
pub(super) fn respond(
    territory: &Territory,
    media: &Media,
    path: &str,
    headers: &HeaderMap,
    (url, supports_ranges): (&str, bool),
) -> Response {
    let within_folder = path.split_once('/').filter(|(folder, _)| folder.bytes().all(|byte| byte.is_ascii_digit()));
    let file = within_folder.map_or(path, |(_, file)| file);
    if file.starts_with("media/") {
        return media.respond(&format!("/{file}"), headers, supports_ranges);
    }
    if let Some(name) = path.strip_suffix(".zip") {
        let Some(body) = archive(territory, media, name) else { return Response::not_found() };
        let tag = format!("\"{:08x}-{:x}\"", crc(&body), body.len());
        let dated = "Mon, 23 Nov 2026 12:00:00 GMT".to_owned();
        return StaticFile { kind: "application/zip", body: &body, tag, dated }.respond(headers, supports_ranges);
    }
    let language = headers.get("accept-language").and_then(|language| language.to_str().ok()).unwrap_or("");
    let Some(language) = LANGUAGES.into_iter().find(|known| *known == language) else { return Response::not_found() };
    let Some(content) = (Tree { territory, language }).file(path) else { return Response::not_found() };
    let body = content.to_string().replace(HOST, url).into_bytes();
    let file = StaticFile {
        // Not the media type of the API, in whose responses links are replaced.
        kind: "application/json; charset=utf-8",
        body: &body,
        tag: format!("\"{:08x}-{:x}\"", crc(&body), body.len()),
        dated: "Mon, 23 Nov 2026 12:00:00 GMT".to_owned(),
    };
    file.respond(headers, supports_ranges).with("vary", "Accept-Language")
}

impl Tree<'_> {
    fn file(&self, path: &str) -> Option<Value> {
        let (stem, _) = path.rsplit_once('.')?;
        let parts: Vec<&str> = stem.split('/').collect();
        match parts.as_slice() {
            ["settings"] => Some(self.settings()),
            ["treks"] => Some(collection(self.listed().map(|trek| self.list_entry(trek, id(trek))).collect())),
            ["flatpages"] => {
                let pages = self.pages().map(|page| json!({"id": page["id"], "title": self.text(&page["title"])}));
                Some(pages.collect())
            }
            ["flatpages", page] => self.pages().find(|entry| has_id(entry, page)).map(|page| self.page(page)),
            [trek, part] => self.part(trek.parse().ok()?, self.listed().find(|one| has_id(one, trek))?, part),
            [itinerary, part, stage] => {
                let itinerary = self.listed().find(|one| has_id(one, itinerary))?;
                let stage = self.stages(itinerary).find(|one| has_id(one, stage))?;
                let part = if *part == "treks" { "trek" } else { part };
                self.part(id(itinerary), stage, part)
            }
            _ => None,
        }
    }

    /// The published treks.
    fn listed(&self) -> impl Iterator<Item = &Value> {
        self.territory.module("trek").iter().filter(|trek| self.is_published(trek))
    }

    /// The stages of an itinerary, those that are not published by themselves, too.
    fn stages(&self, itinerary: &Value) -> impl Iterator<Item = &Value> {
        let hidden = self.territory.hidden.get("trek").into_iter().flatten();
        let all: Vec<&Value> = self.territory.module("trek").iter().chain(hidden).collect();
        let ids = itinerary["children"].as_array().cloned().unwrap_or_default();
        ids.into_iter().filter_map(move |id| all.iter().find(|trek| trek["id"] == id).copied())
    }

    /// The entries of the menu on its first level.
    fn pages(&self) -> impl Iterator<Item = &Value> {
        self.territory.module("menu_item").iter().filter(|entry| self.is_published(entry))
    }

    fn is_published(&self, object: &Value) -> bool {
        object["published"][self.language].as_bool().or(object["published"].as_bool()).unwrap_or(true)
    }

    /// A text in the language, or else in the default language.
    fn text(&self, text: &Value) -> Value {
        let texts = [&text[self.language], &text["fr"], text];
        json!(texts.into_iter().find_map(|text| text.as_str().filter(|text| !text.is_empty())).unwrap_or(""))
    }

    fn settings(&self) -> Value {
        let entry = |entry: &Value| {
            let mut values = Map::new();
            values.insert("id".into(), entry["id"].clone());
            let label = ["label", "name", "route", "type"].into_iter().find(|field| !entry[*field].is_null());
            let field = if entry.get("type_label").is_some() { "label" } else { "name" };
            values.insert(field.into(), label.map_or(Value::Null, |field| self.text(&entry[field])));
            if let Some(code) = entry.get("code") {
                values.insert("code".into(), code.clone());
            }
            if let Some(pictogram) = entry.get("pictogram") {
                values.insert("pictogram".into(), json!(pictogram.as_str().map(pictogram_path)));
            }
            Value::Object(values)
        };
        let list = |(name, module): (&str, &str)| {
            let values: Vec<Value> = self.territory.module(module).iter().map(entry).collect();
            json!({"id": name, "name": format!("{name} ({})", self.language), "values": values})
        };
        let mut data = vec![json!({"id": "length", "name": "Longueur", "values": [
            {"id": 1, "name": "< 10 km", "interval": [0, 9999]}]})];
        data.extend(SETTINGS.into_iter().map(list));
        let filter = format!("Afficher tout ({})", self.language);
        json!({"filters": [{"id": "themes", "type": "contains", "showAllLabel": filter, "hideAllLabel": ""}], "data": data})
    }

    fn page(&self, entry: &Value) -> Value {
        let page = self.territory.module("flatpage").iter().find(|page| page["id"] == entry["page"]);
        json!({"id": entry["id"], "title": self.text(&entry["title"]), "external_url": self.text(&entry["link_url"]),
            "content": page.map_or(json!(""), |page| self.text(&page["content"]))})
    }

    /// An entry of the list of treks. `folder` is the trek whose folder has the picture.
    fn list_entry(&self, trek: &Value, folder: u64) -> Value {
        let mut properties = same(trek, &LIST_FIELDS);
        properties["name"] = self.text(&trek["name"]);
        properties["departure"] = self.text(&trek["departure"]);
        properties["length"] = trek["length_2d"].clone();
        properties["first_picture"] = pictures(trek, folder, 1).first().cloned().unwrap_or(Value::Null);
        let start = [&trek["geometry"]["coordinates"][0][0], &trek["geometry"]["coordinates"][0][1]];
        feature(trek, json!({"type": "Point", "coordinates": start}), properties)
    }

    fn part(&self, folder: u64, trek: &Value, part: &str) -> Option<Value> {
        let near = |module: &str| -> Vec<&Value> {
            let query = Query::read(Some(&format!("near_trek={}", id(trek))));
            let filters = NearFilter::read(module, &query, self.territory).unwrap_or_default();
            let objects = self.territory.module(module).iter();
            objects.filter(|one| self.is_published(one) && filters.iter().all(|filter| filter.matches(one))).collect()
        };
        let features = |module: &str, properties: &dyn Fn(&Value) -> Value| {
            collection(
                near(module).into_iter().map(|one| feature(one, flat(&one["geometry"]), properties(one))).collect(),
            )
        };
        Some(match part {
            "trek" => self.trek(trek, folder),
            "pois" => features("poi", &|poi| {
                let mut properties = self.same_and_texts(poi, &["id", "type"], &["name", "description"]);
                properties["pictures"] = json!(pictures(poi, folder, PICTURES));
                properties
            }),
            "touristic_contents" => features("touristiccontent", &|content| {
                let fields = ["id", "category", "themes", "email", "website", "approved", "reservation_id"];
                let texts = ["name", "description", "description_teaser", "practical_info", "contact"];
                let mut properties = self.same_and_texts(content, &fields, &texts);
                let lists = ["01", "02"].map(|list| content["types"][format!("{}{list}", content["category"])].clone());
                let [type1, type2] = lists;
                (properties["type1"], properties["type2"]) = (type1, type2);
                properties["reservation_system"] =
                    json!(if content["reservation_system"].is_null() { "" } else { "Open" });
                properties["pictures"] = json!(pictures(content, folder, 1));
                properties
            }),
            "touristic_events" => features("touristicevent", &|event| {
                let fields = [
                    "id",
                    "themes",
                    "begin_date",
                    "end_date",
                    "duration",
                    "start_time",
                    "email",
                    "website",
                    "organizers",
                    "organizer",
                    "speaker",
                    "type",
                    "capacity",
                    "approved",
                ];
                let texts = [
                    "name",
                    "description",
                    "description_teaser",
                    "practical_info",
                    "contact",
                    "meeting_point",
                    "accessibility",
                    "booking",
                    "target_audience",
                ];
                let mut properties = self.same_and_texts(event, &fields, &texts);
                properties["pictures"] = json!(pictures(event, folder, 1));
                properties
            }),
            "sensitive_areas" => features("sensitivearea", &|area| {
                let fields = ["id", "practices", "info_url", "period"];
                self.same_and_texts(area, &fields, &["name", "description", "contact"])
            }),
            _ => return None,
        })
    }

    fn trek(&self, trek: &Value, folder: u64) -> Value {
        let mut properties = self.same_and_texts(trek, &TREK_FIELDS, &TREK_TEXTS);
        properties["slug"] = json!(format!("trek-{}", trek["id"]));
        properties["profile"] = json!(format!("/{folder}/media/profiles/trek-{}-{}.png", trek["id"], self.language));
        properties["length"] = trek["length_2d"].clone();
        properties["arrival_city"] = trek["departure_city"].clone();
        properties["points_reference"] = trek["points_reference"]["coordinates"].clone();
        properties["pictures"] = json!(pictures(trek, folder, PICTURES));
        let desks = self
            .territory
            .module("informationdesk")
            .iter()
            .filter(|desk| trek["information_desks"].as_array().is_some_and(|ids| ids.contains(&desk["id"])));
        let desks = desks.map(|desk| {
            let fields =
                ["id", "email", "latitude", "longitude", "municipality", "phone", "postal_code", "street", "website"];
            let mut properties = self.same_and_texts(desk, &fields, &["name", "description"]);
            properties["type"] = desk["type"]["id"].clone();
            let photo =
                desk["photo_url"].as_str().and_then(|url| url.strip_prefix(HOST)).filter(|path| !path.is_empty());
            properties["picture"] = json!(photo.map(|path| [format!("/{folder}{path}")]));
            properties
        });
        properties["information_desks"] = desks.collect();
        let stages = self.stages(trek).map(|stage| self.list_entry(stage, folder));
        properties["children"] = collection(stages.collect());
        let mut feature = feature(trek, flat(&trek["geometry"]), properties);
        feature["bbox"] = json!([5.8, 44.5, 6.8, 45.1]);
        feature
    }

    fn same_and_texts(&self, object: &Value, fields: &[&str], texts: &[&str]) -> Value {
        let mut properties = same(object, fields);
        for field in texts {
            properties[*field] = self.text(&object[*field]);
        }
        properties
    }
}
