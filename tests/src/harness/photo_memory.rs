//! The process that attaches a photo to a report, so that its peak of memory can be measured.

use std::path::Path;

use jalon::Result;
use jalon::journal::{Journal, PhotoOptions};
use jalon::storage::Storage;

use super::actor::{self, AT_MS};

/// The subcommand of the harness that runs [`work`].
pub const SUBCOMMAND: &str = "attach-photo";

/// Attaches the photo in `file` to a new report of a journal in `folder`. Prints the peak of the resident memory of this
/// process in kilobytes (Linux only).
///
/// # Errors
/// Any error of the journal or of the files.
pub fn work(folder: &Path, file: &Path) -> Result<()> {
    let journal = Journal::open(folder, Storage::default())?;
    let report = actor::draft(&journal, "https://park.example/", 1)?;
    journal.attach(&report.id, &std::fs::read(file)?, &PhotoOptions::default(), AT_MS)?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    println!("{}", peak.trim().trim_end_matches(" kB"));
    Ok(())
}
