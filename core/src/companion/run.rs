//! Refreshing and downloading with the reqwest driver (feature `net`): a few threads that ask for work until there is none.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Companion, Download, DownloadOptions, Job, Progress, RefreshOptions, RefreshSummary};
use crate::catalogue::{Pack, PackState, PackSubject};
use crate::clock::{ProcessClock, jitter, now_ms};
use crate::error::{Error, Result};
use crate::net::{CancelToken, ClientOptions, HttpClient};
use crate::storage::FileSystem;
use crate::transfer::{BlockReason, BodyKind, Next, Outcome};

const WORKERS: usize = 2;
const IDLE_LOOK: Duration = Duration::from_millis(20);
/// So long the others may bring what they have when one has failed.
const LAST_WORD: Duration = Duration::from_secs(2);
/// Longer than any one exchange may take.
const LEASE_MS: u64 = 3_600_000;

impl Companion {
    /// Takes a territory in over the network, and blocks until that is done, failed or cancelled. `progress` is called
    /// from this thread, after each transfer or fifty times a second at most. What had come when it failed or was cancelled is
    /// kept for a day, and the next call goes on from there.
    pub fn refresh(
        &self,
        territory: &str,
        options: &RefreshOptions,
        cancel: &CancelToken,
        progress: impl FnMut(Progress),
    ) -> Result<RefreshSummary> {
        let mut refresh = self.plan_refresh(territory, options)?;
        refresh.resume()?;
        // The turn is ours alone: a platform's driver that had something has let it go, or died.
        refresh.reconcile(&[])?;
        let refresh = self.run(refresh, &options.net, cancel, progress)?;
        self.apply_refresh(refresh, now_ms())
    }

    /// Makes a pack, or goes on with it, or brings it up to date, and blocks as [`Companion::refresh`] does. Where
    /// something could not be had the pack is [`PackState::Partial`] and says what is missing.
    pub fn download(
        &self,
        territory: &str,
        subject: &PackSubject,
        options: &DownloadOptions,
        cancel: &CancelToken,
        progress: impl FnMut(Progress),
    ) -> Result<Pack> {
        let mut download = self.plan_download(territory, subject, options)?;
        download.resume()?;
        download.reconcile(&[])?;
        let download: Download = self.run(download, &options.fetch.net, cancel, progress)?;
        self.finish_download(download, now_ms())
    }

    /// Brings the packs of a territory up to date that a refresh has made stale, or that are not whole yet.
    pub fn update_packs(
        &self,
        territory: &str,
        options: &RefreshOptions,
        cancel: &CancelToken,
        mut progress: impl FnMut(&Pack, Progress),
    ) -> Result<Vec<Pack>> {
        let mut followed = Vec::new();
        for pack in self.packs(Some(territory))? {
            if pack.state == PackState::Ready || pack.withdrawn_ms.is_some() {
                continue;
            }
            let download = DownloadOptions { pictures: pack.pictures, fetch: options.clone() };
            let now = self.download(territory, &pack.subject, &download, cancel, |now| progress(&pack, now));
            followed.push(now?);
        }
        Ok(followed)
    }

    fn run<E: Job>(
        &self,
        job: E,
        options: &ClientOptions,
        cancel: &CancelToken,
        mut progress: impl FnMut(Progress),
    ) -> Result<E> {
        let job = Mutex::new(job);
        let clock = ProcessClock::start();
        let disk = self.catalogue.file_system();
        // Where one worker has failed the others bring what they have, and begin nothing more; the caller's token is left
        // alone.
        let (stop, abort) = (CancelToken::default(), CancelToken::default());
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..WORKERS)
                .map(|_| {
                    scope.spawn(|| work(&job, options, disk, &clock, (&stop, &abort)).inspect_err(|_| stop.cancel()))
                })
                .collect();
            let mut told = Progress::default();
            let mut stopped: Option<Instant> = None;
            while workers.iter().any(|worker| !worker.is_finished()) {
                if cancel.is_cancelled() {
                    stop.cancel();
                    abort.cancel();
                } else if stop.is_cancelled() && stopped.get_or_insert_with(Instant::now).elapsed() > LAST_WORD {
                    abort.cancel();
                }
                let now = lock(&job).progress();
                if now != told {
                    told = now;
                    progress(now);
                }
                std::thread::sleep(IDLE_LOOK);
            }
            let mut failed = None;
            for worker in workers {
                match worker.join() {
                    Ok(Ok(())) => {}
                    // Who was stopped because another failed has nothing to say.
                    Ok(Err(Error::Cancelled)) => failed = failed.or(Some(Error::Cancelled)),
                    Ok(Err(error)) => failed = Some(error),
                    Err(_) => failed = Some(Error::internal("a worker of the driver panicked")),
                }
            }
            failed.map_or(Ok(()), Err)
        })
        .inspect_err(|error| {
            if *error == Error::StorageFull {
                // What cannot be removed now is removed when the work is opened again.
                let _ = lock(&job).release_space();
            }
        })?;
        if cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let job = job.into_inner().unwrap_or_else(PoisonError::into_inner);
        progress(job.progress());
        Ok(job)
    }
}

fn lock<E>(job: &Mutex<E>) -> MutexGuard<'_, E> {
    job.lock().unwrap_or_else(PoisonError::into_inner)
}

fn work<E: Job>(
    job: &Mutex<E>,
    options: &ClientOptions,
    disk: &std::sync::Arc<dyn FileSystem>,
    clock: &ProcessClock,
    (stop, abort): (&CancelToken, &CancelToken),
) -> Result<()> {
    let driver = HttpClient::new(options.clone(), std::sync::Arc::clone(disk))?;
    loop {
        if stop.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let (transfer, target) = {
            let mut job = lock(job);
            let now = clock.now();
            match job.next(now)? {
                Next::Idle => return Ok(()),
                Next::Blocked(why) => return Err(held(why)),
                Next::Start(transfer) if job.started(transfer.id, Some(now.after_ms(LEASE_MS)), now)? => {
                    let target = job.target(transfer.id);
                    (transfer, target)
                }
                Next::Start(_) | Next::InFlight | Next::WaitUntil(_) => {
                    drop(job);
                    std::thread::sleep(IDLE_LOOK);
                    continue;
                }
            }
        };
        let outcome = match driver.fetch(&transfer, &target, abort) {
            // A picture that the office linked from an address that may not be asked is one that cannot be had.
            Err(Error::InvalidInput { rule, .. }) if transfer.body == BodyKind::File => {
                Outcome::Rejected { reason: rule }
            }
            fetched => fetched?,
        };
        lock(job).complete(transfer.id, outcome, clock.now(), jitter())?;
    }
}

/// This driver waits for nobody: what is held is for another time.
fn held(why: BlockReason) -> Error {
    match why {
        BlockReason::Paused | BlockReason::Budget => Error::Cancelled,
        BlockReason::Offline => Error::Offline { detail: "there is no network".to_owned() },
        BlockReason::Metered => {
            Error::Offline { detail: "the network is metered, and only others are allowed".to_owned() }
        }
    }
}
