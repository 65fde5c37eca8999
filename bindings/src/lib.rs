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
//! ends the app when a function that cannot fail panics. Every function that uses a file can also return `Closed`,
//! `Corrupt` and `StorageFull`. The `# Errors` of a function name only the errors beyond these.
//!
//! # Threads
//! Functions that use the disk or the network are `async`. They run on threads of this crate and need no runtime of the
//! caller. The library never calls the app: progress and changes are read from [`ProgressWatch`] and [`ChangeWatch`]. So a
//! callback can never deadlock.
//!
//! # Files
//! * `panic_guard`, `error`, `convert`: panics, errors and records on their way out.
//! * `threads`, `state`, `cancel`, `watch`: background work, the state that all objects share, cancellation, progress.
//! * `companion`, `catalogue`, `nearby`, `packs`, `journal`, `reports`, `transfers`: the objects.
//! * `kind`, `position`, `options`, `territory`, `treks`, `details`, `pack`, `report`: records and enums.

mod cancel;
mod catalogue;
mod companion;
mod convert;
mod details;
mod error;
mod journal;
mod kind;
mod nearby;
mod options;
mod pack;
mod packs;
mod panic_guard;
mod position;
mod report;
mod reports;
mod state;
mod territory;
mod threads;
mod transfers;
mod treks;
mod watch;

pub use cancel::CancelToken;
pub use catalogue::{Catalogue, ChangeKind, ChangeRecord, Object, SearchHit, SearchResults, Term};
pub use companion::{Companion, Directories, debug_panic, debug_panic_in_background, version};
pub use details::{Picture, Profile, RichText, RouteItem, Stage, TrekDetails, WebLink};
pub use error::JalonError;
pub use journal::{Favourite, ImportSummary, Journal, Note, RecoverySummary};
pub use kind::{Kind, kind_name};
pub use nearby::{Nearby, NearbyItem, NearbyQuery};
pub use options::{BlockReason, NetworkKind, Progress, RefreshMode, RefreshOptions};
pub use pack::{Estimate, MissingFile, Pack, PackState, PackSubject, PictureSize};
pub use packs::Packs;
pub use position::{Bounds, KindCount, Position};
pub use report::{
    FieldErrors, QueuedReport, Report, ReportAttempt, ReportContent, ReportPhoto, ReportPosition, ReportState,
    ReportUpload, ReportWarning, Resolution,
};
pub use reports::Reports;
pub use territory::{NewTerritory, PackUsage, RefreshSummary, StorageUsage, Territory};
pub use transfers::{Header, HttpRequest, NextTransfer, ResponseAction, TransferResult, Transfers};
pub use treks::{
    Facet, FacetValue, FacetValueCount, FacetValueCounts, Highlight, NumericRange, TrekItem, TrekPage, TrekQuery,
    TrekSort,
};
pub use watch::{ChangeWatch, DataVersions, ProgressWatch};

uniffi::setup_scaffolding!();
