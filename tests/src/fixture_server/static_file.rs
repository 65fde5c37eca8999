//! A file with validators and ranges as nginx sends it, and the files of a folder.

use std::fs;
use std::path::{Component, Path};

use http::HeaderMap;

use super::response::Response;

/// The path below which the files of [`Options::files`](super::Options::files) are.
pub(super) const FILES: &str = "/files/";

/// A file of a web server.
pub(super) struct StaticFile<'a> {
    /// Media type.
    pub(super) kind: &'static str,
    pub(super) body: &'a [u8],
    /// `ETag`.
    pub(super) tag: String,
    /// `Last-Modified`.
    pub(super) dated: String,
}

impl StaticFile<'_> {
    pub(super) fn respond(self, headers: &HeaderMap, supports_ranges: bool) -> Response {
        let StaticFile { kind, body, tag, dated } = self;
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let with_validators = |response: Response| {
            let response = response.with("etag", tag.clone()).with("last-modified", dated.clone());
            response.with("accept-ranges", "bytes").with("cache-control", "max-age=86400")
        };
        let is_unchanged = match header("if-none-match") {
            Some(tags) => tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag),
            None => header("if-modified-since") == Some(&dated),
        };
        if is_unchanged {
            return with_validators(Response::new(304, kind, Vec::new()));
        }
        let is_same = header("if-range").is_none_or(|known| known == tag || known == dated);
        let range =
            header("range").filter(|_| is_same && supports_ranges).and_then(|range| range.strip_prefix("bytes="));
        let Some(range) = range else { return with_validators(Response::new(200, kind, body.to_vec())) };
        match bounds(range, body.len()) {
            Some((from, to)) => {
                let part = with_validators(Response::new(206, kind, body[from..=to].to_vec()));
                part.with("content-range", format!("bytes {from}-{to}/{}", body.len()))
            }
            None => Response::html(416).with("content-range", format!("bytes */{}", body.len())),
        }
    }
}

/// The response for a file of a folder; `path` is that below [`FILES`].
pub(super) fn respond(folder: &Path, path: &str, headers: &HeaderMap, supports_ranges: bool) -> Response {
    let Some(path) = percent_decoded(path) else { return Response::not_found() };
    let path = Path::new(&path);
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Response::not_found();
    }
    let Ok(body) = fs::read(folder.join(path)) else { return Response::not_found() };
    let kind = match path.extension().and_then(|extension| extension.to_str()) {
        // Not the media type of the API, in whose responses links are replaced.
        Some("json") => "application/json; charset=utf-8",
        Some("jpg") => "image/jpeg",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    let modified = fs::metadata(folder.join(path)).and_then(|metadata| metadata.modified());
    let nanos = modified.ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let tag = format!("\"{:x}-{:x}\"", nanos.unwrap_or_default().as_nanos(), body.len());
    let dated = "Mon, 23 Nov 2026 12:00:00 GMT".to_owned();
    StaticFile { kind, body: &body, tag, dated }.respond(headers, supports_ranges)
}

/// Decodes `%20` and the like in a path.
fn percent_decoded(path: &str) -> Option<String> {
    let mut parts = path.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// First and last byte of the range `a-b`, `a-` or `-n`; `None` if it cannot be satisfied.
fn bounds(range: &str, length: usize) -> Option<(usize, usize)> {
    let (from, to) = range.split_once('-')?;
    if from.is_empty() {
        let last: usize = to.parse().ok()?;
        return (last > 0 && length > 0).then(|| (length.saturating_sub(last), length - 1));
    }
    let from = from.parse().ok()?;
    let to = if to.is_empty() { length - 1 } else { to.parse::<usize>().ok()?.min(length - 1) };
    (from <= to).then_some((from, to))
}
