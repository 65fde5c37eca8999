//! Whether the harness detects a defect: each step of a driver and each sync is left out in turn. A mutant that no run
//! detects means that what it leaves out is not shown to matter.

use jalon::Result;

use super::corruption;
use super::power_loss::{self, SkippedSync};
use super::simulation::{self, DriverBug};
use crate::sampling::Sampling;

/// A mutant, and whether it was detected.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// What is left out.
    pub name: String,
    /// The first violation; `None` if the mutant was not detected.
    pub detected_by: Option<String>,
}

impl Mutant {
    /// Whether a run detected it.
    pub fn is_detected(&self) -> bool {
        self.detected_by.is_some()
    }
}

/// Runs each mutant until it is detected, at most `histories` histories or all operations of the sample.
///
/// # Errors
/// Returns an error if a folder cannot be made or read.
pub fn run(sampling: Sampling, histories: u64, distance: u64) -> Result<Vec<Mutant>> {
    let seed = sampling.seed();
    let mut mutants = Vec::new();
    for bug in DriverBug::ALL {
        let stats = simulation::run(seed, histories, Some(bug));
        mutants.push(Mutant { name: format!("driver: {bug:?}"), detected_by: stats.messages.first().cloned() });
    }
    for skipped in SkippedSync::ALL {
        let detected_by = detect(sampling, distance, skipped)?;
        mutants.push(Mutant { name: format!("disk: no sync of {skipped:?}"), detected_by });
    }
    let detected_by = power_loss::accept_on_full_disk(false)?.messages.into_iter().next();
    mutants.push(Mutant { name: "journal: no reserve".to_owned(), detected_by });
    let (recovered, damaged) = corruption::run(seed, false)?.recovered;
    let detected_by = (recovered < damaged).then(|| format!("{recovered} of {damaged} rows are recovered"));
    mutants.push(Mutant { name: "journal: no sidecar files".to_owned(), detected_by });
    Ok(mutants)
}

fn detect(sampling: Sampling, distance: u64, skipped: SkippedSync) -> Result<Option<String>> {
    // Sidecar files matter only if the database is lost.
    for then_damaged in [false, true] {
        let stats = power_loss::cut_power(sampling, distance, 2, Some(skipped), then_damaged)?;
        if let Some(message) = stats.messages.into_iter().next() {
            return Ok(Some(message));
        }
    }
    Ok(None)
}
