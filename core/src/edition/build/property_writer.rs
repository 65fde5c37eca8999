//! The readable columns of a layer, for people who open it in QGIS: those of the catalogue's layers, with the JSON of the whole
//! object as the last.

use std::collections::HashMap;

use flatgeobuf::ColumnType;
use jiff::Timestamp;
use serde_json::Value;

use crate::edition::file_header::OBJECT_COLUMN;
use crate::error::{Error, Result};
use crate::model::fields::Field;
use crate::model::values::{ValueRef, ValueType};
use crate::model::{Id, Kind, Localized, Object};

/// The columns that every kind has before its own.
const FIRST: [(&str, ColumnType); 5] = [
    ("id", ColumnType::Long),
    ("name", ColumnType::String),
    ("type", ColumnType::String),
    ("updated", ColumnType::DateTime),
    ("languages", ColumnType::String),
];

/// The labels of terms, by vocabulary and id.
pub(crate) type Labels = HashMap<(String, Id), Localized>;

/// A column and the field that it shows.
type FieldColumn = (&'static Field, &'static str, ColumnType);

/// Writes the properties of the objects of one kind.
pub(super) struct PropertyWriter {
    columns: Vec<FieldColumn>,
}

impl PropertyWriter {
    pub(super) fn new(kind: Kind) -> PropertyWriter {
        let column = |field: &'static Field| {
            let name = field.column?;
            let column_type = match field.value_type {
                ValueType::Integer => ColumnType::Long,
                ValueType::Number => ColumnType::Double,
                _ => ColumnType::String,
            };
            let is_new = FIRST.iter().all(|(known, _)| *known != name) && name != OBJECT_COLUMN;
            is_new.then_some((field, name, column_type))
        };
        PropertyWriter { columns: kind.fields().iter().filter_map(column).collect() }
    }

    /// The names and types of all columns; `object` is the last.
    pub(super) fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        let own = self.columns.iter().map(|(_, name, column_type)| (*name, *column_type));
        FIRST.into_iter().chain(own).chain([(OBJECT_COLUMN, ColumnType::Json)]).collect()
    }

    /// Writes the properties of an object whose JSON, without its geometry, is `json`. A column without a value is left out.
    pub(super) fn write(&self, object: &Object, json: &str, language: &str, labels: &Labels) -> Result<Vec<u8>> {
        let mut properties = Properties::default();
        properties.add(&object.id().to_le_bytes());
        let name = object.name().and_then(|name| name.find(&[language]));
        let own_label = object.type_label();
        let label = own_label.or_else(|| {
            let (vocabulary, id) = object.object_type()?;
            labels.get(&(vocabulary.to_owned(), id))
        });
        let label = label.and_then(|label| label.find(&[language]));
        properties.add_text(name.or(label).map(|text| text.text))?;
        properties.add_text(label.map(|text| text.text))?;
        properties.add_text(updated(object).as_deref())?;
        properties.add_text(Some(languages(object)).as_deref())?;
        let values: HashMap<&str, ValueRef<'_>> =
            object.record().values().map(|(field, value)| (field.name, value)).collect();
        for (field, _, column_type) in &self.columns {
            let value = values.get(field.name).filter(|value| !value.is_empty());
            let value = value.map(serde_json::to_value).transpose().map_err(Error::internal)?;
            match (*column_type, value) {
                (ColumnType::Long, Some(Value::Number(number))) => {
                    properties.add_some(number.as_i64().map(i64::to_le_bytes));
                }
                (ColumnType::Double, Some(Value::Number(number))) => {
                    properties.add_some(number.as_f64().map(f64::to_le_bytes));
                }
                (ColumnType::String, Some(Value::String(text))) => properties.add_text(Some(&text))?,
                (ColumnType::String, Some(value)) => properties.add_text(Some(&value.to_string()))?,
                _ => properties.skip(),
            }
        }
        properties.add_text(Some(json))?;
        Ok(properties.bytes)
    }
}

/// The time of the last change, as ISO 8601.
fn updated(object: &Object) -> Option<String> {
    let mut values = object.record().values();
    let ms = values.find_map(|(field, value)| match value {
        ValueRef::Integer(ms) if field.name == "updated_ms" => *ms,
        _ => None,
    })?;
    Some(Timestamp::from_millisecond(ms).ok()?.to_string())
}

/// The languages of publication, or those of the name, with commas.
fn languages(object: &Object) -> String {
    let mut values = object.record().values();
    let published = values.find_map(|(field, value)| match value {
        ValueRef::Strings(languages) if field.name == "published" && !languages.is_empty() => Some(languages.join(",")),
        _ => None,
    });
    published.unwrap_or_else(|| {
        let name = object.name().into_iter().flat_map(Localized::iter);
        name.map(|(language, _)| language).collect::<Vec<_>>().join(",")
    })
}

#[derive(Default)]
struct Properties {
    bytes: Vec<u8>,
    /// Index of the next column.
    next: u16,
}

impl Properties {
    fn add(&mut self, value: &[u8]) {
        self.bytes.extend(self.next.to_le_bytes());
        self.bytes.extend(value);
        self.next += 1;
    }

    fn add_some(&mut self, value: Option<[u8; 8]>) {
        match value {
            Some(value) => self.add(&value),
            None => self.skip(),
        }
    }

    fn add_text(&mut self, text: Option<&str>) -> Result<()> {
        match text.filter(|text| !text.is_empty()) {
            Some(text) => {
                let length = u32::try_from(text.len()).map_err(Error::internal)?;
                self.add(&length.to_le_bytes());
                self.bytes.extend(text.as_bytes());
            }
            None => self.skip(),
        }
        Ok(())
    }

    fn skip(&mut self) {
        self.next += 1;
    }
}
