//! Real processes that are killed.

use std::path::Path;

use jalon_tests::harness::{kill_moments, process_kills};
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

#[test]
fn sender_killed_at_any_moment_leaves_at_most_one_report_in_doubt() {
    let sampling = Sampling::from_env();
    let kills = sampling.count(3, 200);
    let (stats, moments) = kill_moments::run(Path::new(HARNESS), sampling.seed(), kills).unwrap();
    let mut start_ms = 0;
    for (moment, end_ms) in moments.iter().zip(kill_moments::MOMENTS_MS) {
        println!("{}", moment.row(start_ms, end_ms));
        start_ms = end_ms;
    }
    assert_clean(&stats, kills * kill_moments::MOMENTS_MS.len() as u64);
}
