//! Reports from the field, as a running Geotrek handles them: much nonsense gets 201, and a mail outage gets 500 after the
//! report was stored. What was stored is recorded, whatever the response.
//!
//! * `form`: fields and their errors; `position` the field `geom`; `multipart` parses bodies.
//! * `attachments`: which files are kept.
//! * `messages`: error messages in three languages.
//!
//! A real server also keeps TIFF and BMP, drops some pictures with rare colour models, and limits the number of fields and
//! bytes. This server does not.

mod attachments;
mod form;
mod messages;
mod multipart;
mod position;

use std::sync::Mutex;

use http::{HeaderMap, Method};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::faults::{Fault, ReportBody, RequestFaults};
use super::response::Response;
use super::state::lock;
use super::wire::Request;
use crate::generator::Territory;
use form::Form;
use messages::Language;

/// A file of a report, as it was uploaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachment {
    /// The name of its field.
    pub field: String,
    /// The last segment of its file name.
    pub name: String,
    /// Its bytes. A real server keeps another JPEG made from them.
    pub bytes: Vec<u8>,
    /// The SHA-256 of the bytes, in lower-case hexadecimal.
    pub sha256: String,
}

/// A report in the database.
#[derive(Clone, Debug)]
pub struct StoredReport {
    /// Its id, from 1.
    pub id: u64,
    /// All uploaded fields, the unknown ones included. The last one of a name counts.
    pub fields: Vec<(String, String)>,
    /// The uploaded body.
    pub body: Vec<u8>,
    /// The attachments that were kept.
    pub attachments: Vec<Attachment>,
    /// The attachments that were dropped without a message.
    pub dropped: Vec<Attachment>,
    /// The correct response, whatever was sent.
    pub response: Value,
    /// The position among [`super::TestGeotrek::uploads`] of the request that stored it.
    pub upload: usize,
}

impl StoredReport {
    /// The value of an uploaded field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().rfind(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// The reports of a server.
#[derive(Default)]
pub(super) struct Reports(Mutex<Vec<StoredReport>>);

/// The addresses of reports.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Endpoint<'p> {
    Current,
    /// Without its trailing slash.
    Slashless,
    /// With its language.
    Legacy(&'p str),
    /// With a trailing slash.
    LegacySlashed,
}

impl<'p> Endpoint<'p> {
    fn of(path: &'p str) -> Option<Self> {
        match path {
            "/api/v2/feedback_report/" => return Some(Self::Current),
            "/api/v2/feedback_report" => return Some(Self::Slashless),
            _ => {}
        }
        let (language, rest) = path.strip_prefix("/api/")?.split_once('/')?;
        match rest {
            "reports/report" => Some(Self::Legacy(language)),
            "reports/report/" => Some(Self::LegacySlashed),
            _ => None,
        }
    }
}

/// Whether a path is an address of reports, correct or not.
pub(super) fn is_endpoint(path: &str) -> bool {
    Endpoint::of(path).is_some()
}

impl Reports {
    pub(super) fn all(&self) -> Vec<StoredReport> {
        lock(&self.0).clone()
    }

    pub(super) fn clear(&self) {
        lock(&self.0).clear();
    }

