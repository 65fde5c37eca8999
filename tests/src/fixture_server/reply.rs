//! An answer before it is sent.

use http::HeaderMap;
use serde::Serialize;
use serde_json::json;

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

    pub(super) fn json(status: u16, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("JSON values always serialise");
        Self::new(status, "application/json", body)
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

    /// nginx's page for a file that is not there.
    pub(super) fn not_found() -> Self {
        let page = "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1>";
        Self::new(404, "text/html", format!("{page}</center>\r\n</body>\r\n</html>\r\n").into_bytes())
    }

    /// The page of a captive portal.
    pub(super) fn portal() -> Self {
        let page = "<!DOCTYPE html><html><head><title>Wi-Fi</title></head><body><h1>Bienvenue à l'hôtel</h1>";
        let form = "<form method=\"post\"><input name=\"room\"><button>Se connecter</button></form></body></html>";
        Self::new(200, "text/html; charset=utf-8", format!("{page}{form}").into_bytes())
    }

    pub(super) fn redirect(to: &str) -> Self {
        Self::new(302, "text/html; charset=utf-8", Vec::new()).with("location", to)
    }

    pub(super) fn with(mut self, header: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((header, value.into()));
        self
    }

    /// Whether the body is JSON that is not packed.
    pub(super) fn is_json(&self) -> bool {
        let has = |name: &str| self.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.as_str());
        has("content-type") == Some("application/json") && has("content-encoding").is_none()
    }

    pub(super) fn replace(&mut self, from: &str, to: &str) {
        if let Ok(body) = str::from_utf8(&self.body)
            && body.contains(from)
        {
            self.body = body.replace(from, to).into_bytes();
        }
    }

    /// A session cookie for agents that look like a Geotrek or like nothing, as seen with Accept-Language only.
    pub(super) fn cookie_for(&mut self, asked: &HeaderMap) {
        let agent = asked.get("user-agent").and_then(|agent| agent.to_str().ok()).unwrap_or("");
        if asked.contains_key("accept-language") && (agent.is_empty() || agent.contains("geotrek")) {
            self.headers.push(("set-cookie", "sessionid=testgeotrek; HttpOnly; Path=/".to_owned()));
        }
    }
}
