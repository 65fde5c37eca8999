//! The log of requests, and the bytes that were sent in response.

use std::sync::Mutex;

use super::state::lock;
use super::wire::Request;

/// A request that the server answered, or is answering.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// `GET`, `HEAD` and so on.
    pub method: String,
    /// Path and query as requested.
    pub path: String,
    /// The `Range` header.
    pub range: Option<String>,
    /// The `If-Range` header.
    pub if_range: Option<String>,
    /// The `If-None-Match` header.
    pub if_none_match: Option<String>,
    /// The `Accept-Encoding` header.
    pub accept_encoding: Option<String>,
    /// The `Accept-Language` header.
    pub accept_language: Option<String>,
    /// Whether the request had an `Authorization` header.
    pub authorization: bool,
    /// The status of the response.
    pub status: u16,
    /// Bytes of the body before compression and before a fault cut it.
    pub bytes: usize,
    /// Bytes of the response's head.
    pub head: usize,
    /// Bytes of the body that were sent: compressed, if it is; without chunk sizes; without those that a fault held back. It
    /// includes up to 16 kB, and the system's buffers, that were sent to a client that no longer read.
    pub wire: usize,
}

impl LoggedRequest {
    pub(super) fn new(request: &Request, status: u16, bytes: usize, head: usize) -> Self {
        let header =
            |name: &str| request.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Self {
            method: request.method.to_string(),
            path: request.target(),
            range: header("range"),
            if_range: header("if-range"),
            if_none_match: header("if-none-match"),
            accept_encoding: header("accept-encoding"),
            accept_language: header("accept-language"),
            authorization: request.headers.contains_key("authorization"),
            status,
            bytes,
            head,
            wire: 0,
        }
    }
}

/// The logged requests, and how many were cleared.
#[derive(Default)]
pub(super) struct RequestLog(Mutex<(Vec<LoggedRequest>, usize)>);

impl RequestLog {
    pub(super) fn all(&self) -> Vec<LoggedRequest> {
        lock(&self.0).0.clone()
    }

    pub(super) fn clear(&self) {
        let (requests, cleared) = &mut *lock(&self.0);
        *cleared += requests.len();
        requests.clear();
    }

    /// Logs a request and returns its index, which counts those that were cleared.
    pub(super) fn add(&self, request: LoggedRequest) -> usize {
        let (requests, cleared) = &mut *lock(&self.0);
        requests.push(request);
        *cleared + requests.len() - 1
    }

    /// Sets how many bytes of the body were sent.
    pub(super) fn set_sent(&self, index: usize, bytes: usize) {
        let (requests, cleared) = &mut *lock(&self.0);
        if let Some(request) = index.checked_sub(*cleared).and_then(|at| requests.get_mut(at)) {
            request.wire = bytes;
        }
    }
}
