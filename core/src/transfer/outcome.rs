//! How a transfer ended, and the headers of its response that are kept.

use serde::{Deserialize, Serialize};

/// Validators of a response (RFC 9110, 8.8): a later conditional request sends them to learn whether the content changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`, with its quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified`, as the server wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

impl Validators {
    /// Whether there is neither a tag nor a date.
    pub(crate) fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// A complete response without its body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseMeta {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, in milliseconds from the response on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// `ETag` and `Last-Modified`.
    #[serde(default, skip_serializing_if = "Validators::is_empty")]
    pub validators: Validators,
    /// `Date`, Unix ms: the server's own clock, which also dates its changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_ms: Option<i64>,
    /// Length of the whole file, bytes, if its size was asked and the server told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_bytes: Option<u64>,
    /// Bytes of the body that this attempt received, before content decoding.
    #[serde(default)]
    pub bytes: u64,
}

/// How an attempt ended, as its driver saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// A complete response arrived, with any status.
    Response(ResponseMeta),
    /// No complete response arrived: no network, an unknown host, a time-out, a lost connection. Worth another attempt.
    NetworkError {
        /// A sentence for a person. Must not contain personal data.
        detail: String,
    },
    /// The address or the response breaks a limit or a rule of Jalon, and would break it again. Not worth another attempt.
    Rejected {
        /// Which limit or rule, for a person.
        detail: String,
    },
}

impl Outcome {
    /// The connection ended before the response was complete.
    #[doc(hidden)]
    pub fn incomplete() -> Outcome {
        Outcome::NetworkError { detail: "the connection ended before the response was complete".to_owned() }
    }
}
