//! Real processes that are killed.

use std::path::Path;

use jalon_tests::harness::process_kills;

use super::clean;

#[test]
fn processes_that_are_killed_lose_nothing_and_double_nothing() {
    println!("seed 1");
    clean(&process_kills::run(Path::new(env!("CARGO_BIN_EXE_harness")), 1, 40).unwrap(), 40);
}

#[test]
fn processes_that_die_at_a_numbered_operation_lose_nothing_and_double_nothing() {
    println!("seed 1");
    clean(&process_kills::at_each(Path::new(env!("CARGO_BIN_EXE_harness")), 1, 3, 43).unwrap(), 10);
}
