//! What can be broken while the server runs: standing faults, as fields of `Faults`, and rules, each a fault for the
//! requests it matches, so many times.

use std::collections::BTreeSet;
use std::time::Duration;

use super::reply::Reply;

/// The faults under way; the default is none. They add up.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Only paths (query included) that contain this are concerned by the fields below; all when absent.
    pub only: Option<String>,
    /// Waits before answering.
    pub delay: Duration,
    /// Closes the connection after this many bytes of the body as it is sent (packed, if it is), though more were
    /// promised.
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
    /// Faults for some requests, so many times; each request meets all that match it.
    pub rules: Vec<Rule>,
}

/// A way to go wrong. Made into a rule by [`Fault::on`], or as it is for every request.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Waits before answering.
    Delay(Duration),
    /// Answers a status, with a page of HTML.
    Status {
        /// The status.
        status: u16,
        /// `Retry-After`, as it is to be sent: seconds or a date.
        retry_after: Option<String>,
    },
    /// Answers 404 as nginx does for a file that is not there: the attachment is still listed.
    Lost,
    /// Closes the connection after so many bytes of the body as it is sent (packed, if it is), though more were
    /// promised.
    CutBody(usize),
    /// Closes the connection after so many bytes of the answer, its head included.
    CutWire(usize),
    /// Sends so many bytes of the body, and then nothing; the connection stays open.
    Stall(usize),
    /// Sends so many bytes of the body, waits, and so on.
    Drip {
        /// The bytes sent at once.
        bytes: usize,
        /// The time between them.
        pause: Duration,
    },
    /// Promises so many bytes more (or, negative, fewer) in Content-Length than there are, and closes the connection at
    /// the end. A packed answer gets a Content-Length, too.
    WrongLength(i64),
    /// A captive portal: its page of HTML, with 200, whatever was asked.
    Portal,
    /// A captive portal that sends everyone to its page at `/portal` with 302.
    PortalRedirect,
    /// Sends the one who asks elsewhere, with 302.
    Redirect(String),
    /// The medium is another one from this request on: other bytes, another ETag, another date.
    Renew,
    /// Answers a request for a range with the whole, as a host does that knows no ranges.
    NoRange,
    /// A list gives its first objects only, in valid JSON. With `keep: 0` it is empty.
    Partial {
        /// How many objects are left, over all pages.
        keep: usize,
        /// Whether `count` says how many are left, so that nothing betrays the loss, or how many there really are.
        count_agrees: bool,
    },
    /// Answers 200 with something that is not JSON.
    WrongJson,
    /// Answers 200 with so many spaces, packed very small.
    Bomb(usize),
    /// Sends spaces that never end instead of the body.
    Endless,
    /// Sends the one who asks elsewhere, with a status of one's own: 301, 307 or 308.
    RedirectBy {
        /// The status.
        status: u16,
        /// Where to.
        to: String,
    },
    /// Answers a status, with a page of HTML, as soon as the head has come, and takes nothing of the body.
    Early {
        /// The status.
        status: u16,
        /// `Retry-After`, as it is to be sent: seconds or a date.
        retry_after: Option<String>,
    },
    /// Closes the connection without an answer when so many bytes of the request have come, its head included, or all of
    /// it. Nothing is stored.
    CutRequest(usize),
    /// The mail server is not there: a report that has an e-mail is stored and answered with 500.
    MailOutage,
    /// Answers so once the report is stored; whatever stores nothing is answered as ever.
    AfterSaving {
        /// The status.
        status: u16,
        /// `Retry-After`, as it is to be sent: seconds or a date.
        retry_after: Option<String>,
        /// The body.
        body: Body,
    },
    /// Does what is asked, and answers only when told to, by `TestGeotrek::release`.
    Hold,
    /// A picture of a name that another report's has, too, is lost, as happens to some of those that come at once.
    LoseSameName,
}

/// What the answer to a stored report holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Body {
    /// The report, as it should.
    Right,
    /// The report, with null for its number.
    WithoutId,
    /// The first half of the report.
    HalfJson,
    /// A page of HTML.
    Html,
    /// Nothing.
    Empty,
}

impl Fault {
    /// The fault, for requests whose path (query included) contains this.
    pub fn on(self, part: &str) -> Rule {
        Rule::from(self).on(part)
    }
}

