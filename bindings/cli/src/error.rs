//! Errors of a command: one line on standard error, or a JSON document on standard output.

use std::io::{self, Write};

use jalon::Error;
use serde_json::json;

use crate::printable;

/// Result of a command or of one of its steps.
pub(crate) type Result<T, E = CliError> = std::result::Result<T, E>;

/// Why a command failed.
pub(crate) enum CliError {
    /// clap rejected the arguments.
    Usage(String),
    /// The command needs a territory, and none was added yet.
    NoTerritory,
    /// The library returned an error.
    Jalon(Error),
}

impl From<Error> for CliError {
    fn from(error: Error) -> Self {
        CliError::Jalon(error)
    }
}

impl CliError {
    /// An argument that breaks a rule. `rule` starts with "must".
    pub(crate) fn invalid(field: &'static str, rule: impl Into<String>) -> Self {
        CliError::Jalon(Error::invalid(field, rule))
    }

    pub(crate) fn exit_status(&self) -> u8 {
        match self {
            CliError::Usage(_) | CliError::Jalon(Error::InvalidInput { .. }) => crate::USAGE,
            CliError::NoTerritory | CliError::Jalon(_) => crate::FAILURE,
        }
    }

    /// Writes the error to `err` as text, or to `out` as JSON.
    pub(crate) fn write(&self, json: bool, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<()> {
        let (code, message) = match self {
            CliError::Usage(message) => ("usage", message.clone()),
            CliError::NoTerritory => {
                ("not_found", "no territory was added yet: add one with \"jalon territory add URL\"".to_owned())
            }
            CliError::Jalon(error) => (error.code(), error.to_string()),
        };
        if !json {
            return writeln!(err, "jalon: {}", printable::multi_line(&message));
        }
        let mut document = json!({"code": code, "message": message});
        match self {
            CliError::Jalon(Error::InvalidInput { field, .. }) => document["field"] = field.as_ref().into(),
            CliError::Jalon(Error::Server { status: Some(status), .. }) => document["status"] = (*status).into(),
            _ => {}
        }
        writeln!(out, "{}", printable::escape_json(&json!({"error": document}).to_string()))
    }
}
