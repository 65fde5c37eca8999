//! Each page of the file and of its log is zeroed, flipped, or cut off: what can be read is saved, what was damaged is kept
//! byte for byte, and nobody panics.

use std::path::{Path, PathBuf};

use jalon::Result;
use jalon::journal::{FILE_NAME, Journal, Report};
use jalon::report::{Event, KnownTerms};
use jalon::storage::Storage;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::actor::{self, AT_MS};
use super::figures::{Figures, Wrong};
use super::power_loss;

const PAGE: usize = 4_096;
const REPORTS: u32 = 6;

/// How a page rots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rot {
    /// It is all zeros.
    Zeroed,
    /// One bit of it is another.
    Flipped,
    /// It and what comes after it are gone.
    CutOff,
}

impl Rot {
    /// All of them.
    pub const ALL: [Rot; 3] = [Rot::Zeroed, Rot::Flipped, Rot::CutOff];

    fn spoil(self, bytes: &mut Vec<u8>, page: usize, rng: &mut ChaCha8Rng) {
        let (from, to) = (page * PAGE, ((page + 1) * PAGE).min(bytes.len()));
        match self {
            Rot::Zeroed => bytes[from..to].fill(0),
            Rot::Flipped => bytes[rng.random_range(from..to)] ^= 1 << rng.random_range(0..8),
            Rot::CutOff => bytes.truncate(from),
        }
    }
}

/// A journal as a process that was killed leaves it: with rows in its log.
struct Left {
    folder: tempfile::TempDir,
    reports: Vec<Report>,
}

fn left() -> Result<Left> {
    let (living, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let url = "https://park.example/";
    {
        // These are in the file itself.
        let journal = Journal::open(living.path(), Storage::default())?;
        for number in 0..REPORTS / 2 {
            actor::file(&journal, url, number, 1)?;
        }
    }
    let journal = Journal::open(living.path(), Storage::default())?;
    for number in REPORTS / 2..REPORTS {
        actor::file(&journal, url, number, 1)?;
    }
    let draft = actor::begin(&journal, url, REPORTS)?;
    journal.attach_encoded(&draft.id, &actor::photo(99, 300), AT_MS)?;
    let reports = journal.reports()?;
    journal.edit(&reports[0].id, |content| content.comment.push_str(" (vu)"), AT_MS)?;
    journal.queue(&reports[0].id, &KnownTerms::default(), AT_MS)?;
    journal.apply_event(&reports[1].id, &Event::Start { in_background: false }, AT_MS)?;
    let reports = journal.reports()?;
    copy(living.path(), folder.path())?;
    Ok(Left { folder, reports })
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn with(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", path.display()))
}

/// Spoils every page in every way, one at a time. `with_copies` says whether the reports' copies are there: without them only
/// the rows can be saved, and how many are is counted.
///
/// # Errors
/// When a folder cannot be made or read.
pub fn run(seed: u64, with_copies: bool) -> Result<Figures> {
    let mut figures = Figures::default();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let left = left()?;
    for ending in ["", "-wal"] {
        let pages = std::fs::read(with(&left.folder.path().join(FILE_NAME), ending))?.len().div_ceil(PAGE);
        for page in 0..pages {
            for corruption in Rot::ALL {
                let words = format!("journal.gpkg{ending}, page {page}, {corruption:?}, copies: {with_copies}");
                let folder = tempfile::tempdir()?;
                copy(left.folder.path(), folder.path())?;
                if !with_copies {
                    std::fs::remove_dir_all(folder.path().join("reports"))?;
                    std::fs::create_dir(folder.path().join("reports"))?;
                }
                let path = folder.path().join(FILE_NAME);
                let mut bytes = std::fs::read(with(&path, ending))?;
                corruption.spoil(&mut bytes, page, &mut rng);
                std::fs::write(with(&path, ending), &bytes)?;
                let before = [std::fs::read(&path)?, std::fs::read(with(&path, "-wal"))?];
                let opened = std::panic::catch_unwind(|| Journal::open(folder.path(), power_loss::mended()));
                figures.rounds += 1;
                match opened {
                    Ok(Ok(journal)) => compare(&journal, &left.reports, &before, with_copies, &words, &mut figures),
                    Ok(Err(error)) => figures.wrong(Wrong::Lost, format!("{words}: {error}")),
                    Err(_) => figures.wrong(Wrong::Odd, format!("{words}: a panic")),
                }
            }
        }
    }
    Ok(figures)
}

fn compare(
    journal: &Journal,
    reports: &[Report],
    before: &[Vec<u8>; 2],
    with_copies: bool,
    words: &str,
    figures: &mut Figures,
) {
    for report in reports {
        figures.rows.1 += 1;
        let there = journal.report(&report.id).ok();
        // What was under way is in doubt after damage.
        let same = there.as_ref().is_some_and(|there| {
            (&there.content, &there.photos) == (&report.content, &report.photos)
                && (there.lifecycle.state == report.lifecycle.state || report.lifecycle.state.as_str() == "sending")
        });
        figures.rows.0 += u64::from(same);
        if with_copies {
            figures.expect(same, Wrong::Lost, || format!("{words}: a report is not what it was: {there:?}"));
        }
        if with_copies || same {
            let whole =
                |photo| std::fs::read(journal.photo_path(photo)).is_ok_and(|b| actor::sha256(&b) == photo.sha256);
            figures.expect(report.photos.iter().all(whole), Wrong::Dangling, || format!("{words}: a photo is gone"));
        }
    }
    if let Some(salvaged) = journal.recovery().filter(|salvaged| salvaged.quarantined_path.exists()) {
        let kept = [std::fs::read(&salvaged.quarantined_path), std::fs::read(with(&salvaged.quarantined_path, "-wal"))];
        for (kept, before) in kept.into_iter().zip(before) {
            let same = kept.map_or(before.is_empty(), |kept| kept == *before);
            figures.expect(same, Wrong::Odd, || format!("{words}: the damaged file is not what it was"));
        }
        // Photos of reports that could not be read lie beside it.
        let photos = |folder: PathBuf| std::fs::read_dir(folder).map_or(0, |files| files.count());
        let all =
            photos(journal.directory().join("photos")) + photos(salvaged.quarantined_path.with_extension("photos"));
        figures.expect(all == reports.len(), Wrong::Lost, || format!("{words}: {all} photos are left"));
    }
}
