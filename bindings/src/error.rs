//! The one error of every language: each variant is something that an app acts on.

/// What went wrong, in the few ways that an app can act on. Nothing personal (position, address, comment) ever stands in
/// one.
#[derive(Debug, Clone, PartialEq, thiserror::Error, uniffi::Error)]
#[uniffi::export(Display)]
pub enum JalonError {
    /// No network, or the server cannot be reached: try again later. What is on the device still answers.
    #[error("no answer from the network: {detail}")]
    Offline {
        /// What was tried and how it failed.
        detail: String,
    },
    /// The server answered, and the answer is a refusal or cannot be read.
    #[error("the server {}: {detail}", status.map_or_else(|| "sent an invalid response".to_owned(), |code| format!("answered {code}")))]
    ServerError {
        /// HTTP status, where there was one.
        status: Option<u16>,
        /// What it means.
        detail: String,
    },
    /// An argument breaks a rule.
    #[error("{field}: {rule}")]
    InvalidInput {
        /// The argument's name.
        field: String,
        /// The rule, and what would be right.
        rule: String,
    },
    /// What was asked for is not here.
    #[error("{detail} was not found")]
    NotFound {
        /// What was asked for.
        detail: String,
    },
    /// Somebody else is doing it: another call or another process.
    #[error("busy: {detail}")]
    Busy {
        /// What is going on.
        detail: String,
    },
    /// The device is full.
    #[error("the storage is full")]
    StorageFull,
    /// The file was written by a newer version of Jalon: the app must be updated.
    #[error("the file has schema version {found}, this version of Jalon reads up to {supported}: update the app")]
    TooNew {
        /// Schema version of the file.
        found: i64,
        /// Newest schema version that this library knows.
        supported: i64,
    },
    /// The file is damaged.
    #[error("the file is damaged: {detail}")]
    Corrupt {
        /// What does not hold.
        detail: String,
    },
    /// The app cancelled it.
    #[error("cancelled")]
    Cancelled,
    /// The companion was suspended or shut down.
    #[error("closed")]
    Closed,
    /// A defect of Jalon, or of the system below it.
    #[error("internal error: {detail}")]
    Internal {
        /// For the bug report.
        detail: String,
    },
}

/// Shorthand for a result with [`JalonError`].
pub(crate) type Result<T, E = JalonError> = std::result::Result<T, E>;

impl From<jalon::Error> for JalonError {
    fn from(error: jalon::Error) -> JalonError {
        use jalon::Error;
        match error {
            Error::Offline { reason } => JalonError::Offline { detail: reason },
            Error::Server { status, reason } => JalonError::ServerError { status, detail: reason },
            Error::InvalidInput { field, rule } => JalonError::InvalidInput { field: field.into_owned(), rule },
            Error::NotFound { what } => JalonError::NotFound { detail: what },
            Error::Busy { what } => JalonError::Busy { detail: what },
            Error::StorageFull => JalonError::StorageFull,
            Error::TooNew { found, supported } => JalonError::TooNew { found, supported },
            Error::Corrupt { reason } => JalonError::Corrupt { detail: reason },
            Error::Cancelled => JalonError::Cancelled,
            Error::Closed => JalonError::Closed,
            Error::Internal { reason } => JalonError::Internal { detail: reason },
            // The core may gain variants; until one has a place here it is told in its own words.
            other => JalonError::Internal { detail: other.to_string() },
        }
    }
}
