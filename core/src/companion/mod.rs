//! The façade of the library: [`Companion::open`], and everything that an app asks of it. The companion combines the other
//! modules; each file here is one part of its interface.
//!
//! * `open`: the [`Companion`]: opening, suspending and resuming.
//! * `territories`: territories, and the refresh that downloads them.
//! * `packs`: treks and areas for offline use.
//! * `maps` (feature `tiles`): their offline maps.
//! * `treks`: the trek list: text, filters, position and order, a page at a time; `stats`: length, ascent, duration and labels of a trek.
//! * `attached_files`: the files and videos that are attached to an object.
//! * `details`: a trek with its stages and the objects along it.
//! * `nearby`: the objects near a position, with names; from `snapshot`, the index in memory, or from `from_disk` until the
//!   snapshot is built.
//! * `guide`: following a trek.
//! * `trek_check`: the check of a trek before leaving. `emergency`: the emergency sheet of a position.
//! * `search`: objects of any kind by the words of their texts.
//! * `favourites`: the favourites, with the state of their objects.
//! * `localizer`: texts and labels in the languages of the user.
//! * `recording`: the recording of a track.
//! * `trek_export` (feature `gpx`): a trek as GPX.
//! * `edition` (feature `edition-build`): a territory as static files. `edition_copy` (features `edition` and `net`): the files of
//!   a published edition in a folder.
//! * `reports`: field reports, from the draft to the upload.
//! * `run` and `send` (feature `net`): refreshes, downloads and reports by the reqwest driver.

mod attached_files;
mod details;
#[cfg(feature = "edition-build")]
mod edition;
#[cfg(all(feature = "edition", feature = "net"))]
mod edition_copy;
mod emergency;
mod favourites;
mod features;
mod from_disk;
mod guide;
mod localizer;
#[cfg(feature = "tiles")]
mod maps;
mod nearby;
pub(crate) mod open;
mod packs;
mod recording;
mod reports;
#[cfg(feature = "net")]
mod run;
mod search;
#[cfg(feature = "net")]
mod send;
mod snapshot;
mod stats;
mod territories;
#[cfg(test)]
mod test_companion;
mod trek_check;
#[cfg(feature = "gpx")]
mod trek_export;
mod treks;

pub use attached_files::AttachedFile;
pub use details::{ROUTE_ITEM_KINDS, RouteItem, RouteItemQuery, TrekDesk, TrekDetails, TrekStage};
#[cfg(all(feature = "edition", feature = "net"))]
pub use edition_copy::fetch_edition;
pub use favourites::FavouriteItem;
pub use features::{FeatureItem, FeaturePage, FeatureQuery};
pub use localizer::Localizer;
pub use nearby::{NearbyItem, NearbyQuery};
pub(crate) use open::Companion;
pub use reports::ReportUpload;
#[cfg(feature = "net")]
pub use send::SendOptions;
pub use stats::TrekStats;
pub use trek_check::{SensitiveAreaInSeason, TrekCheck};
pub use treks::{FacetValueCount, TrekItem, TrekPage, TrekQuery};

#[cfg(feature = "archive")]
pub use crate::sync::ArchiveImport;
pub use crate::sync::{
    AttachedFileSizes, DownloadJob, DownloadOptions, Estimate, FileSizesJob, Job, Progress, RefreshJob, RefreshMode,
    RefreshOptions, RefreshSummary,
};
#[cfg(feature = "tiles")]
pub use crate::sync::{MapJob, MapOptions};
