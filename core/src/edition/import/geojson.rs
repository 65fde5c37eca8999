//! GeoJSON (RFC 7946) as a stream: a collection, one feature after the other (newline-delimited, RFC 8142), or both mixed. One
//! feature at a time is in memory, and no feature may be longer than 16 MiB.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, BufReader, Read};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::feature::{Feature, FeatureGeometry, FileError, MAX_FEATURE_BYTES, Sink};
use super::summary::ImportProblem;

/// Bytes of the buffer of the reader.
const BUFFER: usize = 1 << 16;
/// Longest name of a coordinate reference system in an error, in characters.
const MAX_CRS_CHARS: usize = 60;
const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Reads the features of a file, and hands each to `sink`.
pub(super) fn read(file: &mut dyn Read, sink: Sink<'_>) -> Result<(), FileError> {
    let usage = Usage::default();
    let reader = BufReader::with_capacity(BUFFER, Limited { file, usage: &usage, offset: 0 });
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut document = Document { sink, usage: &usage, failed: None };
    loop {
        match json.end() {
            Ok(()) => return Ok(()),
            // Another value follows.
            Err(error) if error.is_syntax() => {}
            Err(error) => return Err(describe(&error, &usage)),
        }
        usage.reset();
        let read = (&mut document).deserialize(&mut json);
        match (document.failed.take(), read) {
            (Some(error), _) => return Err(error),
            (None, Err(error)) => return Err(describe(&error, &usage)),
            (None, Ok(())) => {}
        }
    }
}

fn describe(error: &serde_json::Error, usage: &Usage) -> FileError {
    if usage.exceeded.get() {
        return FileError::rule(format!("must have no feature that is longer than {MAX_FEATURE_BYTES} bytes"));
    }
    if let Some(error) = usage.error.borrow_mut().take() {
        return FileError::Other(error.into());
    }
    let (line, column) = (error.line(), error.column());
    FileError::rule(match error.classify() {
        serde_json::error::Category::Eof => "must not end in the middle of a feature".to_owned(),
        _ => format!("must be GeoJSON or FlatGeobuf: see its line {line}, column {column}"),
    })
}

/// What was read since the last feature.
#[derive(Default)]
struct Usage {
    bytes: Cell<usize>,
    exceeded: Cell<bool>,
    error: RefCell<Option<io::Error>>,
}

impl Usage {
    fn reset(&self) {
        self.bytes.set(0);
    }
}

/// A file that ends with an error when a feature is too long. A byte order mark is left out, and the record separators of
/// RFC 8142 become white space.
struct Limited<'a> {
    file: &'a mut dyn Read,
    usage: &'a Usage,
    offset: u64,
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.file.read(buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                *self.usage.error.borrow_mut() = Some(error);
                return Err(io::Error::other("disk"));
            }
        };
        for byte in &mut buffer[..read] {
            let is_bom = BOM.get(usize::try_from(self.offset).unwrap_or(usize::MAX)) == Some(byte);
            self.offset += 1;
            if is_bom || *byte == 0x1E {
                *byte = b' ';
            }
        }
        let bytes = self.usage.bytes.get() + read;
        self.usage.bytes.set(bytes);
        // Bytes are counted by the buffer, so the limit is exact to two of them.
        if bytes > MAX_FEATURE_BYTES + 2 * BUFFER {
            self.usage.exceeded.set(true);
            return Err(io::Error::other("limit"));
        }
        Ok(read)
    }
}

/// Reads one value of a file: a collection or a feature.
struct Document<'a, 's> {
    sink: Sink<'s>,
    usage: &'a Usage,
    failed: Option<FileError>,
}

impl Document<'_, '_> {
    /// Remembers why the reading ends; the error of serde ends it.
    fn fail<E: serde::de::Error>(&mut self, error: FileError) -> E {
        self.failed = Some(error);
        E::custom("stopped")
    }

