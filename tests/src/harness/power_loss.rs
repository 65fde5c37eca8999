//! The power goes, the disk is full, or it refuses, at each write, each sync and each new name: of SQLite's files and of
//! the others, counted as one. A day's work on a journal runs until something fails; what was acknowledged by then must be
//! there when the folder is opened again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use jalon::journal::{Journal, Report};
use jalon::report::{Event, KnownTerms, Reply, ReportState, Resolution, SendResult};
use jalon::storage::Storage;
use jalon::transfer::BootInstant;
use jalon::{Error, Result};

use super::actor::{self, AT_MS};
use super::figures::{Figures, Wrong};
use crate::fault_vfs::{Blow, FaultVfs, FolderDisk, Fuse};

const URL: &str = "https://park.example/";
const NOW: BootInstant = BootInstant { ms: 1, boot_id: 1 };

/// A sync that is left out, to see whether that is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsynced {
    /// Photos' bytes.
    Photos,
    /// Photos' names.
    PhotoNames,
    /// The bytes of reports' copies.
    Copies,
    /// The names of reports' copies.
    CopyNames,
    /// The name of the journal's folder, and of those in it.
    Folders,
    /// SQLite's log.
    Log,
    /// All of SQLite's files: `synchronous=off`.
    Database,
}

impl Unsynced {
    /// All of them.
    pub const ALL: [Unsynced; 7] = [
        Unsynced::Photos,
        Unsynced::PhotoNames,
        Unsynced::Copies,
        Unsynced::CopyNames,
        Unsynced::Folders,
        Unsynced::Log,
        Unsynced::Database,
    ];
}

/// What fails below a journal, and the folder that it is in.
struct Ground {
    root: tempfile::TempDir,
    vfs: FaultVfs,
    folder: FolderDisk,
}

impl Ground {
    fn new(unsynced: Option<Unsynced>) -> Result<Self> {
        static RANK: AtomicU64 = AtomicU64::new(0);
        let vfs = FaultVfs::register(&format!("ground-{}", RANK.fetch_add(1, Ordering::Relaxed)));
        let ground = Self { root: tempfile::tempdir()?, vfs, folder: FolderDisk::default() };
        ground.leave_out(unsynced);
        ground.vfs.remember();
        Ok(ground)
    }

    fn leave_out(&self, unsynced: Option<Unsynced>) {
        match unsynced {
            None => {}
            Some(Unsynced::Photos) => self.folder.pretend_to_sync("/photos/"),
            Some(Unsynced::PhotoNames) => self.folder.pretend_to_sync("/photos"),
            Some(Unsynced::Copies) => self.folder.pretend_to_sync("/reports/"),
            Some(Unsynced::CopyNames) => self.folder.pretend_to_sync("/reports"),
            Some(Unsynced::Folders) => {
                let root = self.root.path().to_string_lossy().into_owned();
                self.folder.pretend_to_sync(&root);
                self.folder.pretend_to_sync("/journal");
            }
            Some(Unsynced::Log) => self.vfs.pretend_to_sync("-wal"),
            Some(Unsynced::Database) => self.vfs.pretend_to_sync("journal.gpkg"),
        }
    }

    fn directory(&self) -> PathBuf {
        self.root.path().join("journal")
    }

    fn storage(&self) -> Storage {
        Storage { vfs: Some(self.vfs.name().to_owned()), file_system: Arc::new(self.folder.clone()) }
    }

    fn light(&self, fuse: &Arc<Fuse>, reserve_is_room: bool) {
        self.vfs.follow(fuse);
        self.folder.follow(fuse, reserve_is_room);
    }
}

/// What was acknowledged so far.
#[derive(Default)]
struct Ledger {
    acked: BTreeMap<String, Report>,
    /// The report whose change is under way.
    under_way: Option<String>,
}

impl Ledger {
    fn took(&mut self, report: Report) -> Report {
        self.under_way = None;
        self.acked.insert(report.id.clone(), report.clone());
        report
    }

    fn change(&mut self, uuid: &str, change: impl FnOnce() -> Result<Report>) -> Result<Report> {
        self.under_way = Some(uuid.to_owned());
        change().map(|report| self.took(report))
    }
}

fn answered(status: u16, body: &str) -> Event {
    let reply = Reply { status, body: body.into(), is_complete: true, retry_after_ms: None };
    Event::Completed { sent: SendResult::Response { final_chunk_sent: true, reply }, now: NOW, jitter: 0.5 }
}

