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
    #[error("the server answered {}: {detail}", status.map_or_else(|| "nonsense".to_owned(), |code| code.to_string()))]
    Server {
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
    #[error("{what} is not in the catalogue")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// Somebody else is doing it: another call or another process.
    #[error("busy: {what}")]
    Busy {
        /// What is going on.
        what: String,
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
            Error::Offline { detail } => JalonError::Offline { detail },
            Error::Server { status, detail } => JalonError::Server { status, detail },
            Error::InvalidInput { field, rule } => JalonError::InvalidInput { field: field.into_owned(), rule },
            Error::NotFound { detail } => JalonError::NotFound { what: detail },
            Error::Busy { detail } => JalonError::Busy { what: detail },
            Error::StorageFull => JalonError::StorageFull,
            Error::TooNew { found, supported } => JalonError::TooNew { found, supported },
            Error::Corrupt { detail } => JalonError::Corrupt { detail },
            Error::Cancelled => JalonError::Cancelled,
            Error::Closed => JalonError::Closed,
            Error::Internal { detail } => JalonError::Internal { detail },
            // The core may gain variants; until one has a place here it is told in its own words.
            other => JalonError::Internal { detail: other.to_string() },
        }
    }
}
