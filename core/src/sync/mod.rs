//! Refreshes and downloads as persisted jobs: which requests to make, what each response means, and how the result is
//! applied to the catalogue in one transaction. A driver moves the bytes; the process may die at any step, and another one
//! continues the job.
//!
//! * `job`: the trait [`Job`], which drivers see.
//! * `planner`: the trait `Planner`, which decides what a job requests.
//! * `runner`: `JobRunner`, a job of any planner; `replay`: how it continues after the process died.
//! * `lock`: one refresh or download of a territory at a time.
//! * `staging`: the folders of responses that are not applied yet.
//! * `refresh_job`: a refresh. `refresh`: the lists of a Geotrek server; `apply`: their objects into the catalogue.
//! * `edition/`: the refresh of a territory that is read from the static files of an edition.
//! * `mobile/`: the refresh of a territory that is read from the static files of Geotrek's mobile app.
//! * `download`: a pack, planned by `download_planner`; its files by `download_media`.
//! * `file_sizes`: the job that asks for the sizes of attached files before a download.
//! * `map/`: the job of the offline map of a pack.
//! * `pack_contents`: which objects and files belong to a pack; `pack_media`: the files that an object shows; `estimate`:
//!   how large a pack will be.
//! * `route_items`: distances between a trek and the objects along it.

mod apply;
mod download;
mod download_media;
mod download_planner;
#[cfg(feature = "edition")]
mod edition;
mod estimate;
mod file_sizes;
mod job;
mod lock;
#[cfg(feature = "tiles")]
mod map;
mod mobile;
mod pack_contents;
mod pack_media;
mod planner;
mod refresh;
mod refresh_job;
mod replay;
pub(crate) mod route_items;
mod runner;
pub(crate) mod staging;

pub use apply::RefreshSummary;
pub(crate) use apply::apply_refresh;
pub use download::{DownloadJob, DownloadOptions};
pub(crate) use download::{finish_download, plan_download};
pub(crate) use estimate::estimate;
pub use estimate::{AttachedFileSizes, Estimate};
pub use file_sizes::FileSizesJob;
pub(crate) use file_sizes::{finish_file_sizes, plan_file_sizes};
pub use job::{Job, Progress};
pub(crate) use lock::{TerritoryLock, TerritoryLocks};
#[cfg(feature = "tiles")]
pub use map::{MapJob, MapOptions};
#[cfg(feature = "tiles")]
pub(crate) use map::{downloaded_style, finish_map, finish_map_estimate, map_estimate, plan_map};
#[cfg(feature = "archive")]
pub use mobile::ArchiveImport;
#[cfg(feature = "archive")]
pub(crate) use mobile::import_archive;
pub use refresh::{RefreshMode, RefreshOptions};
pub use refresh_job::RefreshJob;
pub(crate) use refresh_job::plan_refresh;
