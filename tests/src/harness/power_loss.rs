//! A power loss, a full disk or a failing disk at each write, sync and rename, of SQLite's files and of the others, counted
//! together. A fixed workload runs on a journal until an operation fails. Each change that was acknowledged by then must be
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
use super::stats::{RunStats, Violation};
use crate::fault_vfs::{FailureMode, FailureTrigger, FaultVfs, PowerLossFileSystem};
use crate::sampling::Sampling;

const URL: &str = "https://park.example/";
const NOW: BootInstant = BootInstant { ms: 1, boot_id: 1 };

/// A sync that is skipped, to check that the harness detects it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkippedSync {
    /// The contents of photos.
    Photos,
    /// The names of photos.
    PhotoNames,
    /// The contents of sidecar files.
    Sidecars,
    /// The names of sidecar files.
    SidecarNames,
    /// The names of the journal's folder and of the folders in it.
    Folders,
    /// SQLite's write-ahead log.
    Log,
    /// All files of SQLite: `synchronous=off`.
    Database,
}

impl SkippedSync {
    /// All of them.
    pub const ALL: [SkippedSync; 7] = [
        SkippedSync::Photos,
        SkippedSync::PhotoNames,
        SkippedSync::Sidecars,
        SkippedSync::SidecarNames,
        SkippedSync::Folders,
        SkippedSync::Log,
        SkippedSync::Database,
    ];
}

/// A folder on a VFS and a file system that can fail.
struct UnreliableDisk {
    root: tempfile::TempDir,
    vfs: FaultVfs,
    file_system: PowerLossFileSystem,
}

impl UnreliableDisk {
    fn new(skipped: Option<SkippedSync>) -> Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let vfs = FaultVfs::register(&format!("unreliable-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
        let disk = Self { root: tempfile::tempdir()?, vfs, file_system: PowerLossFileSystem::default() };
        disk.skip_sync(skipped);
        disk.vfs.track_syncs();
        Ok(disk)
    }

    fn skip_sync(&self, skipped: Option<SkippedSync>) {
        match skipped {
            None => {}
            Some(SkippedSync::Photos) => self.file_system.ignore_syncs("/photos/"),
            Some(SkippedSync::PhotoNames) => self.file_system.ignore_syncs("/photos"),
            Some(SkippedSync::Sidecars) => self.file_system.ignore_syncs("/reports/"),
            Some(SkippedSync::SidecarNames) => self.file_system.ignore_syncs("/reports"),
            Some(SkippedSync::Folders) => {
                let root = self.root.path().to_string_lossy().into_owned();
                self.file_system.ignore_syncs(&root);
                self.file_system.ignore_syncs("/journal");
            }
            Some(SkippedSync::Log) => self.vfs.ignore_syncs("-wal"),
            Some(SkippedSync::Database) => self.vfs.ignore_syncs("journal.gpkg"),
        }
    }

    fn directory(&self) -> PathBuf {
        self.root.path().join("journal")
    }

    fn storage(&self) -> Storage {
        Storage { vfs: Some(self.vfs.name().to_owned()), file_system: Arc::new(self.file_system.clone()) }
    }

    fn set_trigger(&self, trigger: &Arc<FailureTrigger>, reserve_frees_space: bool) {
        self.vfs.set_trigger(trigger);
        self.file_system.set_trigger(trigger, reserve_frees_space);
    }
}

/// The acknowledged state of each report.
#[derive(Default)]
struct Acknowledged {
    reports: BTreeMap<String, Report>,
    /// The report whose change was not acknowledged yet.
    in_progress: Option<String>,
}

impl Acknowledged {
    fn record(&mut self, report: Report) -> Report {
        self.in_progress = None;
        self.reports.insert(report.id.clone(), report.clone());
        report
    }

