//! What a run counts, and the table that it prints.

/// Something that must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// What was acknowledged is not there any more, or is not what it was.
    Lost,
    /// The server has a copy more than one, and nothing highlights it.
    Doubled,
    /// A report names a photo that is not there, or not whole.
    Dangling,
    /// A photo that no report names outlives a reopening.
    Orphan,
    /// A report that nothing hinders does not arrive.
    Stuck,
    /// Any other difference from what is expected.
    Odd,
}

/// What a run counts.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Histories, deaths and the like that were lived through.
    pub rounds: u64,
    /// By [`Wrong`], in its order.
    wrong: [u64; 6],
    /// What was to be saved, and what was.
    pub rows: (u64, u64),
    /// The first few wrongs, in words.
    pub words: Vec<String>,
}

impl Figures {
    /// Counts something that must not be.
    pub fn wrong(&mut self, what: Wrong, words: impl Into<String>) {
        self.wrong[what as usize] += 1;
        if self.words.len() < 5 {
            self.words.push(format!("{what:?}: {}", words.into()));
        }
    }

    /// Counts it unless `holds`.
    pub fn expect(&mut self, holds: bool, what: Wrong, words: impl FnOnce() -> String) {
        if !holds {
            self.wrong(what, words());
        }
    }

    /// How often it was wrong so.
    pub fn count(&self, what: Wrong) -> u64 {
        self.wrong[what as usize]
    }

    /// Whether nothing was wrong.
    pub fn is_clean(&self) -> bool {
        self.wrong.iter().all(|count| *count == 0)
    }

    /// Adds another run's.
    pub fn add(&mut self, other: Figures) {
        self.rounds += other.rounds;
        for (own, more) in self.wrong.iter_mut().zip(other.wrong) {
            *own += more;
        }
        self.rows = (self.rows.0 + other.rows.0, self.rows.1 + other.rows.1);
        self.words.extend(other.words);
        self.words.truncate(5);
    }

    /// The head of the table.
    pub fn head() -> String {
        format!(
            "{:<44} {:>9} {:>6} {:>8} {:>8} {:>7} {:>6} {:>5}",
            "", "rounds", "lost", "doubled", "dangling", "orphans", "stuck", "odd"
        )
    }

    /// A row of the table.
    pub fn row(&self, name: &str) -> String {
        let [lost, doubled, dangling, orphans, stuck, odd] = self.wrong;
        format!("{name:<44} {:>9} {lost:>6} {doubled:>8} {dangling:>8} {orphans:>7} {stuck:>6} {odd:>5}", self.rounds)
    }
}
