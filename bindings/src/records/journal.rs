//! Favourites, notes and reports, import and recovery.

pub use jalon::journal::ImportSummary;
pub use jalon::report::{ReportContent, ReportPosition, ReportWarning, Resolution};
use jalon::{companion, journal, report};

use super::{Kind, Position};
use crate::convert::from_core;

/// A favourite object.
#[derive(uniffi::Record)] pub struct Favourite {
    /** Name of its territory. */ pub territory: String,
    /** Its kind. */ pub kind: Kind,
    /** Its id on the server. */ pub id: i64,
    /** Its name when it was added. */ pub name: String,
    /** When it was added, Unix ms. */ pub created_ms: i64,
    /** Time at which a refresh noticed that the server no longer publishes it, Unix ms. */ pub withdrawn_ms: Option<i64>,
}

from_core!(companion::FavouriteItem => Favourite same { withdrawn_ms } core { favourite }
    let journal::Favourite { territory, kind, id, name, created_ms } = favourite;
    own { territory, kind, id, name, created_ms });

/// A note.
#[derive(uniffi::Record)] pub struct Note {
    /** Its id. */ pub id: String,
    /** Its text. */ pub text: String,
    /** Its position. */ pub position: Option<Position>,
    /** Territory of the object that it is about. */ pub territory: Option<String>,
    /** Kind of the object that it is about. */ pub kind: Option<Kind>,
    /** Id of the object that it is about. */ pub object_id: Option<i64>,
    /** When it was written, Unix ms. */ pub created_ms: i64,
}

/// The result of an import.
#[uniffi::remote(Record)] pub struct ImportSummary {
    /** Reports that were added. */ pub reports: u64,
    /** Reports that the journal had already; they are unchanged. */ pub known: u64,
    /** Photos that the export lacks. */ pub photos_missing: u64,
    /** Added reports that the exporting device still sends; they are in doubt here, drafts marked as possible duplicates. */
    pub kept_by_exporter: u64,
    /** Favourites that were added. */ pub favourites: u64,
    /** Notes that were added. */ pub notes: u64,
    /** Tracks that were added. */ pub tracks: u64,
}

/// The result of the recovery of a damaged journal.
#[derive(uniffi::Record)] pub struct RecoverySummary {
    /** Path of the damaged file; empty if there was none. */ pub quarantined_path: String,
    /** Reports recovered from the rows of the file. */ pub reports_from_rows: u64,
    /** Reports recovered from their sidecar files only. */ pub reports_from_sidecars: u64,
    /** Favourites recovered. */ pub favourites: u64,
    /** Notes recovered. */ pub notes: u64,
    /** Tracks recovered; of a damaged one, the fixes that could be read. */ pub tracks: u64,
}

from_core!(journal::RecoverySummary => RecoverySummary same {}
    core { quarantined_path, reports_from_rows, reports_from_sidecars, favourites, notes, tracks }
    own {
        quarantined_path: quarantined_path.to_string_lossy().into_owned(),
        reports_from_rows: reports_from_rows as u64, reports_from_sidecars: reports_from_sidecars as u64,
        favourites: favourites as u64, notes: notes as u64, tracks: tracks as u64
    });

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
    /** True if the user gave up a report in doubt: it stays in doubt and is never sent again. */ pub is_abandoned: bool,
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
    /** The office has it. */ Delivered(/** Its id there, if known. */ #[uniffi(name = "server_id")] Option<i64>),
}

/// A report to upload with the platform's HTTP client: one POST, without redirects.
#[derive(uniffi::Record)] pub struct ReportUpload {
    /** Id of the report. */ pub id: String,
    /** URL of the POST. */ pub url: String,
    /** URL of the server's version, for `Reports::check_server`; the same for all reports to one server. */
    pub version_url: String,
    /** Value of `Accept-Language`. */ pub language: String,
    /** Value of `Content-Type`. */ pub content_type: String,
    /** Path of the file with the body; it exists until the upload has ended. */ pub body_path: String,
    /** Size of this file, bytes. */ pub content_length: u64,
}
