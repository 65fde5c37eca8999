//! The JSON of an object, as the catalogue stores it and an app receives it: the names of the model, without empty values.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
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
        for (name, value) in other.0 {
            match self.position(&name) {
                Some(index) => self.0[index].1 = value,
                None => self.0.push((name, value)),
            }
        }
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

/// Reads a record from its JSON. Members that the record does not have are ignored; its `id` must be there.
pub(super) fn read_record(record: &mut dyn Record, json: &RawValue) -> serde_json::Result<()> {
    read_fields(record, &JsonObject::parse(json.get())?)
}

/// Reads an array of records.
pub(super) fn read_records(records: &mut dyn Records, json: &RawValue) -> serde_json::Result<()> {
    let items: Vec<&RawValue> = serde_json::from_str(json.get())?;
    records.clear();
    for item in items {
        let mut result = Ok(());
        records.push_with(&mut |record| {
            result = read_record(record, item);
            result.is_ok()
        });
        result?;
    }
    Ok(())
}

fn read_fields(record: &mut dyn Record, object: &JsonObject<'_>) -> serde_json::Result<()> {
    for (index, field) in record.fields().iter().enumerate() {
        match (record.value_mut(index), object.get(field.name)) {
            (Some(ValueMut::Record(inner)), _) => read_fields(inner, object)?,
            (Some(value), Some(json)) => value.read(json)?,
            (Some(_), None) if field.value_type == ValueType::Id => {
                return Err(serde_json::Error::missing_field(field.name));
            }
            _ => {}
        }
    }
    Ok(())
}
