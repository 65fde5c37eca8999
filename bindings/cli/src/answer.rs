//! Answers: to people as words, to scripts as exactly one JSON document on standard output. Whatever is only by the way
//! (progress, warnings) goes to standard error.

use std::io::{self, Write};

use jalon::Error;
use serde_json::{Value, json};

/// What a command has to say, in both forms.
pub(crate) struct Answer {
    pub(crate) json: Value,
    pub(crate) words: String,
    /// Whether nothing is left to do: the exit status says so.
    pub(crate) is_done: bool,
}

impl Answer {
    pub(crate) fn of(json: Value, words: String) -> Answer {
        Answer { json, words, is_done: true }
    }

    pub(crate) fn print(&self, json: bool, out: &mut dyn Write) -> io::Result<()> {
        if json { writeln!(out, "{}", self.json) } else { write!(out, "{}", self.words) }
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
    /// The exit status: of wrong arguments another one than of what could not be done.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Failure::Usage(_) | Failure::Core(Error::InvalidInput { .. }) => crate::USAGE,
            Failure::Core(_) => crate::FAILED,
        }
    }

    /// Says why, to people on `err` or to scripts on `out`.
    pub(crate) fn tell(&self, json: bool, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<()> {
        let (code, message) = match self {
            Failure::Usage(message) => ("usage", message.clone()),
            Failure::Core(error) => (error.code(), error.to_string()),
        };
        if !json {
            return writeln!(err, "jalon: {message}");
        }
        let mut said = json!({"code": code, "message": message});
        match self {
            Failure::Core(Error::InvalidInput { field, .. }) => said["field"] = field.as_ref().into(),
            Failure::Core(Error::Server { status: Some(status), .. }) => said["status"] = (*status).into(),
            _ => {}
        }
        writeln!(out, "{}", json!({"error": said}))
    }
}

/// A list as scripts get it.
pub(crate) fn list(total: usize, items: Vec<Value>) -> Value {
    json!({"total": total, "items": items})
}

/// A moment (Unix ms) as ISO 8601 has it, in UTC, to the second.
pub(crate) fn iso(ms: i64) -> String {
    jiff::Timestamp::from_second(ms.div_euclid(1_000)).map_or_else(|_| ms.to_string(), |moment| moment.to_string())
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

#[cfg(test)]
mod tests {
    #[test]
    fn moments_are_told_by_the_calendar() {
        assert_eq!(super::iso(999), "1970-01-01T00:00:00Z");
        assert_eq!(super::iso(1_709_210_096_000), "2024-02-29T12:34:56Z");
    }
}
