//! A refresh with the reqwest driver (feature `net`): a few threads that ask for work until there is none.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Companion, Progress, Refresh, Taken};
use crate::error::{Error, Result};
use crate::net::{CancelToken, Driver, Options};
use crate::transfer::Next;

const WORKERS: usize = 2;
const IDLE_LOOK: Duration = Duration::from_millis(20);

/// How a refresh may use the network.
#[derive(Debug, Clone)]
pub struct RefreshOptions {
    /// How often a transfer is tried, with growing pauses. Five tries take about twenty seconds.
    pub most_tries: u32,
    /// Time-outs, limits, whether plain http is allowed.
    pub net: Options,
}

impl Default for RefreshOptions {
    fn default() -> Self {
        RefreshOptions { most_tries: 5, net: Options::default() }
    }
}

impl Companion {
    /// Takes a territory in over the network, and blocks until that is done, failed or cancelled. `progress` is called
    /// from this thread, after each transfer or ten times a second at most.
    pub fn refresh(
        &self,
        territory: &str,
        options: &RefreshOptions,
        cancel: &CancelToken,
        mut progress: impl FnMut(Progress),
    ) -> Result<Taken> {
        let refresh = Mutex::new(self.plan_refresh(territory, options.most_tries)?);
        let since = Instant::now();
        // Stops the other workers when one has failed, and leaves the caller's token alone.
        let stop = CancelToken::default();
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..WORKERS)
                .map(|_| scope.spawn(|| work(&refresh, &options.net, since, &stop).inspect_err(|_| stop.cancel())))
                .collect();
            let mut told = Progress::default();
            while workers.iter().any(|worker| !worker.is_finished()) {
                if cancel.is_cancelled() {
                    stop.cancel();
                }
                let now = lock(&refresh).progress();
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
                    Err(_) => failed = Some(Error::internal("a worker of the refresh panicked")),
                }
            }
            failed.map_or(Ok(()), Err)
        })?;
        if cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let refresh = refresh.into_inner().unwrap_or_else(PoisonError::into_inner);
        progress(refresh.progress());
        let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        self.take_in(refresh, i64::try_from(at_ms).unwrap_or(i64::MAX))
    }
}

fn lock(refresh: &Mutex<Refresh>) -> MutexGuard<'_, Refresh> {
    refresh.lock().unwrap_or_else(PoisonError::into_inner)
}

fn work(refresh: &Mutex<Refresh>, options: &Options, since: Instant, stop: &CancelToken) -> Result<()> {
    let driver = Driver::new(options.clone())?;
    let now_ms = || u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    loop {
        if stop.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let (transfer, target) = {
            let mut refresh = lock(refresh);
            match refresh.next(now_ms())? {
                Next::Idle => return Ok(()),
                Next::Start(transfer) if refresh.started(transfer.id, now_ms()) => {
                    let target = refresh.target(transfer.id);
                    (transfer, target)
                }
                Next::Start(_) | Next::InFlight | Next::WaitUntil(_) => {
                    drop(refresh);
                    std::thread::sleep(IDLE_LOOK);
                    continue;
                }
            }
        };
        let outcome = driver.fetch(&transfer, &target, stop)?;
        // Anything spreads the pauses of many phones; the clock's last digits do.
        let chance = f64::from(since.elapsed().subsec_nanos() % 1_000) / 1_000.0;
        lock(refresh).complete(transfer.id, outcome, now_ms(), chance)?;
    }
}
