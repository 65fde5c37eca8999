//! Counts the rounds and the violations of a run, and prints them as a table.

/// The longest list of messages.
const MAX_MESSAGES: usize = 5;

/// A guarantee that did not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// An acknowledged change is missing or different.
    Lost,
    /// The server has one copy too many, and it is not marked as a possible duplicate.
    Duplicated,
    /// A report refers to a photo that is missing or incomplete.
    DanglingPhoto,
    /// A photo without a report is still there after the journal was opened.
    OrphanPhoto,
    /// A report does not arrive although nothing prevents it.
    Stuck,
    /// Any other unexpected result.
    Unexpected,
}

/// The counts of a run.
#[derive(Clone, Debug, Default)]
pub struct RunStats {
    /// Histories, kills and the like.
    pub rounds: u64,
    /// Counts in the order of [`Violation`].
    violations: [u64; 6],
    /// Reports that were recovered, of all that were damaged.
    pub recovered: (u64, u64),
    /// The first violations.
    pub messages: Vec<String>,
}

impl RunStats {
    /// Counts a violation.
    pub fn record(&mut self, violation: Violation, message: impl Into<String>) {
        self.violations[violation as usize] += 1;
        if self.messages.len() < MAX_MESSAGES {
            self.messages.push(format!("{violation:?}: {}", message.into()));
        }
    }

    /// Counts a violation unless `holds`.
    pub fn expect(&mut self, holds: bool, violation: Violation, message: impl FnOnce() -> String) {
        if !holds {
            self.record(violation, message());
        }
    }

    /// The number of violations of a kind.
    pub fn count(&self, violation: Violation) -> u64 {
        self.violations[violation as usize]
    }

    /// Whether there was no violation.
    pub fn is_clean(&self) -> bool {
        self.violations.iter().all(|count| *count == 0)
    }

    /// Adds the counts of another run.
    pub fn add(&mut self, other: RunStats) {
        self.rounds += other.rounds;
        for (own, more) in self.violations.iter_mut().zip(other.violations) {
            *own += more;
        }
        self.recovered = (self.recovered.0 + other.recovered.0, self.recovered.1 + other.recovered.1);
        self.messages.extend(other.messages);
        self.messages.truncate(MAX_MESSAGES);
    }

    /// The head of the table.
    pub fn head() -> String {
        format!(
            "{:<44} {:>9} {:>6} {:>10} {:>8} {:>7} {:>6} {:>10}",
            "", "rounds", "lost", "duplicated", "dangling", "orphans", "stuck", "unexpected"
        )
    }

    /// A row of the table.
    pub fn row(&self, name: &str) -> String {
        let [lost, duplicated, dangling, orphans, stuck, unexpected] = self.violations;
        let rounds = self.rounds;
        format!(
            "{name:<44} {rounds:>9} {lost:>6} {duplicated:>10} {dangling:>8} {orphans:>7} {stuck:>6} {unexpected:>10}"
        )
    }
}
