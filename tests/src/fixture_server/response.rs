//! A response before faults change it.

use http::HeaderMap;
use serde::Serialize;
use serde_json::json;

/// Status, headers and body of a response.
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    /// Sent in chunks, without Content-Length.
    pub(super) is_chunked: bool,
}

impl Response {
    pub(super) fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body, is_chunked: false }
    }

    pub(super) fn json(status: u16, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("JSON values always serialise");
        Self::new(status, "application/json", body)
    }

    /// An error of Django REST framework.
    pub(super) fn detail(status: u16, message: &str) -> Self {
        Self::json(status, &json!({ "detail": message }))
    }

    /// Django's page for an exception that no view handled.
    pub(super) fn html(status: u16) -> Self {
        let page = "\n<!DOCTYPE html><html><body><h1>Server Error</h1></body></html>";
        Self::new(status, "text/html; charset=utf-8", page.into())
    }

    /// nginx's page for a missing file.
    pub(super) fn not_found() -> Self {
        let page = "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1>";
        Self::new(404, "text/html", format!("{page}</center>\r\n</body>\r\n</html>\r\n").into_bytes())
    }

    /// The page of a captive portal.
    pub(super) fn captive_portal() -> Self {
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

    /// Whether the body is uncompressed JSON.
    pub(super) fn is_json(&self) -> bool {
        let header =
            |name: &str| self.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.as_str());
        header("content-type") == Some("application/json") && header("content-encoding").is_none()
    }

    /// Whether a server that compresses JSON compresses the body.
    pub(super) fn is_compressible(&self) -> bool {
        let header = |name: &str| self.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value);
        header("content-type").is_some_and(|kind| kind.starts_with("application/json"))
            && header("content-encoding").is_none()
    }

    pub(super) fn replace(&mut self, from: &str, to: &str) {
        if let Ok(body) = str::from_utf8(&self.body)
            && body.contains(from)
        {
            self.body = body.replace(from, to).into_bytes();
        }
    }

    /// Adds a session cookie if the user agent is empty or contains `geotrek`, and the request has Accept-Language. A real
    /// server was seen to do so.
    pub(super) fn add_cookie_for(&mut self, headers: &HeaderMap) {
        let agent = headers.get("user-agent").and_then(|agent| agent.to_str().ok()).unwrap_or("");
        if headers.contains_key("accept-language") && (agent.is_empty() || agent.contains("geotrek")) {
            self.headers.push(("set-cookie", "sessionid=testgeotrek; HttpOnly; Path=/".to_owned()));
        }
    }
}