    fn change(&mut self, id: &str, change: impl FnOnce() -> Result<Report>) -> Result<Report> {
        self.in_progress = Some(id.to_owned());
        change().map(|report| self.record(report))
    }
}

fn completed(status: u16, body: &str) -> Event {
    let reply = Reply { status, body: body.into(), is_complete: true, ..Reply::default() };
    Event::Completed { sent: SendResult::Response { final_chunk_sent: true, reply }, now: NOW, jitter: 0.5 }
}

/// Three reports with photos, edited and sent. Ends at the first error.
fn workload(journal: &Journal, acknowledged: &mut Acknowledged) -> Result<()> {
    for number in 0..3 {
        // A new report that was not acknowledged has no id that can be looked up.
        let report = actor::draft(journal, URL, number)?;
        let report = acknowledged.record(report);
        for index in 0..2 {
            acknowledged.change(&report.id, || {
                journal.attach_encoded(&report.id, &actor::photo(number * 2 + index, 1_500), AT_MS)?;
                journal.report(&report.id)
            })?;
        }
        let queue = || Ok(journal.queue(&report.id, &KnownTerms::default(), AT_MS)?.0);
        acknowledged.change(&report.id, queue)?;
        acknowledged
            .change(&report.id, || journal.edit(&report.id, |content| content.comment.push_str(" !"), AT_MS))?;
        acknowledged.change(&report.id, queue)?;
        let mut events = vec![Event::Start { in_background: false }, Event::FinalChunkSent];
        match number {
            0 => events.push(completed(201, r#"{"id": 5}"#)),
            1 => events.extend([completed(500, ""), Event::Resolve(Resolution::Resend)]),
            _ => {}
        }
        for event in events {
            acknowledged.change(&report.id, || journal.apply_event(&report.id, &event, AT_MS))?;
        }
    }
    Ok(())
}

/// Compares the journal with what was acknowledged. A change in progress may be there or not, unless `exact`.
fn compare(journal: &Journal, acknowledged: &Acknowledged, exact: bool, case: &str, stats: &mut RunStats) {
    for (id, expected) in &acknowledged.reports {
        let found = match journal.report(id) {
            Ok(found) => found,
            Err(error) => {
                stats.record(Violation::Lost, format!("{case}: {error}"));
                continue;
            }
        };
        let is_in_progress = !exact && acknowledged.in_progress.as_ref() == Some(id);
        let is_next = is_in_progress && found.changes == expected.changes + 1;
        stats.expect(&found == expected || is_next, Violation::Lost, || {
            format!(
                "{case}: {} after {} changes, not {} after {}",
                found.lifecycle.state.as_str(),
                found.changes,
                expected.lifecycle.state.as_str(),
                expected.changes
            )
        });
    }
}

/// A storage without failures, whose syncs return at once. Folders are opened on it after a failure.
pub(super) fn reliable_storage() -> Storage {
    static VFS: LazyLock<FaultVfs> = LazyLock::new(|| {
        let vfs = FaultVfs::register("reliable");
        vfs.ignore_syncs("");
        vfs
    });
    Storage { vfs: Some(VFS.name().to_owned()), file_system: Arc::new(PowerLossFileSystem::default()) }
}

fn reopen(directory: &Path, acknowledged: &Acknowledged, exact: bool, case: &str, stats: &mut RunStats) {
    match Journal::open(directory, reliable_storage()) {
        Ok(journal) => {
            stats.expect(journal.recovery().is_none(), Violation::Unexpected, || {
                format!("{case}: the database was damaged")
            });
            compare(&journal, acknowledged, exact, case, stats);
            actor::check_photos(&journal, stats);
        }
        Err(error) => stats.record(Violation::Lost, format!("{case}: the journal cannot be opened: {error}")),
    }
}

/// The number of operations of the workload.
///
/// # Errors
/// Returns an error if the workload fails without a failure of the disk.
pub fn operations() -> Result<u64> {
    let disk = UnreliableDisk::new(None)?;
    let trigger = Arc::new(FailureTrigger::never(FailureMode::PowerLoss));
    disk.set_trigger(&trigger, false);
    workload(&Journal::open(&disk.directory(), disk.storage())?, &mut Acknowledged::default())?;
    Ok(trigger.count())
}

/// The operations of a sample, or all of them.
fn positions(sampling: Sampling, distance: u64, last: u64) -> impl Iterator<Item = u64> {
    let step = usize::try_from(sampling.step(distance)).unwrap_or(usize::MAX);
    (1 + sampling.offset(distance)..=last).step_by(step)
}

/// Cuts the power at one operation. With `then_damaged`, the head of the database is zeroed after that and its log is
/// removed, so that only the sidecar files are left.
///
/// # Errors
/// Returns an error if the folder cannot be made or read.
pub fn cut_power_at(
    operation: u64,
    seed: u64,
    skipped: Option<SkippedSync>,
    then_damaged: bool,
    stats: &mut RunStats,
) -> Result<()> {
    let case = format!("power loss at {operation}, seed {seed}, damaged: {then_damaged}");
    let disk = UnreliableDisk::new(skipped)?;
    disk.set_trigger(&Arc::new(FailureTrigger::at(operation, FailureMode::PowerLoss)), false);
    let mut acknowledged = Acknowledged::default();
    {
        let opened = Journal::open(&disk.directory(), disk.storage());
        let done = opened.and_then(|journal| workload(&journal, &mut acknowledged).map(|()| journal));
        disk.vfs.power_off();
        drop(done);
    }
    disk.vfs.power_on(seed)?;
    disk.file_system.power_on(seed)?;
    stats.rounds += 1;
    let directory = disk.directory();
    let database = directory.join(jalon::journal::FILE_NAME);
    if !then_damaged {
        reopen(&directory, &acknowledged, false, &case, stats);
    } else if !acknowledged.reports.is_empty() {
        let Ok(mut bytes) = std::fs::read(&database) else {
            stats.record(Violation::Lost, format!("{case}: there is no database"));
            return Ok(());
        };
        let head = bytes.len().min(4_096);
        bytes[..head].fill(0);
        std::fs::write(&database, bytes)?;
        // The log could repair the database.
        std::fs::remove_file(directory.join(format!("{}-wal", jalon::journal::FILE_NAME))).ok();
        let journal = Journal::open(&directory, reliable_storage())?;
        stats.expect(journal.recovery().is_some(), Violation::Unexpected, || {
            format!("{case}: the damage was not detected")
        });
        for (id, expected) in &acknowledged.reports {
            let found = journal.report(id).ok();
            let is_current = found.as_ref().is_some_and(|found| found.changes >= expected.changes);
            stats.expect(is_current, Violation::Lost, || format!("{case}: a report is outdated or missing"));
        }
        actor::check_photos(&journal, stats);
    }
    Ok(())
}

/// Cuts the power at the operations of a sample, `times` times each. With a skipped sync it ends at the first violation.
///
/// # Errors
/// Returns an error if a folder cannot be made or read.
pub fn cut_power(
    sampling: Sampling,
    distance: u64,
    times: u64,
    skipped: Option<SkippedSync>,
    then_damaged: bool,
) -> Result<RunStats> {
    let mut stats = RunStats::default();
    for operation in positions(sampling, distance, operations()? + 1) {
        for time in 0..times {
            let seed = sampling.seed().wrapping_add(operation * 1_000 + time);
            cut_power_at(operation, seed, skipped, then_damaged, &mut stats)?;
        }
        if skipped.is_some() && !stats.is_clean() {
            break;
        }
    }
    Ok(stats)
}

/// The disk is full, or fails, at the operations of a sample: the caller gets the right error, and the acknowledged changes
/// are there.
///
/// # Errors
/// Returns an error if a folder cannot be made.
pub fn fail_disk(sampling: Sampling, mode: FailureMode, reserve_frees_space: bool, distance: u64) -> Result<RunStats> {
    let mut stats = RunStats::default();
    for operation in positions(sampling, distance, operations()?) {
        let case = format!("{mode:?} at {operation}, the reserve frees space: {reserve_frees_space}");
        let disk = UnreliableDisk::new(None)?;
        disk.set_trigger(&Arc::new(FailureTrigger::at(operation, mode)), reserve_frees_space);
        let mut acknowledged = Acknowledged::default();
        let mut returned = None;
        match Journal::open(&disk.directory(), disk.storage()) {
            Err(error) => returned = Some(error),
            Ok(journal) => {
                if let Err(error) = workload(&journal, &mut acknowledged) {
                    returned = Some(error);
                    compare(&journal, &acknowledged, true, &case, &mut stats);
                }
            }
        }
        let is_right = match (&returned, mode) {
            (Some(error), FailureMode::DiskFull) => *error == Error::StorageFull,
            (Some(Error::Internal { .. }), _) => true,
            (Some(_), _) => false,
            (None, _) => true,
        };
        stats.expect(is_right, Violation::Unexpected, || format!("{case}: the error is {returned:?}"));
        stats.rounds += 1;
        // On a failing disk a change may remain that could not be rolled back. A full disk lets names be removed.
        reopen(&disk.directory(), &acknowledged, mode == FailureMode::DiskFull, &case, &mut stats);
    }
    Ok(stats)
}

/// The response of the server is recorded on a full disk whose only space is the reserve. Without a reserve this fails.
///
/// # Errors
/// Returns an error if a folder cannot be made.
pub fn accept_on_full_disk(with_reserve: bool) -> Result<RunStats> {
    let mut stats = RunStats::default();
    let disk = UnreliableDisk::new(None)?;
    let journal = Journal::open(&disk.directory(), disk.storage())?;
    let report = actor::queue_report(&journal, URL, 1, 1)?;
    journal.apply_event(&report.id, &Event::Start { in_background: false }, AT_MS)?;
    journal.apply_event(&report.id, &Event::FinalChunkSent, AT_MS)?;
    disk.set_trigger(&Arc::new(FailureTrigger::at(1, FailureMode::DiskFull)), with_reserve);
    let step = journal.apply_event(&report.id, &completed(201, r#"{"id": 5}"#), AT_MS);
    let is_accepted = step.as_ref().is_ok_and(|report| matches!(report.lifecycle.state, ReportState::Accepted { .. }));
    stats.expect(is_accepted, Violation::Lost, || format!("the acceptance: {step:?}"));
    stats.rounds += 1;
    Ok(stats)
}
