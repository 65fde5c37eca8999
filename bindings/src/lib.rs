//! Jalon for Kotlin, Swift and Python. This is the only crate that UniFFI reads; the core does not depend on UniFFI.
//!
//! [`Companion`] opens the files and hands out the other objects: [`Catalogue`], [`Nearby`], [`Packs`], [`Journal`],
//! [`Reports`] and [`Transfers`]. Records are flat and immutable, lists are paged, geometries are ISO WKB.
//!
//! Records and enums that are the same in the core are the core's own types, declared here with `#[uniffi::remote]`. Other
//! records convert from the core's by `from_core!`. Both name every field: a field that the core gains does not compile
//! until this crate handles it.
//!
//! # Errors
//! Every exported function can return [`JalonError::Internal`]: a panic in the library becomes this error, because UniFFI
//! ends the app when a function that cannot fail panics. Functions that use a file can return `Closed`, `Corrupt`,
//! `StorageFull` and `ReadOnly`; those that name a territory, an object, a report or a transfer, `NotFound`; those with arguments,
//! `InvalidInput` for the rules in their documentation. The `# Errors` of a function are those beyond these.
//!
//! # Threads
//! Functions that use the disk or the network are `async`. They run on threads of this crate and need no runtime. The library
//! never calls the app, which could deadlock: progress and changes are read from [`ProgressWatch`] and [`ChangeWatch`].
//!
//! # Files
//! * `records`: records and enums, a table each. `convert`, `options`, `treks`, `details`: conversions from and to the core.
//! * `companion`, `catalogue`, `nearby`, `packs`, `journal`, `reports`, `transfers`: the objects. `error`: the error.
//! * `safety`: the emergency sheet and the check before leaving. `recorder`: the recording of tracks. `gpx_file`: files of treks and
//!   tracks. `guide`: guides along treks.
//! * `maps`: offline maps of packs. `editions`: a territory as static files.
//! * `panic_guard`, `threads`, `state`: how a call runs, and the state that all objects share.
//! * `cancel`, `watch`: cancellation, progress, changes.

mod cancel;
mod catalogue;
mod companion;
mod convert;
mod details;
mod editions;
mod error;
mod gpx_file;
mod guide;
mod journal;
mod maps;
mod nearby;
mod options;
mod packs;
mod panic_guard;
mod recorder;
#[rustfmt::skip]
mod records;
mod reports;
mod safety;
mod state;
mod threads;
mod transfers;
mod treks;
mod watch;

pub use cancel::CancelToken;
pub use catalogue::Catalogue;
pub use companion::{Companion, debug_panic, debug_panic_in_background, kind_name, version};
pub use editions::{fetch_edition, new_edition_key, verify_edition};
pub use error::JalonError;
pub use guide::GuideSession;
pub use journal::Journal;
pub use nearby::Nearby;
pub use packs::Packs;
pub use recorder::{Recorder, sampling_plan};
pub use records::*;
pub use reports::Reports;
pub use transfers::Transfers;
pub use watch::{ChangeWatch, ProgressWatch};

uniffi::setup_scaffolding!();
