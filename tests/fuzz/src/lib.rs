//! Fuzz targets: one function for each format of files and responses that may come from anywhere. A target must not panic, must
//! not take longer than a second for a megabyte, and must not use more memory than the run allows. It panics if a result breaks
//! a rule: a path that leaves its folder, a position that is not on the Earth.
//!
//! The long run is `tests/fuzz/run TARGET [SECONDS]`, with coverage by libFuzzer. `cargo test -p jalon-fuzz` runs the kept corpus
//! and mutations of it. See the README beside this crate.
//!
//! * [`targets`]: the table of targets, and the targets that are more than a call.

pub mod targets;

pub use targets::{TARGETS, Target, target};
