//! Real processes that die: a worker files reports and sends them over real sockets, and is killed at a moment by chance, or
//! dies at a numbered write, sync or new name. The next one goes on where it was. At the end the server's truth is compared
//! with what the journal says.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use jalon::companion::{Companion, Directories, SendOptions};
use jalon::journal::{Journal, Report};
use jalon::net::CancelToken;
use jalon::report::{ReportState, Resolution};
use jalon::storage::Storage;
use jalon::{Error, Result};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::actor::{self, AT_MS};
use super::figures::{Figures, Wrong};
use crate::fault_vfs::{Blow, FaultVfs, FolderDisk, Fuse};
use crate::fixture_server::{Body, Fault, Options, TestGeotrek};
use crate::generator::{Size, Territory};

/// The word before a worker's arguments.
pub const WORKER: &str = "--as-worker";
const REPORTS: usize = 4;
/// Lives after which nobody is killed any more.
const LIVES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(2);
/// The word for a worker that only sends.
const SENDS: &str = "sends";
const REPORT_PATHS: &str = "report";

/// What a worker does: its folder, the server, the operation at which it dies (0 for none), and whether it only sends, again
/// and again, beside another one.
///
/// # Errors
/// Whatever keeps it from its work.
pub fn work(folder: &Path, url: &str, dies_at: u64, only_sends: bool) -> Result<()> {
    let vfs = FaultVfs::register("worker");
    let disk = FolderDisk::default();
    if dies_at > 0 {
        let fuse = Arc::new(Fuse::at(dies_at, Blow::Die));
        vfs.follow(&fuse);
        disk.follow(&fuse, false);
    }
    let storage = Storage { vfs: Some(vfs.name().to_owned()), file_system: Arc::new(disk) };
    // Only the journal's operations are counted: the catalogue has no part in this.
    let directories = Directories::within(folder);
    let companion = Companion::open_with(&directories, storage, Arc::new(jalon::clock::SystemClock))?;
    let journal = companion.journal()?;
    let mut said = std::io::stdout();
    loop {
        if only_sends {
            pass(&companion)?;
            std::thread::sleep(PAUSE);
            continue;
        }
        // What the last lifecycle began and did not queue is queued, as a person would.
        for report in journal.reports()? {
            if report.lifecycle.state == ReportState::Draft {
                journal.queue(&report.id, &Default::default(), AT_MS)?;
                writeln!(said, "{}", report.id)?;
            }
        }
        let number = journal.reports()?.len();
        if number < REPORTS {
            let report = actor::file(journal, url, u32::try_from(number).unwrap_or(0), 1)?;
            writeln!(said, "{}", report.id)?;
        }
        said.flush()?;
        // Where another worker sends, what is left when it has died is ours.
        if pass(&companion)? && number >= REPORTS {
            return Ok(());
        }
    }
}

/// Sends once over what is queued; gives whether nobody else was at it.
fn pass(companion: &Companion) -> Result<bool> {
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

/// How workers die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// At a moment by chance.
    ByChance,
    /// At an operation of this rank, in each lifecycle.
    At(u64),
}

/// So many deaths by chance; `program` runs [`work`] when its first argument is [`WORKER`].
///
/// # Errors
/// When a process cannot be started or a folder not be read.
pub fn run(program: &Path, seed: u64, deaths: u64) -> Result<Figures> {
    let server = TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default());
    let mut figures = Figures::default();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    while figures.rounds < deaths {
        let seed = rng.random();
        saga(program, &server, seed, Death::ByChance, &mut figures)?;
    }
    Ok(figures)
}

/// A death at every operation of a rank from `from` on, `every` so many, until a lifecycle has no operation of that rank.
///
/// # Errors
/// As of [`run`].
pub fn at_each(program: &Path, seed: u64, from: u64, every: u64) -> Result<Figures> {
    let server = TestGeotrek::start(Territory::generate(Size::default(), 1), Options::default());
    let mut figures = Figures::default();
    for rank in (from..).step_by(usize::try_from(every).unwrap_or(1)) {
        let before = figures.rounds;
        saga(program, &server, seed.wrapping_add(rank), Death::At(rank), &mut figures)?;
        if figures.rounds == before {
            break;
        }
    }
    Ok(figures)
}

/// A process at work, and what it has said.
struct Worker {
    process: Child,
    listener: JoinHandle<Vec<String>>,
}

impl Worker {
    fn start(program: &Path, folder: &Path, url: &str, how: &str) -> Result<Self> {
        let mut command = Command::new(program);
        command.arg(WORKER).arg(folder).arg(url).arg(how);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let said = process.stdout.take();
        let listener = std::thread::spawn(move || {
            let lines = said.into_iter().flat_map(|said| BufReader::new(said).lines());
            lines.map_while(std::io::Result::ok).collect()
        });
        Ok(Self { process, listener })
    }

    fn end(mut self, acked: &mut BTreeSet<String>) -> Result<ExitStatus> {
        let status = self.process.wait()?;
        acked.extend(self.listener.join().unwrap_or_default());
        Ok(status)
    }
}

