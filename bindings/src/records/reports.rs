//! Field reports.

use jalon::report;
pub use jalon::report::{ReportContent, ReportPosition, ReportWarning, Resolution};

use crate::convert::from_core;

/// The position of a report, with its accuracy.
#[uniffi::remote(Record)] pub struct ReportPosition {
    /** Longitude on WGS84, degrees east. */ pub lon: f64,
    /** Latitude on WGS84, degrees north. */ pub lat: f64,
    /** Accuracy given by the receiver, metres. */ #[uniffi(default = None)] pub accuracy_m: Option<f64>,
    /** Time given by the receiver, Unix ms. */ #[uniffi(default = None)] pub at_ms: Option<i64>,
}

/// The content of a report.
#[uniffi::remote(Record)] pub struct ReportContent {
    /** The comment of the reporter. */ #[uniffi(default = "")] pub comment: String,
    /** The e-mail address for the server's acknowledgement. */ #[uniffi(default = "")] pub email: String,
    /** Id of a term of the vocabulary `feedback_category`. */ #[uniffi(default = None)] pub category: Option<i64>,
    /** Id of a term of the vocabulary `feedback_activity`. */ #[uniffi(default = None)] pub activity: Option<i64>,
    /** Id of a term of the vocabulary `feedback_magnitude`. */ #[uniffi(default = None)] pub magnitude: Option<i64>,
    /** Position of the problem. */ #[uniffi(default = None)] pub position: Option<ReportPosition>,
    /** Id of the trek that the report is about. */ #[uniffi(default = None)] pub trek: Option<i64>,
    /** Id of the signage that the report is about. */ #[uniffi(default = None)] pub signage: Option<i64>,
}

/// The state of a report.
#[derive(uniffi::Enum)] pub enum ReportState {
    /** The user is writing it. */ Draft,
    /** It waits to be sent. */ Queued,
    /** It is being sent. */ Sending,
    /** The server accepted it. */ Accepted,
    /** The server refused it: correct the fields in `refused_fields` with `edit`, then queue it again. */ Refused,
    /** The connection was lost, and the server may have it: call `resolve`. */ InDoubt,
}

/// The server's errors about a field.
#[derive(uniffi::Record)] pub struct FieldErrors {
    /** Name of the field on the server. */ pub name: String,
    /** The errors. */ pub messages: Vec<String>,
}

/// A photo of a report: a JPEG without metadata.
#[derive(uniffi::Record)] pub struct ReportPhoto {
    /** Its id. */ pub id: String,
    /** Size of its file, bytes. */ pub bytes: u64,
    /** Path of its file. */ pub path: String,
}

/// An attempt to send a report.
#[derive(uniffi::Record)] pub struct ReportAttempt {
    /** Revision of the report that was sent. */ pub revision: u32,
    /** Start of the attempt, Unix ms. */ pub at_ms: i64,
    /** Its outcome as a text; none if the process ended. */ pub outcome: Option<String>,
}

from_core!(report::Attempt => ReportAttempt same { revision, at_ms, outcome } core { endpoint: _ } own {});

/// A report and its state.
#[derive(uniffi::Record)] pub struct Report {
    /** Its id. */ pub id: String,
    /** Name of its territory. */ pub territory: String,
    /** Language of the server's errors and acknowledgement. */ pub language: String,
    /** When it was created, Unix ms. */ pub created_ms: i64,
    /** Its content. */ pub content: ReportContent,
    /** Its photos, in order. */ pub photos: Vec<ReportPhoto>,
    /** Short reference at the end of its comment, by which the office recognises a duplicate. */ pub reference: String,
    /** Its state. */ pub state: ReportState,
    /** True if the user must act. */ pub needs_user_action: bool,
    /** Its id on the server, if the server sent one. */ pub server_id: Option<i64>,
    /** When the server accepted it, Unix ms. */ pub accepted_ms: Option<i64>,
    /** The server's errors, if it refused the report. */ pub refused_fields: Vec<FieldErrors>,
    /** Revision of the content: each attempt of a revision sends the same bytes. */ pub revision: u32,
    /** True if an earlier attempt may have arrived. */ pub may_be_duplicate: bool,
    /** Number of attempts. */ pub attempt_count: u32,
    /** Outcome of the last attempt as a text. */ pub last_error: Option<String>,
    /** Earliest time of the next attempt, Unix ms by the device's clock. */ pub next_attempt_ms: Option<i64>,
    /** The attempts, oldest first. */ pub attempts: Vec<ReportAttempt>,
}

/// A possible mistake in a report, which does not prevent sending: show it to the user.
#[uniffi::remote(Enum)] pub enum ReportWarning {
    /** It has no position. */ NoPosition,
    /** Its position is outside the territory. */ OutsideTerritory,
    /** Its position is more than a kilometre from its trek. */ FarFromTrek,
    /** It has no e-mail address. */ NoEmail,
}

/// A report that was queued.
#[derive(uniffi::Record)] pub struct QueuedReport {
    /** The report. */ pub report: Report,
    /** Possible mistakes. */ pub warnings: Vec<ReportWarning>,
}

/// A decision about a report in doubt.
#[uniffi::remote(Enum)] pub enum Resolution {
    /** Send it again, marked as a possible duplicate. */ Resend,
    /** Never send it again. */ Abandon,
    /// It arrived: the office has it.
    Delivered(/** Its id on the server, if the office named it. */ #[uniffi(name = "server_id")] Option<i64>),
}

/// A report to upload with the platform's HTTP client: one POST, without redirects.
#[derive(uniffi::Record)] pub struct ReportUpload {
    /** Id of the report. */ pub id: String,
    /** URL of the POST. */ pub url: String,
    /** Value of `Accept-Language`. */ pub language: String,
    /** Value of `Content-Type`. */ pub content_type: String,
    /** Path of the file with the body; it exists until the upload has ended. */ pub body_path: String,
    /** Size of this file, bytes. */ pub content_length: u64,
}