    /// The response to a request, and the id of the report that it stored. `upload` is the position of the request among the
    /// uploads. With `is_idempotent`, a `uuid` is stored only once.
    ///
    /// Returns `None` if the API handles the request.
    pub(super) fn respond(
        &self,
        territory: &Territory,
        request: &Request,
        faults: &RequestFaults,
        upload: Option<usize>,
        is_idempotent: bool,
    ) -> Option<(Response, Option<u64>)> {
        let preferred = Language::preferred(&request.headers);
        let language = match Endpoint::of(request.uri.path())? {
            Endpoint::Slashless if request.method == Method::GET || request.method == Method::HEAD => return None,
            Endpoint::Slashless => {
                let query = request.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
                let mut moved = Response::new(301, "text/html; charset=utf-8", Vec::new());
                moved.is_chunked = true;
                return Some((moved.with("location", format!("/api/v2/feedback_report/{query}")), None));
            }
            Endpoint::LegacySlashed => return Some((Response::html(404), None)),
            Endpoint::Legacy(code) => Language::from_code(code),
            Endpoint::Current => preferred,
        };
        let reject = |status, message: String| Some((with_headers(Response::detail(status, &message)), None));
        if !accepts_json(&request.headers) {
            return reject(406, language.not_acceptable());
        }
        if request.method != Method::POST {
            return reject(405, language.method_not_allowed(request.method.as_str()));
        }
        let form = match Form::parse(&request.headers, &request.body, language) {
            Ok(form) => form,
            Err((status, message)) => return reject(status, message),
        };
        let mut errors = form.errors(territory, language);
        let uuid = form.field("uuid").filter(|uuid| is_idempotent && !uuid.is_empty());
        if uuid.is_some_and(|uuid| !is_uuid(uuid)) {
            errors.insert("uuid".to_owned(), json!([language.invalid_uuid()]));
        }
        if !errors.is_empty() {
            return Some((with_headers(Response::json(400, &errors)), None));
        }
        if form.breaks_database() {
            return Some((Response::html(500), None));
        }
        let mut reports = lock(&self.0);
        let is_same = |report: &&StoredReport| {
            report.field("uuid").is_some_and(|known| uuid.is_some_and(|uuid| known.eq_ignore_ascii_case(uuid)))
        };
        if let Some(known) = reports.iter().find(is_same) {
            let correct = with_headers(Response::json(201, &known.response));
            return Some((faults.after_storing(correct, &known.response), None));
        }
        let id = reports.len() as u64 + 1;
        let body = form.response(id, territory, language);
        let is_kept = |file: &Attachment| {
            let has_name = |other: &Attachment| other.name == file.name;
            let is_repeated =
                reports.iter().any(|report| report.attachments.iter().chain(&report.dropped).any(has_name));
            attachments::is_kept(&file.name, &file.bytes) && !(is_repeated && faults.has(&Fault::DropSameName))
        };
        let (attachments, dropped) = form.files.iter().cloned().partition(is_kept);
        let mail_fails = faults.has(&Fault::MailOutage) && body["email"] != "";
        let response = if mail_fails { Response::html(500) } else { with_headers(Response::json(201, &body)) };
        let response = faults.after_storing(response, &body);
        reports.push(StoredReport {
            id,
            fields: form.fields,
            body: request.body.clone(),
            attachments,
            dropped,
            response: body,
            upload: upload.unwrap_or_default(),
        });
        Some((response, Some(id)))
    }
}

impl RequestFaults {
    /// The response after a report was stored.
    fn after_storing(&self, correct: Response, report: &Value) -> Response {
        for fault in &self.list {
            if let Fault::RedirectAfterStoring { status, to } = fault {
                return Response::new(*status, "text/html; charset=utf-8", Vec::new()).with("location", to);
            }
        }
        let mut faults = self.list.iter();
        let fault = faults.find_map(|fault| match fault {
            Fault::AfterStoring { status, retry_after, body } => Some((*status, retry_after, *body)),
            _ => None,
        });
        let Some((status, retry_after, body)) = fault else { return correct };
        let response = match body {
            ReportBody::Correct => with_headers(Response::json(status, report)),
            ReportBody::Html => Response::html(status),
            ReportBody::Empty => Response::new(status, "application/json", Vec::new()),
            ReportBody::HalfJson => {
                let text = report.to_string();
                Response::new(status, "application/json", text.as_bytes()[..text.len() / 2].to_vec())
            }
            ReportBody::WithoutId => {
                let mut report = report.clone();
                report["id"] = Value::Null;
                with_headers(Response::json(status, &report))
            }
        };
        match retry_after {
            Some(value) => response.with("retry-after", value),
            None => response,
        }
    }
}

fn with_headers(response: Response) -> Response {
    let response = response.with("vary", "Accept, Accept-Language, Cookie").with("allow", "POST, OPTIONS");
    response.with("x-frame-options", "DENY").with("content-language", "fr")
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get("accept").and_then(|value| value.to_str().ok()).unwrap_or("*/*");
    let mut types = accepted.split(',').map(|media_type| media_type.split(';').next().unwrap_or("").trim());
    types.any(|media_type| ["*/*", "application/*", "application/json"].contains(&media_type))
}

fn is_uuid(text: &str) -> bool {
    let is_valid =
        |(at, byte): (usize, u8)| if [8, 13, 18, 23].contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    text.len() == 36 && text.bytes().enumerate().all(is_valid)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
