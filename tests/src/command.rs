//! A command of the command line, run in this process.

use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;

/// The result of a command.
#[derive(Debug)]
pub struct CommandOutput {
    /// Exit status.
    pub status: u8,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl CommandOutput {
    /// The JSON document on standard output.
    ///
    /// # Panics
    /// Panics if it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// Runs `jalon --data DATA ARGUMENTS`.
///
/// # Panics
/// Panics if the output is not UTF-8.
pub fn jalon(data: &Path, arguments: &[&str]) -> CommandOutput {
    let mut all: Vec<OsString> = vec!["jalon".into(), "--data".into(), data.into()];
    all.extend(arguments.iter().map(OsString::from));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = jalon_cli::run(all, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).unwrap_or_else(|error| panic!("{error}"));
    CommandOutput { status, out: text(out), err: text(err) }
}
