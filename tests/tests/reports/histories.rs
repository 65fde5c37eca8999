//! The simulation, and its mutants.

use jalon_tests::harness::mutants;
use jalon_tests::harness::simulation;

use super::clean;

#[test]
fn some_thousand_histories_lose_nothing_and_double_nothing() {
    println!("seed 1");
    clean(&simulation::run(1, 5_000, None), 5_000);
}

#[test]
fn a_step_or_a_sync_that_is_left_out_is_noticed() {
    println!("seed 1");
    let mutants = mutants::run(1, 300, 7).unwrap();
    for mutant in &mutants {
        println!("{}: {}", mutant.name, mutant.how.as_deref().unwrap_or("nobody noticed"));
    }
    let missed: Vec<&str> = mutants.iter().filter(|mutant| !mutant.caught).map(|mutant| &mutant.name[..]).collect();
    assert!(missed.is_empty(), "{missed:?}");
}
