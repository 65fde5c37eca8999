//! The refresh of a territory that is read from Geotrek's static mobile tree. A web server serves the files of the tree as they
//! are, so conditional requests tell which have changed; nothing else does, because the list of treks has only some of their
//! fields. A refresh therefore requests the settings and the lists of treks and pages, and the files of treks whose entry in the
//! list has changed or that belong to a pack; once a week it checks every file.
//!
//! * `planner`: the requests. `files`: the files that a refresh requests, and which of them have changed.
//! * `facts`: what the files tell of each object together: its languages, its itineraries, the folder of its pictures.
//! * `finish`: completes an object by these facts.
//! * `apply`: the objects into the catalogue, in one transaction.
//! * `archive`: pictures of a pack from an archive of the tree (feature `archive`).

mod apply;
#[cfg(feature = "archive")]
mod archive;
mod facts;
mod files;
mod finish;
mod planner;

use std::sync::Arc;

use super::lock::TerritoryLock;
use super::refresh::{RefreshMode, RefreshOptions, is_full_refresh_due};
use super::refresh_job::{RefreshJob, RefreshPlanner};
use super::runner::{JobContext, JobRunner};
use crate::catalogue::{Catalogue, PackSubject, Territory};
use crate::clock::Clock;
use crate::error::Result;
use crate::geotrek::tree_folder;
use crate::ordered;

pub(super) use apply::write;
#[cfg(feature = "archive")]
pub use archive::ArchiveImport;
#[cfg(feature = "archive")]
pub(crate) use archive::import_archive;
use files::{Scope, TreeFiles};
pub(super) use planner::{MobilePlanner, MobileRole};

/// Plans a refresh from a mobile tree, or continues one that was started within the last day.
pub(super) fn plan_mobile_refresh(
    catalogue: &Arc<Catalogue>,
    clock: &Arc<dyn Clock>,
    (territory, lock): (Territory, TerritoryLock),
    options: &RefreshOptions,
) -> Result<RefreshJob> {
    let tree = tree_folder(&territory.url)?;
    let scope = match (territory.refreshed_ms, options.mode) {
        (None, _) | (_, RefreshMode::Full) => Scope::Everything,
        (_, RefreshMode::Delta) => Scope::Changes,
        (_, RefreshMode::Auto) => {
            if is_full_refresh_due(&territory, clock.now_ms()) {
                Scope::Check
            } else {
                Scope::Changes
            }
        }
    };
    let context = JobContext::new(catalogue, clock, (&territory, lock), scope.subject().to_owned(), options)?;
    let folder = context.folder.clone();
    let state = catalogue.mobile_tree_state(&territory)?.unwrap_or_default();
    let known = files::parse(catalogue.mobile_files(&territory)?);
    let packed = catalogue.packs(Some(&territory))?.into_iter().filter_map(|pack| match pack.subject {
        PackSubject::Trek(id) => Some(id),
        _ => None,
    });
    let packed = ordered::set(packed);
    JobRunner::open(context, |_| {
        let files = TreeFiles::new(scope, known.clone(), packed.clone());
        let planner = MobilePlanner::new(territory.clone(), tree.clone(), folder.clone(), state.clone(), files);
        RefreshPlanner::Mobile(Box::new(planner))
    })
}
