//! Real processes that are killed. A worker files reports and sends them over real sockets. It is killed at a random moment,
//! or aborts at a numbered write, sync or rename, and the next worker continues. At the end the reports of the server are
//! compared with those of the journal.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use jalon::clock::SystemClock;
use jalon::companion::SendOptions;
use jalon::journal::{Journal, Report};
use jalon::report::{ReportState, Resolution};
use jalon::storage::Storage;
use jalon::transfer::CancelToken;
use jalon::{Companion, Directories, Error, Result};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::actor::{self, AT_MS};
use super::stats::{RunStats, Violation};
use crate::fault_vfs::{FailureMode, FailureTrigger, FaultVfs, PowerLossFileSystem};
use crate::fixture_server::{Fault, Options, ReportBody, TestGeotrek};
use crate::generator::{Size, Territory};
use crate::sampling::Sampling;

/// The subcommand of the harness that runs [`work`].
pub const SUBCOMMAND: &str = "send-reports";
/// The option of a worker that only sends.
pub const ONLY_SEND: &str = "--only-send";
/// The option with the operation at which a worker aborts.
pub const ABORT_AT: &str = "--abort-at";
const REPORTS: usize = 4;
/// Workers that are killed in a session.
const KILLED_WORKERS: u32 = 8;
/// Workers after them, which are not killed.
const LAST_WORKERS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(2);
pub(super) const REPORT_PATHS: &str = "report";

/// A worker: files `REPORTS` reports in a folder and sends them to a server. It aborts at an operation, unless that is 0.
/// With `only_send` it sends again and again, beside another worker.
///
/// # Errors
/// Any error of the journal.
pub fn work(folder: &Path, url: &str, abort_at: u64, only_send: bool) -> Result<()> {
    let vfs = FaultVfs::register("worker");
    let file_system = PowerLossFileSystem::default();
    if abort_at > 0 {
        let trigger = Arc::new(FailureTrigger::at(abort_at, FailureMode::AbortProcess));
        vfs.set_trigger(&trigger);
        file_system.set_trigger(&trigger, false);
    }
    let storage = Storage { vfs: Some(vfs.name().to_owned()), file_system: Arc::new(file_system) };
    let companion = Companion::open_with(&Directories::within(folder), storage, Arc::new(SystemClock))?;
    let journal = companion.journal()?;
    // The ids of acknowledged reports are printed.
    let mut output = std::io::stdout();
    loop {
        if only_send {
            send_all(&companion)?;
            std::thread::sleep(PAUSE);
            continue;
        }
        // A draft of the last worker is queued, as a user would do.
        for report in journal.reports()? {
            if report.lifecycle.state == ReportState::Draft {
                journal.queue(&report.id, &Default::default(), AT_MS)?;
                writeln!(output, "{}", report.id)?;
            }
        }
        let number = journal.reports()?.len();
        if number < REPORTS {
            let report = actor::queue_report(journal, url, u32::try_from(number).unwrap_or(0), 1)?;
            writeln!(output, "{}", report.id)?;
        }
        output.flush()?;
        // While another worker sends, this one waits, and sends the rest when the other was killed.
        if send_all(&companion)? && number >= REPORTS {
            return Ok(());
        }
    }
}

/// Sends the queued reports once. Returns `false` if another process is sending.
pub(super) fn send_all(companion: &Companion) -> Result<bool> {
    let options = SendOptions { now: true, ..SendOptions::default() };
    match companion.send_reports(&options, &CancelToken::default(), |_, _, _| {}) {
        Err(Error::Busy { .. }) => {
            std::thread::sleep(PAUSE);
            Ok(false)
        }
        Err(error) => Err(error),
        Ok(_) => Ok(true),
    }
}

/// How workers are killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KillMode {
    /// At a random moment.
    Random,
    /// At this operation of each worker.
    AtOperation(u64),
}

/// Kills workers at random moments. `program` is the harness.
///
/// # Errors
/// Returns an error if a process cannot be started or a folder cannot be read.
pub fn kill_randomly(program: &Path, seed: u64, kills: u64) -> Result<RunStats> {
    let server = TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default());
    let mut stats = RunStats::default();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    while stats.rounds < kills {
        let seed = rng.random();
        run_session(program, &server, seed, KillMode::Random, &mut stats)?;
    }
    Ok(stats)
}

/// Kills workers at each operation of a sample, until a worker has fewer operations.
///
/// # Errors
/// As [`kill_randomly`].
pub fn kill_at_operations(program: &Path, sampling: Sampling, distance: u64) -> Result<RunStats> {
    let server = TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default());
    let mut stats = RunStats::default();
    let step = usize::try_from(sampling.step(distance)).unwrap_or(usize::MAX);
    for operation in (1 + sampling.offset(distance)..).step_by(step) {
        let before = stats.rounds;
        let seed = sampling.seed().wrapping_add(operation);
        run_session(program, &server, seed, KillMode::AtOperation(operation), &mut stats)?;
        if stats.rounds == before {
            break;
        }
    }
    Ok(stats)
}

