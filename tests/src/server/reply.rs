//! An answer before it is sent.

use axum::http::HeaderMap;
use serde_json::{Value, json};

/// Status, headers and body of an answer.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    /// Sent in chunks, without Content-Length.
    pub(super) chunked: bool,
}

impl Reply {
    pub(super) fn new(status: u16, kind: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", kind.to_owned())], body, chunked: false }
    }

    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self::new(status, "application/json", value.to_string().into_bytes())
    }

    /// Django REST framework's way to say no.
    pub(super) fn detail(status: u16, why: &str) -> Self {
        Self::json(status, &json!({ "detail": why }))
    }

    /// Django's page for what nobody caught.
    pub(super) fn html(status: u16) -> Self {
        let page = "\n<!DOCTYPE html><html><body><h1>Server Error</h1></body></html>";
        Self::new(status, "text/html; charset=utf-8", page.into())
    }

    pub(super) fn with(mut self, header: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((header, value.into()));
        self
    }

    pub(super) fn is_json(&self) -> bool {
        self.headers.iter().any(|(name, value)| *name == "content-type" && value == "application/json")
    }

    pub(super) fn replace(&mut self, from: &str, to: &str) {
        self.body = String::from_utf8_lossy(&self.body).replace(from, to).into_bytes();
    }

    /// A session cookie for agents that look like a Geotrek or like nothing, as seen with Accept-Language only.
    pub(super) fn cookie_for(&mut self, asked: &HeaderMap) {
        let agent = asked.get("user-agent").and_then(|agent| agent.to_str().ok()).unwrap_or("");
        if asked.contains_key("accept-language") && (agent.is_empty() || agent.contains("geotrek")) {
            self.headers.push(("set-cookie", "sessionid=testgeotrek; HttpOnly; Path=/".to_owned()));
        }
    }
}
