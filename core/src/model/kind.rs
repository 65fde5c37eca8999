use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeSeed;
use serde::{Deserialize, Serialize, Serializer};

use super::fields::{Field, Record, TextUse};
use super::json::RecordSeed;
use super::values::{ValueMut, ValueRef, ValueType};
use super::{
    Attachment, City, Course, District, FlatPage, Geometry, HdView, Id, InformationDesk, Infrastructure, Localized,
    MenuItem, Poi, RichText, SensitiveArea, Service, Signage, Site, Term, TouristicContent, TouristicEvent, Trek,
};
use crate::error::Error;

macro_rules! kinds {
    ($($kind:ident = $word:literal,)*) => {
        /// The type of an object. Its word is the same in every language, on the command line and as the name of the
        /// catalogue's layer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "each is the type of its name")]
        pub enum Kind {
            $(#[serde(rename = $word)] $kind,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: [Kind; [$($word),*].len()] = [$(Kind::$kind),*];

            /// The kind's word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Kind::$kind => $word,)*
                }
            }

            /// The table of the kind's fields.
            pub(crate) const fn fields(self) -> &'static [Field] {
                match self {
                    $(Kind::$kind => $kind::FIELDS,)*
                }
            }
        }

        /// An object of any kind.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(missing_docs, reason = "each is the type of its name")]
        pub enum Object {
            $($kind(Box<$kind>),)*
        }

        impl Object {
            /// The kind of the object.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Object::$kind(_) => Kind::$kind,)*
                }
            }

            /// Identifier on the server; unique within one territory and kind.
            pub fn id(&self) -> Id {
                match self {
                    $(Object::$kind(object) => object.id,)*
                }
            }

            /// An object whose fields are all empty.
            pub(crate) fn empty(kind: Kind) -> Object {
                match kind {
                    $(Kind::$kind => Object::$kind(Box::default()),)*
                }
            }

            pub(crate) fn record(&self) -> &dyn Record {
                match self {
                    $(Object::$kind(object) => &**object,)*
                }
            }

            pub(crate) fn record_mut(&mut self) -> &mut dyn Record {
                match self {
                    $(Object::$kind(object) => &mut **object,)*
                }
            }
        }

        $(#[automatically_derived]
        impl From<$kind> for Object {
            fn from(object: $kind) -> Self {
                Object::$kind(Box::new(object))
            }
        })*
    };
}

// The one list of kinds: each is the name of its struct and its word.
kinds! {
    Trek = "trek",
    Poi = "poi",
    TouristicContent = "touristic_content",
    TouristicEvent = "touristic_event",
    SensitiveArea = "sensitive_area",
    InformationDesk = "information_desk",
    Service = "service",
    Signage = "signage",
    Infrastructure = "infrastructure",
    Site = "site",
    Course = "course",
    HdView = "hd_view",
    City = "city",
    District = "district",
    FlatPage = "flat_page",
    MenuItem = "menu_item",
    Term = "term",
}

impl Kind {
    /// Whether objects of this kind have a position on the map.
    pub const fn is_spatial(self) -> bool {
        let fields = self.fields();
        let mut index = 0;
        while index < fields.len() {
            if matches!(fields[index].value_type, ValueType::Geometry) {
                return true;
            }
            index += 1;
        }
        false
    }

    /// The field of the object's type; `None` if objects of this kind have no type.
    pub(crate) fn type_field(self) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.is_type)
    }

    /// The field with this name in the model.
    pub(crate) fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
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
            Error::invalid("kind", format!("must be one of {}, not “{word}”", known.join(", ")))
        })
    }
}

impl Object {
    /// Reads the JSON that [`Object`]'s serialisation wrote.
    ///
    /// # Errors
    /// The JSON must be an object with an `id`, and each known field must have its type.
    pub fn from_json(kind: Kind, json: &str) -> serde_json::Result<Object> {
        let mut object = Object::empty(kind);
        let mut reader = serde_json::Deserializer::from_str(json);
        RecordSeed(object.record_mut()).deserialize(&mut reader)?;
        reader.end()?;
        Ok(object)
    }

    /// Name in every language; services have none of their own, and are called by the label of their type.
    pub fn name(&self) -> Option<&Localized> {
        match self.value(|field| field.text == Some(TextUse::Name)) {
            Some(ValueRef::Text(name)) => Some(name),
            _ => None,
        }
    }

