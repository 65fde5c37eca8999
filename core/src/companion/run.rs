//! Refreshes and downloads by the reqwest driver (feature `net`): a few threads that run the transfers of a job.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Companion;
use crate::catalogue::{Pack, PackState, PackSubject};
use crate::error::{Error, Result};
use crate::net::{ClientOptions, HttpClient};
use crate::storage::FileSystem;
use crate::sync::{DownloadOptions, Job, Progress, RefreshOptions, RefreshSummary};
use crate::transfer::{BlockReason, BodyKind, CancelToken, Next, Outcome};

const WORKERS: usize = 2;
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// Time for the other workers to complete their transfers after one has failed.
const GRACE_PERIOD: Duration = Duration::from_secs(2);
/// Longer than any transfer may take.
const LEASE: Duration = Duration::from_secs(3_600);

impl Companion {
    /// Refreshes a territory over the network. Blocks until the refresh is applied, has failed or is cancelled; `progress` is
    /// called on this thread, at most 50 times a second. After a failure or a cancellation, what was received is kept for a
    /// day, and the next call continues.
    ///
    /// # Errors
    /// [`Error::Offline`], [`Error::Server`], [`Error::Cancelled`]; [`Error::Busy`] if the territory is being refreshed or
    /// downloaded; [`Error::NotFound`]; [`Error::StorageFull`]. On an error the catalogue does not change.
    pub fn refresh(
        &self,
        territory: &str,
        options: &RefreshOptions,
        cancel: &CancelToken,
        progress: impl FnMut(Progress),
    ) -> Result<RefreshSummary> {
        let mut job = self.plan_refresh(territory, options)?;
        job.retry_now();
        let job = self.run(job, &options.net, cancel, progress)?;
        self.apply_refresh(job)
    }

    /// Downloads a pack, continues its download, or updates it. Blocks as [`Companion::refresh`] does. A pack without some of
    /// its files is [`PackState::Partial`] and lists what is missing.
    ///
    /// # Errors
    /// As of [`Companion::refresh`]; [`Error::InvalidInput`] if the territory was never refreshed.
    pub fn download(
        &self,
        territory: &str,
        subject: &PackSubject,
        options: &DownloadOptions,
        cancel: &CancelToken,
        progress: impl FnMut(Progress),
    ) -> Result<Pack> {
        let mut job = self.plan_download(territory, subject, options)?;
        job.retry_now();
        let job = self.run(job, &options.fetch.net, cancel, progress)?;
        self.finish_download(job)
    }

    /// Updates the packs of a territory that are stale or incomplete, and returns them. Files that the server lacked are
    /// requested again, with growing pauses from none to 14 days; a ready pack is returned only if it got some of them.
    ///
    /// # Errors
    /// As of [`Companion::download`]. Packs that were updated before stay updated.
    pub fn update_packs(
        &self,
        territory: &str,
        options: &RefreshOptions,
        cancel: &CancelToken,
        mut progress: impl FnMut(&Pack, Progress),
    ) -> Result<Vec<Pack>> {
        let mut updated = Vec::new();
        for pack in self.packs(Some(territory))? {
            let is_ready = pack.state == PackState::Ready;
            if is_ready && !self.catalogue.has_media_to_retry(pack.key, self.clock.now_ms())? {
                continue;
            }
            if pack.withdrawn_ms.is_some() {
                continue;
            }
            let options = DownloadOptions { pictures: pack.pictures, fetch: options.clone() };
            let now = self.download(territory, &pack.subject, &options, cancel, |now| progress(&pack, now))?;
            if !is_ready || now.missing.len() < pack.missing.len() {
                updated.push(now);
            }
        }
        Ok(updated)
    }

    /// Runs a job until everything was received.
    fn run<J: Job>(
        &self,
        mut job: J,
        options: &ClientOptions,
        cancel: &CancelToken,
        mut progress: impl FnMut(Progress),
    ) -> Result<J> {
        job.resume()?;
        // The lock of the job is ours, so no driver of the platform still has a transfer of it.
        job.reconcile(&[])?;
        let job = Mutex::new(job);
        let disk = self.catalogue.file_system();
        // `stop` starts no more transfers, `abort` ends those in flight. Neither touches the token of the caller.
        let (stop, abort) = (CancelToken::default(), CancelToken::default());
        let result = std::thread::scope(|scope| {
            let work = || work(&job, options, disk, &stop, &abort).inspect_err(|_| stop.cancel());
            let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
            let mut last = Progress::default();
            let mut stopped_at: Option<Instant> = None;
            while workers.iter().any(|worker| !worker.is_finished()) {
                if cancel.is_cancelled() {
                    stop.cancel();
                    abort.cancel();
                } else if stop.is_cancelled() && stopped_at.get_or_insert_with(Instant::now).elapsed() > GRACE_PERIOD {
                    abort.cancel();
                }
                let now = lock(&job).progress();
                if now != last {
                    last = now;
                    progress(now);
                }
                std::thread::sleep(POLL_INTERVAL);
            }
            let mut failure = None;
            for worker in workers {
                match worker.join() {
                    Ok(Ok(())) => {}
                    // This worker was stopped because another one failed; the error of that one counts.
                    Ok(Err(Error::Cancelled)) => failure = failure.or(Some(Error::Cancelled)),
                    Ok(Err(error)) => failure = Some(error),
                    Err(_) => failure = Some(Error::internal("a worker of the driver panicked")),
                }
            }
            failure.map_or(Ok(()), Err)
        });
        if let Err(error) = result {
            if error == Error::StorageFull {
                // Responses that cannot be deleted now are deleted when the job is planned again.
                let _ = lock(&job).release_space();
            }
            return Err(error);
        }
        if cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let job = job.into_inner().unwrap_or_else(PoisonError::into_inner);
        progress(job.progress());
        Ok(job)
    }
}

fn lock<J>(job: &Mutex<J>) -> MutexGuard<'_, J> {
    job.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs transfers until none remain.
fn work(
    job: &Mutex<impl Job>,
    options: &ClientOptions,
    disk: &Arc<dyn FileSystem>,
    stop: &CancelToken,
    abort: &CancelToken,
) -> Result<()> {
    let client = HttpClient::new(options.clone(), Arc::clone(disk))?;
    loop {
        if stop.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let (transfer, target) = {
            let mut job = lock(job);
            match job.next()? {
                Next::Idle => return Ok(()),
                Next::Blocked(reason) => return Err(blocked(reason)),
                Next::Start(transfer) if job.started(transfer.id, Some(LEASE))? => {
                    let target = job.target(transfer.id);
                    (transfer, target)
                }
                Next::Start(_) | Next::InFlight | Next::Wait { .. } => {
                    drop(job);
                    std::thread::sleep(POLL_INTERVAL);
                    continue;
                }
            }
        };
        let outcome = match client.fetch(&transfer, &target, abort) {
            // A picture linked from an address that must not be requested.
            Err(Error::InvalidInput { rule, .. }) if transfer.body == BodyKind::File => {
                Outcome::Rejected { detail: rule }
            }
            fetched => fetched?,
        };
        lock(job).complete(transfer.id, outcome)?;
    }
}

/// The error of a blocked job: this driver does not wait for another network.
fn blocked(reason: BlockReason) -> Error {
    match reason {
        BlockReason::Paused | BlockReason::Budget => Error::Cancelled,
        BlockReason::Offline => Error::Offline { detail: "there is no network".to_owned() },
        BlockReason::Metered => {
            Error::Offline { detail: "the network is metered, and only unmetered ones are allowed".to_owned() }
        }
    }
}
