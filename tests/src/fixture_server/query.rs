//! Query parameters. As on a real server, some errors result in 400 or 404, most in 500 with a page of HTML.

use std::collections::BTreeMap;

use super::response::Response;
use crate::day::Day;

const LANGUAGES: [&str; 3] = ["fr", "en", "it"];

/// Longitude and latitude in degrees, and a distance in metres.
pub(super) type Around = ((f64, f64), f64);

/// The parameters of a request. The last one of a name counts, as in Django.
pub(super) struct Query(BTreeMap<String, String>);

impl Query {
    pub(super) fn read(query: Option<&str>) -> Self {
        let pairs = query.unwrap_or("").split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Self(pairs.collect())
    }

    /// The value of a parameter that is present and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The values of a comma-separated list.
    pub(super) fn list(&self, name: &str) -> Option<Vec<&str>> {
        self.get(name).map(|value| value.split(',').collect())
    }

    /// A list of ids. Any other value results in 500.
    pub(super) fn ids(&self, name: &str) -> Result<Option<Vec<u64>>, Response> {
        let Some(values) = self.list(name) else { return Ok(None) };
        let ids: Result<Vec<u64>, _> = values.iter().map(|id| id.trim().parse()).collect();
        ids.map(Some).map_err(|_| Response::html(500))
    }

    /// One id. Any other value results in 500.
    pub(super) fn id(&self, name: &str) -> Result<Option<u64>, Response> {
        let Some(id) = self.get(name) else { return Ok(None) };
        id.trim().parse().map(Some).map_err(|_| Response::html(500))
    }

    /// `point` and `dist`, if both are present.
    pub(super) fn around(&self) -> Result<Option<Around>, Response> {
        let (Some(metres), Some(point)) = (self.get("dist"), self.list("point")) else { return Ok(None) };
        let point: Vec<f64> = point.iter().filter_map(|number| number.parse().ok()).collect();
        match (metres.parse(), <[f64; 2]>::try_from(point)) {
            (Ok(metres), Ok([x, y])) => Ok(Some(((x, y), metres))),
            _ => Err(Response::detail(400, "Invalid distance or point string supplied")),
        }
    }

    /// The language. `all` means none. An unknown language, and `all` for outdoor sites, result in 500.
    pub(super) fn language(&self, module: &str) -> Result<Option<&str>, Response> {
        match self.get("language") {
            None => Ok(None),
            Some("all") if module != "outdoor_site" => Ok(None),
            Some(language) if LANGUAGES.contains(&language) => Ok(Some(language)),
            Some(_) => Err(Response::html(500)),
        }
    }

    /// West, south, east and north.
    pub(super) fn bbox(&self) -> Result<Option<[f64; 4]>, Response> {
        let Some(values) = self.list("in_bbox") else { return Ok(None) };
        let sides: Vec<f64> = values.iter().filter_map(|side| side.parse().ok()).collect();
        match <[f64; 4]>::try_from(sides) {
            Ok(bbox) if values.len() == 4 => Ok(Some(bbox)),
            _ => Err(Response::detail(400, "Invalid bbox string supplied for parameter in_bbox")),
        }
    }

    /// A day as YYYY-MM-DD. Any other value results in 500.
    pub(super) fn day(&self, name: &str) -> Result<Option<Day>, Response> {
        let Some(day) = self.get(name) else { return Ok(None) };
        Day::parse(day).map(Some).ok_or_else(|| Response::html(500))
    }

    /// 50 by default and for 0; at most 1,000.
    pub(super) fn page_size(&self) -> usize {
        match self.get("page_size").and_then(|size| size.parse::<usize>().ok()) {
            None | Some(0) => 50,
            Some(size) => size.min(1000),
        }
    }

    /// The query string for another page.
    pub(super) fn for_page(&self, page: usize) -> String {
        let mut pairs = self.0.clone();
        pairs.insert("page".to_owned(), page.to_string());
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }
}

/// Percent-decodes a name or a value.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