/// One folder from its first report to its last word.
fn saga(program: &Path, server: &TestGeotrek, seed: u64, death: Death, figures: &mut Figures) -> Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let folder = tempfile::tempdir()?;
    server.settle();
    server.forget_reports();
    {
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
            let html = Fault::AfterSaving { status: 201, retry_after: None, body: Body::Html };
            faults.add(html.on(REPORT_PATHS).after(rng.random_range(0..3)).times(1));
        }
    }
    let mut acked = BTreeSet::new();
    for lifecycle in 0..LIVES + 6 {
        let is_spared = lifecycle >= LIVES;
        let dies_at = match death {
            Death::At(rank) if !is_spared => rank,
            _ => 0,
        };
        let mut child = Worker::start(program, folder.path(), server.url(), &dies_at.to_string())?;
        let other = if death == Death::ByChance && !is_spared && rng.random_range(0..3) == 0 {
            Some(Worker::start(program, folder.path(), server.url(), SENDS)?)
        } else {
            None
        };
        if death == Death::ByChance && !is_spared {
            std::thread::sleep(Duration::from_micros(rng.random_range(0..150_000)));
            child.process.kill().ok();
        }
        let status = child.end(&mut acked)?;
        if let Some(mut other) = other {
            std::thread::sleep(Duration::from_micros(rng.random_range(0..60_000)));
            other.process.kill().ok();
            figures.rounds += u64::from(!other.end(&mut acked)?.success());
        }
        if !status.success() {
            if status.code().is_some() {
                figures.wrong(Wrong::Odd, format!("seed {seed}: a worker gave up: {status}"));
            }
            figures.rounds += u64::from(!is_spared);
            dangling(&journal_of(folder.path()), &format!("seed {seed}, {death:?}, lifecycle {lifecycle}"), figures);
            continue;
        }
        if decide(folder.path(), server, &mut rng)? {
            break;
        }
    }
    server.settle();
    classify(folder.path(), server, &acked, &format!("seed {seed}, {death:?}"), figures)
}

fn journal_of(folder: &Path) -> PathBuf {
    Directories::within(folder).journal
}

/// What holds at any moment, before anybody has mended anything: a row names only photos that are there and whole.
fn dangling(directory: &Path, words: &str, figures: &mut Figures) {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let Ok(connection) = rusqlite::Connection::open_with_flags(directory.join(jalon::journal::FILE_NAME), flags) else {
        return;
    };
    let Ok(mut statement) = connection.prepare("SELECT data FROM report") else { return };
    let Ok(rows) = statement.query_map([], |row| row.get::<_, String>(0)) else { return };
    for report in rows.flatten().filter_map(|json| serde_json::from_str::<Report>(&json).ok()) {
        for photo in &report.photos {
            let there = std::fs::read(directory.join("photos").join(photo.file_name()));
            let whole = there.is_ok_and(|bytes| actor::sha256(&bytes) == photo.sha256);
            figures.expect(whole, Wrong::Dangling, || format!("{words}: photo {}", photo.id));
        }
    }
}

/// The person decides about what is in doubt, looking at the office's list; gives whether nothing is left to do.
fn decide(folder: &Path, server: &TestGeotrek, rng: &mut ChaCha8Rng) -> Result<bool> {
    server.settle();
    let companion = Companion::open(&Directories::within(folder))?;
    let stored = server.reports();
    let mut done = true;
    for report in companion.journal()?.reports()? {
        match report.lifecycle.state {
            ReportState::InDoubt { is_abandoned: false } => {
                let arrived = stored.iter().any(|stored| actor::is_of(stored, &report));
                let resolution = match rng.random_range(0..3) {
                    0 if arrived => Resolution::Delivered(None),
                    1 if arrived => Resolution::Abandon,
                    _ => Resolution::Resend,
                };
                done &= resolution != Resolution::Resend;
                companion.resolve_report(&report.id, resolution)?;
            }
            ReportState::Accepted { .. } | ReportState::InDoubt { is_abandoned: true } => {}
            _ => done = false,
        }
    }
    Ok(done)
}

fn classify(
    folder: &Path,
    server: &TestGeotrek,
    acked: &BTreeSet<String>,
    words: &str,
    figures: &mut Figures,
) -> Result<()> {
    let journal = Journal::open(&journal_of(folder), Storage::default())?;
    actor::look_at(&journal, figures);
    let reports = journal.reports()?;
    let stored = server.reports();
    for uuid in acked {
        let there = reports.iter().any(|report| report.id == *uuid);
        figures.expect(there, Wrong::Lost, || format!("{words}: {uuid} was acknowledged and is gone"));
    }
    for report in &reports {
        let copies: Vec<_> = stored.iter().filter(|stored| actor::is_of(stored, report)).collect();
        let unmarked = copies.iter().filter(|copy| !actor::is_marked(copy)).count();
        figures.expect(unmarked <= 1, Wrong::Doubled, || format!("{words}: {unmarked} copies that nothing highlights"));
        let ended = matches!(
            report.lifecycle.state,
            ReportState::Accepted { .. } | ReportState::InDoubt { is_abandoned: true }
        );
        figures.expect(ended, Wrong::Stuck, || format!("{words}: {:?}", report.lifecycle));
        figures.expect(!copies.is_empty() || !ended, Wrong::Lost, || format!("{words}: the server has not got it"));
        for copy in &copies {
            let sent: Vec<&str> = copy.attachments.iter().map(|photo| &photo.sha256[..]).collect();
            let own: Vec<&str> = report.photos.iter().map(|photo| &photo.sha256[..]).collect();
            figures.expect(sent == own, Wrong::Lost, || format!("{words}: a photo did not come along"));
        }
    }
    for copy in &stored {
        let known = reports.iter().any(|report| actor::is_of(copy, report));
        figures.expect(known, Wrong::Lost, || format!("{words}: the server has one that the journal has not"));
    }
    Ok(())
}

/// Runs [`work`] if these arguments ask for it.
pub fn work_if_asked(arguments: &[String]) -> Option<Result<()>> {
    match arguments {
        [_, word, folder, url, dies_at] if word == WORKER => {
            let only_sends = dies_at == SENDS;
            let dies_at = if only_sends { Ok(0) } else { dies_at.parse() };
            let dies_at = dies_at.map_err(|_| Error::invalid("dies_at", "a number"));
            Some(dies_at.and_then(|dies_at| work(Path::new(folder), url, dies_at, only_sends)))
        }
        _ => None,
    }
}
