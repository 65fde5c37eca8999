use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{
    Attachment, City, Course, District, FlatPage, Geometry, HdView, Id, InformationDesk, Infrastructure, Localized,
    MenuItem, Poi, RichText, SensitiveArea, Service, Signage, Site, Term, TouristicContent, TouristicEvent, Trek,
};
use crate::error::Error;

/// What sort of thing an object is. The words are the same in every language, in the shell and in the catalogue's layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the type of its name")]
pub enum Kind {
    Trek,
    Poi,
    TouristicContent,
    TouristicEvent,
    SensitiveArea,
    InformationDesk,
    Service,
    Signage,
    Infrastructure,
    Site,
    Course,
    HdView,
    City,
    District,
    FlatPage,
    MenuItem,
    Term,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 17] = [
        Kind::Trek,
        Kind::Poi,
        Kind::TouristicContent,
        Kind::TouristicEvent,
        Kind::SensitiveArea,
        Kind::InformationDesk,
        Kind::Service,
        Kind::Signage,
        Kind::Infrastructure,
        Kind::Site,
        Kind::Course,
        Kind::HdView,
        Kind::City,
        Kind::District,
        Kind::FlatPage,
        Kind::MenuItem,
        Kind::Term,
    ];

    /// The kind's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Trek => "trek",
            Kind::Poi => "poi",
            Kind::TouristicContent => "content",
            Kind::TouristicEvent => "event",
            Kind::SensitiveArea => "sensitive_area",
            Kind::InformationDesk => "information_desk",
            Kind::Service => "service",
            Kind::Signage => "signage",
            Kind::Infrastructure => "infrastructure",
            Kind::Site => "site",
            Kind::Course => "course",
            Kind::HdView => "hd_view",
            Kind::City => "city",
            Kind::District => "district",
            Kind::FlatPage => "flat_page",
            Kind::MenuItem => "menu_item",
            Kind::Term => "term",
        }
    }

    /// Whether objects of this kind have a place on the map.
    pub const fn is_spatial(self) -> bool {
        !matches!(self, Kind::FlatPage | Kind::MenuItem | Kind::Term)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
            let known: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
            Error::invalid("kind", format!("“{word}” is none of {}", known.join(", ")))
        })
    }
}

macro_rules! objects {
    ($($kind:ident($type:ty)),* $(,)?) => {
        /// Any object of a territory.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        #[allow(missing_docs, reason = "each is the type of its name")]
        pub enum Object {
            $($kind(Box<$type>)),*
        }

        impl Object {
            /// What sort of thing it is.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Object::$kind(_) => Kind::$kind),*
                }
            }

            /// The server's number.
            pub fn id(&self) -> Id {
                match self {
                    $(Object::$kind(object) => object.id),*
                }
            }

            /// Reads what [`Object`]'s serialisation wrote.
            pub fn from_json(kind: Kind, json: &str) -> serde_json::Result<Object> {
                Ok(match kind {
                    $(Kind::$kind => Object::$kind(serde_json::from_str(json)?)),*
                })
            }
        }

        $(impl From<$type> for Object {
            fn from(object: $type) -> Self {
                Object::$kind(Box::new(object))
            }
        })*
    };
}

objects!(
    Trek(Trek),
    Poi(Poi),
    TouristicContent(TouristicContent),
    TouristicEvent(TouristicEvent),
    SensitiveArea(SensitiveArea),
    InformationDesk(InformationDesk),
    Service(Service),
    Signage(Signage),
    Infrastructure(Infrastructure),
    Site(Site),
    Course(Course),
    HdView(HdView),
    City(City),
    District(District),
    FlatPage(FlatPage),
    MenuItem(MenuItem),
    Term(Term),
);

impl Object {
    /// Its name in every language; services have none of their own.
    pub fn name(&self) -> Option<&Localized> {
        match self {
            Object::Trek(o) => Some(&o.name),
            Object::Poi(o) => Some(&o.name),
            Object::TouristicContent(o) => Some(&o.name),
            Object::TouristicEvent(o) => Some(&o.name),
            Object::SensitiveArea(o) => Some(&o.name),
            Object::InformationDesk(o) => Some(&o.name),
            Object::Service(_) => None,
            Object::Signage(o) => Some(&o.name),
            Object::Infrastructure(o) => Some(&o.name),
            Object::Site(o) => Some(&o.name),
            Object::Course(o) => Some(&o.name),
            Object::HdView(o) => Some(&o.title),
            Object::City(o) => Some(&o.name),
            Object::District(o) => Some(&o.name),
            Object::FlatPage(o) => Some(&o.title),
            Object::MenuItem(o) => Some(&o.title),
            Object::Term(o) => Some(&o.label),
        }
    }

