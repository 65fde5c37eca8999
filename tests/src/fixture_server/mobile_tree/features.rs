//! The shapes of objects that all files of a tree share.

use serde_json::{Value, json};

use crate::generator::HOST;

/// Whether a part of a path is the id of an object.
pub(super) fn has_id(object: &Value, part: &str) -> bool {
    part.parse::<u64>().is_ok_and(|id| object["id"] == id)
}

pub(super) fn id(object: &Value) -> u64 {
    object["id"].as_u64().unwrap_or(0)
}

pub(super) fn same(object: &Value, fields: &[&str]) -> Value {
    Value::Object(fields.iter().map(|field| ((*field).to_owned(), object[*field].clone())).collect())
}

pub(super) fn collection(features: Vec<Value>) -> Value {
    json!({"type": "FeatureCollection", "features": features})
}

pub(super) fn feature(object: &Value, geometry: Value, properties: Value) -> Value {
    json!({"id": object["id"], "type": "Feature", "geometry": geometry, "properties": properties})
}

/// A geometry without elevations.
pub(super) fn flat(geometry: &Value) -> Value {
    fn flat_positions(positions: &Value) -> Value {
        match positions.as_array() {
            Some(position) if position.first().is_some_and(Value::is_number) => json!(position[..2]),
            Some(positions) => positions.iter().map(flat_positions).collect(),
            None => positions.clone(),
        }
    }
    let mut geometry = geometry.clone();
    if geometry.is_object() {
        geometry["coordinates"] = flat_positions(&geometry["coordinates"]);
    }
    geometry
}

/// The path of a pictogram; vector pictures are converted.
pub(super) fn pictogram_path(url: &str) -> String {
    url.strip_prefix(HOST).unwrap_or(url).replace(".svg", ".png")
}

/// The first pictures of an object, at one size, in the folder of a trek.
pub(super) fn pictures(object: &Value, folder: u64, max: usize) -> Vec<Value> {
    let attachments = object["attachments"].as_array().into_iter().flatten();
    let own = attachments.filter_map(|picture| {
        let path = picture["url"].as_str()?.strip_prefix(HOST).filter(|_| picture["type"] == "image")?;
        Some(json!({"author": picture["author"], "title": picture["title"], "legend": picture["legend"],
            "url": format!("/{folder}{path}.800x800_q85.jpg")}))
    });
    own.take(max).collect()
}
