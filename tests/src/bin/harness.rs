//! The long run of the harness: prints the seed, lets every misfortune happen, and prints the table.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use jalon_tests::fault_vfs::Blow;
use jalon_tests::harness::figures::Figures;
use jalon_tests::harness::peers::Peer;
use jalon_tests::harness::{corruption, disconnects, mutants, peers, power_loss, process_kills, simulation};

/// Lets everything go wrong that can, and counts what is lost, doubled or stuck.
#[derive(Parser)]
struct Arguments {
    /// Everything by chance follows it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Histories of the simulation.
    #[arg(long, default_value_t = 1_000_000)]
    histories: u64,
    /// Deaths of real processes, by chance.
    #[arg(long, default_value_t = 1_000)]
    process_kills: u64,
    /// Looks at every so-manyth operation in the runs that count them; 1 for each.
    #[arg(long, default_value_t = 1)]
    every: u64,
    /// Power losses at each operation.
    #[arg(long, default_value_t = 4)]
    times: u64,
    /// Histories of the simpler queues.
    #[arg(long, default_value_t = 20_000)]
    peers: u64,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if let Some(worked) = process_kills::work_if_asked(&words) {
        return match worked {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("worker: {error}");
                ExitCode::FAILURE
            }
        };
    }
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("harness: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is well.
fn run(arguments: &Arguments) -> jalon::Result<bool> {
    let Arguments { seed, histories, process_kills: deaths, every, times, peers: peer_histories } = *arguments;
    println!("seed {seed}\n\n{}", Figures::head());
    let mut well = true;
    let mut told = |name: &str, began: Instant, figures: Figures| {
        println!("{}   {:.0} s", figures.row(name), began.elapsed().as_secs_f64());
        for words in &figures.words {
            println!("    {words}");
        }
        well &= figures.is_clean();
    };
    let program = std::env::current_exe()?;
    let now = Instant::now;
    let began = now();
    told("disconnects at each byte", began, disconnects::run()?);
    let began = now();
    told("histories", began, side_by_side(seed, histories));
    let began = now();
    told("power_loss losses", began, power_loss::off(seed, every, times, None, false)?);
    let began = now();
    told("power_loss losses, and then no database", began, power_loss::off(seed, every, 1, None, true)?);
    for (name, blow, room) in [
        ("full disks, the reserve is room", Blow::Full, true),
        ("full disks, the reserve is none", Blow::Full, false),
        ("operations that are refused once", Blow::Once, false),
        ("disks that refuse from then on", Blow::Io, false),
    ] {
        let began = now();
        told(name, began, power_loss::refused(blow, room, every)?);
    }
    let began = now();
    told("acceptances on a full disk", began, power_loss::accepted_on_a_full_disk(true)?);
    let mut rows = Vec::new();
    for (name, with_copies) in [("pages that corruption", true), ("pages that corruption, without the copies", false)] {
        let began = now();
        let figures = corruption::run(seed, with_copies)?;
        rows.push(format!("{name}: {} of {} rows saved", figures.rows.0, figures.rows.1));
        told(name, began, figures);
    }
    let began = now();
    told("processes killed by chance", began, process_kills::run(&program, seed, deaths)?);
    let began = now();
    told("processes that die at each operation", began, process_kills::at_each(&program, seed, 1, every)?);
    println!("\n{}\n", rows.join("\n"));

    println!("in the same weather\n{}", Figures::head());
    for (name, peer) in [("a JSON file, rewritten", Peer::JsonFile), ("a loop that tries again", Peer::RetryLoop)] {
        println!("{}", peers::run(peer, seed, peer_histories)?.row(name));
    }

    println!("\nmutants");
    let mutants = mutants::run(seed, 2_000, every)?;
    for mutant in &mutants {
        let how = mutant.how.as_deref().unwrap_or("nobody noticed");
        println!("{:<34} {}  {how}", mutant.name, if mutant.caught { "caught" } else { "NOT CAUGHT" });
    }
    println!("{} of {} caught", mutants.iter().filter(|mutant| mutant.caught).count(), mutants.len());
    Ok(well && mutants.iter().all(|mutant| mutant.caught))
}

/// The histories, shared by as many threads as there are cores.
fn side_by_side(seed: u64, histories: u64) -> Figures {
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let each = histories.div_ceil(threads);
    std::thread::scope(|scope| {
        let run = |thread: u64| {
            let from = seed.wrapping_add(thread * each);
            scope.spawn(move || simulation::run(from, each, None))
        };
        let running: Vec<_> = (0..threads).map(run).collect();
        let mut figures = Figures::default();
        for thread in running {
            match thread.join() {
                Ok(own) => figures.add(own),
                Err(_) => figures.wrong(jalon_tests::harness::figures::Wrong::Odd, "a panic"),
            }
        }
        figures
    })
}
