//! Real processes that are killed.

use std::path::Path;

use jalon_tests::harness::process_kills;
use jalon_tests::sampling::Sampling;

use super::assert_clean;
use crate::HARNESS;

#[test]
fn senders_killed_at_random_lose_and_duplicate_nothing() {
    let sampling = Sampling::from_env();
    let kills = sampling.count(40, 1_000);
    assert_clean(&process_kills::kill_randomly(Path::new(HARNESS), sampling.seed(), kills).unwrap(), kills);
}

#[test]
fn senders_killed_at_an_operation_lose_and_duplicate_nothing() {
    let sampling = Sampling::from_env();
    assert_clean(&process_kills::kill_at_operations(Path::new(HARNESS), sampling, 43).unwrap(), 10);
}