    fn take<E: serde::de::Error>(&mut self, feature: Result<Feature<'_>, ImportProblem>) -> Result<(), E> {
        self.usage.reset();
        match (self.sink)(feature) {
            Ok(()) => Ok(()),
            Err(error) => Err(self.fail(error.into())),
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Document<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Document<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a feature, or a collection of features")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<(), M::Error> {
        let mut is_collection = false;
        let (mut own_type, mut id, mut properties, mut geometry) = (None, None, None, None);
        while let Some(key) = members.next_key::<String>()? {
            match key.as_str() {
                "features" => {
                    is_collection = true;
                    members.next_value_seed(Features(&mut *self))?;
                }
                "crs" => {
                    let crs = members.next_value::<Box<RawValue>>()?;
                    if let Err(error) = check_crs(crs.get()) {
                        return Err(self.fail(error));
                    }
                }
                "type" => own_type = Some(members.next_value::<Box<RawValue>>()?),
                "id" => id = Some(members.next_value::<Box<RawValue>>()?),
                "properties" => properties = Some(members.next_value::<Box<RawValue>>()?),
                "geometry" => geometry = Some(members.next_value::<Box<RawValue>>()?),
                _ => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        if is_collection {
            return Ok(());
        }
        if own_type.as_deref().map(RawValue::get) != Some("\"Feature\"") {
            return Err(self.fail(FileError::rule("must have GeoJSON features, or collections of features")));
        }
        self.take(feature(id.as_deref(), properties.as_deref(), geometry.as_deref()))
    }
}

/// Reads the features of a collection.
struct Features<'d, 'a, 's>(&'d mut Document<'a, 's>);

impl<'de> DeserializeSeed<'de> for Features<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of features")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<(), S::Error> {
        #[derive(Deserialize)]
        struct FeatureJson<'a> {
            #[serde(rename = "type", borrow)]
            own_type: Cow<'a, str>,
            #[serde(borrow)]
            id: Option<&'a RawValue>,
            #[serde(borrow)]
            properties: Option<&'a RawValue>,
            #[serde(borrow)]
            geometry: Option<&'a RawValue>,
        }
        while let Some(json) = items.next_element::<Box<RawValue>>()? {
            let read: Result<FeatureJson<'_>, _> = serde_json::from_str(json.get());
            self.0.take(match read {
                Ok(own) if own.own_type == "Feature" => feature(own.id, own.properties, own.geometry),
                _ => Err(ImportProblem::InvalidFeature),
            })?;
        }
        Ok(())
    }
}

fn feature<'f>(
    id: Option<&RawValue>,
    properties: Option<&RawValue>,
    geometry: Option<&'f RawValue>,
) -> Result<Feature<'f>, ImportProblem> {
    let invalid = |_| ImportProblem::InvalidFeature;
    let properties =
        properties.map(|json| serde_json::from_str::<Option<_>>(json.get())).transpose().map_err(invalid)?;
    let id = id.map(|json| serde_json::from_str::<Value>(json.get())).transpose().map_err(invalid)?;
    let geometry = geometry.map(RawValue::get).filter(|json| *json != "null");
    Ok(Feature { id, properties: properties.flatten().unwrap_or_default(), geometry: FeatureGeometry::Json(geometry) })
}

/// The member `crs` of GeoJSON 2008, which RFC 7946 has no longer. It must name longitude and latitude on WGS84.
fn check_crs(json: &str) -> Result<(), FileError> {
    if json == "null" {
        return Ok(());
    }
    let crs: Value = serde_json::from_str(json).unwrap_or_default();
    let name = crs["properties"]["name"].as_str().unwrap_or("one without a name");
    if ["CRS84", "EPSG::4326", "EPSG:4326"].iter().any(|known| name.ends_with(known)) {
        return Ok(());
    }
    let name: String = name.chars().filter(|c| !c.is_control()).take(MAX_CRS_CHARS).collect();
    Err(wrong_crs(&name))
}

