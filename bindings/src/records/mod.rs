//! Records and enums of the API, as tables: one line a field, its documentation in front. rustfmt is off for this folder, as
//! it would break each line in three.
//!
//! `#[uniffi::remote]` declares a type of the core, which has the same fields. The others convert from the core's by
//! `from_core!` here, or by functions beside the objects if that takes more than a record.

mod details;
mod editions;
mod guide;
mod journal;
mod maps;
mod objects;
mod packs;
mod safety;
mod territory;
mod tracks;
mod treks;

pub use details::*;
pub use editions::*;
pub use guide::*;
pub use journal::*;
pub use maps::*;
pub use objects::*;
pub use packs::*;
pub use safety::*;
pub use territory::*;
pub use tracks::*;
pub use treks::*;
