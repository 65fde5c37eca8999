//! How much of a long test is run.
//!
//! A test that repeats one check for each byte, each disk operation or each seed runs a sample by default: every n-th
//! position, from an offset that follows from the seed. The sample is a subset of the whole, and the seed is printed.
//!
//! * `JALON_TESTS=long`: the whole.
//! * `JALON_SEED`: another seed than 1.

use std::env;

/// The environment variable that asks for the whole.
pub const VARIABLE: &str = "JALON_TESTS";
/// The environment variable with the seed.
pub const SEED_VARIABLE: &str = "JALON_SEED";

/// A sample of the cases of a test, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    is_whole: bool,
    seed: u64,
}

impl Sampling {
    /// Reads `JALON_TESTS` and `JALON_SEED`, and prints what it read.
    pub fn from_env() -> Self {
        let is_whole = env::var(VARIABLE).is_ok_and(|value| value == "long");
        let seed = env::var(SEED_VARIABLE).ok().and_then(|value| value.parse().ok()).unwrap_or(1);
        println!("seed {seed}, {}", if is_whole { "whole" } else { "sample (whole: JALON_TESTS=long)" });
        Self { is_whole, seed }
    }

    /// A sample with a seed.
    pub const fn with_seed(seed: u64) -> Self {
        Self { is_whole: false, seed }
    }

    /// The seed of everything random in the test.
    pub fn seed(self) -> u64 {
        self.seed
    }

    /// The distance between two positions of a sample; 1 in a whole run.
    pub fn step(self, sample: u64) -> u64 {
        if self.is_whole { 1 } else { sample.max(1) }
    }

    /// The first position of a sample with this distance; 0 in a whole run.
    pub fn offset(self, sample: u64) -> u64 {
        self.seed % self.step(sample)
    }

    /// How many random cases are run.
    pub fn count(self, sample: u64, whole: u64) -> u64 {
        if self.is_whole { whole } else { sample }
    }
}

#[cfg(test)]
mod tests {
    use super::Sampling;

    #[test]
    fn sample_positions_are_a_subset_of_the_whole() {
        let sample = Sampling::with_seed(30);
        let positions: Vec<u64> = (sample.offset(7)..50).step_by(sample.step(7) as usize).collect();
        assert_eq!(positions, [2, 9, 16, 23, 30, 37, 44]);
        assert_eq!((sample.count(3, 100), sample.step(0)), (3, 1));
        let whole = Sampling { is_whole: true, seed: 30 };
        assert_eq!((whole.offset(7), whole.step(7), whole.count(3, 100)), (0, 1, 100));
    }
}
