//! Faults of the server: permanent ones as fields of [`Faults`], and [`Rule`]s, each a [`Fault`] for the requests that match
//! it, a limited number of times.

use std::collections::BTreeSet;
use std::time::Duration;

use super::response::Response;

/// The faults of a server. Default: none. Faults combine.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// The fields below apply only to paths (query included) that contain this text. `None`: to all.
    pub only: Option<String>,
    /// Waits before it responds.
    pub delay: Duration,
    /// Closes the connection after this many bytes of the body as sent (compressed, if it is), less than announced.
    pub cut_at: Option<usize>,
    /// Responds with this status: a page of HTML, and for 503 a `Retry-After`.
    pub status: Option<u16>,
    /// Responds 401 to every request, as a private Geotrek does.
    pub unauthorized: bool,
    /// Responds 404 for these modules, as a Geotrek without them does.
    pub missing_modules: BTreeSet<String>,
    /// Sends an endless sequence of spaces as the body.
    pub endless: bool,
    /// Responds 200 with invalid JSON.
    pub wrong_json: bool,
    /// Rotates every list by one more object at each request.
    pub page_shift: bool,
    /// Deleted or unpublished objects (module and id): absent from lists, 404 by id.
    pub deleted: BTreeSet<(String, u64)>,
    /// Faults of single requests. All rules that match a request apply to it.
    pub rules: Vec<Rule>,
}

/// A way to fail. [`Fault::on`] makes a rule of it; without `on` it applies to every request.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Waits before it responds.
    Delay(Duration),
    /// Responds with a status and a page of HTML.
    Status {
        /// The status.
        status: u16,
        /// The value of `Retry-After`: seconds or a date.
        retry_after: Option<String>,
    },
    /// Responds 404 as nginx does for a missing file. The attachment is still listed.
    MissingFile,
    /// Closes the connection after this many bytes of the body as sent (compressed, if it is), less than announced.
    CutBody(usize),
    /// Closes the connection after this many bytes of the response, its head included.
    CutResponse(usize),
    /// Sends this many bytes of the body, then nothing. The connection stays open.
    Stall(usize),
    /// Sends the body slowly, in pieces with a pause between two of them.
    Throttle {
        /// Bytes of a piece.
        bytes: usize,
        /// The pause.
        pause: Duration,
    },
    /// Announces this many bytes more (negative: fewer) in Content-Length than the body has, and closes the connection at the
    /// end of the body. A compressed response gets a Content-Length, too.
    WrongLength(i64),
    /// A captive portal: its HTML page with status 200, for every address.
    CaptivePortal,
    /// A captive portal that redirects every request to its page at `/portal` with 302.
    CaptivePortalRedirect,
    /// Redirects with 302.
    Redirect(String),
    /// Replaces the media file before it responds: other bytes, another ETag, another date.
    ReplaceFile,
    /// Responds to a Range request with the whole file, as a host without range support does.
    IgnoreRange,
    /// Returns only the first objects of a list, in valid JSON. `keep: 0` makes it empty.
    TruncatedList {
        /// How many objects remain, over all pages.
        keep: usize,
        /// `true`: `count` is the number of remaining objects, so the loss cannot be seen. `false`: `count` is the number of
        /// all objects.
        count_agrees: bool,
    },
    /// Responds 200 with invalid JSON.
    InvalidJson,
    /// Replaces a text in the body of a JSON response, to write values that JSON or the generator lacks.
    ReplaceText {
        /// The text.
        from: String,
        /// Its replacement.
        to: String,
    },
    /// Responds 200 with this many spaces, compressed to few bytes.
    GzipBomb(usize),
    /// Sends an endless sequence of spaces as the body.
    EndlessBody,
    /// Redirects with a chosen status: 301, 307 or 308.
    RedirectWith {
        /// The status.
        status: u16,
        /// The target.
        to: String,
    },
    /// Responds with a status and a page of HTML as soon as the head of the request is complete, and reads no body.
    EarlyResponse {
        /// The status.
        status: u16,
        /// The value of `Retry-After`: seconds or a date.
        retry_after: Option<String>,
    },
    /// Closes the connection without a response after this many bytes of the request, its head included, or at its end.
    /// Nothing is stored.
    CutRequest(usize),
    /// The mail server is down: a report with an e-mail address is stored, and the response is 500.
    MailOutage,
    /// Replaces the response to a report that was stored. Other responses do not change.
    AfterStoring {
        /// The status.
        status: u16,
        /// The value of `Retry-After`: seconds or a date.
        retry_after: Option<String>,
        /// The body.
        body: ReportBody,
    },
    /// Replaces the response to a report that was stored by a redirect.
    RedirectAfterStoring {
        /// The status.
        status: u16,
        /// The target.
        to: String,
    },
    /// Executes the request and holds the response until `TestGeotrek::release` is called.
    Hold,
    /// Drops an attachment that has the name of another report's attachment, as a real server does with some of those that
    /// arrive at the same time.
    DropSameName,
}

/// The body of the response to a stored report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ReportBody {
    /// The report, as it should be.
    Correct,
    /// The report with `"id": null`.
    WithoutId,
    /// The first half of the report.
    HalfJson,
    /// A page of HTML.
    Html,
    /// Empty.
    Empty,
}

impl Fault {
    /// A rule for requests whose path (query included) contains this text.
    pub fn on(self, part: &str) -> Rule {
        Rule::from(self).on(part)
    }
}

