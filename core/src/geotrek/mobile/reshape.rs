//! The members of an object of the tree, under the names and in the shapes of API v2. Values stay as they are written, so that
//! what cannot be read is counted by the reader of API v2.

use serde_json::value::RawValue;
use url::Url;

use super::files::Part;
use crate::geotrek::value;
use crate::model::Id;
use crate::model::json::JsonObject;

/// The members of a JSON object that is being written.
#[derive(Debug, Default)]
pub(super) struct Members(String);

impl Members {
    /// Adds a member whose value is JSON.
    pub(super) fn push(&mut self, name: &str, json: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(&quoted(name));
        self.0.push(':');
        self.0.push_str(json);
    }

    pub(super) fn into_json(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

/// A text as JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "null".to_owned())
}

/// What becomes of a member.
enum Change {
    /// Not kept: another member, or another file, says the same.
    Ignore,
    Rename(&'static str),
    /// Written anew under a name; a value of an unexpected type stays as it is.
    Write(&'static str, fn(&str, &Url) -> Option<String>),
}

const PICTURES: Change = Change::Write("attachments", attachments);

fn change(part: Part, name: &str) -> Option<Change> {
    Some(match (part, name) {
        // The slug is part of web addresses only; profiles follow from the geometry.
        (Part::Trek, "slug" | "profile" | "arrival_city") => Change::Ignore,
        (Part::Trek, "length") => Change::Rename("length_2d"),
        (Part::Trek, "points_reference") => Change::Write("points_reference", multi_point),
        (Part::Trek, "first_picture") => {
            Change::Write("attachments", |picture, media| Some(format!("[{}]", attachment(picture, media)?)))
        }
        (Part::Trek, "information_desks") => Change::Write("information_desks", |desks, _| ids(value::items(desks)?)),
        (Part::Trek, "children") => Change::Write("children", |children, _| ids(features(children)?)),
        // A name, where API v2 has an id.
        (Part::TouristicContents, "reservation_system") => Change::Ignore,
        (Part::TouristicContents, "type1" | "type2") => Change::Ignore,
        (_, "pictures") => PICTURES,
        _ => return None,
    })
}

/// A feature of a part as an object of API v2. `media` is the address below which the pictures are. A `trek` in a list has
/// the position of its departure only.
pub(super) fn feature(part: Part, json: &str, media: &Url) -> Option<String> {
    let feature = JsonObject::parse(json).ok()?;
    let properties = feature.get("properties").and_then(|properties| JsonObject::parse(properties.get()).ok());
    let mut members = Members::default();
    let own_id = feature.get("id").or_else(|| properties.as_ref()?.get("id"));
    if let Some(id) = own_id {
        members.push("id", id.get());
    }
    match feature.get("geometry").map(RawValue::get) {
        Some(geometry) if part == Part::Trek && is_point(geometry) => {
            if let Some(position) = JsonObject::parse(geometry).ok().and_then(|point| point.get("coordinates")) {
                members.push("departure_geom", position.get());
            }
        }
        Some(geometry) => members.push("geometry", geometry),
        None => {}
    }
    let is_known = |name: &&str| matches!(*name, "id" | "type" | "geometry" | "properties" | "bbox");
    for (name, json) in feature.members().filter(|(name, _)| !is_known(name)) {
        members.push(name, json.get());
    }
    if part == Part::SensitiveAreas {
        members.push("published", "true");
    }
    let Some(properties) = properties else { return Some(members.into_json()) };
    if part == Part::TouristicContents {
        members.push("types", &content_types(&properties));
    }
    for (name, json) in properties.members().filter(|(name, _)| *name != "id") {
        let json = json.get();
        match change(part, name) {
            None => members.push(name, json),
            Some(Change::Ignore) => {}
            Some(Change::Rename(name)) => members.push(name, json),
            Some(Change::Write(name, write)) => {
                members.push(name, &write(json, media).unwrap_or_else(|| json.to_owned()));
            }
        }
    }
    Some(members.into_json())
}

/// An information desk of a trek as an object of API v2.
pub(super) fn desk(json: &str, media: &Url) -> Option<String> {
    let mut members = Members::default();
    for (name, json) in JsonObject::parse(json).ok()?.members() {
        let json = json.get();
        match name {
            "type" if json != "null" => members.push("type", &format!("{{\"id\":{json}}}")),
            // An array with one address.
            "picture" => {
                let links: Vec<String> = serde_json::from_str(json).unwrap_or_default();
                if let Some(link) = links.first() {
                    members.push("photo_url", &quoted(&absolute(link, media)));
                }
            }
            _ => members.push(name, json),
        }
    }
    Some(members.into_json())
}

/// The types of a content by the number of their list, which in API v2 follows from that of the category.
fn content_types(properties: &JsonObject<'_>) -> String {
    let mut types = Members::default();
    let category = properties.get("category").and_then(|category| value::id(category.get()));
    for (offset, name) in [(1, "type1"), (2, "type2")] {
        let Some(list) = category.and_then(|category| category.checked_mul(100)?.checked_add(offset)) else { continue };
        if let Some(ids) = properties.get(name).filter(|ids| ids.get() != "null") {
            types.push(&list.to_string(), ids.get());
        }
    }
    types.into_json()
}

fn is_point(geometry: &str) -> bool {
    let kind = JsonObject::parse(geometry).ok().and_then(|geometry| geometry.get("type"));
    kind.is_some_and(|kind| kind.get() == "\"Point\"")
}

/// The features of a collection.
pub(super) fn features(json: &str) -> Option<Vec<&RawValue>> {
    value::items(JsonObject::parse(json).ok()?.get("features")?.get())
}

/// The ids of objects, those that can be read.
pub(super) fn object_ids(objects: &[&RawValue]) -> Vec<Id> {
    objects.iter().filter_map(|object| value::id(JsonObject::parse(object.get()).ok()?.get("id")?.get())).collect()
}

fn ids(objects: Vec<&RawValue>) -> Option<String> {
    serde_json::to_string(&object_ids(&objects)).ok()
}

fn multi_point(positions: &str, _: &Url) -> Option<String> {
    positions.starts_with('[').then(|| format!("{{\"type\":\"MultiPoint\",\"coordinates\":{positions}}}"))
}

fn attachments(pictures: &str, media: &Url) -> Option<String> {
    let attachments: Option<Vec<String>> =
        value::items(pictures)?.into_iter().map(|picture| attachment(picture.get(), media)).collect();
    Some(format!("[{}]", attachments?.join(",")))
}

fn attachment(picture: &str, media: &Url) -> Option<String> {
    let mut members = Members::default();
    members.push("type", "\"image\"");
    for (name, json) in JsonObject::parse(picture).ok()?.members() {
        match serde_json::from_str::<String>(json.get()) {
            Ok(link) if name == "url" => members.push(name, &quoted(&absolute(&link, media))),
            _ => members.push(name, json.get()),
        }
    }
    Some(members.into_json())
}

/// The address of a picture, which the tree writes relative to itself but with a slash at the start. An address that leaves
/// the tree is empty.
pub(crate) fn absolute(link: &str, media: &Url) -> String {
    if link.is_empty() || link.starts_with("https://") || link.starts_with("http://") {
        return link.to_owned();
    }
    let address = media.join(link.trim_start_matches(['/', '\\'])).map(String::from).unwrap_or_default();
    if address.starts_with(media.as_str()) { address } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picture_addresses_are_made_absolute_and_stay_within_the_tree() {
        let media = Url::parse("https://park.example/mobile/").unwrap();
        for (link, address) in [
            ("/66/media/paperclip/a b.jpg", "https://park.example/mobile/66/media/paperclip/a%20b.jpg"),
            ("media/upload/a.png", "https://park.example/mobile/media/upload/a.png"),
            ("https://photos.example/a.jpg", "https://photos.example/a.jpg"),
            ("/../admin/a.jpg", ""),
            ("//photos.example/a.jpg", "https://park.example/mobile/photos.example/a.jpg"),
            ("javascript:alert(1)", ""),
            ("", ""),
        ] {
            assert_eq!(absolute(link, &media), address, "{link}");
        }
    }
}