/// A day's work; ends at the first error.
fn day(journal: &Journal, ledger: &mut Ledger) -> Result<()> {
    for number in 0..3 {
        // One that is not acknowledged yet has no name that anybody knows.
        let report = actor::begin(journal, URL, number)?;
        let report = ledger.took(report);
        for rank in 0..2 {
            ledger.change(&report.id, || {
                journal.attach_encoded(&report.id, &actor::photo(number * 2 + rank, 1_500), AT_MS)?;
                journal.report(&report.id)
            })?;
        }
        ledger.change(&report.id, || Ok(journal.queue(&report.id, &KnownTerms::default(), AT_MS)?.0))?;
        ledger.change(&report.id, || journal.edit(&report.id, |content| content.comment.push_str(" !"), AT_MS))?;
        ledger.change(&report.id, || Ok(journal.queue(&report.id, &KnownTerms::default(), AT_MS)?.0))?;
        let mut steps = vec![Event::Start { in_background: false }, Event::FinalChunkSent];
        match number {
            0 => steps.push(answered(201, r#"{"id": 5}"#)),
            1 => steps.extend([answered(500, ""), Event::Resolve(Resolution::Resend)]),
            _ => {}
        }
        for step in steps {
            ledger.change(&report.id, || journal.apply_event(&report.id, &step, AT_MS))?;
        }
    }
    Ok(())
}

/// Compares what is there with what was acknowledged. A change that was under way may be there, and may not, unless
/// `exact`.
fn compare(journal: &Journal, ledger: &Ledger, exact: bool, words: &str, figures: &mut Figures) {
    for (uuid, acked) in &ledger.acked {
        let there = match journal.report(uuid) {
            Ok(there) => there,
            Err(error) => {
                figures.wrong(Wrong::Lost, format!("{words}: {error}"));
                continue;
            }
        };
        let is_under_way = !exact && ledger.under_way.as_ref() == Some(uuid);
        let is_next = is_under_way && there.changes == acked.changes + 1;
        figures.expect(&there == acked || is_next, Wrong::Lost, || {
            format!(
                "{words}: {} after {} changes, not {} after {}",
                there.lifecycle.state.as_str(),
                there.changes,
                acked.lifecycle.state.as_str(),
                acked.changes
            )
        });
    }
}

/// What a folder is opened on after the misfortune: the disk works, and nobody waits for it.
pub(super) fn mended() -> Storage {
    static MENDED: LazyLock<FaultVfs> = LazyLock::new(|| {
        let disk = FaultVfs::register("mended");
        disk.pretend_to_sync("");
        disk
    });
    Storage { vfs: Some(MENDED.name().to_owned()), file_system: Arc::new(FolderDisk::default()) }
}

fn reopen(directory: &Path, ledger: &Ledger, exact: bool, words: &str, figures: &mut Figures) {
    match Journal::open(directory, mended()) {
        Ok(journal) => {
            figures.expect(journal.recovery().is_none(), Wrong::Odd, || format!("{words}: the file was damaged"));
            compare(&journal, ledger, exact, words, figures);
            actor::look_at(&journal, figures);
        }
        Err(error) => figures.wrong(Wrong::Lost, format!("{words}: it cannot be opened: {error}")),
    }
}

/// How many operations a day has.
///
/// # Errors
/// When even an undisturbed day fails.
pub fn operations() -> Result<u64> {
    let ground = Ground::new(None)?;
    let fuse = Arc::new(Fuse::counting(Blow::Off));
    ground.light(&fuse, false);
    day(&Journal::open(&ground.directory(), ground.storage())?, &mut Ledger::default())?;
    Ok(fuse.seen())
}

/// The power goes at an operation, and comes back. `then_damaged` zeroes the head of the database after that, and removes its
/// log, so that only the copies are left.
///
/// # Errors
/// When the folder cannot be made or read.
pub fn off_at(
    rank: u64,
    seed: u64,
    unsynced: Option<Unsynced>,
    then_damaged: bool,
    figures: &mut Figures,
) -> Result<()> {
    let words = format!("power off at {rank}, seed {seed}, damaged: {then_damaged}");
    let ground = Ground::new(unsynced)?;
    ground.light(&Arc::new(Fuse::at(rank, Blow::Off)), false);
    let mut ledger = Ledger::default();
    {
        let opened = Journal::open(&ground.directory(), ground.storage());
        let worked = opened.and_then(|journal| day(&journal, &mut ledger).map(|()| journal));
        ground.vfs.power_off();
        drop(worked);
    }
    ground.vfs.power_on(seed)?;
    ground.folder.power_on(seed)?;
    figures.rounds += 1;
    let directory = ground.directory();
    let database = directory.join(jalon::journal::FILE_NAME);
    if !then_damaged {
        reopen(&directory, &ledger, false, &words, figures);
    } else if !ledger.acked.is_empty() {
        let Ok(mut bytes) = std::fs::read(&database) else {
            figures.wrong(Wrong::Lost, format!("{words}: there is no database"));
            return Ok(());
        };
        let head = bytes.len().min(4_096);
        bytes[..head].fill(0);
        std::fs::write(&database, bytes)?;
        // The log could mend it.
        std::fs::remove_file(directory.join(format!("{}-wal", jalon::journal::FILE_NAME))).ok();
        let journal = Journal::open(&directory, mended())?;
        figures.expect(journal.recovery().is_some(), Wrong::Odd, || format!("{words}: nobody noticed the damage"));
        for (uuid, acked) in &ledger.acked {
            let there = journal.report(uuid).ok();
            let no_older = there.as_ref().is_some_and(|there| there.changes >= acked.changes);
            figures.expect(no_older, Wrong::Lost, || format!("{words}: a report is older than it was, or gone"));
        }
        actor::look_at(&journal, figures);
    }
    Ok(())
}

/// The power goes at every so-manyth operation of a day, so many times each. With a sync left out it ends as soon as that is
/// noticed.
///
/// # Errors
/// When a folder cannot be made or read.
pub fn off(seed: u64, every: u64, times: u64, unsynced: Option<Unsynced>, then_damaged: bool) -> Result<Figures> {
    let mut figures = Figures::default();
    for rank in (1..=operations()? + 1).step_by(usize::try_from(every).unwrap_or(1)) {
        for time in 0..times {
            off_at(rank, seed.wrapping_add(rank * 1_000 + time), unsynced, then_damaged, &mut figures)?;
        }
        if unsynced.is_some() && !figures.is_clean() {
            break;
        }
    }
    Ok(figures)
}

/// The disk is full, or refuses, from an operation of a day on, or only there: whoever asked is told, and what was there
/// before is there.
///
/// # Errors
/// When a folder cannot be made.
pub fn refused(blow: Blow, reserve_is_room: bool, every: u64) -> Result<Figures> {
    let mut figures = Figures::default();
    for rank in (1..=operations()?).step_by(usize::try_from(every).unwrap_or(1)) {
        let words = format!("{blow:?} at {rank}, room in the reserve: {reserve_is_room}");
        let ground = Ground::new(None)?;
        let fuse = Arc::new(Fuse::at(rank, blow));
        ground.light(&fuse, reserve_is_room);
        let mut ledger = Ledger::default();
        let mut told = None;
        match Journal::open(&ground.directory(), ground.storage()) {
            Err(error) => told = Some(error),
            Ok(journal) => {
                if let Err(error) = day(&journal, &mut ledger) {
                    told = Some(error);
                    compare(&journal, &ledger, true, &words, &mut figures);
                }
            }
        }
        let right = match (&told, blow) {
            (Some(error), Blow::Full) => *error == Error::StorageFull,
            (Some(Error::Internal { .. }), _) => true,
            (Some(_), _) => false,
            (None, _) => true,
        };
        figures.expect(right, Wrong::Odd, || format!("{words}: the error is {told:?}"));
        figures.rounds += 1;
        // What could not be undone on a disk that refuses may be there; a full disk lets names be removed.
        reopen(&ground.directory(), &ledger, blow == Blow::Full, &words, &mut figures);
    }
    Ok(figures)
}

/// On a full disk whose only room is the reserve, what the server answered can still be written down; without one
/// it cannot.
///
/// # Errors
/// When a folder cannot be made.
pub fn accepted_on_a_full_disk(with_reserve: bool) -> Result<Figures> {
    let mut figures = Figures::default();
    let ground = Ground::new(None)?;
    let journal = Journal::open(&ground.directory(), ground.storage())?;
    let report = actor::file(&journal, URL, 1, 1)?;
    journal.apply_event(&report.id, &Event::Start { in_background: false }, AT_MS)?;
    journal.apply_event(&report.id, &Event::FinalChunkSent, AT_MS)?;
    ground.light(&Arc::new(Fuse::at(1, Blow::Full)), with_reserve);
    let taken = journal.apply_event(&report.id, &answered(201, r#"{"id": 5}"#), AT_MS);
    let accepted = taken.as_ref().is_ok_and(|report| matches!(report.lifecycle.state, ReportState::Accepted { .. }));
    figures.expect(accepted, Wrong::Lost, || format!("the acceptance: {taken:?}"));
    figures.rounds += 1;
    Ok(figures)
}
