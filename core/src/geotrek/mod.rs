//! Geotrek's wire formats and nothing else.
//!
//! * `overview`: what to ask a server for, to have a territory's overview.

mod overview;

pub use overview::{Ask, Came, Overview, Purpose, VOCABULARIES};
