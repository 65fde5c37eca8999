//! One object of one list, into the model.

use std::cell::RefCell;
use std::fmt;

use url::Url;

use super::body::Limits;
use super::clean::Cleaner;
use super::fields::{Context, Fields, Problems};
use super::links::Links;
use super::projected::Projected;
use super::{attached, equipment, outdoor, places, tourism, trek, vocabulary};
use crate::model::{Kind, Object};

/// Reads objects, and counts what it could not read.
pub struct Reader {
    context: Context,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("language", &self.context.language).finish_non_exhaustive()
    }
}

impl Reader {
    /// A reader of one territory. `origin` is where its server is: links with a stale host move there. `language` is the
    /// one of texts that come without one: the `language=` or `Accept-Language` that was asked with.
    pub fn new(origin: Option<Url>, language: &str, limits: &Limits) -> Reader {
        let links = Links::new(origin);
        let cleaner = Cleaner::new(&links);
        let (projected, problems) = (Projected::new(), RefCell::default());
        Reader {
            context: Context {
                language: language.to_owned(),
                links,
                cleaner,
                projected,
                most_vertices: limits.vertices,
                problems,
            },
        }
    }

    /// Changes the language of texts that come without one.
    pub fn set_language(&mut self, language: &str) {
        language.clone_into(&mut self.context.language);
    }

    /// Reads the JSON of one object of a list, by the list's name on the server (`trek`, `theme`). A tour gives its stages
    /// too, a menu entry those below it, a category of contents its types. Nothing comes, and is counted, where there is
    /// no readable number.
    pub fn read(&self, list: &str, json: &str) -> Vec<Object> {
        // A tour is a trek with its stages in it.
        let name = if list == "tour" { "trek" } else { list };
        let Some(mut fields) = Fields::split(name, json, &self.context) else { return Vec::new() };
        match kind_of(list) {
            Kind::Trek => trek::read(fields),
            Kind::Poi => one(places::poi(&mut fields)),
            Kind::TouristicContent => one(tourism::content(&mut fields)),
            Kind::TouristicEvent => one(tourism::event(&mut fields)),
            Kind::InformationDesk => one(tourism::desk(&mut fields)),
            Kind::SensitiveArea => one(places::sensitive_area(&mut fields)),
            Kind::Service => one(equipment::service(&mut fields)),
            Kind::Signage => one(equipment::signage(&mut fields)),
            Kind::Infrastructure => one(equipment::infrastructure(&mut fields)),
            Kind::Site => one(outdoor::site(&mut fields)),
            Kind::Course => one(outdoor::course(&mut fields)),
            Kind::HdView => one(attached::hd_view(&mut fields)),
            Kind::City => one(places::city(&mut fields)),
            Kind::District => one(places::district(&mut fields)),
            Kind::FlatPage => one(places::flat_page(&mut fields)),
            Kind::MenuItem => places::menu(fields, None),
            Kind::Term => vocabulary::read(list, fields),
        }
    }

    /// What could not be read so far.
    pub fn problems(&self) -> Problems {
        self.context.problems.borrow().clone()
    }
}

/// What sort of objects a list of the server has; whatever is nothing else is a vocabulary.
pub fn kind_of(list: &str) -> Kind {
    match list {
        "trek" | "tour" => Kind::Trek,
        "poi" => Kind::Poi,
        "touristiccontent" => Kind::TouristicContent,
        "touristicevent" => Kind::TouristicEvent,
        "informationdesk" => Kind::InformationDesk,
        "sensitivearea" => Kind::SensitiveArea,
        "service" => Kind::Service,
        "signage" => Kind::Signage,
        "infrastructure" => Kind::Infrastructure,
        "outdoor_site" => Kind::Site,
        "outdoor_course" => Kind::Course,
        "hdviewpoint" => Kind::HdView,
        "city" => Kind::City,
        "district" => Kind::District,
        "flatpage" => Kind::FlatPage,
        "menu_item" => Kind::MenuItem,
        _ => Kind::Term,
    }
}

fn one<T: Into<Object>>(object: Option<T>) -> Vec<Object> {
    object.map(Into::into).into_iter().collect()
}
