//! Parameters, read with Geotrek's own severity: some errors give 400 or 404, most a page of HTML and 500.

use std::collections::BTreeMap;

use super::reply::Reply;
use crate::day::Day;

const LANGUAGES: [&str; 3] = ["fr", "en", "it"];

/// A place and the metres around it.
pub(super) type Around = ((f64, f64), f64);

/// The parameters of a request; the last of a name wins, as in Django.
pub(super) struct Query(BTreeMap<String, String>);

impl Query {
    pub(super) fn read(query: Option<&str>) -> Self {
        let pairs = query.unwrap_or("").split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Self(pairs.collect())
    }

    /// A parameter that is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn names(&self, name: &str) -> Option<Vec<&str>> {
        self.get(name).map(|value| value.split(',').collect())
    }

    /// Ids; anything else is a 500.
    pub(super) fn ids(&self, name: &str) -> Result<Option<Vec<u64>>, Reply> {
        let Some(names) = self.names(name) else { return Ok(None) };
        let ids: Result<Vec<u64>, _> = names.iter().map(|id| id.trim().parse()).collect();
        ids.map(Some).map_err(|_| Reply::html(500))
    }

    /// One id; anything else is a 500.
    pub(super) fn id(&self, name: &str) -> Result<Option<u64>, Reply> {
        let Some(id) = self.get(name) else { return Ok(None) };
        id.trim().parse().map(Some).map_err(|_| Reply::html(500))
    }

    /// A place and the metres around it, when both are there.
    pub(super) fn around(&self) -> Result<Option<Around>, Reply> {
        let (Some(metres), Some(place)) = (self.get("dist"), self.names("point")) else { return Ok(None) };
        let place: Vec<f64> = place.iter().filter_map(|number| number.parse().ok()).collect();
        match (metres.parse(), <[f64; 2]>::try_from(place)) {
            (Ok(metres), Ok([x, y])) => Ok(Some(((x, y), metres))),
            _ => Err(Reply::detail(400, "Invalid distance or point string supplied")),
        }
    }

    /// The language; `all` is none, except for outdoor sites, which fail, as for a language that is not configured.
    pub(super) fn language(&self, module: &str) -> Result<Option<&str>, Reply> {
        match self.get("language") {
            None => Ok(None),
            Some("all") if module != "outdoor_site" => Ok(None),
            Some(language) if LANGUAGES.contains(&language) => Ok(Some(language)),
            Some(_) => Err(Reply::html(500)),
        }
    }

    pub(super) fn bbox(&self) -> Result<Option<[f64; 4]>, Reply> {
        let Some(names) = self.names("in_bbox") else { return Ok(None) };
        let sides: Vec<f64> = names.iter().filter_map(|side| side.parse().ok()).collect();
        match <[f64; 4]>::try_from(sides) {
            Ok(bbox) if names.len() == 4 => Ok(Some(bbox)),
            _ => Err(Reply::detail(400, "Invalid bbox string supplied for parameter in_bbox")),
        }
    }

    /// A day as YYYY-MM-DD; anything else is a 500.
    pub(super) fn day(&self, name: &str) -> Result<Option<Day>, Reply> {
        let Some(day) = self.get(name) else { return Ok(None) };
        Day::parse(day).map(Some).ok_or_else(|| Reply::html(500))
    }

    pub(super) fn page_size(&self) -> usize {
        match self.get("page_size").and_then(|size| size.parse::<usize>().ok()) {
            None | Some(0) => 50,
            Some(size) => size.min(1000),
        }
    }

    /// The query again, for another page.
    pub(super) fn for_page(&self, page: usize) -> String {
        let mut pairs = self.0.clone();
        pairs.insert("page".to_owned(), page.to_string());
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }
}

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