/// A fault for the requests it matches. One meets it, and is counted, as soon as its head has come.
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
    /// Only for requests whose path (query included) contains this.
    pub fn on(mut self, part: &str) -> Self {
        self.part = Some(part.to_owned());
        self
    }

    /// Lets so many requests that match pass first.
    pub fn after(mut self, passed: u32) -> Self {
        self.skip = passed;
        self
    }

    /// Strikes so many times, and then no more.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// How many requests it struck so far.
    pub fn hits(&self) -> u32 {
        self.hits
    }

    fn strikes(&mut self, path: &str) -> Option<Fault> {
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

    /// What a request meets; rules count it.
    pub(super) fn meet(&mut self, path: &str) -> Met {
        let struck: Vec<Fault> = self.rules.iter_mut().filter_map(|rule| rule.strikes(path)).collect();
        let mut met = Met { struck, ..Met::default() };
        if self.only.as_ref().is_some_and(|part| !path.contains(part)) {
            return met;
        }
        met.page_shift = self.page_shift;
        met.gone = self.gone.clone();
        met.missing_modules = self.missing_modules.clone();
        met.unauthorized = self.unauthorized;
        // The fields are older words for some of the faults.
        met.struck.push(Fault::Delay(self.delay));
        met.struck.extend(self.cut_at.map(Fault::CutBody));
        met.struck.extend(
            self.status.map(|status| Fault::Status { status, retry_after: (status == 503).then(|| "1".to_owned()) }),
        );
        met.struck.extend(self.wrong_json.then_some(Fault::WrongJson));
        met.struck.extend(self.endless.then_some(Fault::Endless));
        met
    }
}

/// All that one request meets.
#[derive(Default)]
pub(super) struct Met {
    pub(super) struck: Vec<Fault>,
    pub(super) page_shift: bool,
    pub(super) gone: BTreeSet<(String, u64)>,
    missing_modules: BTreeSet<String>,
    unauthorized: bool,
}

impl Met {
    pub(super) fn has(&self, fault: &Fault) -> bool {
        self.struck.contains(fault)
    }

    /// The time to wait before answering.
    pub(super) fn delay(&self) -> Duration {
        let waits =
            self.struck.iter().filter_map(|fault| if let Fault::Delay(wait) = fault { Some(*wait) } else { None });
        waits.sum()
    }

    /// Whether the answer is given before the body comes.
    pub(super) fn early(&self) -> bool {
        self.struck.iter().any(|fault| matches!(fault, Fault::Early { .. }))
    }

    /// Where the request is cut.
    pub(super) fn cut_request(&self) -> Option<usize> {
        let cuts =
            self.struck.iter().filter_map(|fault| if let Fault::CutRequest(at) = fault { Some(*at) } else { None });
        cuts.min()
    }

    /// How many objects a list has left, and whether its count agrees.
    pub(super) fn partial(&self) -> Option<(usize, bool)> {
        self.struck.iter().find_map(|fault| match fault {
            Fault::Partial { keep, count_agrees } => Some((*keep, *count_agrees)),
            _ => None,
        })
    }

    /// The answer that takes the place of the right one, if any.
    pub(super) fn instead(&self, path: &str) -> Option<Reply> {
        if self.unauthorized {
            return Some(Reply::detail(401, "Informations d'authentification non fournies."));
        }
        if let Some(reply) = self.struck.iter().find_map(|fault| replacing(fault, path)) {
            return Some(reply);
        }
        let missing = |module: &String| path.starts_with(&format!("/api/v2/{module}/"));
        let missing = self.missing_modules.iter().any(missing);
        missing.then(|| Reply::json(404, &serde_json::json!({"page": "does not exist"})))
    }
}

fn replacing(fault: &Fault, path: &str) -> Option<Reply> {
    Some(match fault {
        Fault::Status { status, retry_after } | Fault::Early { status, retry_after } => {
            let reply = Reply::html(*status);
            match retry_after {
                Some(wait) => reply.with("retry-after", wait),
                None => reply,
            }
        }
        Fault::Lost => Reply::not_found(),
        Fault::Portal => Reply::portal(),
        Fault::PortalRedirect if path == PORTAL => Reply::portal(),
        Fault::PortalRedirect => Reply::redirect(PORTAL),
        Fault::Redirect(to) => Reply::redirect(to),
        Fault::RedirectBy { status, to } => {
            Reply::new(*status, "text/html; charset=utf-8", Vec::new()).with("location", to)
        }
        Fault::WrongJson => Reply::new(200, "application/json", b"{\"count\": 3, \"results\": [{\"id\": ".into()),
        Fault::Bomb(bytes) => super::gzip::bomb(*bytes),
        _ => return None,
    })
}

/// Where the captive portal's page is.
pub(super) const PORTAL: &str = "/portal";
