//! The facts that a plan needs of a file. A file that cannot be read whole is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use super::reshape::{features, object_ids};
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::geotrek::value;
use crate::geotrek::{Limits, read_list, read_one};
use crate::model::Id;
use crate::model::json::JsonObject;

/// Hexadecimal digits of the hash of an entry: enough to tell two versions of one trek apart.
const HASH_DIGITS: usize = 16;

/// What the file of a trek tells of other objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TrekFile {
    pub(crate) id: Id,
    /// Stages, in their order.
    pub(crate) stages: Vec<Id>,
    pub(crate) desks: BTreeSet<Id>,
}

/// The treks of a list, each with a hash of its entry.
pub(crate) fn scan_list(file: impl Read, limits: &Limits) -> Result<BTreeMap<Id, String>> {
    let mut entries = BTreeMap::new();
    read_list(file, limits, |json| {
        if let Some(id) = own_id(json) {
            let mut hash = sha256(json);
            hash.truncate(HASH_DIGITS);
            entries.insert(id, hash);
        }
        Ok(())
    })?;
    Ok(entries)
}

/// The ids of the objects of a list.
pub(crate) fn scan_ids(file: impl Read, limits: &Limits) -> Result<BTreeSet<Id>> {
    let mut ids = BTreeSet::new();
    read_list(file, limits, |json| {
        ids.extend(own_id(json));
        Ok(())
    })?;
    Ok(ids)
}

/// The file of a trek.
pub(crate) fn scan_trek(file: impl Read, limits: &Limits) -> Result<TrekFile> {
    let json = read_one(file, limits)?;
    let detail = "the server sent an invalid file of a trek";
    let invalid = || Error::Server { status: None, detail: detail.to_owned() };
    let id = own_id(&json).ok_or_else(invalid)?;
    let feature = JsonObject::parse(&json).map_err(|_| invalid())?;
    let properties = feature.get("properties").and_then(|properties| JsonObject::parse(properties.get()).ok());
    let properties = properties.ok_or_else(invalid)?;
    let stages = properties.get("children").and_then(|children| features(children.get())).unwrap_or_default();
    let desks = properties.get("information_desks").and_then(|desks| value::items(desks.get())).unwrap_or_default();
    Ok(TrekFile { id, stages: object_ids(&stages), desks: object_ids(&desks).into_iter().collect() })
}

/// Whether a page has a text: a page without one is a link.
pub(crate) fn scan_page(file: impl Read, limits: &Limits) -> Result<bool> {
    let json = read_one(file, limits)?;
    let link = JsonObject::parse(&json).ok().and_then(|page| page.get("external_url"));
    let link = link.and_then(|link| serde_json::from_str::<String>(link.get()).ok());
    Ok(link.is_none_or(|link| link.trim().is_empty()))
}

/// The id of a feature, or of its properties.
fn own_id(json: &str) -> Option<Id> {
    let object = JsonObject::parse(json).ok()?;
    match object.get("id") {
        Some(id) => value::id(id.get()),
        None => value::id(JsonObject::parse(object.get("properties")?.get()).ok()?.get("id")?.get()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_entries_are_told_apart_by_their_hashes() {
        let list = |name: &str| {
            format!(
                r#"{{"type": "FeatureCollection", "features": [{{"id": 1, "properties": {{"name": "{name}"}}}}, {{"id": "x"}}]}}"#
            )
        };
        let scan = |json: &str| scan_list(json.as_bytes(), &Limits::default());
        let (lake, pass) = (scan(&list("Lac")).unwrap(), scan(&list("Col")).unwrap());
        assert_eq!((lake.len(), lake[&1].len()), (1, HASH_DIGITS));
        assert!(lake != pass && lake == scan(&list("Lac")).unwrap());
        assert!(scan("<html>").is_err() && scan(r#"{"features": [{"id": 1"#).is_err());
    }

    #[test]
    fn trek_file_without_its_id_or_properties_is_an_error() {
        let scan = |json: &str| scan_trek(json.as_bytes(), &Limits::default());
        let json = r#"{"id": 6, "properties": {"children": {"features": [{"id": 8}, {"id": 7}]}, "information_desks": [{"id": 4}]}}"#;
        assert_eq!(scan(json).unwrap(), TrekFile { id: 6, stages: vec![8, 7], desks: [4].into() });
        assert!(scan(r#"{"properties": {}}"#).is_err() && scan(r#"{"id": 6}"#).is_err() && scan("[]").is_err());
    }
}
