//! An answer as a stream of objects: a page (`results`), a GeoJSON collection (`features`) or a bare array. One object at
//! a time is in memory, and everything has a limit.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// What an answer may cost. What is kept may be nested 128 levels deep; the rest is passed over without recursion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an answer, unpacked. Default 256 MiB.
    pub body_bytes: u64,
    /// Bytes of one object. Default 16 MiB: a trek of a million vertices has about 30.
    pub object_bytes: u64,
    /// Objects in one answer. Default 200,000.
    pub objects: u64,
    /// Vertices of one geometry. Default 500,000.
    pub vertices: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { body_bytes: 256 << 20, object_bytes: 16 << 20, objects: 200_000, vertices: 500_000 }
    }
}

/// What an answer told beside its objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    /// How many objects there are on all pages, as the server counts.
    pub count: Option<u64>,
    /// Address of the next page.
    pub next: Option<String>,
    /// How many objects this answer had.
    pub objects: u64,
}

/// Reads a list, and hands over the JSON of one object after the other.
pub fn read_list(body: impl Read, limits: &Limits, mut each: impl FnMut(&str) -> Result<()>) -> Result<List> {
    let spent = Spent::default();
    let reader = Bounded { body, spent: &spent, limits };
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, reader));
    let mut failed = None;
    let mut list = List::default();
    let walk = Walk { list: &mut list, each: &mut each, failed: &mut failed, spent: &spent, limits };
    let read = json.deserialize_any(walk).and_then(|()| json.end());
    match (failed, read) {
        (Some(error), _) => Err(error),
        (None, Ok(())) => Ok(list),
        (None, Err(error)) => Err(explain(&error, &spent)),
    }
}

/// Reads an answer that is one object, whole.
pub fn read_one(body: impl Read, limits: &Limits) -> Result<String> {
    let mut text = String::new();
    let limit = limits.object_bytes;
    body.take(limit + 1).read_to_string(&mut text).map_err(|_| nonsense("it is not text"))?;
    if text.len() as u64 > limit {
        return Err(nonsense(&format!("an object is longer than {limit} bytes")));
    }
    if text.trim_start().starts_with('<') {
        return Err(nonsense(WEB_PAGE));
    }
    match serde_json::from_str::<IgnoredAny>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(explain(&error, &Spent::default())),
    }
}

const WEB_PAGE: &str = "it is a web page instead of data (a sign-in page, or an error of the server)";

const NOT_OURS: &str = "it is not the JSON that a Geotrek writes";

fn nonsense(reason: &str) -> Error {
    Error::Server { status: None, detail: reason.to_owned() }
}

fn explain(error: &serde_json::Error, spent: &Spent) -> Error {
    if let Some(limit) = spent.broken.get() {
        return nonsense(limit);
    }
    if spent.first.get() == b'<' {
        return nonsense(WEB_PAGE);
    }
    nonsense(match error.classify() {
        serde_json::error::Category::Eof => "the answer ends in the middle",
        serde_json::error::Category::Io => "the answer cannot be read to its end",
        _ => NOT_OURS,
    })
}

#[derive(Default)]
struct Spent {
    body: Cell<u64>,
    object: Cell<u64>,
    /// First byte that is not white space.
    first: Cell<u8>,
    broken: Cell<Option<&'static str>>,
}

struct Bounded<'a, R> {
    body: R,
    spent: &'a Spent,
    limits: &'a Limits,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.body.read(buffer)?;
        let spent = self.spent;
        if spent.first.get() == 0 {
            spent.first.set(buffer[..read].iter().copied().find(|byte| !byte.is_ascii_whitespace()).unwrap_or(0));
        }
        spent.body.set(spent.body.get() + read as u64);
        spent.object.set(spent.object.get() + read as u64);
        if spent.body.get() > self.limits.body_bytes {
            spent.broken.set(Some("the answer is longer than Jalon takes"));
        } else if spent.object.get() > self.limits.object_bytes + (1 << 17) {
            // Counted in buffers, so the limit is kept up to two of them.
            spent.broken.set(Some("an object of the answer is longer than Jalon takes"));
        }
        if spent.broken.get().is_some() { Err(io::Error::other("limit")) } else { Ok(read) }
    }
}

struct Walk<'a> {
    list: &'a mut List,
    each: &'a mut dyn FnMut(&str) -> Result<()>,
    failed: &'a mut Option<Error>,
    spent: &'a Spent,
    limits: &'a Limits,
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<(), S::Error> {
        while let Some(object) = items.next_element::<Box<RawValue>>()? {
            self.spent.object.set(0);
            self.list.objects += 1;
            if self.list.objects > self.limits.objects {
                *self.failed = Some(nonsense("the answer has more objects than Jalon takes"));
            } else if !object.get().starts_with('{') {
                *self.failed = Some(nonsense(NOT_OURS));
            } else if let Err(error) = (self.each)(object.get()) {
                *self.failed = Some(error);
            }
            if self.failed.is_some() {
                return Err(S::Error::custom("stopped"));
            }
        }
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut fields: M) -> Result<(), M::Error> {
        let mut listed = false;
        while let Some(field) = fields.next_key::<String>()? {
            match field.as_str() {
                "count" => self.list.count = fields.next_value::<Option<u64>>()?,
                "next" => self.list.next = fields.next_value::<Option<String>>()?,
                "results" | "features" => {
                    listed = true;
                    let within = Walk {
                        list: self.list,
                        each: self.each,
                        failed: self.failed,
                        spent: self.spent,
                        limits: self.limits,
                    };
                    fields.next_value_seed(within)?;
                    self.spent.object.set(0);
                }
                _ => {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        if listed { Ok(()) } else { Err(M::Error::custom("no list")) }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
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

    fn sentence(body: &str, limits: &Limits) -> String {
        read(body, limits).unwrap_err().to_string()
    }

    #[test]
    fn pages_arrays_and_collections_are_lists() {
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
    fn what_is_no_list_is_told_in_a_sentence() {
        let limits = Limits::default();
        assert!(sentence("\n <html>oops</html>", &limits).contains("web page"));
        assert!(sentence(r#"{"results":[{"id":1},{"id""#, &limits).contains("ends in the middle"));
        assert!(sentence("", &limits).contains("ends in the middle"));
        for wrong in [
            r#"{"detail":"no"}"#,
            "3",
            r#"[{"id":1}] more"#,
            r#"{"results":{}}"#,
            r#"{"results":[}"#,
            "[[[]]]",
            "[null]",
        ] {
            assert!(sentence(wrong, &limits).contains("not the JSON"), "{wrong}");
        }
    }

    #[test]
    fn an_answer_without_an_end_is_stopped() {
        let endless = || io::repeat(b'[');
        let limits = Limits { body_bytes: 1 << 20, ..Limits::default() };
        assert!(read_list(endless(), &limits, |_| Ok(())).is_err());
        let long = format!("[\"{}\"]", "x".repeat(1 << 20));
        assert!(sentence(&long, &Limits { object_bytes: 1_000, ..Limits::default() }).contains("an object"));
        assert!(sentence(&long, &Limits { body_bytes: 1_000, ..Limits::default() }).contains("longer"));
        assert!(sentence("[{},{},{}]", &Limits { objects: 2, ..Limits::default() }).contains("more objects"));
        assert!(read_one(&long.as_bytes()[..900], &Limits::default()).is_err());
    }
}
