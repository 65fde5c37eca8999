//! The library's one error type: a dozen variants, each of which an app handles in its own way.

use std::borrow::Cow;

/// An error of this library. The variant says what the app can do; the text is for a person or a bug report.
///
/// No text contains personal data: no position, address, name or comment.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no network, or the server cannot be reached. Try again later; the downloaded data stays available.
    #[error("no answer from the network: {detail}")]
    Offline {
        /// The failed request and the cause.
        detail: String,
    },
    /// The server refused the request, or its response cannot be read.
    #[error("{}: {detail}", server_message(*.status))]
    Server {
        /// HTTP status; `None` if the response was invalid.
        status: Option<u16>,
        /// Explanation of the status or of the invalid response.
        detail: String,
    },
    /// An argument breaks a rule.
    #[error("{field}: {rule}")]
    InvalidInput {
        /// Name of the argument.
        field: Cow<'static, str>,
        /// The broken rule: “must …”.
        rule: String,
    },
    /// The requested object does not exist on this device.
    #[error("{detail} was not found")]
    NotFound {
        /// The requested object.
        detail: String,
    },
    /// Another thread or process holds the resource. Try again later.
    #[error("busy: {detail}")]
    Busy {
        /// The operation that holds the resource.
        detail: String,
    },
    /// The device has no free storage space.
    #[error("the storage is full")]
    StorageFull,
    /// The files cannot be written: the file system is read-only, or the app lacks the permission. Reads still work.
    #[error("the storage is read-only")]
    ReadOnly,
    /// A newer version of Jalon wrote the file. Update the app.
    #[error("the file has schema version {found}, this version of Jalon reads up to {supported}: update the app")]
    TooNew {
        /// Schema version of the file.
        found: i64,
        /// Newest schema version that this version of Jalon reads.
        supported: i64,
    },
    /// The file is damaged.
    #[error("the file is damaged: {detail}")]
    Corrupt {
        /// The failed check.
        detail: String,
    },
    /// The app cancelled the operation.
    #[error("cancelled")]
    Cancelled,
    /// The companion is suspended.
    #[error("closed")]
    Closed,
    /// A defect in Jalon, or an unexpected error of the operating system.
    #[error("internal error: {detail}")]
    Internal {
        /// Details for a bug report.
        detail: String,
    },
}

/// [`Result`](std::result::Result) with this library's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Stable identifier of the variant, the same in every language and in the command line's JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Offline { .. } => "offline",
            Error::Server { .. } => "server",
            Error::InvalidInput { .. } => "invalid_input",
            Error::NotFound { .. } => "not_found",
            Error::Busy { .. } => "busy",
            Error::StorageFull => "storage_full",
            Error::ReadOnly => "read_only",
            Error::TooNew { .. } => "too_new",
            Error::Corrupt { .. } => "corrupt",
            Error::Cancelled => "cancelled",
            Error::Closed => "closed",
            Error::Internal { .. } => "internal",
        }
    }

    /// Creates [`Error::InvalidInput`] from the argument's name and the broken rule (“must …”).
    pub fn invalid(field: impl Into<Cow<'static, str>>, rule: impl Into<String>) -> Self {
        Error::InvalidInput { field: field.into(), rule: rule.into() }
    }

    /// Creates [`Error::Internal`].
    #[doc(hidden)]
    pub fn internal(detail: impl std::fmt::Display) -> Self {
        Error::Internal { detail: detail.to_string() }
    }

    /// Creates [`Error::Corrupt`].
    pub(crate) fn corrupt(detail: impl Into<String>) -> Self {
        Error::Corrupt { detail: detail.into() }
    }

    /// Converts an error of SQLite.
    pub(crate) fn from_sqlite(error: &rusqlite::Error) -> Error {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                Error::Busy { detail: "another process is writing to this directory".to_owned() }
            }
            Some(ErrorCode::DiskFull) => Error::StorageFull,
            Some(ErrorCode::ReadOnly) => Error::ReadOnly,
            _ if is_shared_memory_full(error) => Error::StorageFull,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::corrupt(error.to_string()),
            Some(ErrorCode::OperationInterrupted) => Error::Cancelled,
            _ => Error::internal(error),
        }
    }
}

fn server_message(status: Option<u16>) -> String {
    match status {
        Some(status) => format!("the server answered {status}"),
        None => "the server sent an invalid response".to_owned(),
    }
}

/// True if SQLite cannot extend the file `-shm`: it has no code for the full disk that is the cause.
fn is_shared_memory_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

#[doc(hidden)]
impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Error::from_sqlite(&error)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::StorageFull,
            std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => Error::ReadOnly,
            _ => Error::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_error_without_status_names_an_invalid_response() {
        let message = |status| Error::Server { status, detail: "not JSON".into() }.to_string();
        assert_eq!(message(Some(502)), "the server answered 502: not JSON");
        assert_eq!(message(None), "the server sent an invalid response: not JSON");
    }
}
