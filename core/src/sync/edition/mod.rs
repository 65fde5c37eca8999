//! The refresh of a territory that is read from an edition: static files that any web host serves. The signed manifest names
//! every other file by its SHA-256, so that bytes are checked before they are parsed, and only what differs from the edition
//! on the device is requested: whole files where they are small, and of large ones the chunks of the territory's box.
//!
//! * `planner`: the requests. `layer_plan`: which parts of a layer are missing. `ranges`: parts merged into few requests.
//! * `verification`: the manifest and its signature. `files`: received files, read within limits.
//! * `apply`: the objects into the catalogue, in one transaction.

mod apply;
mod files;
mod layer_plan;
mod planner;
mod ranges;
mod verification;

use std::sync::Arc;

use url::Url;

use super::lock::TerritoryLock;
use super::refresh::{RefreshMode, RefreshOptions};
use super::refresh_job::{RefreshJob, RefreshPlanner};
use super::runner::{JobContext, JobRunner};
use crate::catalogue::{Catalogue, Territory};
use crate::clock::Clock;
use crate::error::{Error, Result};

pub(super) use apply::write;
pub(super) use planner::{EditionPlanner, EditionRole};

/// Subject of the job in the catalogue.
const SUBJECT: &str = "edition";

/// Plans a refresh from an edition, or continues one that was started within the last day.
pub(super) fn plan_edition_refresh(
    catalogue: &Arc<Catalogue>,
    clock: &Arc<dyn Clock>,
    (territory, lock): (Territory, TerritoryLock),
    options: &RefreshOptions,
) -> Result<RefreshJob> {
    let address = Url::parse(&territory.url).map_err(|_| Error::invalid("url", "must be a web address"))?;
    let mut state = catalogue.edition_state(&territory)?.unwrap_or_default();
    let mut parts = catalogue.edition_parts(&territory)?;
    let is_full = options.mode == RefreshMode::Full;
    if is_full {
        // As if nothing had been applied: every file is requested.
        (state.validators, state.files, parts) = Default::default();
    }
    let context = JobContext::new(catalogue, clock, (&territory, lock), SUBJECT.to_owned(), options)?;
    let folder = context.folder.clone();
    let disk = Arc::clone(catalogue.file_system());
    let clock = Arc::clone(clock);
    JobRunner::open(context, |_| {
        let (territory, address, folder) = (territory.clone(), address.clone(), folder.clone());
        let (state, parts, disk) = (state.clone(), parts.clone(), Arc::clone(&disk));
        let planner =
            EditionPlanner::new((territory, address), folder, (state, parts), is_full, disk, Arc::clone(&clock));
        RefreshPlanner::Edition(Box::new(planner))
    })
}
