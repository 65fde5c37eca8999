//! The fields of one object, read one by one.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::clean::Cleaner;
use super::ignored_fields;
use super::links::Links;
use super::projected::Projected;
use super::value::{self, AnyId};
use crate::model::{Geometry, Id, Localized, Position, RichText};

/// Different problems that are told apart; more are only counted together.
const MAX_PROBLEMS: usize = 1_000;

/// What could not be read, counted by list, field and what was wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    counts: BTreeMap<(String, String, &'static str), u64>,
    others: u64,
}

impl Problems {
    pub(super) fn add(&mut self, list: &str, field: &str, what: &'static str) {
        let key = (list.to_owned(), field.to_owned(), what);
        if self.counts.len() < MAX_PROBLEMS || self.counts.contains_key(&key) {
            *self.counts.entry(key).or_default() += 1;
        } else {
            self.others += 1;
        }
    }

    /// List, field, what was wrong, how often.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &'static str, u64)> {
        self.counts.iter().map(|((list, field, what), count)| (list.as_str(), field.as_str(), *what, *count))
    }

    /// How many there were in all.
    pub fn total(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.others
    }
}

/// What reading one object needs to know and to note.
pub(super) struct Context {
    /// Language of the texts that come without one.
    pub(super) language: String,
    pub(super) links: Links,
    pub(super) cleaner: Cleaner,
    pub(super) projected: Option<Projected>,
    pub(super) most_vertices: usize,
    pub(super) problems: RefCell<Problems>,
}

/// One object, its fields still unread. Those that nobody has read when it is dropped are counted as unknown.
pub(super) struct Fields<'a> {
    list: &'a str,
    map: BTreeMap<Cow<'a, str>, &'a RawValue>,
    context: &'a Context,
}

impl<'a> Fields<'a> {
    /// Splits an object into its fields; a GeoJSON feature into those of its properties, with `id` and `geometry`.
    pub(super) fn split(list: &'a str, json: &'a str, context: &'a Context) -> Option<Fields<'a>> {
        let Ok(map) = serde_json::from_str(json) else {
            context.problems.borrow_mut().add(list, "", "not an object");
            return None;
        };
        let mut fields = Fields { list, map, context };
        if fields.map.get("type").is_some_and(|kind| kind.get() == "\"Feature\"") {
            for wrapping in ["type", "bbox"] {
                fields.map.remove(wrapping);
            }
            if let Some(properties) = fields.map.remove("properties") {
                match serde_json::from_str::<BTreeMap<Cow<'a, str>, &'a RawValue>>(properties.get()) {
                    Ok(properties) => fields.map.extend(properties),
                    Err(_) => fields.note("properties", "mistyped"),
                }
            }
        }
        Some(fields)
    }

    pub(super) fn context(&self) -> &'a Context {
        self.context
    }

    pub(super) fn note(&self, field: &str, what: &'static str) {
        self.context.problems.borrow_mut().add(self.list, field, what);
    }