    /// The type of the object: its vocabulary and its id there.
    pub(crate) fn object_type(&self) -> Option<(&'static str, Id)> {
        let vocabulary = self.kind().type_field()?.refers_to?;
        Some((vocabulary, *self.value(|field| field.is_type)?.ids().first()?))
    }

    /// The label of the type that the server writes into the object itself.
    pub(crate) fn type_label(&self) -> Option<&Localized> {
        match self.value(|field| field.name == "type_label") {
            Some(ValueRef::Text(label)) => Some(label),
            _ => None,
        }
    }

    /// Description; not every kind has one.
    pub fn description(&self) -> Option<&RichText> {
        match self.value(|field| field.text == Some(TextUse::Description)) {
            Some(ValueRef::RichText(description)) => Some(description),
            _ => None,
        }
    }

    /// Pictures, files and videos, the cover first.
    pub fn attachments(&self) -> &[Attachment] {
        match self.value(|field| field.name == "attachments") {
            Some(ValueRef::Records(records)) => {
                records.as_any().downcast_ref::<Vec<Attachment>>().map(Vec::as_slice).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// Geometry in longitude and latitude.
    pub fn geometry(&self) -> Option<&Geometry> {
        match self.value(|field| field.value_type == ValueType::Geometry) {
            Some(ValueRef::Geometry(geometry)) => geometry.as_ref(),
            _ => None,
        }
    }

    /// The field of the geometry, to take it out or to set it; `None` for a kind without a position on the map.
    pub(crate) fn geometry_mut(&mut self) -> Option<&mut Option<Geometry>> {
        let record = self.record_mut();
        let index = record.fields().iter().position(|field| field.value_type == ValueType::Geometry)?;
        match record.value_mut(index) {
            Some(ValueMut::Geometry(geometry)) => Some(geometry),
            _ => None,
        }
    }

    /// The value of the first field that `is_wanted`.
    fn value(&self, is_wanted: impl Fn(&Field) -> bool) -> Option<ValueRef<'_>> {
        let record = self.record();
        record.value(record.fields().iter().position(is_wanted)?)
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.record().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_an_object_reads_back_and_needs_its_id() {
        let view = HdView { id: 4, title: [("fr", "Col")].into_iter().collect(), ..HdView::default() };
        let trek = Trek {
            id: 7,
            name: [("fr", "Lac")].into_iter().collect(),
            themes: vec![2, 1],
            previous: [(66, None), (70, Some(4))].into_iter().collect(),
            attachments: vec![Attachment { media: "image".into(), ..Attachment::default() }],
            view_points: vec![view],
            ..Trek::default()
        };
        let object = Object::from(trek);
        let json = serde_json::to_string(&object).unwrap();
        assert_eq!(Object::from_json(Kind::Trek, &json).unwrap(), object);
        assert!(json.contains(r#""attachments":[{"media":"image","url":""}]"#), "{json}");
        assert!(Object::from_json(Kind::Trek, r#"{"name": {"fr": "Lac"}}"#).is_err());
        assert!(Object::from_json(Kind::Trek, r#"{"id": 1, "themes": "x"}"#).is_err());
    }

    #[test]
    fn word_of_every_kind_reads_back_in_each_format() {
        for kind in Kind::ALL {
            assert_eq!(kind.to_string(), kind.as_str());
            assert_eq!(kind.as_str().parse::<Kind>().unwrap(), kind);
            let json = format!("\"{kind}\"");
            assert_eq!(serde_json::to_string(&kind).unwrap(), json);
            assert_eq!(serde_json::from_str::<Kind>(&json).unwrap(), kind);
        }
        assert!("content".parse::<Kind>().is_err());
    }

    #[test]
    fn every_kind_has_one_field_for_each_role() {
        for kind in Kind::ALL {
            let count = |is_counted: &dyn Fn(&&Field) -> bool| kind.fields().iter().filter(is_counted).count();
            assert_eq!(count(&|field| field.value_type == ValueType::Id), 1, "{kind}");
            assert_eq!(
                count(&|field| field.value_type == ValueType::Geometry),
                usize::from(kind.is_spatial()),
                "{kind}"
            );
            assert_eq!(count(&|field| field.text == Some(TextUse::Name)), usize::from(kind != Kind::Service), "{kind}");
            assert!(count(&|field| field.text == Some(TextUse::Description)) <= 1, "{kind}");
        }
    }
}
