//! A response as a stream of objects: a page (`results`), a GeoJSON collection (`features`) or a bare array. One object at
//! a time is in memory, and everything has a limit.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::non_finite::NonFinite;
use crate::error::{Error, Result};

/// Limits of a response. Values that are kept may be nested 128 levels deep; others are skipped without recursion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a response, decompressed. Default 256 MiB.
    pub body_bytes: u64,
    /// Bytes of one object. Default 16 MiB: a trek of a million vertices has about 30.
    pub object_bytes: u64,
    /// Objects in one response. Default 200,000.
    pub objects: u64,
    /// Vertices of one geometry. Default 500,000.
    pub vertices: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { body_bytes: 256 << 20, object_bytes: 16 << 20, objects: 200_000, vertices: 500_000 }
    }
}

/// A response without its objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    /// Number of objects on all pages, as the server counts them.
    pub count: Option<u64>,
    /// Address of the next page.
    pub next: Option<String>,
    /// Number of objects in this response.
    pub objects: u64,
}

/// Reads a list and calls `each` with the JSON of one object after the other.
///
/// # Errors
/// [`Error::Server`] if the response is not a complete JSON list of objects or exceeds a limit; the error of `each`, which
/// ends the reading.
pub fn read_list(mut body: impl Read, limits: &Limits, mut each: impl FnMut(&str) -> Result<()>) -> Result<List> {
    read_list_dyn(&mut body, limits, &mut each)
}

/// Compiled once, and not for each type of body and closure.
fn read_list_dyn(body: &mut dyn Read, limits: &Limits, each: &mut dyn FnMut(&str) -> Result<()>) -> Result<List> {
    let usage = Usage::default();
    let reader = NonFinite::new(Limited { body, usage: &usage, limits });
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, reader));
    let mut visitor = ListVisitor { list: List::default(), each, failed: None, usage: &usage, limits };
    let read = json.deserialize_any(&mut visitor).and_then(|()| json.end());
    match (visitor.failed, read) {
        (Some(error), _) => Err(error),
        (None, Ok(())) => Ok(visitor.list),
        (None, Err(error)) => Err(describe(&error, &usage)),
    }
}

/// Reads a response that is one object.
///
/// # Errors
/// [`Error::Server`] if the response is not complete JSON or exceeds a limit.
pub fn read_one(body: impl Read, limits: &Limits) -> Result<String> {
    let mut text = String::new();
    let limit = limits.object_bytes;
    NonFinite::new(body.take(limit + 1)).read_to_string(&mut text).map_err(|_| invalid_response("it is not text"))?;
    if text.len() as u64 > limit {
        return Err(invalid_response(&format!("an object is longer than {limit} bytes")));
    }
    if text.trim_start().starts_with('<') {
        return Err(invalid_response(WEB_PAGE));
    }
    match serde_json::from_str::<IgnoredAny>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(describe(&error, &Usage::default())),
    }
}

const WEB_PAGE: &str = "it is a web page instead of data (a sign-in page, or an error of the server)";

/// Whether an error of [`read_list`] or [`read_one`] says that the response is a web page.
pub(crate) fn is_web_page(error: &Error) -> bool {
    matches!(error, Error::Server { status: None, detail } if detail == WEB_PAGE)
}

const NOT_GEOTREK: &str = "it is not the JSON that Geotrek writes";

fn invalid_response(reason: &str) -> Error {
    Error::Server { status: None, detail: reason.to_owned() }
}

fn describe(error: &serde_json::Error, usage: &Usage) -> Error {
    if let Some(limit) = usage.exceeded.get() {
        return invalid_response(limit);
    }
    if usage.first.get() == b'<' {
        return invalid_response(WEB_PAGE);
    }
    invalid_response(match error.classify() {
        serde_json::error::Category::Eof => "the response ends in the middle",
        serde_json::error::Category::Io => "the response cannot be read to its end",
        _ => NOT_GEOTREK,
    })
}

/// How much of the limits is used.
#[derive(Default)]
struct Usage {
    body_bytes: Cell<u64>,
    object_bytes: Cell<u64>,
    /// First byte that is not white space.
    first: Cell<u8>,
    exceeded: Cell<Option<&'static str>>,
}

/// A body that ends with an error at a limit.
struct Limited<'a> {
    body: &'a mut dyn Read,
    usage: &'a Usage,
    limits: &'a Limits,
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.body.read(buffer)?;
        let usage = self.usage;
        if usage.first.get() == 0 {
            usage.first.set(buffer[..read].iter().copied().find(|byte| !byte.is_ascii_whitespace()).unwrap_or(0));
        }
        usage.body_bytes.set(usage.body_bytes.get() + read as u64);
        usage.object_bytes.set(usage.object_bytes.get() + read as u64);
        if usage.body_bytes.get() > self.limits.body_bytes {
            usage.exceeded.set(Some("the response is longer than Jalon accepts"));
        } else if usage.object_bytes.get() > self.limits.object_bytes + (1 << 17) {
            // Bytes are counted by the buffer, so the limit is exact to two of them.
            usage.exceeded.set(Some("an object of the response is longer than Jalon accepts"));
        }
        if usage.exceeded.get().is_some() { Err(io::Error::other("limit")) } else { Ok(read) }
    }
}

