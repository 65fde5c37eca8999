//! Whether the harness notices when a step is left out: each sync and each step that is written down, by its name. A mutant
//! that nothing catches says that what it leaves out is not shown to matter.

use jalon::Result;

use super::corruption;
use super::power_loss::{self, Unsynced};
use super::simulation::{self, Slip};

/// A mutant, and what became of it.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// What is left out.
    pub name: String,
    /// Whether it was caught.
    pub caught: bool,
    /// How, in the words of the first that was wrong.
    pub how: Option<String>,
}

/// Tries them all, each until it is caught, or so often.
///
/// # Errors
/// When a folder cannot be made or read.
pub fn run(seed: u64, histories: u64, every: u64) -> Result<Vec<Mutant>> {
    let mut mutants = Vec::new();
    for slip in Slip::ALL {
        let figures = simulation::run(seed, histories, Some(slip));
        let how = figures.words.first().cloned();
        mutants.push(Mutant { name: format!("driver: {slip:?}"), caught: !figures.is_clean(), how });
    }
    for unsynced in Unsynced::ALL {
        let how = caught(seed, every, unsynced)?;
        mutants.push(Mutant { name: format!("disk: no sync of {unsynced:?}"), caught: how.is_some(), how });
    }
    let how = power_loss::accepted_on_a_full_disk(false)?.words.into_iter().next();
    mutants.push(Mutant { name: "journal: no reserve".to_owned(), caught: how.is_some(), how });
    let (saved, of) = corruption::run(seed, false)?.rows;
    let how = (saved < of).then(|| format!("{saved} of {of} rows are saved"));
    mutants.push(Mutant { name: "journal: no copies".to_owned(), caught: how.is_some(), how });
    Ok(mutants)
}

fn caught(seed: u64, every: u64, unsynced: Unsynced) -> Result<Option<String>> {
    // Copies matter only on the day when the database is gone.
    for then_damaged in [false, true] {
        let figures = power_loss::off(seed, every, 2, Some(unsynced), then_damaged)?;
        if let Some(words) = figures.words.into_iter().next() {
            return Ok(Some(words));
        }
    }
    Ok(None)
}
