//! One object of a response, read into the model.
//!
//! * `object`: a JSON object whose members are read by the table of fields. Adding a plain field needs no change here.
//! * `nested`: lists whose objects contain other objects of the list: stages of tours, entries of menus.
//! * `vocabulary`: entries of vocabularies.
//! * `published`: texts in languages in which an object is not published, removed.
//! * `projected`: outlines in metres, converted to longitude and latitude.
//! * `problems`: members that could not be read, counted. `ignored_fields`: members that are not kept, with the reason.

mod ignored_fields;
mod nested;
mod object;
mod problems;
mod projected;
mod published;
mod vocabulary;

use std::cell::RefCell;
use std::fmt;

use url::Url;

use super::Cleaner;
use super::api::{Limits, has_non_finite, kind_of};
use super::links::Links;
use super::value;
use crate::model::json::JsonObject;
use crate::model::{Kind, Object};
pub(crate) use object::UNREADABLE_ID;
use object::{Context, WireObject};
pub use problems::Problems;
use projected::Projected;
use published::retain_published;

const NOT_FINITE: &str = "left out, because a number of it is not finite";

/// Reads objects of API responses into the model, and counts the fields that it cannot read.
pub struct Reader {
    context: Context,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("language", &self.context.language).finish_non_exhaustive()
    }
}

impl Reader {
    /// A reader for one territory. `origin` is the address of its server: links with a stale host move there. `language`
    /// is the language of texts that come without one: the `language=` or `Accept-Language` of the request.
    pub fn new(origin: Option<Url>, language: &str, limits: &Limits) -> Reader {
        let links = Links::new(origin);
        Reader {
            context: Context {
                language: language.to_owned(),
                cleaner: Cleaner::new(&links),
                links,
                projected: Projected::new(),
                max_vertices: limits.vertices,
                problems: RefCell::default(),
            },
        }
    }

    /// Changes the language of texts that come without one.
    pub fn set_language(&mut self, language: &str) {
        language.clone_into(&mut self.context.language);
    }

    /// Reads the JSON of one object of a list, by the list's name on the server (`trek`, `theme`). A tour also gives its
    /// stages, a menu entry the entries below it, a category of contents its types. An object without a readable id, or with a
    /// number that is not finite, gives nothing and is counted.
    pub fn read(&self, list: &str, json: &str) -> Vec<Object> {
        // A tour is a trek with its stages in it.
        let name = if list == "tour" { "trek" } else { list };
        if has_non_finite(json) {
            let id = JsonObject::parse(json).ok().and_then(|object| value::id(object.get("id")?.get()));
            let name = id.map_or_else(|| name.to_owned(), |id| format!("{name}/{id}"));
            self.context.problems.borrow_mut().add(&name, "", NOT_FINITE);
            return Vec::new();
        }
        let Some(mut json) = WireObject::parse(name, json, &self.context) else { return Vec::new() };
        let mut objects = match kind_of(list) {
            Kind::Trek => nested::trek(json, 0),
            Kind::MenuItem => nested::menu_item(json, None, 0),
            Kind::Term => vocabulary::read(list, json),
            kind => {
                let mut object = Object::empty(kind);
                let is_read = json.read(object.record_mut());
                if is_read { vec![object] } else { Vec::new() }
            }
        };
        objects.iter_mut().for_each(retain_published);
        objects
    }

    /// Counts a problem of a list that is read elsewhere.
    pub(crate) fn report(&self, list: &str, field: &str, problem: &'static str) {
        self.context.problems.borrow_mut().add(list, field, problem);
    }

    /// The fields that could not be read so far.
    pub fn problems(&self) -> Problems {
        self.context.problems.borrow().clone()
    }
}