/// A worker process and its output.
pub(super) struct Worker {
    pub(super) process: Child,
    output: JoinHandle<Vec<String>>,
}

impl Worker {
    pub(super) fn start(program: &Path, folder: &Path, url: &str, options: &[&str]) -> Result<Self> {
        let mut command = Command::new(program);
        command.arg(SUBCOMMAND).arg(folder).arg(url).args(options);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let output = process.stdout.take();
        let output = std::thread::spawn(move || {
            let lines = output.into_iter().flat_map(|output| BufReader::new(output).lines());
            lines.map_while(std::io::Result::ok).collect()
        });
        Ok(Self { process, output })
    }

    pub(super) fn wait(mut self, acknowledged: &mut BTreeSet<String>) -> Result<ExitStatus> {
        let status = self.process.wait()?;
        acknowledged.extend(self.output.join().unwrap_or_default());
        Ok(status)
    }
}

/// One folder from its first report until all reports are settled.
fn run_session(program: &Path, server: &TestGeotrek, seed: u64, mode: KillMode, stats: &mut RunStats) -> Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let folder = tempfile::tempdir()?;
    server.wait_until_idle();
    server.clear_reports();
    set_random_faults(server, &mut rng);
    let mut acknowledged = BTreeSet::new();
    for worker in 0..KILLED_WORKERS + LAST_WORKERS {
        let is_killed = worker < KILLED_WORKERS;
        let abort_at = match mode {
            KillMode::AtOperation(operation) if is_killed => operation.to_string(),
            _ => "0".to_owned(),
        };
        let mut child = Worker::start(program, folder.path(), server.url(), &[ABORT_AT, &abort_at])?;
        let other = if mode == KillMode::Random && is_killed && rng.random_range(0..3) == 0 {
            Some(Worker::start(program, folder.path(), server.url(), &[ONLY_SEND])?)
        } else {
            None
        };
        if mode == KillMode::Random && is_killed {
            std::thread::sleep(Duration::from_micros(rng.random_range(0..150_000)));
            child.process.kill().ok();
        }
        let status = child.wait(&mut acknowledged)?;
        if let Some(mut other) = other {
            std::thread::sleep(Duration::from_micros(rng.random_range(0..60_000)));
            other.process.kill().ok();
            stats.rounds += u64::from(!other.wait(&mut acknowledged)?.success());
        }
        if !status.success() {
            if status.code().is_some() {
                stats.record(Violation::Unexpected, format!("seed {seed}: a worker failed: {status}"));
            }
            stats.rounds += u64::from(is_killed);
            let case = format!("seed {seed}, {mode:?}, worker {worker}");
            check_rows(&journal_directory(folder.path()), &case, stats);
            continue;
        }
        if resolve_doubt(folder.path(), server, &mut rng)? {
            break;
        }
    }
    server.wait_until_idle();
    check_final_state(folder.path(), server, &acknowledged, &format!("seed {seed}, {mode:?}"), stats)
}

fn set_random_faults(server: &TestGeotrek, rng: &mut ChaCha8Rng) {
    let mut faults = server.faults();
    faults.rules.clear();
    faults.add(Fault::Delay(Duration::from_millis(rng.random_range(0..12))));
    if rng.random_range(0..3) == 0 {
        faults.add(Fault::MailOutage.on(REPORT_PATHS).after(rng.random_range(0..3)).times(1));
    }
    if rng.random_range(0..3) == 0 {
        let cut = Fault::CutRequest(rng.random_range(0..2_000));
        faults.add(cut.on(REPORT_PATHS).after(rng.random_range(0..3)).times(1));
    }
    if rng.random_range(0..4) == 0 {
        let html = Fault::AfterStoring { status: 201, retry_after: None, body: ReportBody::Html };
        faults.add(html.on(REPORT_PATHS).after(rng.random_range(0..3)).times(1));
    }
    if rng.random_range(0..3) == 0 {
        let success = unexpected_success(rng);
        faults.add(success.on(REPORT_PATHS).after(rng.random_range(0..3)).times(1));
    }
    if rng.random_range(0..4) == 0 {
        let bad_gateway = Fault::Status { status: 502, retry_after: None };
        faults.add(bad_gateway.on("").after(rng.random_range(0..5)).times(rng.random_range(1..4)));
    }
}

