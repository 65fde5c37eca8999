//! Faults: killed processes, lost connections, full, failing and damaged disks. Nothing that was written is lost, and the
//! next process continues.
//!
//! The tests run a sample by default, and everything with `JALON_TESTS=long`: see `jalon_tests::sampling`.

#![allow(clippy::unwrap_used, reason = "helper functions of tests may panic, too")]

mod damaged_files;
mod full_disk;
mod interrupted_jobs;
mod killed_downloads;
mod recording;
mod reports;
mod unwritable_storage;

/// The harness, whose subcommands are the processes that are killed.
const HARNESS: &str = env!("CARGO_BIN_EXE_harness");
