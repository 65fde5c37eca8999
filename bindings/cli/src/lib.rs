//! The command line of Jalon. The binary `jalon` only calls [`run`], so that tests and the demo can run commands without
//! a new process.
//!
//! * `args`: the arguments, declared with clap.
//! * `parse`: positions, bounding boxes, ranges and dates from text.
//! * `lookup`: ids from the names that a user types.
//! * `commands`: one function for each command, from arguments to output.
//! * `output`, `error`: the result of a command, as text or as JSON.
//! * `printable`, `width`: texts of servers, safe to print and cut to the width of the terminal.
//! * `units`, `axis`, `elevation`: measurements for people.
//! * `terminal_profile`, `map`, `export`: a trek as a drawing or a file.
//! * `edition_page`: an edition as a page for the office. `publish`: where the files of an edition are published.

mod args;
mod axis;
mod commands;
mod edition_page;
mod elevation;
mod error;
mod export;
mod lookup;
mod map;
mod output;
mod parse;
mod printable;
mod public_key;
mod publish;
mod terminal_profile;
mod units;
mod width;

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};

use clap::Parser;

use crate::args::Cli;
use crate::error::CliError;

/// Exit status of a command that completed.
const SUCCESS: u8 = 0;
/// Exit status of a command that failed, or that left work to do.
const FAILURE: u8 = 1;
/// Exit status of a command with invalid arguments.
const USAGE: u8 = 2;

/// Runs one command and returns its exit status: 0 success, 1 failure, 2 invalid arguments. `arguments` starts with the
/// name of the program. The result goes to `out`, messages about it go to `err`; the progress bar is drawn on the
/// process's own standard error.
pub fn run(arguments: impl IntoIterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    match run_command(arguments, out, err) {
        Ok(status) => status,
        // The reader closed the pipe, as `head` does.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => SUCCESS,
        Err(error) => {
            let _ = writeln!(err, "jalon: cannot write the output: {error}");
            FAILURE
        }
    }
}

fn run_command(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // clap's own errors come before the flags are parsed.
    let wants_json = arguments.iter().any(|argument| argument == "--json");
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            // Help and version.
            write!(out, "{}", error.render())?;
            return Ok(SUCCESS);
        }
        Err(error) => {
            let message = error.render().to_string();
            if wants_json {
                let message = message.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default();
                CliError::Usage(message.to_owned()).write(true, out, err)?;
            } else {
                write!(err, "{message}")?;
            }
            return Ok(USAGE);
        }
    };
    let json = cli.global.json;
    match commands::run(cli, err) {
        Ok(output) => output.write(json, out, err).map(|()| if output.is_complete { SUCCESS } else { FAILURE }),
        Err(error) => error.write(json, out, err).map(|()| error.exit_status()),
    }
}
