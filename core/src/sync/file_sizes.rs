//! The job that asks for the sizes of a pack's attached files before their download, because Geotrek's API does not tell them.
//! Each size is stored when it arrives, so the job has nothing to replay: it starts anew each time, and asks only for sizes
//! that are not known.

use std::sync::Arc;

use url::Url;

use super::estimate::{AttachedFileSizes, estimate};
use super::lock::TerritoryLocks;
use super::pack_contents::{needed_media, pack_contents};
use super::pack_media::Shown;
use super::planner::{Completed, Failure, Parsed, PendingRequest, PlanCounts, Planner};
use super::refresh::RefreshOptions;
use super::runner::{JobContext, JobRunner};
use crate::catalogue::{Catalogue, PackSubject, PictureSize, Territory, is_downloadable};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::transfer::{BodyKind, Outcome, Validators};

/// The subject of the job: a territory has at most one of its kind.
const SUBJECT: &str = "file-sizes";

/// A request for sizes in progress, for a driver. When [`next`](super::Job::next) returns
/// [`Next::Idle`](crate::transfer::Next::Idle), [`Companion::finish_file_sizes`](crate::Companion::finish_file_sizes) returns the
/// sizes.
pub type FileSizesJob = JobRunner<FileSizesPlanner>;

/// Plans the requests for sizes.
#[derive(Debug)]
pub struct FileSizesPlanner {
    catalogue: Arc<Catalogue>,
    clock: Arc<dyn Clock>,
    territory: Territory,
    subject: PackSubject,
    origin: Url,
    /// Addresses that are not requested yet.
    urls: Vec<String>,
}

/// Plans requests for the sizes of the attached files of a pack that are neither on the device nor were asked less than a day
/// ago.
pub(crate) fn plan_file_sizes(
    catalogue: &Arc<Catalogue>,
    locks: &TerritoryLocks,
    clock: &Arc<dyn Clock>,
    territory: &str,
    subject: &PackSubject,
    options: &RefreshOptions,
) -> Result<FileSizesJob> {
    subject.check()?;
    let (territory, lock) = locks.try_acquire_by_name(catalogue, territory)?;
    let origin = Url::parse(&territory.url).map_err(|_| Error::invalid("url", "must be a web address"))?;
    let context = JobContext::new(catalogue, clock, (&territory, lock), SUBJECT.to_owned(), options)?;
    let urls = urls_of_unknown_size(catalogue, &territory, subject, clock.now_ms())?;
    JobRunner::start(context, |_| FileSizesPlanner {
        catalogue: Arc::clone(catalogue),
        clock: Arc::clone(clock),
        territory: territory.clone(),
        subject: *subject,
        origin: origin.clone(),
        urls: urls.clone(),
    })
}

/// Ends the job and returns the sizes that are known now.
pub(crate) fn finish_file_sizes(job: &FileSizesJob) -> Result<AttachedFileSizes> {
    job.context.lock.check()?;
    job.delete_responses()?;
    let FileSizesPlanner { catalogue, territory, subject, .. } = &job.planner;
    catalogue.end_job(job.record.job)?;
    Ok(estimate(catalogue, territory, subject, PictureSize::None)?.attached_files)
}

fn urls_of_unknown_size(
    catalogue: &Catalogue,
    territory: &Territory,
    subject: &PackSubject,
    now_ms: i64,
) -> Result<Vec<String>> {
    let contents = pack_contents(catalogue, territory, subject)?;
    let media = needed_media(catalogue, territory, &contents.objects, PictureSize::None)?;
    let mut urls = Vec::new();
    for file in media.into_iter().filter(|file| file.shown == Shown::AttachedFile && is_downloadable(&file.url)) {
        let is_here = catalogue.media_file(&file.url)?.is_some_and(|known| known.path.is_some());
        if !is_here && !catalogue.has_recent_file_size(&file.url, now_ms)? {
            urls.push(file.url);
        }
    }
    Ok(urls)
}

impl Planner for FileSizesPlanner {
    /// The address of the file.
    type Role = String;

    fn next_phase(&mut self) -> Result<Vec<PendingRequest<String>>> {
        let request = |url: String| PendingRequest {
            role: url.clone(),
            url,
            language: None,
            body: BodyKind::FileSize,
            range: None,
            validators: Validators::default(),
            priority: 0,
            target: None,
        };
        Ok(std::mem::take(&mut self.urls).into_iter().map(request).collect())
    }

    fn on_response(&mut self, url: &String, completed: &Completed<'_>) -> Result<Parsed<Vec<PendingRequest<String>>>> {
        self.catalogue.record_file_size(url, completed.meta.file_bytes, self.clock.now_ms())?;
        Ok(Parsed::Valid(Vec::new()))
    }

    fn on_failure(&mut self, url: &String, failure: Failure<'_>) -> Result<Vec<PendingRequest<String>>> {
        let is_on_server = Url::parse(url).is_ok_and(|url| url.origin() == self.origin.origin());
        match failure {
            Failure::Invalid(error) => return Err(error),
            Failure::Outcome(Outcome::NetworkError { detail }) if is_on_server => {
                return Err(Error::Offline { detail: detail.clone() });
            }
            Failure::Outcome(_) => self.catalogue.record_file_size(url, None, self.clock.now_ms())?,
        }
        Ok(Vec::new())
    }

    fn counts(&self) -> PlanCounts {
        PlanCounts::default()
    }
}
