//! Compression as nginx does it: an API response to a client that accepts gzip is sent in chunks, without Content-Length.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;

use super::response::Response;

/// Shorter bodies are not compressed (nginx's `gzip_min_length`).
const MIN_BYTES: usize = 20;

/// Compresses a response if the client accepts gzip and nginx would compress it.
pub(super) fn compress(response: &mut Response, request_headers: &HeaderMap) {
    if !is_accepted(request_headers)
        || !response.is_compressible()
        || response.status != 200
        || response.body.len() < MIN_BYTES
    {
        return;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let compressed = encoder.write_all(&response.body).and_then(|()| encoder.finish());
    response.body = compressed.expect("writing to memory does not fail");
    response.headers.push(("content-encoding", "gzip".to_owned()));
    // The bytes depend on the compressor, so nginx makes the tag a weak one.
    for (_, tag) in response.headers.iter_mut().filter(|(name, value)| *name == "etag" && value.starts_with('"')) {
        tag.insert_str(0, "W/");
    }
    response.is_chunked = true;
}

/// A short response that decompresses to this many bytes.
pub(super) fn bomb(bytes: usize) -> Response {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let spaces = [b' '; 4096];
    let parts = (0..bytes).step_by(spaces.len()).map(|at| &spaces[..spaces.len().min(bytes - at)]);
    for part in parts {
        encoder.write_all(part).expect("writing to memory does not fail");
    }
    let body = encoder.finish().expect("writing to memory does not fail");
    Response::new(200, "application/json", body).with("content-encoding", "gzip")
}

/// Whether Accept-Encoding contains gzip with a weight above zero.
fn is_accepted(headers: &HeaderMap) -> bool {
    let codings = headers.get("accept-encoding").and_then(|value| value.to_str().ok()).unwrap_or("");
    codings.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.parse::<f64>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_some_and(|weight| weight > 0.0)
    })
}
