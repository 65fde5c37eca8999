//! Answers packed as nginx packs them: whoever accepts gzip gets the API's answers in chunks, with no Content-Length.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;

use super::reply::Reply;

/// What nginx leaves as it is because packing would not pay (`gzip_min_length`).
const SMALL: usize = 20;

/// Packs an answer, if the one who asked takes gzip and nginx would pack it.
pub(super) fn pack(reply: &mut Reply, asked: &HeaderMap) {
    if !accepted(asked) || !reply.is_json() || reply.status != 200 || reply.body.len() < SMALL {
        return;
    }
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = packer.write_all(&reply.body).and_then(|()| packer.finish());
    reply.body = packed.expect("writing to memory does not fail");
    reply.headers.push(("content-encoding", "gzip".to_owned()));
    reply.chunked = true;
}

/// A small answer that unpacks to so many bytes.
pub(super) fn bomb(bytes: usize) -> Reply {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let spaces = [b' '; 4096];
    let parts = (0..bytes).step_by(spaces.len()).map(|at| &spaces[..spaces.len().min(bytes - at)]);
    for part in parts {
        packer.write_all(part).expect("writing to memory does not fail");
    }
    let body = packer.finish().expect("writing to memory does not fail");
    Reply::new(200, "application/json", body).with("content-encoding", "gzip")
}

/// Whether gzip is in Accept-Encoding, and not with the weight zero.
fn accepted(asked: &HeaderMap) -> bool {
    let codings = asked.get("accept-encoding").and_then(|value| value.to_str().ok()).unwrap_or("");
    codings.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.parse::<f64>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_some_and(|weight| weight > 0.0)
    })
}
