//! The types that a field may have, and the value of a field by its type. Code that matches on these enums is compiled once
//! for each type, and not once for each field.

use std::any::Any;
use std::collections::BTreeMap;

use serde::de::{Deserialize, DeserializeSeed, Deserializer};
use serde::{Serialize, Serializer};

use super::fields::Record;
use super::json::{RecordSeed, RecordsSeed};
use super::{Geometry, Id, Localized, Picture, Position, RichText, Season};

/// A field that is an array of records.
pub(crate) trait Records {
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn Record));

    #[cfg_attr(not(feature = "edition"), allow(dead_code, reason = "editions alone change records in place"))]
    fn each_mut(&mut self, visit: &mut dyn FnMut(&mut dyn Record));

    fn is_empty(&self) -> bool;

    fn clear(&mut self);

    /// Adds a record that `read` fills in; not if it returns `false`.
    fn push_with(&mut self, read: &mut dyn FnMut(&mut dyn Record) -> bool);

    /// The vector itself, for code that needs the type of its records.
    fn as_any(&self) -> &dyn Any;
}

impl<T: Record + Default + 'static> Records for Vec<T> {
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a dyn Record)) {
        self.iter().for_each(|record| visit(record));
    }

    fn each_mut(&mut self, visit: &mut dyn FnMut(&mut dyn Record)) {
        self.iter_mut().for_each(|record| visit(record));
    }

    fn is_empty(&self) -> bool {
        Vec::is_empty(self)
    }

    fn clear(&mut self) {
        Vec::clear(self);
    }

    fn push_with(&mut self, read: &mut dyn FnMut(&mut dyn Record) -> bool) {
        let mut record = T::default();
        if read(&mut record) {
            self.push(record);
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A type that a field of a record may have.
pub(crate) trait FieldType {
    const TYPE: ValueType;

    fn value(&self) -> ValueRef<'_>;

    fn value_mut(&mut self) -> ValueMut<'_>;
}

macro_rules! field_types {
    ($($variant:ident($type:ty), empty: $is_empty:expr;)*) => {
        /// The type of a field.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum ValueType {
            $($variant,)*
            Records,
            Record,
        }

        /// The value of a field, by its type.
        pub(crate) enum ValueRef<'a> {
            $($variant(&'a $type),)*
            Records(&'a dyn Records),
            /// A record whose fields stand among those of its owner.
            Record(&'a dyn Record),
        }

        /// The value of a field, by its type, to write to.
        pub(crate) enum ValueMut<'a> {
            $($variant(&'a mut $type),)*
            Records(&'a mut dyn Records),
            /// A record whose fields stand among those of its owner.
            Record(&'a mut dyn Record),
        }

        $(impl FieldType for $type {
            const TYPE: ValueType = ValueType::$variant;

            fn value(&self) -> ValueRef<'_> {
                ValueRef::$variant(self)
            }

            fn value_mut(&mut self) -> ValueMut<'_> {
                ValueMut::$variant(self)
            }
        })*

        impl ValueRef<'_> {
            /// Whether the JSON of an object leaves the value out.
            pub(crate) fn is_empty(&self) -> bool {
                match self {
                    $(ValueRef::$variant(value) => { let is_empty: fn(&$type) -> bool = $is_empty; is_empty(value) })*
                    ValueRef::Records(records) => records.is_empty(),
                    ValueRef::Record(_) => false,
                }
            }
        }

        impl Serialize for ValueRef<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(ValueRef::$variant(value) => value.serialize(serializer),)*
                    ValueRef::Records(records) => {
                        let mut all = Vec::new();
                        records.each(&mut |record| all.push(record));
                        serializer.collect_seq(all)
                    }
                    ValueRef::Record(record) => record.serialize(serializer),
                }
            }
        }

        /// Reads the value from the JSON of an object.
        impl<'de> DeserializeSeed<'de> for ValueMut<'_> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                match self {
                    $(ValueMut::$variant(value) => *value = Deserialize::deserialize(deserializer)?,)*
                    ValueMut::Records(records) => RecordsSeed(records).deserialize(deserializer)?,
                    ValueMut::Record(record) => RecordSeed(record).deserialize(deserializer)?,
                }
                Ok(())
            }
        }
    };
}

field_types! {
    Id(Id), empty: |_| false;
    Integer(Option<i64>), empty: Option::is_none;
    Integers(Vec<i64>), empty: Vec::is_empty;
    Number(Option<f64>), empty: Option::is_none;
    Flag(bool), empty: |_| false;
    String(String), empty: String::is_empty;
    OptionalString(Option<String>), empty: Option::is_none;
    Strings(Vec<String>), empty: Vec::is_empty;
    Text(Localized), empty: Localized::is_empty;
    RichText(RichText), empty: RichText::is_empty;
    Position(Option<Position>), empty: Option::is_none;
    Positions(Vec<Position>), empty: Vec::is_empty;
    Geometry(Option<Geometry>), empty: Option::is_none;
    Season(Season), empty: |_| false;
    Neighbours(BTreeMap<Id, Option<Id>>), empty: BTreeMap::is_empty;
    Types(BTreeMap<Id, Vec<Id>>), empty: BTreeMap::is_empty;
    Json(serde_json::Value), empty: serde_json::Value::is_null;
    Properties(BTreeMap<String, serde_json::Value>), empty: BTreeMap::is_empty;
}

impl<T: Record + Default + 'static> FieldType for Vec<T> {
    const TYPE: ValueType = ValueType::Records;

    fn value(&self) -> ValueRef<'_> {
        ValueRef::Records(self)
    }

    fn value_mut(&mut self) -> ValueMut<'_> {
        ValueMut::Records(self)
    }
}

impl FieldType for Picture {
    const TYPE: ValueType = ValueType::Record;

    fn value(&self) -> ValueRef<'_> {
        ValueRef::Record(self)
    }

    fn value_mut(&mut self) -> ValueMut<'_> {
        ValueMut::Record(self)
    }
}

impl<'a> ValueRef<'a> {
    /// The ids of a field that has one, several, or several lists of them.
    pub(crate) fn ids(&self) -> Vec<Id> {
        match self {
            ValueRef::Integer(id) => id.iter().copied().collect(),
            ValueRef::Integers(ids) => ids.to_vec(),
            ValueRef::Types(lists) => lists.values().flatten().copied().collect(),
            _ => Vec::new(),
        }
    }

    /// A text without its markup.
    pub(crate) fn plain_text(&self) -> Option<&'a Localized> {
        match self {
            ValueRef::Text(text) => Some(text),
            ValueRef::RichText(text) => Some(&text.plain),
            _ => None,
        }
    }

    /// A text without a language.
    pub(crate) fn string(&self) -> Option<&'a str> {
        match self {
            ValueRef::String(text) => Some(text),
            ValueRef::OptionalString(text) => text.as_deref(),
            _ => None,
        }
    }
}
