use std::collections::BTreeMap;

/// Maximum number of problems that are counted by field; more are counted in the total only.
const MAX_PROBLEMS: usize = 1_000;

/// Fields that could not be read, counted by list, field and reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    counts: BTreeMap<(String, String, &'static str), u64>,
    others: u64,
}

impl Problems {
    pub(super) fn add(&mut self, list: &str, field: &str, reason: &'static str) {
        let key = (list.to_owned(), field.to_owned(), reason);
        if self.counts.len() < MAX_PROBLEMS || self.counts.contains_key(&key) {
            *self.counts.entry(key).or_default() += 1;
        } else {
            self.others += 1;
        }
    }

    /// List, field, reason, count.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &'static str, u64)> {
        self.counts.iter().map(|((list, field, reason), count)| (list.as_str(), field.as_str(), *reason, *count))
    }

    /// Number of all problems.
    pub fn total(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.others
    }
}
