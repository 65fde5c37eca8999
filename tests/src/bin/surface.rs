//! The public API of a crate, a line each, out of rustdoc's JSON, compared with a file: see `tests/api/rust`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Compares a crate's public API with a file.
#[derive(Parser)]
struct Arguments {
    /// What rustdoc has written.
    json: PathBuf,
    /// The file.
    golden: PathBuf,
    /// Writes the file anew.
    #[arg(long)]
    write: bool,
}

fn main() -> ExitCode {
    let Arguments { json, golden, write } = Arguments::parse();
    // What every type derives, or has by itself, is left out: it would be most of the lines, and nobody's decision.
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build();
    let api = match api {
        Ok(api) => api,
        Err(error) => {
            println!("surface: skipped, as this rustdoc's JSON is of another version: {error}");
            return ExitCode::SUCCESS;
        }
    };
    let now: Vec<String> = api.items().map(ToString::to_string).collect();
    let text = now.join("\n") + "\n";
    if write {
        return match std::fs::write(&golden, text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&format!("{}: {error}", golden.display())),
        };
    }
    let before = match std::fs::read_to_string(&golden) {
        Ok(before) => before,
        Err(error) => return failed(&format!("{}: {error}", golden.display())),
    };
    let before: Vec<&str> = before.lines().collect();
    let gone = before.iter().filter(|line| !now.iter().any(|own| own == *line)).map(|line| format!("-{line}"));
    let new = now.iter().filter(|line| !before.contains(&line.as_str())).map(|line| format!("+{line}"));
    let differences: Vec<String> = gone.chain(new).collect();
    if differences.is_empty() {
        return ExitCode::SUCCESS;
    }
    failed(&format!(
        "{}\nthe public API of the crate has changed; meant? tests/api/rust --write",
        differences.join("\n")
    ))
}

fn failed(why: &str) -> ExitCode {
    eprintln!("surface: {why}");
    ExitCode::FAILURE
}
