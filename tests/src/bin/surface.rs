//! Compares the public API of a crate, one item per line, with a golden file: see `tests/api/rust`. The API is read from
//! rustdoc's JSON.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Compares the public API of a crate with a golden file.
#[derive(Parser)]
struct Arguments {
    /// The JSON file of rustdoc.
    json: PathBuf,
    /// The golden file.
    golden: PathBuf,
    /// Writes the golden file.
    #[arg(long)]
    write: bool,
}

fn main() -> ExitCode {
    let Arguments { json, golden, write } = Arguments::parse();
    // Derived and automatic implementations are omitted: they would be most of the lines.
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build();
    let api = match api {
        Ok(api) => api,
        Err(error) => {
            println!("surface: skipped, the JSON of this rustdoc has another version: {error}");
            return ExitCode::SUCCESS;
        }
    };
    // The header of an `impl` without a trait says only in how many blocks the methods lie. An implementation of a trait is
    // listed with the trait and with the type: once is enough.
    let mut current: Vec<String> = Vec::new();
    for line in api.items().map(ToString::to_string) {
        let is_header = line.starts_with("impl") && !line.contains(" for ");
        if !is_header && !current.contains(&line) {
            current.push(line);
        }
    }
    let text = current.join("\n") + "\n";
    if write {
        return match std::fs::write(&golden, text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("{}: {error}", golden.display())),
        };
    }
    let expected = match std::fs::read_to_string(&golden) {
        Ok(expected) => expected,
        Err(error) => return fail(&format!("{}: {error}", golden.display())),
    };
    let expected: Vec<&str> = expected.lines().collect();
    let removed = expected.iter().filter(|line| !current.iter().any(|own| own == *line)).map(|line| format!("-{line}"));
    let added = current.iter().filter(|line| !expected.contains(&line.as_str())).map(|line| format!("+{line}"));
    let differences: Vec<String> = removed.chain(added).collect();
    if differences.is_empty() {
        return ExitCode::SUCCESS;
    }
    fail(&format!(
        "{}\nthe public API of the crate has changed; if this is intended, run: tests/api/rust --write",
        differences.join("\n")
    ))
}

fn fail(message: &str) -> ExitCode {
    eprintln!("surface: {message}");
    ExitCode::FAILURE
}
