//! The result of a command, as text for people and as one JSON document for scripts.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::printable;

/// The standard output of a command.
pub(crate) struct Output {
    pub(crate) json: Value,
    pub(crate) text: String,
    /// Remarks for the user, printed on standard error.
    pub(crate) hints: Vec<String>,
    /// False if the command left work to do; the exit status is 1 then.
    pub(crate) is_complete: bool,
}

impl Output {
    pub(crate) fn new(json: Value, text: String) -> Output {
        Output { json, text, hints: Vec::new(), is_complete: true }
    }

    /// A list on one page: its total is the number of its items.
    pub(crate) fn list(items: Vec<Value>, text: String) -> Output {
        Output::new(list(items.len(), items), text)
    }

    pub(crate) fn write(&self, json: bool, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<()> {
        for hint in &self.hints {
            writeln!(err, "hint: {}", printable::single_line(hint))?;
        }
        if json {
            writeln!(out, "{}", printable::escape_json(&self.json.to_string()))
        } else {
            // Every text of a server passes here, so no command can forget it.
            write!(out, "{}", printable::multi_line(&self.text))
        }
    }
}

/// The JSON form of a list. `total` counts the items on all pages.
pub(crate) fn list(total: usize, items: Vec<Value>) -> Value {
    json!({"total": total, "items": items})
}

/// A time (Unix ms) in ISO 8601, in UTC, to the second.
pub(crate) fn iso_time(ms: i64) -> String {
    jiff::Timestamp::from_second(ms.div_euclid(1_000)).map_or_else(|_| ms.to_string(), |time| time.to_string())
}

/// The JSON form of an item that has a territory and an id, with the reference that commands accept, such as `pne/31`,
/// as `ref`.
pub(crate) fn with_ref(item: &impl Serialize) -> Value {
    let mut item = serde_json::to_value(item).unwrap_or_default();
    if let (Some(territory), Some(id)) = (item["territory"].as_str(), item["id"].as_i64()) {
        item["ref"] = format!("{territory}/{id}").into();
    }
    item
}

#[cfg(test)]
mod tests {
    #[test]
    fn iso_time_writes_utc_to_the_second() {
        assert_eq!(super::iso_time(999), "1970-01-01T00:00:00Z");
        assert_eq!(super::iso_time(1_709_210_096_000), "2024-02-29T12:34:56Z");
    }
}
