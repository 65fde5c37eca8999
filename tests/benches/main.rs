//! The figures of the design, each beside what people would use instead: the same data, the same run, the peers in turn
//! within every round, so that a busy moment meets all of them. `cargo bench -p jalon-tests` prints every table; names of
//! rows after `--` choose some, `--smoke` does them on little data to see that they still work. An answer that differs
//! from a peer's fails the bench.
//!
//! * `nearest`, `open`, `first_screen`, `search`, `take_in`, `memory`, `refresh`, `edition`: a row each.
//! * `peers`: what else answers the same questions.
//! * `data`: the territory that all of them have.
//! * `measure`: rounds, processes of their own, tables.
#![recursion_limit = "256"]

mod data;
mod edition;
mod first_screen;
mod import;
mod measure;
mod memory;
mod nearest;
mod open;
mod peers;
mod refresh;
mod search;

use std::error::Error;
use std::process::ExitCode;

use data::Scale;

type Done<T = ()> = Result<T, Box<dyn Error>>;
type Row = fn(&Scale) -> Done;

const ROWS: [(&str, Row); 8] = [
    ("nearest", nearest::row),
    ("open", open::row),
    ("first_screen", first_screen::row),
    ("search", search::row),
    ("take_in", import::row),
    ("memory", memory::row),
    ("refresh", refresh::row),
    ("edition", edition::row),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Done {
    if let [word, role, rest @ ..] = arguments
        && word == measure::CHILD
    {
        return child(role, rest);
    }
    // Cargo says `--bench` to every bench.
    let (options, names): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|word| word.starts_with("--"));
    if let Some(unknown) = options.iter().find(|option| !["--bench", "--smoke"].contains(&option.as_str())) {
        return Err(format!("{unknown}: only --smoke is known").into());
    }
    if let Some(unknown) = names.iter().find(|name| ROWS.iter().all(|(row, _)| row != *name)) {
        return Err(format!("{unknown}: the rows are {}", ROWS.map(|(name, _)| name).join(", ")).into());
    }
    let scale = if options.iter().any(|option| *option == "--smoke") { Scale::SMOKE } else { Scale::FULL };
    for (name, row) in ROWS {
        if names.is_empty() || names.iter().any(|wanted| *wanted == name) {
            row(&scale).map_err(|error| format!("{name}: {error}"))?;
        }
    }
    Ok(())
}

/// What a process of its own does for a row.
fn child(role: &str, arguments: &[String]) -> Done {
    match role {
        open::JALON => open::jalon(arguments),
        open::SQLITE => open::sqlite(arguments),
        first_screen::JALON => first_screen::jalon(arguments),
        import::JALON => import::jalon(arguments),
        memory::JALON => memory::jalon(arguments),
        refresh::JALON => refresh::jalon(arguments),
        edition::BUILD => edition::build(arguments),
        refresh::READING => refresh::reading(arguments),
        _ => Err(format!("no process does “{role}”").into()),
    }
}