    /// What it is, in the words of the office; not every kind has such a text.
    pub fn description(&self) -> Option<&RichText> {
        match self {
            Object::Trek(o) => Some(&o.description),
            Object::Poi(o) => Some(&o.description),
            Object::TouristicContent(o) => Some(&o.description),
            Object::TouristicEvent(o) => Some(&o.description),
            Object::SensitiveArea(o) => Some(&o.description),
            Object::InformationDesk(o) => Some(&o.description),
            Object::Signage(o) => Some(&o.description),
            Object::Infrastructure(o) => Some(&o.description),
            Object::Site(o) => Some(&o.description),
            Object::Course(o) => Some(&o.description),
            Object::HdView(o) => Some(&o.legend),
            Object::FlatPage(o) => Some(&o.content),
            Object::Service(_) | Object::City(_) | Object::District(_) | Object::MenuItem(_) | Object::Term(_) => None,
        }
    }

    /// Its pictures, files and videos, the cover first.
    pub fn attachments(&self) -> &[Attachment] {
        match self {
            Object::Trek(o) => &o.attachments,
            Object::Poi(o) => &o.attachments,
            Object::TouristicContent(o) => &o.attachments,
            Object::TouristicEvent(o) => &o.attachments,
            Object::SensitiveArea(o) => &o.attachments,
            Object::Signage(o) => &o.attachments,
            Object::Infrastructure(o) => &o.attachments,
            Object::Site(o) => &o.attachments,
            Object::Course(o) => &o.attachments,
            Object::FlatPage(o) => &o.attachments,
            Object::MenuItem(o) => &o.attachments,
            Object::InformationDesk(_)
            | Object::Service(_)
            | Object::HdView(_)
            | Object::City(_)
            | Object::District(_)
            | Object::Term(_) => &[],
        }
    }

    /// Where it is.
    pub fn geometry(&self) -> Option<&Geometry> {
        match self {
            Object::Trek(o) => o.geometry.as_ref(),
            Object::Poi(o) => o.geometry.as_ref(),
            Object::TouristicContent(o) => o.geometry.as_ref(),
            Object::TouristicEvent(o) => o.geometry.as_ref(),
            Object::SensitiveArea(o) => o.geometry.as_ref(),
            Object::InformationDesk(o) => o.geometry.as_ref(),
            Object::Service(o) => o.geometry.as_ref(),
            Object::Signage(o) => o.geometry.as_ref(),
            Object::Infrastructure(o) => o.geometry.as_ref(),
            Object::Site(o) => o.geometry.as_ref(),
            Object::Course(o) => o.geometry.as_ref(),
            Object::HdView(o) => o.geometry.as_ref(),
            Object::City(o) => o.geometry.as_ref(),
            Object::District(o) => o.geometry.as_ref(),
            Object::FlatPage(_) | Object::MenuItem(_) | Object::Term(_) => None,
        }
    }

    /// Its place on the map, to take out, put back or change.
    pub fn geometry_mut(&mut self) -> Option<&mut Option<Geometry>> {
        match self {
            Object::Trek(o) => Some(&mut o.geometry),
            Object::Poi(o) => Some(&mut o.geometry),
            Object::TouristicContent(o) => Some(&mut o.geometry),
            Object::TouristicEvent(o) => Some(&mut o.geometry),
            Object::SensitiveArea(o) => Some(&mut o.geometry),
            Object::InformationDesk(o) => Some(&mut o.geometry),
            Object::Service(o) => Some(&mut o.geometry),
            Object::Signage(o) => Some(&mut o.geometry),
            Object::Infrastructure(o) => Some(&mut o.geometry),
            Object::Site(o) => Some(&mut o.geometry),
            Object::Course(o) => Some(&mut o.geometry),
            Object::HdView(o) => Some(&mut o.geometry),
            Object::City(o) => Some(&mut o.geometry),
            Object::District(o) => Some(&mut o.geometry),
            Object::FlatPage(_) | Object::MenuItem(_) | Object::Term(_) => None,
        }
    }
}
