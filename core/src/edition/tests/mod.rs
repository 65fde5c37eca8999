//! Tests of whole editions.
//!
//! * `territory`: objects of every kind, from a seed. `built`: an edition of them in a temporary folder.
//! * `round_trip`: objects read back. `boxes`: objects of a box. `delta`: bytes of a refresh.
//! * `tools`: GDAL, frictionless and minisign.
//! * `hostile`: damaged files. `check`: what a check finds. `folder`: the files in the folder.
//! * `content`: what the objects of an edition lack.

#![allow(clippy::unwrap_used, reason = "test helpers outside #[test] functions")]

mod boxes;
mod built;
mod check;
mod content;
mod delta;
mod folder;
pub(in crate::edition) mod hostile;
mod round_trip;
pub(in crate::edition) mod territory;
mod tools;
