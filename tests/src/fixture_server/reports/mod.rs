//! Reports from the field, taken as a running Geotrek takes them: nonsense with 201, and a mail outage with 500 after
//! saving. Whatever is answered, the truth is kept. `form` says which fields are refused, `multipart` reads bodies,
//! `position` what `geom` holds, `pictures` which attachments are kept, and `words` says so in three languages.
//!
//! What a real one does and this one does not: it keeps TIFF and BMP, drops some pictures of rare colours, and looks at
//! how many fields and bytes there are.

mod form;
mod multipart;
mod pictures;
mod position;
mod words;

use std::sync::Mutex;

use http::{HeaderMap, Method};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::faults::{Body, Fault, Met};
use super::lock;
use super::reply::Reply;
use super::socket::Asked;
use crate::generator::Territory;
use form::Form;
use words::Language;

/// A file of a report, as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachment {
    /// The name of its field.
    pub field: String,
    /// The last segment of its name.
    pub name: String,
    /// Its bytes. A real server keeps another JPEG made from them.
    pub bytes: Vec<u8>,
    /// Their SHA-256, in small hexadecimal letters.
    pub sha256: String,
}

/// A report in the database.
#[derive(Clone, Debug)]
pub struct StoredReport {
    /// Its number: 1 and so on.
    pub id: u64,
    /// Every field as it came, those nobody asked for included. Of equal names the last one counts.
    pub fields: Vec<(String, String)>,
    /// The body as it came.
    pub body: Vec<u8>,
    /// The attachments kept.
    pub attachments: Vec<Attachment>,
    /// The attachments that were dropped without a word.
    pub dropped: Vec<Attachment>,
    /// The right answer, whatever was sent.
    pub answer: Value,
    /// The place among [`super::TestGeotrek::posts`] of the request that brought it.
    pub post: usize,
}

