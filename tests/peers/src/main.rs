//! Compares Jalon's guide with [Ferrostar](https://github.com/stadiamaps/ferrostar) on the same walks, in one run.
//!
//! * `walk`: the simulated walks of the test crate, with their ground truth.
//! * `follower`: the interface of what is compared; `ours`: Jalon; `theirs`: Ferrostar.
//! * `trial`: one walk, and its scores; `recorded`: lines of a real territory.
//! * `cost`: time and allocations of a fix; `counting`: the allocator that counts them.
//! * `table`: the printed tables; `plot`: the picture of the documentation.

mod cost;
mod counting;
mod follower;
mod ours;
mod plot;
mod recorded;
mod table;
mod theirs;
mod trial;
#[path = "../../src/walk/mod.rs"]
#[allow(dead_code, unused_imports, reason = "not everything of the test crate is needed here")]
mod walk;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: tests/peers/run [SEEDS] [--base SEED] [--alone] [--recorded FOLDER] [--plot FILE.svg]

  SEEDS     walks of each shape, behaviour and error (2)
  --base    first seed (900000)
  --alone   Jalon's guide alone, to tune it: some seconds a seed
  --recorded  folder with lists/all/trek.json, answers of a Geotrek server
  --plot    draw one out-and-back walk, and compare nothing else";

struct Options {
    seeds: u64,
    base: u64,
    alone: bool,
    recorded: Option<PathBuf>,
    plot: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(path) = &options.plot {
        return plot::write(path);
    }
    table::print_head(options.seeds, options.base);
    table::print_places(&trial::simulated(options.seeds, options.base, options.alone));
    if options.alone {
        return Ok(());
    }
    recorded::compare(options.recorded.as_deref(), options.base)?;
    cost::compare();
    Ok(())
}

fn options() -> Option<Options> {
    let mut options = Options { seeds: 2, base: trial::UNSEEN_BASE, alone: false, recorded: None, plot: None };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--base" => options.base = args.next()?.parse().ok()?,
            "--alone" => options.alone = true,
            "--recorded" => options.recorded = Some(args.next()?.into()),
            "--plot" => options.plot = Some(args.next()?.into()),
            seeds => options.seeds = seeds.parse().ok().filter(|seeds| (1..=1_000).contains(seeds))?,
        }
    }
    Some(options)
}
