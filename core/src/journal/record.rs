//! A stored report: the record in a row of the database and in its sidecar file, with a checksum.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::report::{Endpoint, Event, Lifecycle, ReportContent, ReportState};

/// A report to be created.
#[doc(hidden)]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewReport {
    /// Name of the territory.
    pub territory: String,
    /// Base URL of the territory's server.
    pub url: String,
    /// Language of the server's messages and of its acknowledgement mail.
    pub language: String,
    /// Endpoint of the server that takes reports, as far as known.
    pub endpoint: Endpoint,
    /// First content of the report.
    pub content: ReportContent,
}

/// A stored report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Id of the report, a UUID created on this device.
    pub id: String,
    /// Name of the territory.
    pub territory: String,
    /// Base URL of the territory's server.
    pub url: String,
    /// Language of the server's messages and of its acknowledgement mail.
    pub language: String,
    /// Time of creation, Unix ms.
    pub created_ms: i64,
    /// Number of changes so far. Of two copies of a report, the one with the higher number is newer.
    #[serde(default)]
    pub changes: u64,
    /// Content of the report.
    pub content: ReportContent,
    /// Its photos, in order.
    pub photos: Vec<Photo>,
    /// Whether [`Report::reference`] is appended to the comment when it is sent.
    pub with_reference: bool,
    /// State and history.
    pub lifecycle: Lifecycle,
}

/// A photo of a report: a JPEG file without metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// Id of the photo, a UUID created on this device.
    pub id: String,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

impl Photo {
    /// The name of its file, under which it is also sent.
    #[doc(hidden)]
    pub fn file_name(&self) -> String {
        format!("{}.jpg", self.id)
    }
}

impl Report {
    pub(super) fn new(new: NewReport, at_ms: i64) -> Report {
        Report {
            id: Uuid::new_v4().to_string(),
            territory: new.territory,
            url: new.url,
            language: new.language,
            created_ms: at_ms,
            changes: 1,
            content: new.content,
            photos: Vec::new(),
            with_reference: true,
            lifecycle: Lifecycle { endpoint: new.endpoint, ..Lifecycle::default() },
        }
    }

    /// The short reference at the end of the comment, by which an office recognises a duplicate: `[ref 7F3A2C9B]`.
    pub fn reference(&self) -> String {
        let digits: String = self.id.chars().filter(|c| *c != '-').take(8).collect::<String>().to_uppercase();
        if self.lifecycle.may_be_duplicate {
            format!("[ref {digits}, possible duplicate]")
        } else {
            format!("[ref {digits}]")
        }
    }

    /// Puts a report in doubt whose stored state is sending. It comes from a damaged file or from another device, so whether
    /// its final chunk was sent is unknown. Returns whether the state changed.
    pub(super) fn doubt_if_sending(&mut self) -> Result<bool> {
        let is_sending = matches!(self.lifecycle.state, ReportState::Sending { .. });
        if is_sending {
            self.lifecycle.apply(Event::FinalChunkSent, self.created_ms)?;
            self.lifecycle.apply(Event::SenderLost, self.created_ms)?;
        }
        Ok(is_sending)
    }
}

/// Validates the id of a report before it names a file.
pub(super) fn check_id(id: &str) -> Result<()> {
    match Uuid::parse_str(id) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::invalid("id", "must be the id of a report, as “jalon report list” shows it")),
    }
}

/// The JSON of a report with its SHA-256. SQLite does not detect a flipped bit in a text; the checksum does.
pub(super) fn add_checksum(report: &Report) -> Result<(String, String)> {
    let json = serde_json::to_string(report).map_err(Error::internal)?;
    let checksum = sha256(&json);
    Ok((json, checksum))
}

/// Reads a report; `None` if its JSON does not match its checksum.
pub(super) fn verify_checksum(json: &str, checksum: &str) -> Option<Report> {
    if sha256(json) == checksum { serde_json::from_str(json).ok() } else { None }
}
