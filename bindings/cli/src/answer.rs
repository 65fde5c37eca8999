//! Answers: to people as words, to scripts as exactly one JSON document on standard output. Whatever is only by the way
//! (progress, warnings) goes to standard error.

use std::io::{self, Write};
use std::process::ExitCode;

use jalon::Error;
use serde_json::{Value, json};

/// What a command has to say, in both forms.
pub(crate) struct Answer {
    pub(crate) json: Value,
    pub(crate) words: String,
}

impl Answer {
    pub(crate) fn print(&self, json: bool) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if json {
            serde_json::to_writer(&mut out, &self.json)?;
            writeln!(out)
        } else {
            write!(out, "{}", self.words)
        }
    }
}

/// Why a command failed.
pub(crate) enum Failure {
    /// The arguments are wrong.
    Usage(String),
    /// It could not be done.
    Core(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Core(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Core(error.into())
    }
}

impl Failure {
    /// 2 where the arguments are wrong, 1 where it could not be done.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Usage(_) | Failure::Core(Error::InvalidInput { .. }) => ExitCode::from(2),
            Failure::Core(_) => ExitCode::FAILURE,
        }
    }
}

/// Says why a command failed.
pub(crate) fn fail(failure: &Failure, json: bool) {
    let (code, message, field) = match failure {
        Failure::Usage(message) => ("usage", message.clone(), None),
        Failure::Core(error @ Error::InvalidInput { field, .. }) => {
            (error.code(), error.to_string(), Some(field.clone()))
        }
        Failure::Core(error) => (error.code(), error.to_string(), None),
    };
    if json {
        let mut said = json!({"code": code, "message": message});
        if let Some(field) = field {
            said["field"] = field.into_owned().into();
        }
        if let Failure::Core(Error::Server { status: Some(status), .. }) = failure {
            said["status"] = (*status).into();
        }
        println!("{}", json!({"error": said}));
    } else {
        eprintln!("jalon: {message}");
    }
}

/// A list as scripts get it.
pub(crate) fn list(total: usize, items: Vec<Value>) -> Value {
    json!({"total": total, "items": items})
}

/// An item with its `ref`, the name that holds in every territory: `pne/31`.
pub(crate) fn referred(item: &impl serde::Serialize) -> Value {
    let mut item = serde_json::to_value(item).unwrap_or_default();
    let reference = match (item["territory"].as_str(), item["id"].as_i64()) {
        (Some(territory), Some(id)) => format!("{territory}/{id}"),
        _ => return item,
    };
    item["ref"] = reference.into();
    item
}
