//! Jalon: an offline-first companion core for walkers.

pub mod catalogue;
mod error;
pub mod line;
pub mod model;

pub use error::{Error, Result};
