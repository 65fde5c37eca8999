//! Damages each page of the journal's database and of its write-ahead log: the readable reports are recovered, the damaged
//! files are kept byte for byte, and nothing panics.

use std::path::{Path, PathBuf};

use jalon::Result;
use jalon::journal::{FILE_NAME, Journal, Report};
use jalon::report::{Event, KnownTerms};
use jalon::storage::Storage;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::actor::{self, AT_MS};
use super::power_loss;
use super::stats::{RunStats, Violation};
use crate::fixture::copy_folder;

const PAGE_BYTES: usize = 4_096;
const REPORTS: u32 = 6;

/// A kind of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The page is filled with zeros.
    ZeroPage,
    /// One bit of the page is flipped.
    FlipBit,
    /// The file is truncated at the start of the page.
    Truncate,
}

impl Damage {
    /// All kinds.
    pub const ALL: [Damage; 3] = [Damage::ZeroPage, Damage::FlipBit, Damage::Truncate];

    fn apply(self, bytes: &mut Vec<u8>, page: usize, rng: &mut ChaCha8Rng) {
        let (from, to) = (page * PAGE_BYTES, ((page + 1) * PAGE_BYTES).min(bytes.len()));
        match self {
            Damage::ZeroPage => bytes[from..to].fill(0),
            Damage::FlipBit => bytes[rng.random_range(from..to)] ^= 1 << rng.random_range(0..8),
            Damage::Truncate => bytes.truncate(from),
        }
    }
}

/// The folder of a journal whose process was killed, with rows in its log, and the reports in it.
struct KilledJournal {
    folder: tempfile::TempDir,
    reports: Vec<Report>,
}

fn killed_journal() -> Result<KilledJournal> {
    let (open, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let url = "https://park.example/";
    {
        // These are in the database itself.
        let journal = Journal::open(open.path(), Storage::default())?;
        for number in 0..REPORTS / 2 {
            actor::queue_report(&journal, url, number, 1)?;
        }
    }
    let journal = Journal::open(open.path(), Storage::default())?;
    for number in REPORTS / 2..REPORTS {
        actor::queue_report(&journal, url, number, 1)?;
    }
    let draft = actor::draft(&journal, url, REPORTS)?;
    journal.attach_encoded(&draft.id, &actor::photo(99, 300), AT_MS)?;
    let reports = journal.reports()?;
    journal.edit(&reports[0].id, |content| content.comment.push_str(" (vu)"), AT_MS)?;
    journal.queue(&reports[0].id, &KnownTerms::default(), AT_MS)?;
    journal.apply_event(&reports[1].id, &Event::Start { in_background: false }, AT_MS)?;
    let reports = journal.reports()?;
    copy_folder(open.path(), folder.path())?;
    Ok(KilledJournal { folder, reports })
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

/// Damages every page in every way, one at a time. Without the sidecar files only the rows of the database can be recovered,
/// and [`RunStats::recovered`] counts them.
///
/// # Errors
/// Returns an error if a folder cannot be made or read.
pub fn run(seed: u64, with_sidecars: bool) -> Result<RunStats> {
    let mut stats = RunStats::default();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let killed = killed_journal()?;
    for suffix in ["", "-wal"] {
        let pages =
            std::fs::read(with_suffix(&killed.folder.path().join(FILE_NAME), suffix))?.len().div_ceil(PAGE_BYTES);
        for page in 0..pages {
            for damage in Damage::ALL {
                let case = format!("journal.gpkg{suffix}, page {page}, {damage:?}, sidecars: {with_sidecars}");
                let folder = tempfile::tempdir()?;
                copy_folder(killed.folder.path(), folder.path())?;
                if !with_sidecars {
                    std::fs::remove_dir_all(folder.path().join("reports"))?;
                    std::fs::create_dir(folder.path().join("reports"))?;
                }
                let path = folder.path().join(FILE_NAME);
                let mut bytes = std::fs::read(with_suffix(&path, suffix))?;
                damage.apply(&mut bytes, page, &mut rng);
                std::fs::write(with_suffix(&path, suffix), &bytes)?;
                let damaged = [std::fs::read(&path)?, std::fs::read(with_suffix(&path, "-wal"))?];
                let opened = std::panic::catch_unwind(|| Journal::open(folder.path(), power_loss::reliable_storage()));
                stats.rounds += 1;
                match opened {
                    Ok(Ok(journal)) => {
                        compare(&journal, &killed.reports, &damaged, with_sidecars, &case, &mut stats);
                    }
                    Ok(Err(error)) => stats.record(Violation::Lost, format!("{case}: {error}")),
                    Err(_) => stats.record(Violation::Unexpected, format!("{case}: a panic")),
                }
            }
        }
    }
    Ok(stats)
}

fn compare(
    journal: &Journal,
    reports: &[Report],
    damaged: &[Vec<u8>; 2],
    with_sidecars: bool,
    case: &str,
    stats: &mut RunStats,
) {
    for report in reports {
        stats.recovered.1 += 1;
        let found = journal.report(&report.id).ok();
        // A report that was being sent is in doubt after damage.
        let is_same = found.as_ref().is_some_and(|found| {
            (&found.content, &found.photos) == (&report.content, &report.photos)
                && (found.lifecycle.state == report.lifecycle.state || report.lifecycle.state.as_str() == "sending")
        });
        stats.recovered.0 += u64::from(is_same);
        if with_sidecars {
            stats.expect(is_same, Violation::Lost, || format!("{case}: a report has changed: {found:?}"));
        }
        if with_sidecars || is_same {
            let is_complete =
                |photo| std::fs::read(journal.photo_path(photo)).is_ok_and(|b| actor::sha256(&b) == photo.sha256);
            stats.expect(report.photos.iter().all(is_complete), Violation::DanglingPhoto, || {
                format!("{case}: a photo is missing")
            });
        }
    }
    if let Some(recovery) = journal.recovery().filter(|recovery| recovery.quarantined_path.exists()) {
        let path = &recovery.quarantined_path;
        let kept = [std::fs::read(path), std::fs::read(with_suffix(path, "-wal"))];
        for (kept, damaged) in kept.into_iter().zip(damaged) {
            let is_same = kept.map_or(damaged.is_empty(), |kept| kept == *damaged);
            stats.expect(is_same, Violation::Unexpected, || format!("{case}: the damaged file has changed"));
        }
        // Photos of reports that could not be read are moved beside the damaged file.
        let photos = |folder: PathBuf| std::fs::read_dir(folder).map_or(0, |files| files.count());
        let all = photos(journal.directory().join("photos")) + photos(path.with_extension("photos"));
        stats.expect(all == reports.len(), Violation::Lost, || format!("{case}: {all} photos remain"));
    }
}
