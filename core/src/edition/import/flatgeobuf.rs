//! FlatGeobuf of any origin, read by hand from its start to its end: the readers of the crate panic on damaged files, and
//! abort the process on some. The index is skipped, so its node size does not matter.

use std::io::{Read, sink};

use flatgeobuf::{ColumnType, size_prefixed_root_as_feature};
use serde_json::{Number, Value};

use super::condition::PropertyMap;
use super::feature::{Feature, FeatureGeometry, FileError, Sink, is_curved};
use super::geojson::wrong_crs;
use super::summary::ImportProblem;
use crate::edition::columns::split_first;
use crate::edition::file_header::{FileHeader, HeaderError};
use crate::edition::read::read_feature;
use crate::error::Error;

/// The first bytes of a file.
pub(super) const START: &[u8] = b"fgb";

/// Reads the features of a file of so many bytes, and hands each to `next`.
pub(super) fn read(mut file: &mut dyn Read, file_bytes: u64, next: Sink<'_>) -> Result<(), FileError> {
    let header = FileHeader::read(&mut file, file_bytes).map_err(|error| match error {
        HeaderError::Format(rule) => FileError::rule(format!("must be a FlatGeobuf file of version 3: {rule}")),
        HeaderError::Io(error) => FileError::Other(error.into()),
    })?;
    check_crs(&header)?;
    if is_curved(header.geometry_type) {
        let rule = "must have points, lines and areas, without curves: convert it with ogr2ogr -nlt CONVERT_TO_LINEAR";
        return Err(FileError::rule(rule));
    }
    let index_bytes = header.features_offset - header.index_offset;
    let skipped = std::io::copy(&mut (&mut file).take(index_bytes), &mut sink()).map_err(Error::from)?;
    if skipped != index_bytes {
        return Err(broken());
    }
    loop {
        let bytes = match read_feature(&mut file) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(()),
            Err(Error::Server { .. }) => return Err(broken()),
            Err(error) => return Err(error.into()),
        };
        next(feature(&bytes, &header))?;
    }
}

fn broken() -> FileError {
    FileError::rule("must be a whole FlatGeobuf file, whose features end within it and are not longer than 16 MiB each")
}

fn check_crs(header: &FileHeader) -> Result<(), FileError> {
    let Some(crs) = &header.crs else { return Ok(()) };
    let organization = crs.organization.trim();
    let is_wgs84 = match crs.code.as_str() {
        "4326" | "4979" => organization.is_empty() || organization.eq_ignore_ascii_case("EPSG"),
        "CRS84" => organization.is_empty() || organization.eq_ignore_ascii_case("OGC"),
        _ => false,
    };
    if is_wgs84 {
        return Ok(());
    }
    let name = match (organization, crs.code.as_str()) {
        ("", "") => "one without a code".to_owned(),
        (organization, code) => format!("{organization}:{code}").chars().filter(|c| !c.is_control()).take(60).collect(),
    };
    Err(wrong_crs(&name))
}

fn feature<'f>(bytes: &'f [u8], header: &FileHeader) -> Result<Feature<'f>, ImportProblem> {
    let invalid = ImportProblem::InvalidFeature;
    let feature = size_prefixed_root_as_feature(bytes).map_err(|_| invalid)?;
    let values = feature.properties().map(|properties| properties.bytes()).unwrap_or_default();
    let properties = match feature.columns() {
        // A feature may have columns of its own in the place of those of the file.
        Some(columns) if !columns.is_empty() => {
            if columns.iter().any(|column| column.type_() > ColumnType::Binary) {
                return Err(invalid);
            }
            let types: Vec<ColumnType> = columns.iter().map(|column| column.type_()).collect();
            let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
            properties(values, &types, &names)
        }
        _ => properties(values, &header.column_types, &header.column_names),
    };
    let geometry = FeatureGeometry::FlatGeobuf {
        geometry: feature.geometry(),
        default_type: header.geometry_type,
        length: bytes.len(),
    };
    Ok(Feature { id: None, properties: properties.ok_or(invalid)?, geometry })
}

/// The values of the columns; `None` if they are cut short, or of columns that are not there.
fn properties<N: AsRef<str>>(mut bytes: &[u8], types: &[ColumnType], names: &[N]) -> Option<PropertyMap> {
    let mut properties = PropertyMap::new();
    while !bytes.is_empty() {
        let (column, value, rest) = split_first(bytes, types)?;
        let (own_type, name) = (*types.get(usize::from(column))?, names.get(usize::from(column))?);
        properties.insert(name.as_ref().to_owned(), property(own_type, value)?);
        bytes = rest;
    }
    Some(properties)
}

/// The value of a property as JSON; null for bytes, and for numbers that JSON lacks. `None` for a text that is not UTF-8.
fn property(own_type: ColumnType, bytes: &[u8]) -> Option<Value> {
    macro_rules! number {
        ($type:ty) => {
            Value::from(<$type>::from_le_bytes(bytes.try_into().ok()?))
        };
    }
    Some(match own_type {
        ColumnType::Byte => number!(i8),
        ColumnType::UByte => number!(u8),
        ColumnType::Bool => Value::Bool(bytes.first()? != &0),
        ColumnType::Short => number!(i16),
        ColumnType::UShort => number!(u16),
        ColumnType::Int => number!(i32),
        ColumnType::UInt => number!(u32),
        ColumnType::Long => number!(i64),
        ColumnType::ULong => number!(u64),
        ColumnType::Float => {
            // The shortest number that gives the same value: 1850.2, not 1850.199951171875.
            let shortest = f32::from_le_bytes(bytes.try_into().ok()?).to_string();
            shortest.parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number)
        }
        ColumnType::Double => number!(f64),
        ColumnType::String | ColumnType::DateTime => Value::from(str::from_utf8(bytes).ok()?),
        ColumnType::Json => serde_json::from_slice(bytes).unwrap_or_default(),
        _ => Value::Null,
    })
}
