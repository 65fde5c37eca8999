//! What can be broken while the server runs.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};

use super::reply::Reply;

/// The bytes of a chunk.
const CHUNK: usize = 16 * 1024;

/// The faults under way; the default is none. They add up.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Only paths (query included) that contain this are concerned; all when absent.
    pub only: Option<String>,
    /// Waits before answering.
    pub delay: Duration,
    /// Closes the connection after this many bytes of the body, though Content-Length promises them all (or, when
    /// packed, the last chunk is still to come).
    pub cut_at: Option<usize>,
    /// Answers this status: 500 and the like with a page of HTML, 503 with `Retry-After`.
    pub status: Option<u16>,
    /// Answers 401 to everything, as a Geotrek that is not public does.
    pub unauthorized: bool,
    /// Answers 404 for these modules, as a Geotrek that has not got them does.
    pub missing_modules: BTreeSet<String>,
    /// Sends spaces that never end instead of the body.
    pub endless: bool,
    /// Answers 200 with something that is not JSON.
    pub wrong_json: bool,
    /// Shifts every list by one object at each call.
    pub page_shift: bool,
    /// Objects (module and id) that were deleted or unpublished: absent from lists, 404 by detail.
    pub gone: BTreeSet<(String, u64)>,
}

impl Faults {
    pub(super) fn concerns(&self, path: &str) -> bool {
        self.only.as_ref().is_none_or(|part| path.contains(part))
    }

    /// The answer that takes the place of the right one, if any.
    pub(super) fn instead(&self, path: &str) -> Option<Reply> {
        if self.unauthorized {
            return Some(Reply::detail(401, "Informations d'authentification non fournies."));
        }
        if let Some(status) = self.status {
            let reply = Reply::html(status);
            return Some(if status == 503 { reply.with("retry-after", "1") } else { reply });
        }
        if self.missing_modules.iter().any(|module| path.starts_with(&format!("/api/v2/{module}/"))) {
            return Some(Reply::json(404, &serde_json::json!({"page": "does not exist"})));
        }
        self.wrong_json.then(|| Reply::new(200, "application/json", b"{\"count\": 3, \"results\": [{\"id\": ".into()))
    }

    /// Sends an answer, broken as asked.
    pub(super) fn send(&self, reply: Reply) -> Response {
        let mut builder = Response::builder().status(reply.status).header("connection", "close");
        for (name, value) in &reply.headers {
            builder = builder.header(*name, value);
        }
        let length = reply.body.len();
        let body = if self.endless {
            Body::from_stream(stream::unfold((), |()| async {
                tokio::time::sleep(Duration::from_millis(5)).await;
                Some((Ok::<_, io::Error>(Bytes::from_static(&[b' '; 1024])), ()))
            }))
        } else if let Some(at) = self.cut_at.filter(|at| *at < length) {
            if !reply.chunked {
                builder = builder.header("content-length", length);
            }
            let start = Bytes::copy_from_slice(&reply.body[..at]);
            // The pause lets the first bytes leave before the connection is closed.
            let cut = stream::once(async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Err(io::Error::other("cut on demand"))
            });
            Body::from_stream(stream::once(async move { Ok(start) }).chain(cut))
        } else if reply.chunked {
            let body = Bytes::from(reply.body);
            let chunks: Vec<_> = (0..length).step_by(CHUNK).map(|at| body.slice(at..length.min(at + CHUNK))).collect();
            Body::from_stream(stream::iter(chunks.into_iter().map(Ok::<_, io::Error>)))
        } else {
            Body::from(reply.body)
        };
        builder.body(body).expect("the headers are made here and are valid")
    }
}
