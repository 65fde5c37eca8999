//! What a report is, as an app sees it.

use jalon::journal as core;
use jalon::report::{self, Lifecycle};

use crate::enum_mirror::mirror;

/// Where something is, and how well that is known.
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Record)]
pub struct ReportPosition {
    /// Degrees east, WGS84.
    pub lon: f64,
    /// Degrees north, WGS84.
    pub lat: f64,
    /// Metres around it in which it is, as the receiver says.
    #[uniffi(default = None)]
    pub accuracy_m: Option<f64>,
    /// When the receiver found it, Unix ms.
    #[uniffi(default = None)]
    pub at_ms: Option<i64>,
}

/// What a report says.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct ReportContent {
    /// What it is about, in the reporter's words.
    #[uniffi(default = "")]
    pub comment: String,
    /// Who can be asked; the server acknowledges to this address.
    #[uniffi(default = "")]
    pub email: String,
    /// Vocabulary `feedback_category`.
    #[uniffi(default = None)]
    pub category: Option<i64>,
    /// Vocabulary `feedback_activity`.
    #[uniffi(default = None)]
    pub activity: Option<i64>,
    /// Vocabulary `feedback_magnitude`.
    #[uniffi(default = None)]
    pub magnitude: Option<i64>,
    /// Where it is.
    #[uniffi(default = None)]
    pub position: Option<ReportPosition>,
    /// Trek that it is about.
    #[uniffi(default = None)]
    pub trek: Option<i64>,
    /// Signage that it is about.
    #[uniffi(default = None)]
    pub signage: Option<i64>,
}

impl From<report::ReportContent> for ReportContent {
    fn from(content: report::ReportContent) -> ReportContent {
        let report::ReportContent { comment, email, category, activity, magnitude, position, trek, signage } = content;
        let position = position.map(|position| {
            let report::ReportPosition { lon, lat, accuracy_m, at_ms } = position;
            ReportPosition { lon, lat, accuracy_m, at_ms }
        });
        ReportContent { comment, email, category, activity, magnitude, position, trek, signage }
    }
}

impl From<ReportContent> for report::ReportContent {
    fn from(content: ReportContent) -> report::ReportContent {
        let ReportContent { comment, email, category, activity, magnitude, position, trek, signage } = content;
        let position = position.map(|position| {
            let ReportPosition { lon, lat, accuracy_m, at_ms } = position;
            report::ReportPosition { lon, lat, accuracy_m, at_ms }
        });
        report::ReportContent { comment, email, category, activity, magnitude, position, trek, signage }
    }
}

/// How far a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ReportState {
    /// It is being written.
    Draft,
    /// It is to be sent.
    Queued,
    /// A driver has it.
    Sending,
    /// The server has it.
    Accepted,
    /// The server will not take it as it is: look at `refused_fields`, edit it, queue it again.
    Refused,
    /// The server may have it, and nobody can know: resolve it.
    InDoubt,
}

/// What the server says of a field.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FieldErrors {
    /// Its name on the server.
    pub name: String,
    /// What it says.
    pub messages: Vec<String>,
}

/// A photo of a report, as it is kept: a JPEG without anything but its pixels.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReportPhoto {
    /// Its id.
    pub id: String,
    /// Its bytes.
    pub bytes: u64,
    /// Where it lies.
    pub path: String,
}

/// One attempt to send.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReportAttempt {
    /// Revision of the report that was sent.
    pub revision: u32,
    /// When it began, Unix ms.
    pub at_ms: i64,
    /// How it ended, for a person; none where the process died.
    pub ended: Option<String>,
}

/// A report, as it is kept.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Report {
    /// Its id.
    pub id: String,
    /// Short name of the territory that it is for.
    pub territory: String,
    /// Language of the server's messages and of its mail of acknowledgement.
    pub language: String,
    /// When it was begun, Unix ms.
    pub created_ms: i64,
    /// What it says.
    pub content: ReportContent,
    /// Its photos, in order.
    pub photos: Vec<ReportPhoto>,
    /// The short reference at the end of its comment, by which an office recognises a double.
    pub reference: String,
    /// How far it is.
    pub state: ReportState,
    /// Whether somebody has to do something.
    pub needs_user_action: bool,
    /// The server's number, where it told one.
    pub server_id: Option<i64>,
    /// When the server's answer came, Unix ms.
    pub accepted_ms: Option<i64>,
    /// What the server says of each field, where it refused it.
    pub refused_fields: Vec<FieldErrors>,
    /// Counts what is sent: each revision has the same bytes whenever it is.
    pub revision: u32,
    /// Whether an earlier attempt may have arrived.
    pub may_be_duplicate: bool,
    /// How often it was tried.
    pub attempt_count: u32,
    /// How the last attempt ended, for a person.
    pub last_error: Option<String>,
    /// When it is tried again at the earliest, Unix ms, as far as the wall clock is right.
    pub next_attempt_ms: Option<i64>,
    /// The attempts, the first first.
    pub attempts: Vec<ReportAttempt>,
}

