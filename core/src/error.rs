//! The one error of the library: a dozen variants, each something that an app acts on.

use std::borrow::Cow;

/// What went wrong, in the few ways that an app can act on. Sentences are for people; nothing personal (position,
/// address, comment) ever stands in one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No network, or the server cannot be reached: try again later. What is on the device still answers.
    #[error("no answer from the network: {reason}")]
    Offline {
        /// What was tried and how it failed.
        reason: String,
    },
    /// The server answered, and the answer is a refusal or cannot be read.
    #[error("the server answered {}: {reason}", status.map_or_else(|| "nonsense".to_owned(), |code| code.to_string()))]
    Server {
        /// HTTP status, where there was one.
        status: Option<u16>,
        /// What it means.
        reason: String,
    },
    /// An argument breaks a rule.
    #[error("{field}: {rule}")]
    InvalidInput {
        /// The argument's name.
        field: Cow<'static, str>,
        /// The rule, and what would be right.
        rule: String,
    },
    /// What was asked for is not here.
    #[error("{what} is not in the catalogue")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// Somebody else is doing it: another thread or process holds the file.
    #[error("busy: {what}")]
    Busy {
        /// What is going on.
        what: String,
    },
    /// The device is full.
    #[error("the storage is full")]
    StorageFull,
    /// The file was written by a newer version of Jalon.
    #[error("the file has schema version {found}, this version of Jalon reads up to {supported}: update the app")]
    TooNew {
        /// Schema version of the file.
        found: i64,
        /// Newest schema version that this library knows.
        supported: i64,
    },
    /// The file is damaged.
    #[error("the file is damaged: {reason}")]
    Corrupt {
        /// What does not hold.
        reason: String,
    },
    /// The app cancelled it.
    #[error("cancelled")]
    Cancelled,
    /// The companion was closed.
    #[error("closed")]
    Closed,
    /// A defect of Jalon, or of the system below it.
    #[error("internal error: {reason}")]
    Internal {
        /// For the bug report.
        reason: String,
    },
}

/// Shorthand for a result with this library's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A stable word for the variant, the same in every language and in the shell's JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Offline { .. } => "offline",
            Error::Server { .. } => "server",
            Error::InvalidInput { .. } => "invalid_input",
            Error::NotFound { .. } => "not_found",
            Error::Busy { .. } => "busy",
            Error::StorageFull => "storage_full",
            Error::TooNew { .. } => "too_new",
            Error::Corrupt { .. } => "corrupt",
            Error::Cancelled => "cancelled",
            Error::Closed => "closed",
            Error::Internal { .. } => "internal",
        }
    }

    /// An argument that breaks a rule.
    pub fn invalid(field: impl Into<Cow<'static, str>>, rule: impl Into<String>) -> Self {
        Error::InvalidInput { field: field.into(), rule: rule.into() }
    }

    /// A defect, or the system's refusal.
    pub fn internal(reason: impl std::fmt::Display) -> Self {
        Error::Internal { reason: reason.to_string() }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Error::Busy { what: "another process writes to this folder".to_owned() }
            }
            Some(ErrorCode::DiskFull) => Error::StorageFull,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Corrupt { reason: error.to_string() },
            Some(ErrorCode::OperationInterrupted) => Error::Cancelled,
            _ => Error::internal(error),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::StorageFull,
            _ => Error::internal(error),
        }
    }
}
