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
//! * `panic_guard`: how every function is entered; `threads` where the work is done; `state` what the objects of a companion have
//!   in common.
//! * `error`: the one error. `cancel`, `watch`: stopping, and how far something is.
//! * `companion`, `catalogue`, `nearby`, `packs`, `journal`, `reports`, `transfers`: the objects.
//! * `enum_mirror`: enums that the core has too. `position`, `kind`, `options`, `territory`, `treks`, `details`, `report`: records.

mod cancel;
mod catalogue;
mod companion;
mod details;
mod enum_mirror;
mod error;
mod journal;
mod kind;
mod nearby;
mod options;
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
pub use packs::{Estimate, MissingFile, Pack, PackState, PackSubject, Packs, PictureSize};
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
