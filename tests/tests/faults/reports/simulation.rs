//! The simulation and its mutants.

use jalon_tests::harness::{mutants, simulation};
use jalon_tests::sampling::Sampling;

use super::assert_clean;

#[test]
fn random_histories_lose_and_duplicate_nothing() {
    let sampling = Sampling::from_env();
    let histories = sampling.count(5_000, 1_000_000);
    assert_clean(&simulation::run(sampling.seed(), histories, None), histories);
}

#[test]
fn mutants_without_a_step_or_a_sync_are_detected() {
    let sampling = Sampling::from_env();
    let mutants = mutants::run(sampling, sampling.count(300, 2_000), 7).unwrap();
    for mutant in &mutants {
        println!("{}: {}", mutant.name, mutant.detected_by.as_deref().unwrap_or("not detected"));
    }
    let missed: Vec<&str> =
        mutants.iter().filter(|mutant| !mutant.is_detected()).map(|mutant| &mutant.name[..]).collect();
    assert!(missed.is_empty(), "{missed:?}");
}