    pub(super) fn raw(&mut self, field: &str) -> Option<&'a RawValue> {
        self.map.remove(field).filter(|raw| raw.get() != "null")
    }

    /// A field as it stands, left where it is.
    pub(super) fn peek(&self, field: &str) -> Option<&'a str> {
        self.map.get(field).map(|raw| raw.get())
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.map.contains_key(field)
    }

    /// The names of the fields that are still unread.
    pub(super) fn rest(&self) -> Vec<String> {
        self.map.keys().map(|name| name.clone().into_owned()).collect()
    }

    fn read<T>(&mut self, field: &str, read: impl FnOnce(&'a str) -> Option<T>) -> Option<T> {
        let raw = self.raw(field)?;
        let value = read(raw.get());
        if value.is_none() {
            self.note(field, "mistyped");
        }
        value
    }

    pub(super) fn value<T: DeserializeOwned>(&mut self, field: &str) -> Option<T> {
        self.read(field, |json| serde_json::from_str(json).ok())
    }

    /// The object's own number.
    pub(super) fn own_id(&mut self) -> Option<Id> {
        let id = self.value::<AnyId>("id");
        if id.is_none() {
            self.note("id", "missing");
        }
        id.map(|id| id.0)
    }

    pub(super) fn id(&mut self, field: &str) -> Option<Id> {
        self.value::<AnyId>(field).map(|id| id.0)
    }

    /// Numbers in a list; one that cannot be read costs itself only.
    pub(super) fn ids(&mut self, field: &str) -> Vec<Id> {
        let items: Vec<&'a RawValue> = self.read(field, |json| serde_json::from_str(json).ok()).unwrap_or_default();
        let read: Vec<Id> =
            items.iter().filter_map(|item| serde_json::from_str::<AnyId>(item.get()).ok()).map(|id| id.0).collect();
        if read.len() < items.len() {
            self.note(field, "mistyped");
        }
        read
    }

    /// A number, which older servers write in quotes.
    pub(super) fn number(&mut self, field: &str) -> Option<f64> {
        self.read(field, |json| json.trim_matches('"').parse().ok().filter(|number: &f64| number.is_finite()))
    }

    pub(super) fn integer(&mut self, field: &str) -> Option<i64> {
        self.value(field)
    }

    pub(super) fn flag(&mut self, field: &str) -> bool {
        self.value(field).unwrap_or_default()
    }

    /// A text without a language; none where it is blank.
    pub(super) fn string(&mut self, field: &str) -> Option<String> {
        self.value::<String>(field).filter(|text| !text.trim().is_empty())
    }

    pub(super) fn strings(&mut self, field: &str) -> Vec<String> {
        self.value(field).unwrap_or_default()
    }

    /// An address, moved to the territory's host where it is the server's own.
    pub(super) fn link(&mut self, field: &str) -> Option<String> {
        self.string(field).map(|link| self.context.links.moved(&link))
    }

    pub(super) fn links(&mut self, field: &str) -> Localized {
        let links = &self.context.links;
        self.text(field).map(|link| links.moved(link))
    }

    /// A text in every language, or in the one that the answer is in.
    pub(super) fn text(&mut self, field: &str) -> Localized {
        let language = &self.context.language;
        self.read(field, |json| value::localized(json, language)).unwrap_or_default()
    }

    pub(super) fn rich(&mut self, field: &str) -> RichText {
        let html = self.text(field);
        self.context.cleaner.clean(&html)
    }

    /// Unix ms of a date.
    pub(super) fn time(&mut self, field: &str) -> Option<i64> {
        self.read(field, |json| value::unix_ms(json.trim_matches('"')))
    }

    pub(super) fn published(&mut self) -> Vec<String> {
        let language = &self.context.language;
        self.read("published", |json| value::published(json, language)).unwrap_or_default()
    }

    pub(super) fn geometry(&mut self, field: &str) -> Option<Geometry> {
        self.geometry_or(field, &|_| None)
    }

    /// A geometry that may be in metres.
    pub(super) fn outline(&mut self, field: &str) -> Option<Geometry> {
        let projected = &self.context.projected;
        self.geometry_or(field, &|metres| projected.as_ref()?.place(metres))
    }

    fn geometry_or(&mut self, field: &str, mend: &dyn Fn(Position) -> Option<Position>) -> Option<Geometry> {
        let raw = self.raw(field)?;
        match value::geometry(raw.get(), self.context.most_vertices, mend) {
            Ok(read) => {
                if read.lost > 0 {
                    self.note(field, "positions that are not on the Earth");
                }
                read.geometry
            }
            Err(what) => {
                self.note(field, what);
                None
            }
        }
    }

    /// A place written `[longitude, latitude]`.
    pub(super) fn position(&mut self, field: &str) -> Option<Position> {
        let position = self.value::<value::Coordinates>(field)?.0;
        if !position.is_valid() {
            self.note(field, "positions that are not on the Earth");
            return None;
        }
        Some(position)
    }

    /// The objects in a list.
    pub(super) fn objects(&mut self, field: &str, list: &'a str) -> Vec<Fields<'a>> {
        let Some(raw) = self.raw(field) else { return Vec::new() };
        let Ok(items) = serde_json::from_str::<Vec<&'a RawValue>>(raw.get()) else {
            self.note(field, "mistyped");
            return Vec::new();
        };
        items.into_iter().filter_map(|item| Fields::split(list, item.get(), self.context)).collect()
    }

    /// The object in a field.
    pub(super) fn object(&mut self, field: &str, list: &'a str) -> Option<Fields<'a>> {
        Fields::split(list, self.raw(field)?.get(), self.context)
    }
}

impl Drop for Fields<'_> {
    fn drop(&mut self) {
        for field in self.map.keys() {
            if !ignored_fields::is_ignored_field(self.list, field) {
                self.note(field, "unknown");
            }
        }
    }
}
