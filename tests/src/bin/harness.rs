//! Provokes every failure of reports that the harness knows, prints the violations as a table, and fails if there is one.
//!
//! A sample by default; everything with `--whole`. Its subcommands are the processes that are killed by the harness and by
//! the tests.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};
use jalon_tests::fault_vfs::FailureMode;
use jalon_tests::harness::peers::Peer;
use jalon_tests::harness::stats::{RunStats, Violation};
use jalon_tests::harness::{
    corruption, disconnects, downloads, kill_moments, mutants, peers, photo_memory, power_loss, process_kills,
    simulation, unexpected_responses,
};
use jalon_tests::sampling::Sampling;

/// Provokes every failure of reports, and counts what is lost, duplicated or stuck.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    worker: Option<WorkerCommand>,
    /// Runs everything: each disk operation, a million histories, a thousand kills.
    #[arg(long)]
    whole: bool,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of histories of the simulation [default: 20000; whole: 1000000].
    #[arg(long)]
    histories: Option<u64>,
    /// Number of processes killed at random [default: 100; whole: 1000].
    #[arg(long)]
    kills: Option<u64>,
    /// Number of sessions with unexpected responses, of each kind [default: 50; whole: 500].
    #[arg(long)]
    sessions: Option<u64>,
    /// Distance of the disk operations that fail [default: 11; whole: 1].
    #[arg(long)]
    every: Option<u64>,
    /// Number of power losses at each operation [default: 1; whole: 4].
    #[arg(long)]
    times: Option<u64>,
    /// Number of histories of the simpler queues [default: 1000; whole: 20000].
    #[arg(long)]
    peers: Option<u64>,
}

