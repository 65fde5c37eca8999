//! The façade of the library: [`Companion::open`], and everything that an app asks of it. The companion combines the other
//! modules; each file here is one part of its interface.
//!
//! * `open`: the [`Companion`]: opening, suspending and resuming.
//! * `territories`: territories, and the refresh that downloads them.
//! * `packs`: treks and areas for offline use.
//! * `treks`: the trek list: text, filters, position and order, a page at a time; `stats`: length, ascent, duration and labels of a trek.
//! * `details`: a trek with its stages and the objects along it.
//! * `nearby`: the objects near a position, with names; from `snapshot`, the index in memory, or from `from_disk` until the
//!   snapshot is built.
//! * `localizer`: texts and labels in the languages of the user.
//! * `reports`: field reports, from the draft to the upload.
//! * `run` and `send` (feature `net`): refreshes, downloads and reports by the reqwest driver.

mod details;
mod from_disk;
mod localizer;
mod nearby;
pub(crate) mod open;
mod packs;
mod reports;
#[cfg(feature = "net")]
mod run;
#[cfg(feature = "net")]
mod send;
mod snapshot;
mod stats;
mod territories;
mod treks;

pub use details::{ROUTE_ITEM_KINDS, RouteItem, RouteItemQuery, TrekDetails};
pub use localizer::Localizer;
pub use nearby::{NearbyItem, NearbyQuery};
pub(crate) use open::Companion;
pub use reports::ReportUpload;
#[cfg(feature = "net")]
pub use send::SendOptions;
pub use stats::TrekStats;
pub use treks::{FacetValueCount, TrekItem, TrekPage, TrekQuery};

#[cfg(feature = "archive")]
pub use crate::sync::ArchiveImport;
pub use crate::sync::{
    DownloadJob, DownloadOptions, Estimate, Job, Progress, RefreshJob, RefreshMode, RefreshOptions, RefreshSummary,
};