impl StoredReport {
    /// A field as it came; of equal names the last one.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().rfind(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// The reports of a server.
#[derive(Default)]
pub(super) struct Reports(Mutex<Vec<StoredReport>>);

/// An answer, and the report stored by the request, if any.
pub(super) type RefreshSummary = (Reply, Option<u64>);

/// Where reports are sent to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Endpoint<'p> {
    Current,
    /// Without its slash.
    Slashless,
    /// By its language.
    Legacy(&'p str),
    /// With a slash.
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

/// Whether reports are sent to a path, rightly or not.
pub(super) fn concerns(path: &str) -> bool {
    Endpoint::of(path).is_some()
}

impl Reports {
    pub(super) fn all(&self) -> Vec<StoredReport> {
        lock(&self.0).clone()
    }

    pub(super) fn forget(&self) {
        lock(&self.0).clear();
    }

    /// Answers what is none of the API's reading; none when it is not for reports either. `post` is the rank of the
    /// request among those that bring something, `idempotent` whether a `uuid` is stored once only.
    pub(super) fn answer(
        &self,
        territory: &Territory,
        asked: &Asked,
        met: &Met,
        post: Option<usize>,
        idempotent: bool,
    ) -> Option<RefreshSummary> {
        let preferred = Language::preferred(&asked.headers);
        let language = match Endpoint::of(asked.uri.path())? {
            Endpoint::Slashless if asked.method == Method::GET || asked.method == Method::HEAD => return None,
            Endpoint::Slashless => {
                let query = asked.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
                let mut moved = Reply::new(301, "text/html; charset=utf-8", Vec::new());
                moved.chunked = true;
                return Some((moved.with("location", format!("/api/v2/feedback_report/{query}")), None));
            }
            Endpoint::LegacySlashed => return Some((Reply::html(404), None)),
            Endpoint::Legacy(code) => Language::named(code),
            Endpoint::Current => preferred,
        };
        let refuse = |status, why: String| Some((dressed(Reply::detail(status, &why)), None));
        if !accepts_json(&asked.headers) {
            return refuse(406, language.accept());
        }
        if asked.method != Method::POST {
            return refuse(405, language.method(asked.method.as_str()));
        }
        let form = match Form::read(&asked.headers, &asked.body, language) {
            Ok(form) => form,
            Err((status, why)) => return refuse(status, why),
        };
        let mut errors = form.errors(territory, language);
        let uuid = form.field("uuid").filter(|uuid| idempotent && !uuid.is_empty());
        if uuid.is_some_and(|uuid| !is_uuid(uuid)) {
            errors.insert("uuid".to_owned(), json!([language.not_a_uuid()]));
        }
        if !errors.is_empty() {
            return Some((dressed(Reply::json(400, &errors)), None));
        }
        if form.breaks() {
            return Some((Reply::html(500), None));
        }
        let mut reports = lock(&self.0);
        // Letters of a uuid are equal, great and small.
        let same = |report: &&StoredReport| {
            report.field("uuid").is_some_and(|known| uuid.is_some_and(|uuid| known.eq_ignore_ascii_case(uuid)))
        };
        if let Some(known) = reports.iter().find(same) {
            return Some((met.after(dressed(Reply::json(201, &known.answer)), &known.answer), None));
        }
        let id = reports.len() as u64 + 1;
        let answer = form.answer(id, territory, language);
        let taken = |file: &Attachment| {
            let twin = |other: &Attachment| other.name == file.name;
            let twice = reports.iter().any(|report| report.attachments.iter().chain(&report.dropped).any(twin));
            pictures::kept(&file.name, &file.bytes) && !(twice && met.has(&Fault::LoseSameName))
        };
        let (attachments, dropped) = form.files.iter().cloned().partition(taken);
        let fails = met.has(&Fault::MailOutage) && answer["email"] != "";
        let right = if fails { Reply::html(500) } else { dressed(Reply::json(201, &answer)) };
        let reply = met.after(right, &answer);
        let (fields, body) = (form.fields, asked.body.clone());
        let post = post.unwrap_or_default();
        reports.push(StoredReport { id, fields, body, attachments, dropped, answer, post });
        Some((reply, Some(id)))
    }
}

impl Met {
    /// What is answered in place of the right answer once the report is stored.
    fn after(&self, right: Reply, answer: &Value) -> Reply {
        let mut wanted = self.struck.iter();
        let wanted = wanted.find_map(|fault| match fault {
            Fault::AfterSaving { status, retry_after, body } => Some((*status, retry_after, *body)),
            _ => None,
        });
        let Some((status, retry_after, body)) = wanted else { return right };
        let reply = match body {
            Body::Right => dressed(Reply::json(status, answer)),
            Body::Html => Reply::html(status),
            Body::Empty => Reply::new(status, "application/json", Vec::new()),
            Body::HalfJson => {
                let text = answer.to_string();
                Reply::new(status, "application/json", text.as_bytes()[..text.len() / 2].to_vec())
            }
            Body::WithoutId => {
                let mut answer = answer.clone();
                answer["id"] = Value::Null;
                dressed(Reply::json(status, &answer))
            }
        };
        match retry_after {
            Some(wait) => reply.with("retry-after", wait),
            None => reply,
        }
    }
}

fn dressed(reply: Reply) -> Reply {
    let reply = reply.with("vary", "Accept, Accept-Language, Cookie").with("allow", "POST, OPTIONS");
    reply.with("x-frame-options", "DENY").with("content-language", "fr")
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get("accept").and_then(|value| value.to_str().ok()).unwrap_or("*/*");
    let mut kinds = accepted.split(',').map(|kind| kind.split(';').next().unwrap_or("").trim());
    kinds.any(|kind| ["*/*", "application/*", "application/json"].contains(&kind))
}

fn is_uuid(text: &str) -> bool {
    let hyphens =
        |(at, byte): (usize, u8)| if [8, 13, 18, 23].contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    text.len() == 36 && text.bytes().enumerate().all(hyphens)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
