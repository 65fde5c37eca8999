//! Jalon for Kotlin, Swift and Python. UniFFI reads this crate and no other: everything here is a type of its own that
//! converts from the core's, so that the core knows nothing of other languages, and a field that the core gains fails to
//! compile here until somebody decides about it.
//!
//! Few objects: [`Companion`] opens the files, and from it come [`Catalogue`], [`Nearby`], [`Packs`], [`Journal`],
//! [`Reports`] and [`Transfers`]. Records are flat and immutable, lists come in pages, geometries as ISO WKB.
//!
//! Three rules hold for every exported function. It can fail: a panic becomes [`JalonError::Internal`], as UniFFI ends the
//! app at one in a function that cannot. What touches the disk or the network is `async` and runs on threads of Jalon's
//! own, whatever runtime the caller has, or none. Nothing here ever calls the app: who wants to know how far something is
//! asks a watch ([`ProgressWatch`], [`ChangeWatch`]), which answers when there is something new, so nothing can deadlock,
//! and what comes faster than it is read is told once.
//!
//! * `doors`: how every function is entered; `threads` where the work is done; `shared` what the objects of a companion have
//!   in common.
//! * `error`: the one error. `cancel`, `watch`: stopping, and how far something is.
//! * `companion`, `catalogue`, `nearby`, `packs`, `journal`, `reports`, `transfers`: the objects.
//! * `mirror`: enums that the core has too. `place`, `kind`, `options`, `territory`, `treks`, `sheet`, `report`: records.

mod cancel;
mod catalogue;
mod companion;
mod doors;
mod error;
mod journal;
mod kind;
mod mirror;
mod nearby;
mod options;
mod packs;
mod place;
mod report;
mod reports;
mod shared;
mod sheet;
mod territory;
mod threads;
mod transfers;
mod treks;
mod watch;

pub use cancel::CancelToken;
pub use catalogue::{Catalogue, Change, ChangeKind, Hit, Hits, Label, Object};
pub use companion::{Companion, Directories, provoke_panic, provoke_panic_in_background, version};
pub use error::JalonError;
pub use journal::{Favourite, Imported, Journal, Note, Salvaged};
pub use kind::{Kind, kind_word};
pub use nearby::{NearItem, NearQuery, Nearby};
pub use options::{HeldReason, Network, Progress, RefreshOptions, Sweep};
pub use packs::{Estimate, MissingFile, Pack, PackState, PackSubject, Packs, PictureSize};
pub use place::{Bounds, KindCount, Position};
pub use report::{
    Outgoing, Queued, Report, ReportAttempt, ReportContent, ReportPhoto, ReportPlace, ReportState, ReportWarning,
    Resolution, ServerField,
};
pub use reports::Reports;
pub use sheet::{BesideItem, Link, Picture, Profile, Stage, Text, TrekSheet};
pub use territory::{Account, NewTerritory, PackBytes, RefreshResult, Territory};
pub use transfers::{Exchange, Header, NextTransfer, Receive, TransferResult, Transfers};
pub use treks::{Choice, Facet, FacetChoices, FacetValue, Interval, Mark, TrekItem, TrekPage, TrekQuery, TrekSort};
pub use watch::{ChangeWatch, Changes, ProgressWatch};

uniffi::setup_scaffolding!();