/// A proxy or a patched server stores a report and answers by another success than 201.
pub(super) fn unexpected_success(rng: &mut ChaCha8Rng) -> Fault {
    match rng.random_range(0..4) {
        0 => Fault::AfterStoring { status: 200, retry_after: None, body: ReportBody::Correct },
        1 => Fault::AfterStoring { status: 202, retry_after: None, body: ReportBody::Correct },
        2 => Fault::AfterStoring { status: 204, retry_after: None, body: ReportBody::Empty },
        _ => Fault::RedirectAfterStoring { status: 303, to: "/merci/".to_owned() },
    }
}

pub(super) fn journal_directory(folder: &Path) -> PathBuf {
    Directories::within(folder).journal
}

/// Checks what must hold at any moment, before a journal is recovered: a row refers only to complete photos.
fn check_rows(directory: &Path, case: &str, stats: &mut RunStats) {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let Ok(connection) = rusqlite::Connection::open_with_flags(directory.join(jalon::journal::FILE_NAME), flags) else {
        return;
    };
    let Ok(mut statement) = connection.prepare("SELECT data FROM report") else { return };
    let Ok(rows) = statement.query_map([], |row| row.get::<_, String>(0)) else { return };
    for report in rows.flatten().filter_map(|json| serde_json::from_str::<Report>(&json).ok()) {
        for photo in &report.photos {
            let bytes = std::fs::read(directory.join("photos").join(photo.file_name()));
            let is_complete = bytes.is_ok_and(|bytes| actor::sha256(&bytes) == photo.sha256);
            stats.expect(is_complete, Violation::DanglingPhoto, || format!("{case}: photo {}", photo.id));
        }
    }
}

/// The user resolves each report in doubt, with the list of the server at hand. Returns whether all reports are settled.
pub(super) fn resolve_doubt(folder: &Path, server: &TestGeotrek, rng: &mut ChaCha8Rng) -> Result<bool> {
    server.wait_until_idle();
    let companion = Companion::open(&Directories::within(folder))?;
    let stored = server.reports();
    let mut is_settled = true;
    for report in companion.journal()?.reports()? {
        match report.lifecycle.state {
            ReportState::InDoubt { is_abandoned: false } => {
                let has_arrived = stored.iter().any(|stored| actor::is_copy_of(stored, &report));
                let resolution = match rng.random_range(0..3) {
                    0 if has_arrived => Resolution::Delivered(None),
                    1 if has_arrived => Resolution::Abandon,
                    _ => Resolution::Resend,
                };
                is_settled &= resolution != Resolution::Resend;
                companion.resolve_report(&report.id, resolution)?;
            }
            ReportState::Accepted { .. } | ReportState::InDoubt { is_abandoned: true } => {}
            _ => is_settled = false,
        }
    }
    Ok(is_settled)
}

pub(super) fn check_final_state(
    folder: &Path,
    server: &TestGeotrek,
    acknowledged: &BTreeSet<String>,
    case: &str,
    stats: &mut RunStats,
) -> Result<()> {
    let journal = Journal::open(&journal_directory(folder), Storage::default())?;
    actor::check_photos(&journal, stats);
    let reports = journal.reports()?;
    let stored = server.reports();
    for id in acknowledged {
        let is_there = reports.iter().any(|report| report.id == *id);
        stats.expect(is_there, Violation::Lost, || format!("{case}: {id} was acknowledged and is missing"));
    }
    for report in &reports {
        let copies: Vec<_> = stored.iter().filter(|stored| actor::is_copy_of(stored, report)).collect();
        let unmarked = copies.iter().filter(|copy| !actor::is_marked(copy)).count();
        stats.expect(unmarked <= 1, Violation::Duplicated, || format!("{case}: {unmarked} unmarked copies"));
        let is_settled = matches!(
            report.lifecycle.state,
            ReportState::Accepted { .. } | ReportState::InDoubt { is_abandoned: true }
        );
        stats.expect(is_settled, Violation::Stuck, || format!("{case}: {:?}", report.lifecycle));
        stats.expect(!copies.is_empty() || !is_settled, Violation::Lost, || {
            format!("{case}: the server does not have it")
        });
        for copy in &copies {
            let sent: Vec<&str> = copy.attachments.iter().map(|photo| &photo.sha256[..]).collect();
            let own: Vec<&str> = report.photos.iter().map(|photo| &photo.sha256[..]).collect();
            stats.expect(sent == own, Violation::Lost, || format!("{case}: the server has other photos"));
        }
    }
    for copy in &stored {
        let is_known = reports.iter().any(|report| actor::is_copy_of(copy, report));
        stats.expect(is_known, Violation::Lost, || format!("{case}: the journal lacks a report of the server"));
    }
    Ok(())
}
