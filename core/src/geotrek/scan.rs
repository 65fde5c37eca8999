//! What a plan needs of an object before anybody reads all of it: its number, its date, its stages.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::body::{Limits, read_list, read_one};
use super::references::references;
use super::sync_plan::{ApiRequest, ApiResponse, RequestKind};
use super::value::unix_ms;
use crate::error::Result;
use crate::model::Id;

#[derive(Deserialize, Default)]
struct Glance<'a> {
    id: Option<Loose>,
    #[serde(default)]
    children: Vec<Loose>,
    #[serde(borrow)]
    update_datetime: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(Id),
    Text(String),
    Other(IgnoredAny),
}

/// An entry of a menu, with those below it.
#[derive(Deserialize)]
struct Entry {
    id: Option<Loose>,
    #[serde(default)]
    children: Vec<Entry>,
}

impl Entry {
    fn numbers(&self, ids: &mut BTreeSet<Id>) {
        ids.extend(self.id.as_ref().and_then(Loose::number));
        self.children.iter().for_each(|entry| entry.numbers(ids));
    }
}

impl Loose {
    fn number(&self) -> Option<Id> {
        match self {
            Loose::Number(id) => Some(*id),
            Loose::Text(text) => text.parse().ok(),
            Loose::Other(_) => None,
        }
    }
}

/// Looks an answer through to its end, so that nothing broken is ever taken for whole.
pub fn scan(body: impl Read, limits: &Limits, ask: &ApiRequest) -> Result<ApiResponse> {
    let mut came = ApiResponse { status: 200, ..ApiResponse::default() };
    let mut dates = BTreeMap::new();
    let (mut ids, mut stages, mut named) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut each = |json: &str| {
        let scan: Glance<'_> = serde_json::from_str(json).unwrap_or_default();
        if let Some(id) = scan.id.and_then(|id| id.number()) {
            ids.insert(id);
            if let Some(date) = scan.update_datetime.and_then(|raw| unix_ms(raw.get().trim_matches('"'))) {
                dates.insert(id, date);
            }
        }
        if ask.endpoint == "menu_item"
            && let Ok(entry) = serde_json::from_str::<Entry>(json)
        {
            entry.numbers(&mut ids);
        }
        stages.extend(scan.children.iter().filter_map(Loose::number));
        named.extend(references(ask.endpoint, json));
        Ok(())
    };
    if ask.purpose == RequestKind::Object {
        each(&read_one(body, limits)?)?;
    } else {
        let list = read_list(body, limits, each)?;
        came.next = list.next;
        came.count = list.count;
    }
    (came.ids, came.dates, came.named) = (ids, dates, named);
    if ask.endpoint == "trek" {
        came.stages = stages;
    }
    Ok(came)
}

/// The languages of a text in a list, in the order in which the server writes them: its default first.
pub fn languages(body: impl Read, limits: &Limits) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        name: Option<&'a RawValue>,
    }
    let mut languages = Vec::new();
    read_list(body, limits, |json| {
        if let Ok(Named { name: Some(name) }) = serde_json::from_str(json) {
            languages = keys(name.get());
        }
        Ok(())
    })?;
    Ok(languages)
}

/// The keys of an object, in their order.
fn keys(json: &str) -> Vec<String> {
    struct Keys;
    impl<'de> Visitor<'de> for Keys {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Vec<String>, M::Error> {
            let mut keys = Vec::new();
            while let Some((key, IgnoredAny)) = map.next_entry()? {
                keys.push(key);
            }
            Ok(keys)
        }
    }
    serde::Deserializer::deserialize_map(&mut serde_json::Deserializer::from_str(json), Keys).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_keep_the_order_of_the_server() {
        let list = |name: &str| format!(r#"{{"count": 9, "results": [{{"name": {name}}}]}}"#);
        let of = |name: &str| languages(list(name).as_bytes(), &Limits::default()).unwrap();
        assert_eq!(of(r#"{"fr": "Lac", "en": null, "de": ""}"#), ["fr", "en", "de"]);
        assert_eq!(of("\"Lac\""), Vec::<String>::new());
    }

    #[test]
    fn numbers_dates_and_stages_are_seen() {
        let ask = ApiRequest {
            endpoint: "trek",
            url: String::new(),
            language: String::new(),
            purpose: RequestKind::Ids,
            ids: BTreeSet::new(),
        };
        let body =
            r#"[{"id": 3, "update_datetime": "1970-01-01T00:00:01.5Z", "children": [7, "8"]}, {"id": "4"}, {"x": 1}]"#;
        let came = scan(body.as_bytes(), &Limits::default(), &ask).unwrap();
        assert_eq!(came.ids, BTreeSet::from([3, 4]));
        assert_eq!(came.dates, BTreeMap::from([(3, 1_500)]));
        assert_eq!(came.stages, BTreeSet::from([7, 8]));
        assert!(scan(&b"[{\"id\": 3}"[..], &Limits::default(), &ask).is_err());
        let menu = ApiRequest { endpoint: "menu_item", ..ask };
        let body = r#"[{"id": 1, "children": [{"id": 2, "children": [{"id": 3}]}]}, {"id": 4, "children": []}]"#;
        assert_eq!(scan(body.as_bytes(), &Limits::default(), &menu).unwrap().ids, BTreeSet::from([1, 2, 3, 4]));
    }
}
