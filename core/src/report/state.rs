//! The states of a report, and the records of its attempts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::transfer::BootInstant;

/// The address of a server that receives reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `/api/v2/feedback_report/`, since Geotrek 2.104.
    #[default]
    V2,
    /// `/api/<lang>/reports/report`, in every version of Geotrek.
    Legacy,
}

/// The state of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ReportState {
    /// The person is still editing it.
    Draft,
    /// It waits to be sent.
    Queued {
        /// Earliest time of the next attempt; `None` for at once.
        not_before: Option<BootInstant>,
    },
    /// An attempt to send it is under way.
    Sending {
        /// Whether the last chunk of the body may have left the device.
        final_chunk_sent: bool,
        /// Whether the platform's background uploader sends it (such as a background `URLSession`). That uploader outlives
        /// the process and does not report its chunks.
        in_background: bool,
    },
    /// The server has stored it.
    Accepted {
        /// The server's proof.
        receipt: Receipt,
    },
    /// The server has rejected its content.
    Refused {
        /// The server's messages by field.
        fields: BTreeMap<String, Vec<String>>,
    },
    /// The server may have stored it: the response was lost or does not say.
    InDoubt {
        /// Whether the person decided to leave it unresolved ([`Resolution::Abandon`]).
        is_abandoned: bool,
    },
}

impl ReportState {
    /// Stable identifier of the state, without its fields.
    pub const fn as_str(&self) -> &'static str {
        match self {
            ReportState::Draft => "draft",
            ReportState::Queued { .. } => "queued",
            ReportState::Sending { .. } => "sending",
            ReportState::Accepted { .. } => "accepted",
            ReportState::Refused { .. } => "refused",
            ReportState::InDoubt { .. } => "in_doubt",
        }
    }
}

/// The server's proof that it has stored a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The server's id of the report. `None` if the server forwards reports to another office, or if a person confirmed the
    /// delivery.
    pub server_id: Option<i64>,
    /// Time of the response, Unix ms.
    pub at_ms: i64,
}

/// One attempt to send a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Revision of the report that was sent.
    pub revision: u32,
    /// Endpoint that it was sent to.
    pub endpoint: Endpoint,
    /// Start of the attempt, Unix ms.
    pub at_ms: i64,
    /// Outcome, as a sentence for a person; `None` while the attempt runs and if the process died.
    pub outcome: Option<String>,
}

/// The decision of a person or an app about a report in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// Send it again, marked as a possible duplicate.
    Resend,
    /// Do not send it again and do not ask again.
    Abandon,
    /// It was delivered: the office has it, under this id if known.
    Delivered(Option<i64>),
}
