//! What the server was asked, and what has left it.

use super::lock;
use super::socket::Asked;
use std::sync::Mutex;

/// A request the server answered, or is answering.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `HEAD` and so on.
    pub method: String,
    /// Path and query, as asked.
    pub path: String,
    /// `Range`, as asked.
    pub range: Option<String>,
    /// `If-Range`, as asked.
    pub if_range: Option<String>,
    /// `If-None-Match`, as asked.
    pub if_none_match: Option<String>,
    /// `Accept-Encoding`, as asked.
    pub accept_encoding: Option<String>,
    /// `Accept-Language`, as asked.
    pub accept_language: Option<String>,
    /// Whether there was an `Authorization`.
    pub authorization: bool,
    /// The status answered.
    pub status: u16,
    /// Bytes of the body, before it is packed and before a fault cuts it.
    pub bytes: usize,
    /// Bytes of the answer's head.
    pub head: usize,
    /// Bytes of the body that have left: packed, if it is, without the highlights of chunks, and none of those a fault held
    /// back. Those that left while nobody read them any more are among them, up to 16 kB and what the system buffers.
    pub wire: usize,
}

impl Request {
    pub(super) fn new(path: String, asked: &Asked, status: u16, bytes: usize, head: usize) -> Self {
        let header =
            |name: &str| asked.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Self {
            method: asked.method.to_string(),
            path,
            range: header("range"),
            if_range: header("if-range"),
            if_none_match: header("if-none-match"),
            accept_encoding: header("accept-encoding"),
            accept_language: header("accept-language"),
            authorization: asked.headers.contains_key("authorization"),
            status,
            bytes,
            head,
            wire: 0,
        }
    }
}

/// The requests answered, and how many were forgotten before these.
#[derive(Default)]
pub(super) struct Log(Mutex<(Vec<Request>, usize)>);

impl Log {
    pub(super) fn all(&self) -> Vec<Request> {
        lock(&self.0).0.clone()
    }

    pub(super) fn forget(&self) {
        let (requests, forgotten) = &mut *lock(&self.0);
        *forgotten += requests.len();
        requests.clear();
    }

    /// Keeps a request, and gives its rank.
    pub(super) fn add(&self, request: Request) -> usize {
        let (requests, forgotten) = &mut *lock(&self.0);
        requests.push(request);
        *forgotten + requests.len() - 1
    }

    /// Says how many bytes of the body have left.
    pub(super) fn sent(&self, rank: usize, bytes: usize) {
        let (requests, forgotten) = &mut *lock(&self.0);
        if let Some(request) = rank.checked_sub(*forgotten).and_then(|at| requests.get_mut(at)) {
            request.wire = bytes;
        }
    }
}
