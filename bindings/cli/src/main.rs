//! Jalon for a shell: the same doors as every language has. `arguments` is what a person types, `commands` does it,
//! `answer` says it (to people, or as one JSON document to scripts), `choose` turns names that people know into numbers
//! that servers know; `export`, `map`, `profile` and `measure` draw and write.

mod answer;
mod arguments;
mod choose;
mod commands;
mod export;
mod map;
mod measure;
mod profile;

use std::process::ExitCode;

use clap::Parser;

use crate::answer::{Answer, Failure};
use crate::arguments::Arguments;

fn main() -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(refusal) if !refusal.use_stderr() => {
            // Help and version are answers.
            let _ = refusal.print();
            return ExitCode::SUCCESS;
        }
        Err(refusal) => {
            if wants_json {
                let said = refusal.render().to_string();
                let message = said.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default().to_owned();
                answer::fail(&Failure::Usage(message), true);
            } else {
                let _ = refusal.print();
            }
            return ExitCode::from(2);
        }
    };
    let json = arguments.global.json;
    match commands::run(arguments) {
        Ok(answer) => answer.say(json),
        Err(failure) => {
            answer::fail(&failure, json);
            failure.exit_code()
        }
    }
}

impl Answer {
    fn say(&self, json: bool) -> ExitCode {
        match self.print(json) {
            Ok(()) => ExitCode::SUCCESS,
            // Who reads has had enough: `jalon treks | head`.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("jalon: cannot write the answer: {error}");
                ExitCode::FAILURE
            }
        }
    }
}