/// The error for a file in another coordinate reference system.
pub(super) fn wrong_crs(name: &str) -> FileError {
    FileError::rule(format!(
        "must have longitudes and latitudes on WGS84 (EPSG:4326), not {name}: convert it with ogr2ogr -t_srs EPSG:4326"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The `n` of each feature, or its problem.
    fn try_read(json: &[u8]) -> Result<Vec<Result<Value, ImportProblem>>, FileError> {
        let mut features = Vec::new();
        read(&mut &json[..], &mut |feature| {
            features.push(feature.map(|feature| feature.properties.get("n").cloned().unwrap_or_default()));
            Ok(())
        })?;
        Ok(features)
    }

    fn rule(json: &str) -> String {
        match try_read(json.as_bytes()) {
            Err(FileError::Rule(rule)) => rule,
            other => panic!("must be refused: {other:?}"),
        }
    }

    fn feature(n: u32) -> String {
        format!(r#"{{"type":"Feature","properties":{{"n":{n}}},"geometry":{{"type":"Point","coordinates":[6,45]}}}}"#)
    }

    #[test]
    fn collection_lines_and_sequence_give_the_same_features() {
        let (one, two) = (feature(1), feature(2));
        for json in [
            format!(r#"{{"type":"FeatureCollection","features":[{one},{two}]}}"#),
            format!(
                "\u{feff}{{\"features\":[{one}\n,{two}],\"name\":{{\"a\":[1]}},\"type\":\"FeatureCollection\"}}\n\n"
            ),
            format!("{one}\n{two}\n"),
            format!("{one}\r\n\r\n{two}"),
            format!("\u{1e}{one}\n\u{1e}{two}\n"),
            format!(r#"{{"crs":{{"properties":{{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}}},"features":[{one}]}}{two}"#),
        ] {
            assert_eq!(try_read(json.as_bytes()).unwrap(), [Ok(1.into()), Ok(2.into())], "{json}");
        }
        assert!(try_read(b"").unwrap().is_empty() && try_read(b"{\"features\":[]}").unwrap().is_empty());
    }

    #[test]
    fn feature_that_is_none_is_a_problem_and_does_not_stop_the_others() {
        let deep = format!("{{\"type\":\"Feature\",\"properties\":{{\"n\":{}1{}}}}}", "[".repeat(500), "]".repeat(500));
        for wrong in ["null", "7", r#"{"type":"Point"}"#, r#"{"type":"Feature","properties":[1]}"#, &deep] {
            let json = format!(r#"{{"features":[{wrong},{}]}}"#, feature(2));
            assert_eq!(
                try_read(json.as_bytes()).unwrap(),
                [Err(ImportProblem::InvalidFeature), Ok(2.into())],
                "{wrong}"
            );
        }
    }

    #[test]
    fn other_files_are_refused_with_a_reason() {
        for other in ["<html>", "[1]", "\"x\"", "{\"features\":{}}", "{\"a\":1", "%PDF-1.7"] {
            assert!(rule(other).starts_with("must "), "{other}");
        }
        assert!(rule("{\n  \"features\": [}").contains("line 2, column"));
        assert!(rule(&feature(1)[..40]).contains("end in the middle"));
        assert!(rule(r#"{"type":"Point","coordinates":[6,45]}"#).contains("must have GeoJSON features"));
        let lambert = r#"{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::2154"}},"features":[]}"#;
        assert!(rule(lambert).contains("(EPSG:4326), not urn:ogc:def:crs:EPSG::2154: convert"));
    }

    #[test]
    fn feature_that_is_too_long_is_refused_before_it_is_in_memory() {
        let mut endless = io::Read::chain(&b"{\"features\":[{\"properties\":{\"n\":\""[..], io::repeat(b'x'));
        let read = read(&mut endless, &mut |_| Ok(()));
        assert!(matches!(read, Err(FileError::Rule(rule)) if rule.contains("longer than 16777216 bytes")));
    }

    #[test]
    fn collection_that_is_longer_than_a_feature_may_be_is_read() {
        let wide = format!(r#"{{"type":"Feature","properties":{{"n":1,"x":"{}"}}}}"#, "x".repeat(1 << 20));
        let mut json = String::from("{\"features\":[");
        json.push_str(&vec![wide; 40].join(","));
        json.push_str("]}");
        assert_eq!(try_read(json.as_bytes()).unwrap().len(), 40);
    }
}
