//! The share of reports in doubt by the moment of the kill: a process that sends four reports is killed a chosen time after it
//! began. The server takes some time for each report, as Geotrek does.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use jalon::{Companion, Directories, Result};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::actor;
use super::process_kills::{self, ONLY_SEND, REPORT_PATHS, Worker, check_final_state, resolve_doubt};
use super::stats::{RunStats, Violation};
use crate::fixture_server::{Fault, Options, TestGeotrek};
use crate::generator::{Size, Territory};

const REPORTS: u32 = 4;
/// The time that the server takes for a report.
const SERVER_TIME: Duration = Duration::from_millis(25);
/// The ends of the intervals of the table, in milliseconds after the first request arrived.
pub const MOMENTS_MS: [u64; 6] = [5, 10, 25, 50, 100, 200];
const MAX_PASSES: u32 = 20;

/// The kills in one interval.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// Kills of a process that still had a report to send.
    pub kills: u64,
    /// Kills that left a report in doubt.
    pub in_doubt: u64,
    /// Those whose report the server had stored.
    pub stored: u64,
}

impl Moment {
    /// A row of the table: the interval, the kills, the share in doubt and the share of these that was stored.
    pub fn row(&self, start_ms: u64, end_ms: u64) -> String {
        let percent = |part: u64, all: u64| if all == 0 { 0.0 } else { 100.0 * part as f64 / all as f64 };
        format!(
            "{start_ms:>5}–{end_ms:<5} ms {:>6} kills {:>5.0} % in doubt, {:>4.0} % of these stored",
            self.kills,
            percent(self.in_doubt, self.kills),
            percent(self.stored, self.in_doubt)
        )
    }
}

/// Kills processes. Returns the violations and the kills of each interval of [`MOMENTS_MS`].
///
/// # Errors
/// Returns an error if a process cannot be started or a folder cannot be read.
pub fn run(program: &Path, seed: u64, kills_each: u64) -> Result<(RunStats, [Moment; MOMENTS_MS.len()])> {
    let server = TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default());
    let mut stats = RunStats::default();
    let mut moments = [Moment::default(); MOMENTS_MS.len()];
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut start_ms = 0;
    for (moment, end_ms) in moments.iter_mut().zip(MOMENTS_MS) {
        for _ in 0..kills_each {
            let at = Duration::from_micros(rng.random_range(start_ms * 1_000..end_ms * 1_000));
            kill_at(program, &server, at, &mut rng, moment, &mut stats)?;
            stats.rounds += 1;
        }
        start_ms = end_ms;
    }
    Ok((stats, moments))
}

fn kill_at(
    program: &Path,
    server: &TestGeotrek,
    at: Duration,
    rng: &mut ChaCha8Rng,
    moment: &mut Moment,
    stats: &mut RunStats,
) -> Result<()> {
    let folder = tempfile::tempdir()?;
    server.wait_until_idle();
    server.clear_reports();
    server.faults().rules = vec![Fault::Delay(SERVER_TIME).on(REPORT_PATHS)];
    let mut acknowledged = BTreeSet::new();
    {
        let companion = Companion::open(&Directories::within(folder.path()))?;
        for number in 0..REPORTS {
            acknowledged.insert(actor::queue_report(companion.journal()?, server.url(), number, 2)?.id);
        }
    }
    let requests = server.requests().len();
    let mut worker = Worker::start(program, folder.path(), server.url(), &[ONLY_SEND])?;
    while server.requests().len() == requests {
        std::thread::sleep(Duration::from_micros(200));
    }
    std::thread::sleep(at);
    worker.process.kill().ok();
    worker.wait(&mut BTreeSet::new())?;
    server.wait_until_idle();
    let case = format!("killed after {at:?}");
    let companion = Companion::open(&Directories::within(folder.path()))?;
    let count = |state: &str| -> Result<usize> {
        let reports = companion.journal()?.reports()?;
        Ok(reports.iter().filter(|report| report.lifecycle.state.as_str() == state).count())
    };
    let (accepted, sending) = (count("accepted")?, count("sending")?);
    stats.expect(sending <= 1, Violation::Unexpected, || format!("{case}: {sending} reports were being sent"));
    for pass in 0..MAX_PASSES {
        // The first pass ends the attempt of the killed process, and sends the other reports.
        process_kills::send_all(&companion)?;
        if pass == 0 && accepted < REPORTS as usize {
            let in_doubt = count("in_doubt")?;
            stats.expect(in_doubt <= 1, Violation::Unexpected, || format!("{case}: {in_doubt} reports are in doubt"));
            moment.kills += 1;
            moment.in_doubt += in_doubt as u64;
            let stored = server.reports().len() - count("accepted")?;
            moment.stored += stored as u64;
        }
        if resolve_doubt(folder.path(), server, rng)? {
            break;
        }
    }
    check_final_state(folder.path(), server, &acknowledged, &case, stats)
}