/// The processes that are killed.
#[derive(Subcommand)]
enum WorkerCommand {
    /// Files reports and sends them.
    #[command(name = process_kills::SUBCOMMAND, hide = true)]
    SendReports {
        folder: PathBuf,
        url: String,
        /// Aborts at this operation.
        #[arg(long, default_value_t = 0)]
        abort_at: u64,
        /// Sends again and again, and files nothing.
        #[arg(long)]
        only_send: bool,
    },
    /// Refreshes a territory and downloads two packs.
    #[command(name = downloads::SUBCOMMAND, hide = true)]
    DownloadPacks { folder: PathBuf, url: String },
    /// Attaches a photo to a report and prints the peak of memory.
    #[command(name = photo_memory::SUBCOMMAND, hide = true)]
    AttachPhoto { folder: PathBuf, file: PathBuf },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.worker {
        Some(WorkerCommand::SendReports { folder, url, abort_at, only_send }) => {
            process_kills::work(folder, url, *abort_at, *only_send).map(|()| true)
        }
        Some(WorkerCommand::DownloadPacks { folder, url }) => downloads::work(folder, url).map(|()| true),
        Some(WorkerCommand::AttachPhoto { folder, file }) => photo_memory::work(folder, file).map(|()| true),
        None => run(&arguments),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("harness: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether there was no violation and each mutant was detected.
fn run(arguments: &Arguments) -> jalon::Result<bool> {
    let pick =
        |option: Option<u64>, sample: u64, whole: u64| option.unwrap_or(if arguments.whole { whole } else { sample });
    let seed = arguments.seed;
    let distance = pick(arguments.every, 11, 1);
    let times = pick(arguments.times, 1, 4);
    let sampling = Sampling::with_seed(seed);
    println!("seed {seed}, every {distance}th operation\n\n{}", RunStats::head());
    let mut is_clean = true;
    let mut print = |name: &str, start: Instant, stats: RunStats| {
        println!("{}   {:.0} s", stats.row(name), start.elapsed().as_secs_f64());
        for message in &stats.messages {
            println!("    {message}");
        }
        is_clean &= stats.is_clean();
    };
    let program = std::env::current_exe()?;
    let now = Instant::now;
    let start = now();
    print("disconnects at each byte", start, disconnects::run()?);
    let start = now();
    print("histories", start, run_in_parallel(seed, pick(arguments.histories, 20_000, 1_000_000)));
    let start = now();
    print("power losses", start, power_loss::cut_power(sampling, distance, times, None, false)?);
    let start = now();
    let stats = power_loss::cut_power(sampling, distance, 1, None, true)?;
    print("power losses, then a damaged database", start, stats);
    for (name, mode, reserve_frees_space) in [
        ("full disks, the reserve frees space", FailureMode::DiskFull, true),
        ("full disks, the reserve frees none", FailureMode::DiskFull, false),
        ("operations that fail once", FailureMode::FailOnce, false),
        ("disks that fail from then on", FailureMode::FailAlways, false),
    ] {
        let start = now();
        print(name, start, power_loss::fail_disk(sampling, mode, reserve_frees_space, distance)?);
    }
    let start = now();
    print("acceptances on a full disk", start, power_loss::accept_on_full_disk(true)?);
    let mut recovered = Vec::new();
    for (name, with_sidecars) in [("damaged pages", true), ("damaged pages, without sidecar files", false)] {
        let start = now();
        let stats = corruption::run(seed, with_sidecars)?;
        recovered.push(format!("{name}: {} of {} rows recovered", stats.recovered.0, stats.recovered.1));
        print(name, start, stats);
    }
    let start = now();
    let stats = process_kills::kill_randomly(&program, seed, pick(arguments.kills, 100, 1_000))?;
    print("processes killed at random", start, stats);
    let start = now();
    print("processes killed at an operation", start, process_kills::kill_at_operations(&program, sampling, distance)?);
    let mut doubts = Vec::new();
    for (kind, name) in unexpected_responses::Server::ALL {
        let start = now();
        let (stats, in_doubt) = unexpected_responses::run(kind, seed, pick(arguments.sessions, 50, 500))?;
        doubts.push(format!("{name}: {in_doubt} reports in doubt in {} sessions of 4 reports", stats.rounds));
        print(name, start, stats);
    }
    let start = now();
    let (stats, moments) = kill_moments::run(&program, seed, pick(arguments.kills, 100, 1_000) / 5)?;
    print("processes killed at a chosen moment", start, stats);
    println!("\n{}\n\n{}\n", recovered.join("\n"), doubts.join("\n"));
    println!("in doubt by the moment of the kill, after the first request; the server takes 25 ms for a report");
    let mut start_ms = 0;
    for (moment, end_ms) in moments.iter().zip(kill_moments::MOMENTS_MS) {
        println!("{}", moment.row(start_ms, end_ms));
        start_ms = end_ms;
    }
    println!();

    println!("simpler queues under the same failures\n{}", RunStats::head());
    let histories = pick(arguments.peers, 1_000, 20_000);
    for (name, peer) in [("a JSON file, rewritten", Peer::JsonFile), ("a retry loop", Peer::RetryLoop)] {
        println!("{}", peers::run(peer, seed, histories)?.row(name));
    }

    println!("\nmutants");
    let mutants = mutants::run(sampling, 2_000, distance)?;
    for mutant in &mutants {
        let (word, message) = match &mutant.detected_by {
            Some(message) => ("detected", message.as_str()),
            None => ("NOT DETECTED", ""),
        };
        println!("{:<38} {word}  {message}", mutant.name);
    }
    let detected = mutants.iter().filter(|mutant| mutant.is_detected()).count();
    println!("{detected} of {} detected", mutants.len());
    Ok(is_clean && detected == mutants.len())
}

/// Runs the histories on as many threads as there are cores.
fn run_in_parallel(seed: u64, histories: u64) -> RunStats {
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let per_thread = histories.div_ceil(threads);
    std::thread::scope(|scope| {
        let spawn = |thread: u64| {
            let first = seed.wrapping_add(thread * per_thread);
            scope.spawn(move || simulation::run(first, per_thread, None))
        };
        let running: Vec<_> = (0..threads).map(spawn).collect();
        let mut stats = RunStats::default();
        for thread in running {
            match thread.join() {
                Ok(own) => stats.add(own),
                Err(_) => stats.record(Violation::Unexpected, "a panic"),
            }
        }
        stats
    })
}