struct ListVisitor<'a> {
    list: List,
    each: &'a mut dyn FnMut(&str) -> Result<()>,
    failed: Option<Error>,
    usage: &'a Usage,
    limits: &'a Limits,
}

impl<'de> Visitor<'de> for &mut ListVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<(), S::Error> {
        while let Some(object) = items.next_element::<Box<RawValue>>()? {
            self.usage.object_bytes.set(0);
            self.list.objects += 1;
            if self.list.objects > self.limits.objects {
                self.failed = Some(invalid_response("the response has more objects than Jalon accepts"));
            } else if !object.get().starts_with('{') {
                self.failed = Some(invalid_response(NOT_GEOTREK));
            } else if let Err(error) = (self.each)(object.get()) {
                self.failed = Some(error);
            }
            if self.failed.is_some() {
                return Err(S::Error::custom("stopped"));
            }
        }
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut fields: M) -> Result<(), M::Error> {
        let mut has_list = false;
        while let Some(field) = fields.next_key::<String>()? {
            match field.as_str() {
                // A value of another type is as good as none.
                "count" => self.list.count = read_value(fields.next_value::<Box<RawValue>>()?.get()),
                "next" => self.list.next = read_value(fields.next_value::<Box<RawValue>>()?.get()),
                "results" | "features" => {
                    has_list = true;
                    fields.next_value_seed(&mut *self)?;
                    self.usage.object_bytes.set(0);
                }
                _ => {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        if has_list { Ok(()) } else { Err(M::Error::custom("no list")) }
    }
}

fn read_value<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
}

impl<'de> DeserializeSeed<'de> for &mut ListVisitor<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, limits: &Limits) -> Result<(List, Vec<String>)> {
        let mut objects = Vec::new();
        let list = read_list(body.as_bytes(), limits, |json| {
            objects.push(json.to_owned());
            Ok(())
        })?;
        Ok((list, objects))
    }

    fn reason(body: &str, limits: &Limits) -> String {
        read(body, limits).unwrap_err().to_string()
    }

    #[test]
    fn read_list_of_page_array_or_collection_gives_objects() {
        let limits = Limits::default();
        let (list, objects) =
            read(r#"{"count":9,"next":"http://x/?page=2","previous":null,"results":[{"id":1},{"id":2}]}"#, &limits)
                .unwrap();
        assert_eq!(list, List { count: Some(9), next: Some("http://x/?page=2".into()), objects: 2 });
        assert_eq!(objects, [r#"{"id":1}"#, r#"{"id":2}"#]);
        assert_eq!(read("[]", &limits).unwrap().0, List::default());
        assert_eq!(read(r#"{"type":"FeatureCollection","features":[{}]}"#, &limits).unwrap().1, ["{}"]);
    }

    #[test]
    fn read_list_with_a_number_that_is_not_finite_gives_all_objects() {
        let (list, objects) =
            read(r#"{"count": NaN, "next": 3, "results": [{"id": 1, "x": NaN}, {"id": 2}]}"#, &Limits::default())
                .unwrap();
        assert_eq!(list, List { count: None, next: None, objects: 2 });
        assert_eq!(objects, [r#"{"id": 1, "x": 0E0}"#, r#"{"id": 2}"#]);
    }

    #[test]
    fn read_list_of_other_content_gives_a_reason() {
        let limits = Limits::default();
        assert!(reason("\n <html>oops</html>", &limits).contains("web page"));
        assert!(reason(r#"{"results":[{"id":1},{"id""#, &limits).contains("ends in the middle"));
        assert!(reason("", &limits).contains("ends in the middle"));
        for wrong in [
            r#"{"detail":"no"}"#,
            "3",
            r#"[{"id":1}] more"#,
            r#"{"results":{}}"#,
            r#"{"results":[}"#,
            "[[[]]]",
            "[null]",
        ] {
            assert!(reason(wrong, &limits).contains("not the JSON"), "{wrong}");
        }
    }

    #[test]
    fn read_list_beyond_a_limit_stops() {
        let endless = || io::repeat(b'[');
        let limits = Limits { body_bytes: 1 << 20, ..Limits::default() };
        assert!(read_list(endless(), &limits, |_| Ok(())).is_err());
        let long = format!("[\"{}\"]", "x".repeat(1 << 20));
        assert!(reason(&long, &Limits { object_bytes: 1_000, ..Limits::default() }).contains("an object"));
        assert!(reason(&long, &Limits { body_bytes: 1_000, ..Limits::default() }).contains("longer"));
        assert!(reason("[{},{},{}]", &Limits { objects: 2, ..Limits::default() }).contains("more objects"));
        assert!(read_one(&long.as_bytes()[..900], &Limits::default()).is_err());
    }
}
