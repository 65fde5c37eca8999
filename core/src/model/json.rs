//! The JSON of an object, as the catalogue stores it and an app receives it: the names of the model, without empty values.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::fields::Record;
use super::values::{Records, ValueMut, ValueRef, ValueType};

/// A JSON object whose members are not parsed yet.
#[derive(Debug)]
pub(crate) struct JsonObject<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> JsonObject<'a> {
    pub(crate) fn parse(json: &'a str) -> serde_json::Result<JsonObject<'a>> {
        serde_json::from_str(json)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.position(name).map(|index| self.0[index].1)
    }

    /// Removes a member.
    pub(crate) fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        self.position(name).map(|index| self.0.swap_remove(index).1)
    }

    /// Adds the members of another object; they replace members of the same name.
    pub(crate) fn extend(&mut self, other: JsonObject<'a>) {
        // Two objects may have 100,000 members each: a search for each one would take seconds. Of equal names the first counts.
        let own: BTreeMap<Cow<'a, str>, usize> =
            self.0.iter().enumerate().rev().map(|(index, (name, _))| (name.clone(), index)).collect();
        for (name, value) in other.0 {
            match own.get(&name) {
                Some(index) => self.0[*index].1 = value,
                None => self.0.push((name, value)),
            }
        }
    }

    /// Removes all members.
    pub(crate) fn take_all(&mut self) -> impl Iterator<Item = (Cow<'a, str>, &'a RawValue)> + use<'a> {
        std::mem::take(&mut self.0).into_iter()
    }

    /// The members, in their order.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (&**name, *value))
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(known, _)| known == name)
    }
}

impl<'de> Deserialize<'de> for JsonObject<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = JsonObject<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<JsonObject<'de>, M::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(JsonObject(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A name of a member, borrowed unless it has an escape. (`Cow` itself never borrows here.)
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl Serialize for dyn Record + '_ {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        write_fields(self, &mut map)?;
        map.end()
    }
}

fn write_fields<M: SerializeMap>(record: &dyn Record, map: &mut M) -> Result<(), M::Error> {
    for (index, field) in record.fields().iter().enumerate() {
        match record.value(index) {
            Some(ValueRef::Record(inner)) => write_fields(inner, map)?,
            Some(value) if field.is_always_written || !value.is_empty() => map.serialize_entry(field.name, &value)?,
            _ => {}
        }
    }
    Ok(())
}

/// Reads a record from its JSON. Members that the record does not have are ignored; its `id` must be there. Values are read
/// straight into the fields, by code that is the same for all records.
pub(super) struct RecordSeed<'r>(pub(super) &'r mut dyn Record);

impl<'de> DeserializeSeed<'de> for RecordSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let record = self.0;
        let fields = record.fields();
        let mut misses_id = fields.iter().any(|field| field.value_type == ValueType::Id);
        // The members are in the order of the fields, so the search starts after the field that was read last.
        let mut next = 0;
        while let Some(Name(name)) = map.next_key()? {
            let Some(index) = position(record, &name, next) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = match record.value_mut(index) {
                Some(ValueMut::Record(inner)) => position(inner, &name, 0).and_then(|index| inner.value_mut(index)),
                value => value,
            };
            match value {
                Some(value) => map.next_value_seed(value)?,
                None => map.next_value::<IgnoredAny>().map(|_| ())?,
            }
            misses_id &= fields[index].value_type != ValueType::Id;
            // A record within another has further members.
            next = index + usize::from(fields[index].value_type != ValueType::Record);
        }
        if misses_id { Err(M::Error::missing_field("id")) } else { Ok(()) }
    }
}

/// The index of the field that has this member, or whose record has it. The search goes from the field `start` to the last,
/// then from the first.
fn position(record: &dyn Record, name: &str, start: usize) -> Option<usize> {
    let fields = record.fields();
    let has_member = |index: &usize| match record.value(*index) {
        Some(ValueRef::Record(inner)) => inner.fields().iter().any(|field| field.name == name),
        _ => fields[*index].name == name,
    };
    (start..fields.len()).chain(0..start.min(fields.len())).find(has_member)
}

/// Reads an array of records.
pub(super) struct RecordsSeed<'r>(pub(super) &'r mut dyn Records);

impl<'de> DeserializeSeed<'de> for RecordsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RecordsSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<(), S::Error> {
        self.0.clear();
        loop {
            let mut item = Ok(None);
            self.0.push_with(&mut |record| {
                item = items.next_element_seed(RecordSeed(record));
                matches!(item, Ok(Some(())))
            });
            if item?.is_none() {
                return Ok(());
            }
        }
    }
}