/// A fault for the requests that match it. It applies, and is counted, when the head of the request is complete.
#[derive(Clone, Debug)]
pub struct Rule {
    part: Option<String>,
    skip: u32,
    times: Option<u32>,
    hits: u32,
    fault: Fault,
}

impl From<Fault> for Rule {
    fn from(fault: Fault) -> Self {
        Self { part: None, skip: 0, times: None, hits: 0, fault }
    }
}

impl Rule {
    /// Only requests whose path (query included) contains this text.
    pub fn on(mut self, part: &str) -> Self {
        self.part = Some(part.to_owned());
        self
    }

    /// Skips this many matching requests first.
    pub fn after(mut self, skipped: u32) -> Self {
        self.skip = skipped;
        self
    }

    /// Applies at most this many times.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// The number of requests that it applied to.
    pub fn hits(&self) -> u32 {
        self.hits
    }

    fn apply(&mut self, path: &str) -> Option<Fault> {
        if self.part.as_ref().is_some_and(|part| !path.contains(part)) || self.times == Some(self.hits) {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.hits += 1;
        Some(self.fault.clone())
    }
}

impl Faults {
    /// Adds a rule.
    pub fn add(&mut self, rule: impl Into<Rule>) {
        self.rules.push(rule.into());
    }

    /// The faults of one request, which its rules count.
    pub(super) fn of_request(&mut self, path: &str) -> RequestFaults {
        let list: Vec<Fault> = self.rules.iter_mut().filter_map(|rule| rule.apply(path)).collect();
        let mut faults = RequestFaults { list, ..RequestFaults::default() };
        if self.only.as_ref().is_some_and(|part| !path.contains(part)) {
            return faults;
        }
        faults.page_shift = self.page_shift;
        faults.deleted = self.deleted.clone();
        faults.missing_modules = self.missing_modules.clone();
        faults.unauthorized = self.unauthorized;
        faults.list.push(Fault::Delay(self.delay));
        faults.list.extend(self.cut_at.map(Fault::CutBody));
        faults.list.extend(
            self.status.map(|status| Fault::Status { status, retry_after: (status == 503).then(|| "1".to_owned()) }),
        );
        faults.list.extend(self.wrong_json.then_some(Fault::InvalidJson));
        faults.list.extend(self.endless.then_some(Fault::EndlessBody));
        faults
    }
}

/// The faults of one request.
#[derive(Default)]
pub(super) struct RequestFaults {
    pub(super) list: Vec<Fault>,
    pub(super) page_shift: bool,
    pub(super) deleted: BTreeSet<(String, u64)>,
    missing_modules: BTreeSet<String>,
    unauthorized: bool,
}

impl RequestFaults {
    pub(super) fn has(&self, fault: &Fault) -> bool {
        self.list.contains(fault)
    }

    /// The time to wait before the response.
    pub(super) fn delay(&self) -> Duration {
        let delays =
            self.list.iter().filter_map(|fault| if let Fault::Delay(delay) = fault { Some(*delay) } else { None });
        delays.sum()
    }

    /// Whether the response is sent before the body is read.
    pub(super) fn is_early(&self) -> bool {
        self.list.iter().any(|fault| matches!(fault, Fault::EarlyResponse { .. }))
    }

    /// The byte at which the request is cut.
    pub(super) fn request_cut(&self) -> Option<usize> {
        let cuts =
            self.list.iter().filter_map(|fault| if let Fault::CutRequest(at) = fault { Some(*at) } else { None });
        cuts.min()
    }

    /// How many objects of a list remain, and whether its count agrees.
    pub(super) fn truncated_list(&self) -> Option<(usize, bool)> {
        self.list.iter().find_map(|fault| match fault {
            Fault::TruncatedList { keep, count_agrees } => Some((*keep, *count_agrees)),
            _ => None,
        })
    }

    /// The response that replaces the correct one, if any.
    pub(super) fn replacement(&self, path: &str) -> Option<Response> {
        if self.unauthorized {
            return Some(Response::detail(401, "Informations d'authentification non fournies."));
        }
        if let Some(response) = self.list.iter().find_map(|fault| replacement(fault, path)) {
            return Some(response);
        }
        let is_missing = |module: &String| path.starts_with(&format!("/api/v2/{module}/"));
        let is_missing = self.missing_modules.iter().any(is_missing);
        is_missing.then(|| Response::json(404, &serde_json::json!({"page": "does not exist"})))
    }
}

fn replacement(fault: &Fault, path: &str) -> Option<Response> {
    Some(match fault {
        Fault::Status { status, retry_after } | Fault::EarlyResponse { status, retry_after } => {
            let response = Response::html(*status);
            match retry_after {
                Some(value) => response.with("retry-after", value),
                None => response,
            }
        }
        Fault::MissingFile => Response::not_found(),
        Fault::CaptivePortal => Response::captive_portal(),
        Fault::CaptivePortalRedirect if path == PORTAL_PATH => Response::captive_portal(),
        Fault::CaptivePortalRedirect => Response::redirect(PORTAL_PATH),
        Fault::Redirect(to) => Response::redirect(to),
        Fault::RedirectWith { status, to } => {
            Response::new(*status, "text/html; charset=utf-8", Vec::new()).with("location", to)
        }
        Fault::InvalidJson => Response::new(200, "application/json", b"{\"count\": 3, \"results\": [{\"id\": ".into()),
        Fault::GzipBomb(bytes) => super::gzip::bomb(*bytes),
        _ => return None,
    })
}

/// The path of the captive portal's page.
pub(super) const PORTAL_PATH: &str = "/portal";
