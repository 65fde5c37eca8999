//! The test environment of Jalon.
//!
//! * [`generator`]: territories generated from a seed.
//! * [`fixture_server`]: a server that answers as a Geotrek-admin does, with faults on demand.
//! * [`driver`]: a driver without sockets that can be killed at a byte or a step.
//! * [`fixture`]: a territory, its server and a companion's folder, prepared by one builder.
//! * [`fault_vfs`]: file systems that fail or lose power on demand, for SQLite and for other files.
//! * [`harness`]: runs that prove that no report is lost and none is duplicated unmarked.
//! * [`command`]: a command of the command line, run in this process.
//! * [`sampling`]: how much of a long test is run.
//! * [`day`]: calendar days.
//! * [`walk`]: simulated walks with their ground truth.
#![recursion_limit = "256"]

pub mod command;
pub mod day;
pub mod driver;
pub mod fault_vfs;
pub mod fixture;
pub mod fixture_server;
pub mod generator;
pub mod harness;
pub mod sampling;
pub mod walk;
