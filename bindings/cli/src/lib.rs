//! Jalon for a shell: the same doors as every language has. `arguments` is what a person types, `commands` does it,
//! `answer` says it (to people, or as one JSON document to scripts), `query` turns names that people know into numbers
//! that servers know; `export`, `map`, `profile` and `measure` draw and write. The binary `jalon` is [`run`] and nothing
//! more, so that it can be tried without a process of its own.

mod answer;
mod arguments;
mod commands;
mod export;
mod map;
mod measure;
mod profile;
mod query;

use std::ffi::OsString;
use std::io::{ErrorKind, Write};

use clap::Parser;

use crate::answer::Failure;
use crate::arguments::Arguments;

/// Exit status of a command that did what it was asked.
const DONE: u8 = 0;
/// Exit status of a command that could not.
const FAILED: u8 = 1;
/// Exit status of a command that was asked wrongly.
const USAGE: u8 = 2;

/// Runs one command, `arguments` with the program's name first. Answers go to `out`, everything by the way to `err` (but
/// for the bar of a refresh, which draws on the terminal itself). Gives the exit status: 0 done, 1 failed, 2 bad usage.
pub fn run(arguments: impl IntoIterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    match answer(arguments, out, err) {
        Ok(status) => status,
        // Who reads has had enough: `jalon treks | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => DONE,
        Err(error) => {
            let _ = writeln!(err, "jalon: cannot write the answer: {error}");
            FAILED
        }
    }
}

fn answer(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> std::io::Result<u8> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let wants_json = arguments.iter().any(|argument| argument == "--json");
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(refusal) if !refusal.use_stderr() => {
            // Help and version are answers.
            write!(out, "{}", refusal.render())?;
            return Ok(DONE);
        }
        Err(refusal) => {
            let said = refusal.render().to_string();
            if wants_json {
                let message = said.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default().to_owned();
                Failure::Usage(message).tell(true, out, err)?;
            } else {
                write!(err, "{said}")?;
            }
            return Ok(USAGE);
        }
    };
    let json = arguments.global.json;
    match commands::run(arguments) {
        Ok(answer) => answer.print(json, out).map(|()| if answer.is_done { DONE } else { FAILED }),
        Err(failure) => failure.tell(json, out, err).map(|()| failure.status()),
    }
}