impl Report {
    pub(crate) fn of(journal: &core::Journal, report: core::Report) -> Report {
        let reference = report.reference();
        let core::Report {
            id,
            territory,
            url: _,
            language,
            created_ms,
            changes: _,
            content,
            photos,
            with_reference,
            lifecycle,
        } = report;
        let needs_user_action = lifecycle.needs_user_action();
        let Lifecycle {
            state,
            revision,
            may_be_duplicate,
            endpoint: _,
            attempt_count,
            last_error,
            next_attempt_ms,
            attempts,
        } = lifecycle;
        let (mut server_id, mut accepted_ms, mut refused_fields) = (None, None, Vec::new());
        let state = match state {
            report::ReportState::Draft => ReportState::Draft,
            report::ReportState::Queued { .. } => ReportState::Queued,
            report::ReportState::Sending { .. } => ReportState::Sending,
            report::ReportState::Accepted { receipt } => {
                (server_id, accepted_ms) = (receipt.server_id, Some(receipt.at_ms));
                ReportState::Accepted
            }
            report::ReportState::Refused { fields } => {
                refused_fields = fields.into_iter().map(|(name, messages)| FieldErrors { name, messages }).collect();
                ReportState::Refused
            }
            report::ReportState::InDoubt { .. } => ReportState::InDoubt,
        };
        let photo = |photo: core::Photo| {
            let path = journal.photo_path(&photo).to_string_lossy().into_owned();
            ReportPhoto { id: photo.id, bytes: photo.bytes, path }
        };
        let attempt = |attempt: report::Attempt| {
            let report::Attempt { revision, endpoint: _, at_ms, outcome: ended } = attempt;
            ReportAttempt { revision, at_ms, ended }
        };
        Report {
            id,
            territory,
            language,
            created_ms,
            content: content.into(),
            photos: photos.into_iter().map(photo).collect(),
            reference: if with_reference { reference } else { String::new() },
            state,
            needs_user_action,
            server_id,
            accepted_ms,
            refused_fields,
            revision,
            may_be_duplicate,
            attempt_count,
            last_error,
            next_attempt_ms,
            attempts: attempts.into_iter().map(attempt).collect(),
        }
    }
}

/// What is odd about a report and may be right all the same: the person should look at it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ReportWarning {
    /// There is no place.
    NoPosition,
    /// The place is outside the territory.
    OutsideTerritory,
    /// The place is more than a kilometre from the trek that is named.
    FarFromTrek,
    /// Nobody can be asked.
    NoEmail,
}

mirror!(ReportWarning = jalon::report::ReportWarning { NoPosition, OutsideTerritory, FarFromTrek, NoEmail });

/// A report that was queued.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct QueuedReport {
    /// The report.
    pub report: Report,
    /// What is odd about it.
    pub warnings: Vec<ReportWarning>,
}

/// What a person or an app decides about a report in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Resolution {
    /// Send it again, marked as a possible double of the first.
    Resend,
    /// Abandon it: it is not sent again, and nobody is asked again.
    Abandon,
    /// It arrived: somebody saw it at the office, perhaps under this number.
    Delivered {
        /// The server's number.
        server_id: Option<i64>,
    },
}

/// A report on its way out, for the platform's own uploader: an HTTP POST without redirects.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ReportUpload {
    /// The report's id.
    pub id: String,
    /// Where to post it.
    pub url: String,
    /// `Accept-Language`.
    pub language: String,
    /// `Content-Type`.
    pub content_type: String,
    /// The file that has its body: it stays until the report has ended.
    pub body_path: String,
    /// Bytes of that file.
    pub content_length: u64,
}
