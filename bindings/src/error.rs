//! The error of every exported function: each variant is one that an app can act on.

/// Why a call failed. Every call can fail with `Internal`. Calls that use a file can fail with `Closed`, `Corrupt`,
/// `StorageFull` and `ReadOnly`; calls that name a territory, an object, a report or a transfer, with `NotFound`; calls with
/// arguments, with `InvalidInput`. Errors never contain personal data: no position, address or comment.
#[derive(Debug, Clone, PartialEq, thiserror::Error, uniffi::Error)]
#[uniffi::export(Display)]
#[rustfmt::skip]
pub enum JalonError {
    /// There is no network, or the server cannot be reached: try again later. Downloaded data is still available.
    #[error("no answer from the network: {detail}")]
    Offline { /** The request and how it failed. */ detail: String },
    /// The server refused the request, or its response is invalid.
    #[error("the server {}: {detail}", answered(*status))]
    ServerError { /** HTTP status; none if the response is invalid. */ status: Option<u16>, /** The cause. */ detail: String },
    /// An argument breaks a rule.
    #[error("{field}: {rule}")]
    InvalidInput { /** Name of the argument. */ field: String, /** The rule. */ rule: String },
    /// The object, territory, report or transfer does not exist.
    #[error("{detail} was not found")]
    NotFound { /** Its kind and id. */ detail: String },
    /// Another call or another process is already at work on it.
    #[error("busy: {detail}")]
    Busy { /** The work that is in progress. */ detail: String },
    /// The device is full.
    #[error("the storage is full")]
    StorageFull,
    /// The files cannot be written: the file system is read-only, or the app lacks the permission. Reads still work.
    #[error("the storage is read-only")]
    ReadOnly,
    /// The file was written by a newer version of Jalon: the app must be updated.
    #[error("the file has schema version {found}, this version of Jalon reads up to {supported}: update the app")]
    TooNew { /** Schema version of the file. */ found: i64, /** Newest version that this library reads. */ supported: i64 },
    /// The file is damaged.
    #[error("the file is damaged: {detail}")]
    Corrupt { /** The check that failed. */ detail: String },
    /// The app cancelled the call.
    #[error("cancelled")]
    Cancelled,
    /// The companion is suspended or shut down, or the transfers are finished.
    #[error("closed")]
    Closed,
    /// A defect of Jalon, or of the system below it.
    #[error("internal error: {detail}")]
    Internal { /** Text for a bug report. */ detail: String },
}

fn answered(status: Option<u16>) -> String {
    status.map_or_else(|| "sent an invalid response".to_owned(), |status| format!("answered {status}"))
}

/// The result of an exported function. Inside the crate results have the core's error.
pub(crate) type Result<T, E = JalonError> = std::result::Result<T, E>;

impl From<jalon::Error> for JalonError {
    fn from(error: jalon::Error) -> JalonError {
        use jalon::Error;
        match error {
            Error::Offline { detail } => JalonError::Offline { detail },
            Error::Server { status, detail } => JalonError::ServerError { status, detail },
            Error::InvalidInput { field, rule } => JalonError::InvalidInput { field: field.into_owned(), rule },
            Error::NotFound { detail } => JalonError::NotFound { detail },
            Error::Busy { detail } => JalonError::Busy { detail },
            Error::StorageFull => JalonError::StorageFull,
            Error::ReadOnly => JalonError::ReadOnly,
            Error::TooNew { found, supported } => JalonError::TooNew { found, supported },
            Error::Corrupt { detail } => JalonError::Corrupt { detail },
            Error::Cancelled => JalonError::Cancelled,
            Error::Closed => JalonError::Closed,
            Error::Internal { detail } => JalonError::Internal { detail },
            // The core's enum is not exhaustive: a variant that is new there keeps its message.
            other => JalonError::Internal { detail: other.to_string() },
        }
    }
}
