//! The job of a download: its start, and the state of the pack that is stored at its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use url::Url;

use super::download_planner::{DownloadPlanner, PackDownload};
use super::estimate::check_space;
use super::lock::TerritoryLocks;
use super::refresh::RefreshOptions;
use super::runner::{JobContext, JobRunner};
use super::staging;
use crate::catalogue::{Catalogue, Pack, PackState, PackSubject, PictureSize};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::model::Kind;
use crate::ordered;

/// Options of a download.
#[derive(Debug, Clone, Default)]
pub struct DownloadOptions {
    /// Size of the pictures.
    pub pictures: PictureSize,
    /// Whether to download attached files, such as PDF topo-guides and audio, too. Pictures do not count as such. A file of
    /// another format than those of documents, audio, tracks and archives, or one larger than 64 MiB, is left out and listed
    /// among the missing files.
    pub files: bool,
    /// Use of the network.
    pub fetch: RefreshOptions,
}

/// A download in progress, for a driver. When [`next`](super::Job::next) returns
/// [`Next::Idle`](crate::transfer::Next::Idle), [`Companion::finish_download`](crate::Companion::finish_download) stores the
/// state of the pack.
pub type DownloadJob = JobRunner<DownloadPlanner>;

/// Plans a pack, or continues its download; files on the device are not requested again unless they may have changed.
pub(crate) fn plan_download(
    catalogue: &Arc<Catalogue>,
    locks: &TerritoryLocks,
    clock: &Arc<dyn Clock>,
    territory: &str,
    subject: &PackSubject,
    options: &DownloadOptions,
) -> Result<DownloadJob> {
    let (territory, lock) = locks.try_acquire_by_name(catalogue, territory)?;
    if territory.refreshed_ms.is_none() {
        return Err(Error::invalid("territory", "must have been refreshed once: its treks are not known yet"));
    }
    if let PackSubject::Trek(id) = subject {
        catalogue.object(&territory, Kind::Trek, *id)?;
    }
    let origin = Url::parse(&territory.url).map_err(|_| Error::invalid("url", "must be a web address"))?;
    check_space(catalogue, &territory, subject, options.pictures, options.files)?;
    let pack = catalogue.request_pack(&territory, subject, options.pictures, options.files)?;
    catalogue.record_wanted()?;
    // The server no longer knows a withdrawn trek: its objects are those that the pack has.
    let stored = catalogue.pack(&territory, subject)?;
    let is_withdrawn = stored.is_some_and(|pack| pack.withdrawn_ms.is_some() && !pack.objects.is_empty());
    let media_folder = staging::media_folder(catalogue, &territory);
    catalogue.file_system().create_dir_all(&media_folder)?;
    let context = JobContext::new(catalogue, clock, (&territory, lock), subject.to_string(), &options.fetch)?;
    let (catalogue, clock, subject) = (Arc::clone(catalogue), Arc::clone(clock), *subject);
    let DownloadOptions { pictures, files: with_files, fetch: _ } = *options;
    let states = catalogue.list_states(&territory)?.into_iter();
    let unfiltered = ordered::set(states.filter(|(_, state)| state.is_unfiltered).map(|(list, _)| list));
    let download = PackDownload {
        catalogue,
        clock,
        territory,
        origin,
        media_folder,
        subject,
        pictures,
        with_files,
        pack,
        is_withdrawn,
        unfiltered,
    };
    JobRunner::open(context, |record| DownloadPlanner::new(download.clone(), record))
}

/// Stores the state of the pack once everything was received, and removes files that no pack needs any more.
pub(crate) fn finish_download(job: &DownloadJob) -> Result<Pack> {
    job.context.lock.check()?;
    if !job.planner.is_done {
        return Err(Error::invalid("download", "must have completed every transfer before it is finished"));
    }
    if let Err(error) = store_state(job) {
        if error == Error::StorageFull {
            // Responses that cannot be deleted now are deleted when the download is planned again.
            let _ = job.delete_responses();
        }
        return Err(error);
    }
    job.delete_responses()?;
    let PackDownload { catalogue, territory, subject, .. } = &job.planner.download;
    staging::remove_abandoned(catalogue, territory, None)?;
    let not_found = || Error::NotFound { detail: format!("the pack of {subject}") };
    catalogue.pack(territory, subject)?.ok_or_else(not_found)
}

fn store_state(job: &DownloadJob) -> Result<()> {
    let PackDownload { catalogue, clock, territory, pack, .. } = &job.planner.download;
    let media = catalogue.pack_media(*pack)?;
    let is_complete = media.iter().all(|file| file.path.is_some() || file.missing_reason.is_some());
    let state = if is_complete { PackState::Ready } else { PackState::Partial };
    let object_states = match is_complete {
        true => catalogue.object_states(territory, catalogue.pack_objects(*pack)?.into_keys())?,
        false => BTreeMap::new(),
    };
    let as_of_ms = is_complete.then(|| clock.now_ms());
    catalogue.write(|transaction| {
        transaction.set_pack_state(*pack, state, as_of_ms, &object_states)?;
        // The job of an incomplete pack stays: the next download requests only the missing files.
        if is_complete { transaction.end_job(job.record.job) } else { Ok(()) }
    })?;
    catalogue.remove_orphaned_media()?;
    Ok(())
}
