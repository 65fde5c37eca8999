//! Jalon: an offline-first companion core for walkers.

mod error;
pub mod model;

pub use error::{Error, Result};
