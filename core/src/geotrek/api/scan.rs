//! The facts that a plan needs of a response, before its objects are read into the model.

use std::collections::BTreeSet;
use std::io::Read;

use serde_json::value::RawValue;

use super::lists::kind_of;
use super::page::{Limits, read_list, read_one};
use super::request::{ApiRequest, ApiResponse, RequestKind};
use crate::error::Result;
use crate::geotrek::value::{self, MAX_TREE_DEPTH};
use crate::model::Id;
use crate::model::json::JsonObject;

/// Scans a response to its end, so that a broken one never passes for a complete one.
///
/// # Errors
/// As [`read_list`] and [`read_one`].
pub(crate) fn scan(body: impl Read, limits: &Limits, request: &ApiRequest) -> Result<ApiResponse> {
    let mut response = ApiResponse { status: 200, ..ApiResponse::default() };
    if request.purpose == RequestKind::Object {
        scan_object(&read_one(body, limits)?, request.endpoint, &mut response);
    } else {
        let list = read_list(body, limits, |json| {
            if !request.accepts(json) {
                response.rejected += 1;
                return Ok(());
            }
            scan_object(json, request.endpoint, &mut response);
            Ok(())
        })?;
        response.next = list.next;
        response.count = list.count;
    }
    Ok(response)
}

fn scan_object(json: &str, endpoint: &'static str, response: &mut ApiResponse) {
    let Ok(object) = JsonObject::parse(json) else { return };
    if endpoint == "menu_item" {
        menu_ids(&object, &mut response.ids, 0);
    }
    if let Some(id) = id(&object) {
        response.ids.insert(id);
        let date = object.get("update_datetime").and_then(|date| value::unix_ms(date.get().trim_matches('"')));
        response.dates.extend(date.map(|date| (id, date)));
    } else {
        response.unreadable += 1;
    }
    if endpoint == "trek" {
        response.stages.extend(object.get("children").into_iter().flat_map(ids));
    }
    for field in kind_of(endpoint).fields().iter().filter(|field| field.fetches_missing) {
        if let (Some(list), Some(ids_of_field)) = (field.refers_to, object.get(field.wire).map(ids)) {
            response.named.extend(ids_of_field.into_iter().map(|id| (list, id)));
        }
    }
}

/// The ids of an entry of a menu and of the entries below it.
fn menu_ids(entry: &JsonObject<'_>, found: &mut BTreeSet<Id>, depth: usize) {
    found.extend(id(entry));
    let children = entry.get("children").and_then(|children| value::items(children.get()));
    for child in children.into_iter().flatten() {
        if depth < MAX_TREE_DEPTH
            && let Ok(child) = JsonObject::parse(child.get())
        {
            menu_ids(&child, found, depth + 1);
        }
    }
}

fn id(object: &JsonObject<'_>) -> Option<Id> {
    value::id(object.get("id")?.get())
}

/// The ids in a field that has one or several; an id that cannot be read is left out.
fn ids(value: &RawValue) -> Vec<Id> {
    match value::items(value.get()) {
        Some(items) => items.iter().filter_map(|item| value::id(item.get())).collect(),
        None => value::id(value.get()).into_iter().collect(),
    }
}

/// The languages of the names in a list, in the order of the server: its default first.
///
/// # Errors
/// As [`read_list`].
pub(crate) fn languages(body: impl Read, limits: &Limits) -> Result<Vec<String>> {
    let mut languages = Vec::new();
    read_list(body, limits, |json| {
        let object = JsonObject::parse(json).ok();
        if let Some(name) = object.and_then(|object| object.get("name")) {
            let name = JsonObject::parse(name.get());
            languages =
                name.map(|name| name.members().map(|(language, _)| language.to_owned()).collect()).unwrap_or_default();
        }
        Ok(())
    })?;
    Ok(languages)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn request(endpoint: &'static str) -> ApiRequest {
        ApiRequest {
            endpoint,
            url: String::new(),
            language: String::new(),
            purpose: RequestKind::Ids,
            ids: BTreeSet::new(),
            portals: Vec::new(),
        }
    }

    fn scanned(endpoint: &'static str, body: &str) -> ApiResponse {
        scan(body.as_bytes(), &Limits::default(), &request(endpoint)).unwrap()
    }

    #[test]
    fn languages_keep_the_order_of_the_server() {
        let list = |name: &str| format!(r#"{{"count": 9, "results": [{{"name": {name}}}]}}"#);
        let of = |name: &str| languages(list(name).as_bytes(), &Limits::default()).unwrap();
        assert_eq!(of(r#"{"fr": "Lac", "en": null, "de": ""}"#), ["fr", "en", "de"]);
        assert_eq!(of("\"Lac\""), Vec::<String>::new());
    }

    #[test]
    fn scan_finds_ids_dates_and_stages() {
        let body =
            r#"[{"id": 3, "update_datetime": "1970-01-01T00:00:01.5Z", "children": [7, "8"]}, {"id": "4"}, {"x": 1}]"#;
        let response = scanned("trek", body);
        assert_eq!(response.ids, BTreeSet::from([3, 4]));
        assert_eq!(response.dates, BTreeMap::from([(3, 1_500)]));
        assert_eq!(response.stages, BTreeSet::from([7, 8]));
        assert!(scan(&b"[{\"id\": 3}"[..], &Limits::default(), &request("trek")).is_err());
        let body = r#"[{"id": 1, "children": [{"id": 2, "children": [{"id": 3}]}]}, {"id": 4, "children": []}]"#;
        assert_eq!(scanned("menu_item", body).ids, BTreeSet::from([1, 2, 3, 4]));
    }

    #[test]
    fn scan_finds_references_to_one_or_several_entries() {
        let trek = r#"[{"id": 9, "practice": 3, "themes": [5, "7", null], "difficulty": null, "labels": "x"}]"#;
        let named: Vec<_> = scanned("trek", trek).named.into_iter().collect();
        assert_eq!(named, [("theme", 5), ("theme", 7), ("trek_practice", 3)]);
        assert_eq!(scanned("city", trek).named, BTreeSet::new());
        assert_eq!(scanned("trek", "[{}]").named, BTreeSet::new());
    }

    #[test]
    fn scan_of_deep_menu_returns() {
        let depth = 100_000;
        let body = format!("[{}{}]", r#"{"id": 1, "children": ["#.repeat(depth), "]}".repeat(depth));
        assert_eq!(scanned("menu_item", &body).ids, BTreeSet::from([1]));
    }
}
