//! Refreshes and downloads by the reqwest driver (feature `net`): a few threads that run the transfers of a job.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Companion;
#[cfg(feature = "tiles")]
use crate::catalogue::PackMap;
use crate::catalogue::{Pack, PackState, PackSubject};
use crate::error::{Error, Result};
use crate::net::{ClientOptions, HttpClient};
use crate::storage::FileSystem;
#[cfg(feature = "tiles")]
use crate::sync::MapOptions;
use crate::sync::{AttachedFileSizes, DownloadOptions, Job, Progress, RefreshOptions, RefreshSummary};
#[cfg(feature = "tiles")]
use crate::tiles::MapEstimate;
use crate::transfer::{BlockReason, BodyKind, CancelToken, Next, Outcome, Signal};

const WORKERS: usize = 2;
/// Shortest time between two calls of a progress function.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(20);
/// Longest wait for a moment or for another worker. The clock of a wait stops while a phone sleeps, that of a pause does not.
const MAX_WAIT: Duration = Duration::from_secs(60);
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

    /// Asks for the sizes of the attached files of a pack, so that they are known before their download. Blocks as
    /// [`Companion::refresh`] does. Each file whose size is not known costs a request; see [`Companion::plan_file_sizes`].
    ///
    /// # Errors
    /// As of [`Companion::refresh`]. Sizes that were told before are kept.
    pub fn fetch_file_sizes(
        &self,
        territory: &str,
        subject: &PackSubject,
        options: &RefreshOptions,
        cancel: &CancelToken,
    ) -> Result<AttachedFileSizes> {
        let mut job = self.plan_file_sizes(territory, subject, options)?;
        job.retry_now();
        let job = self.run(job, &options.net, cancel, |_| {})?;
        self.finish_file_sizes(job)
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
            let options = DownloadOptions { pictures: pack.pictures, files: pack.with_files, fetch: options.clone() };
            let now = self.download(territory, &pack.subject, &options, cancel, |now| progress(&pack, now))?;
            if !is_ready || now.missing.len() < pack.missing.len() {
                updated.push(now);
            }
        }
        #[cfg(feature = "tiles")]
        for pack in self.packs(Some(territory))? {
            // A map that was not completed, or one of a catalogue that was lost.
            let is_incomplete =
                |map: &&PackMap| map.path.is_none() || map.source.style_url.is_some() && map.style_path.is_none();
            let Some(map) = pack.map.as_ref().filter(is_incomplete) else { continue };
            let options = MapOptions { source: map.source.clone(), estimate_only: false, fetch: options.clone() };
            updated.push(self.download_map(territory, &pack.subject, &options, cancel, |now| progress(&pack, now))?);
        }
        Ok(updated)
    }

    /// Downloads the map of a pack, or continues its download. Blocks as [`Companion::refresh`] does.
    ///
    /// # Errors
    /// As of [`Companion::refresh`] and of [`Companion::plan_map`].
    #[cfg(feature = "tiles")]
    pub fn download_map(
        &self,
        territory: &str,
        subject: &PackSubject,
        options: &MapOptions,
        cancel: &CancelToken,
        progress: impl FnMut(Progress),
    ) -> Result<Pack> {
        let options = MapOptions { estimate_only: false, ..options.clone() };
        let mut job = self.plan_map(territory, subject, &options)?;
        job.retry_now();
        let job = self.run(job, &options.fetch.net, cancel, progress)?;
        self.finish_map(job)
    }

    /// The size of the map of a pack, from the index of the remote archive. Blocks as [`Companion::refresh`] does.
    ///
    /// # Errors
    /// As of [`Companion::download_map`].
    #[cfg(feature = "tiles")]
    pub fn fetch_map_estimate(
        &self,
        territory: &str,
        subject: &PackSubject,
        options: &MapOptions,
        cancel: &CancelToken,
    ) -> Result<MapEstimate> {
        let options = MapOptions { estimate_only: true, ..options.clone() };
        let mut job = self.plan_map(territory, subject, &options)?;
        job.retry_now();
        let job = self.run(job, &options.fetch.net, cancel, |_| {})?;
        self.finish_map_estimate(job)
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
        let (signal, ended) = (Arc::new(Signal::default()), AtomicUsize::new(0));
        cancel.notify_on_cancel(&signal);
        stop.notify_on_cancel(&signal);
        let result = std::thread::scope(|scope| {
            let work = || {
                let _end = WorkerEnd { ended: &ended, signal: &signal };
                work(&job, options, disk, &stop, &abort, &signal).inspect_err(|_| stop.cancel())
            };
            let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
            let mut last = Progress::default();
            let mut stopped_at: Option<Instant> = None;
            loop {
                let seen = signal.changes();
                if ended.load(Ordering::Acquire) == WORKERS {
                    break;
                }
                if cancel.is_cancelled() {
                    stop.cancel();
                    abort.cancel();
                } else if stop.is_cancelled() && stopped_at.get_or_insert_with(Instant::now).elapsed() >= GRACE_PERIOD {
                    abort.cancel();
                }
                let now = lock(&job).progress();
                if now != last {
                    last = now;
                    progress(now);
                    std::thread::sleep(PROGRESS_INTERVAL);
                }
                signal.wait(seen, if stopped_at.is_some() { GRACE_PERIOD } else { MAX_WAIT });
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

/// Counts the end of a worker, and wakes the thread that waits for it, also if the worker panics.
struct WorkerEnd<'a> {
    ended: &'a AtomicUsize,
    signal: &'a Signal,
}

impl Drop for WorkerEnd<'_> {
    fn drop(&mut self) {
        self.ended.fetch_add(1, Ordering::AcqRel);
        self.signal.notify();
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
    signal: &Signal,
) -> Result<()> {
    let client = HttpClient::new(options.clone(), Arc::clone(disk))?;
    loop {
        if stop.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let seen = signal.changes();
        let (transfer, target) = {
            let mut job = lock(job);
            match job.next()? {
                Next::Idle => return Ok(()),
                Next::Blocked(reason) => return Err(blocked(reason)),
                Next::Start(transfer) if job.started(transfer.id, Some(LEASE))? => {
                    let target = job.target(transfer.id);
                    (transfer, target)
                }
                Next::Wait { ms } => {
                    drop(job);
                    signal.wait(seen, Duration::from_millis(ms).min(MAX_WAIT));
                    continue;
                }
                Next::Start(_) | Next::InFlight => {
                    drop(job);
                    signal.wait(seen, MAX_WAIT);
                    continue;
                }
            }
        };
        // The other worker may start a transfer that was planned meanwhile.
        signal.notify();
        let outcome = match client.fetch(&transfer, &target, abort) {
            // A picture linked from an address that must not be requested.
            Err(Error::InvalidInput { rule, .. }) if transfer.body != BodyKind::Json => {
                Outcome::Rejected { detail: rule }
            }
            fetched => fetched?,
        };
        lock(job).complete(transfer.id, outcome)?;
        signal.notify();
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::Directories;
    use crate::transfer::NetworkKind;

    const PAUSE: Duration = Duration::from_millis(400);

    /// A job whose only transfer has a pause. It counts the questions of the workers and of the thread that reports progress.
    struct PausedJob {
        start: Instant,
        pause: Duration,
        questions: usize,
        reports: AtomicUsize,
    }

    impl Job for PausedJob {
        fn next(&mut self) -> Result<Next> {
            self.questions += 1;
            let left = self.pause.saturating_sub(self.start.elapsed());
            Ok(if left.is_zero() { Next::Idle } else { Next::Wait { ms: left.as_millis() as u64 + 1 } })
        }
        fn started(&mut self, _id: u64, _lease: Option<Duration>) -> Result<bool> {
            Ok(false)
        }
        fn target(&self, _id: u64) -> PathBuf {
            PathBuf::new()
        }
        fn complete(&mut self, _id: u64, _outcome: Outcome) -> Result<()> {
            Ok(())
        }
        fn progress(&self) -> Progress {
            self.reports.fetch_add(1, Ordering::AcqRel);
            Progress::default()
        }
        fn set_network(&mut self, _network: NetworkKind) {}
        fn pause(&mut self) -> Result<()> {
            Ok(())
        }
        fn resume(&mut self) -> Result<()> {
            Ok(())
        }
        fn release_space(&mut self) -> Result<()> {
            Ok(())
        }
        fn reconcile(&mut self, _alive: &[u64]) -> Result<()> {
            Ok(())
        }
    }

    fn paused(pause: Duration) -> PausedJob {
        PausedJob { start: Instant::now(), pause, questions: 0, reports: AtomicUsize::new(0) }
    }

    #[test]
    fn waiting_job_wakes_when_the_pause_is_over_only() {
        let directory = tempfile::tempdir().unwrap();
        let companion = Companion::open(&Directories::within(directory.path())).unwrap();
        let (options, cancel) = (ClientOptions::default(), CancelToken::default());
        let job = companion.run(paused(PAUSE), &options, &cancel, |_| {}).unwrap();
        let (questions, reports) = (job.questions, job.reports.into_inner());
        // Three threads that poll every 20 ms wake 60 times in this pause, and 9,000 times a minute.
        println!("wake-ups in a pause of {PAUSE:?}: {questions} of the workers, {reports} of the caller");
        assert!(questions <= 8 && reports <= 4, "{questions} {reports}");
    }

    #[test]
    fn waiting_job_ends_when_it_is_cancelled() {
        let directory = tempfile::tempdir().unwrap();
        let companion = Companion::open(&Directories::within(directory.path())).unwrap();
        let (options, app) = (ClientOptions::default(), CancelToken::default());
        let cancel = CancelToken::child_of(&[&app]);
        std::thread::scope(|scope| {
            let running = scope
                .spawn(|| companion.run(paused(Duration::from_secs(3_600)), &options, &cancel, |_| {}).map(|_| ()));
            app.cancel();
            assert_eq!(running.join().unwrap(), Err(Error::Cancelled));
        });
    }
}
