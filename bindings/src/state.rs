//! The state that all objects of a companion share: the core, the versions of its data, and the long calls in progress.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jalon::{Companion as Core, transfer};

use crate::error::{JalonError, Result};
use crate::records::{DataVersions, Progress};
use crate::threads::{self, Answer, Queue, lock};
use crate::watch::{LatestValue, Watcher};
use crate::{CancelToken, ProgressWatch};

/// How often a waiting call looks whether it is cancelled itself.
const STOP_CHECK: Duration = Duration::from_millis(20);

/// The state that all objects of a companion share.
pub(crate) struct Shared {
    /// For calls that need no disk; the others go through [`Shared::run_blocking`].
    pub(crate) core: Core,
    /// Counted by the calls that change data; watches wait for it.
    pub(crate) versions: Arc<LatestValue<DataVersions>>,
    /// The changes of the journal, one after another.
    journal_writes: Arc<Queue>,
    /// The changes of the catalogue and the packs, and the plans of them.
    catalogue_writes: Arc<Queue>,
    running: Mutex<Running>,
    ended: Condvar,
}

#[derive(Default)]
struct Running {
    is_suspended: bool,
    is_shut_down: bool,
    /// Cancels all long calls.
    cancel: transfer::CancelToken,
    /// The long calls in progress by their numbers.
    calls: BTreeMap<u64, (Lock, transfer::CancelToken)>,
    started: u64,
}

/// The locks that a long call takes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Lock {
    /// The locks of the territories.
    Territory,
    /// The lock of the sender of reports.
    Sender,
}

/// A long call, in progress until it is dropped.
struct RunningCall {
    shared: Arc<Shared>,
    number: u64,
    token: transfer::CancelToken,
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        lock(&self.shared.running).calls.remove(&self.number);
        self.shared.ended.notify_all();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.versions.end();
    }
}

impl Shared {
    pub(crate) fn new(core: Core) -> Shared {
        let (journal_writes, catalogue_writes) = Default::default();
        let (versions, running, ended) = Default::default();
        Shared { core, versions, journal_writes, catalogue_writes, running, ended }
    }

    /// Reads files on a background thread.
    pub(crate) fn run_blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Core) -> jalon::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let shared = Arc::clone(self);
        threads::run_blocking(move || work(&shared.core))
    }

    /// Changes the journal on a background thread, after the changes of earlier calls. The change is counted on the thread, as
    /// the waiting task may be gone by then.
    pub(crate) fn write_journal<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Core) -> jalon::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let shared = Arc::clone(self);
        self.journal_writes.run(move || {
            let done = work(&shared.core)?;
            shared.versions.set(|versions| versions.journal += 1);
            Ok(done)
        })
    }

    /// Changes the catalogue or the packs, or plans a change, after the changes of earlier calls and after the end of cancelled
    /// calls.
    pub(crate) fn write_catalogue<T: Send + 'static>(
        self: &Arc<Self>,
        count: fn(&mut DataVersions),
        work: impl FnOnce(&Core) -> jalon::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let shared = Arc::clone(self);
        self.catalogue_writes.run(move || {
            shared.wait_for_cancelled_calls(Lock::Territory, u64::MAX, || false);
            let done = work(&shared.core)?;
            shared.versions.set(count);
            Ok(done)
        })
    }

    /// Does work that may take minutes on a thread of its own. It is cancelled by its token, when the returned future is
    /// dropped, and when the companion is suspended. It first waits for the end of cancelled calls, which hold their
    /// locks until then. `work` gets the token to watch and a function that reports progress.
    pub(crate) async fn run_cancellable<T: Send + 'static>(
        self: &Arc<Self>,
        lock: Lock,
        (cancel, watch): (Option<Arc<CancelToken>>, Option<Arc<ProgressWatch>>),
        count: fn(&mut DataVersions),
        work: impl FnOnce(&Core, &transfer::CancelToken, &dyn Fn(Progress)) -> jalon::Result<T> + Send + 'static,
    ) -> Result<T> {
        let watcher = Watcher(watch);
        let call = self.start_call(lock, cancel)?;
        threads::run_cancellable(call.token.clone(), move || {
            // Both end on this thread, as the waiting task may be gone by then.
            let (call, watcher) = (call, watcher);
            let RunningCall { shared, number, token } = &call;
            shared.wait_for_cancelled_calls(lock, *number, || token.is_cancelled());
            let done = work(&shared.core, token, &|progress| watcher.set(progress));
            shared.versions.set(count);
            done
        })
        .await
    }

    fn start_call(self: &Arc<Self>, lock: Lock, cancel: Option<Arc<CancelToken>>) -> Result<RunningCall> {
        let mut running = threads::lock(&self.running);
        if running.is_suspended || running.is_shut_down {
            return Err(JalonError::Closed);
        }
        let parents: Vec<_> = cancel.iter().map(|cancel| &cancel.token).chain([&running.cancel]).collect();
        let token = transfer::CancelToken::child_of(&parents);
        running.started += 1;
        let number = running.started;
        running.calls.insert(number, (lock, token.clone()));
        Ok(RunningCall { shared: Arc::clone(self), number, token })
    }

    /// Waits until no cancelled call with the same locks and a lower number is in progress, or until `stop` returns true. A
    /// cancelled call ends within a tenth of a second; a call that waits for the response to a report ends with the response.
    fn wait_for_cancelled_calls(&self, lock: Lock, number: u64, mut stop: impl FnMut() -> bool) {
        let mut running = threads::lock(&self.running);
        let is_ending = |call: &(Lock, transfer::CancelToken)| call.0 == lock && call.1.is_cancelled();
        while running.calls.range(..number).any(|(_, call)| is_ending(call)) && !stop() {
            running = self.ended.wait_timeout(running, STOP_CHECK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Cancels the long calls, waits for their end for up to half of `timeout`, and releases the files. After a shutdown they
    /// are never opened again.
    pub(crate) fn suspend(&self, is_shutdown: bool, timeout: Duration) -> jalon::Result<()> {
        let start = Instant::now();
        let mut running = lock(&self.running);
        running.is_suspended = true;
        running.is_shut_down |= is_shutdown;
        running.cancel.cancel();
        while !running.calls.is_empty()
            && let Some(rest) = (timeout / 2).checked_sub(start.elapsed())
        {
            running = self.ended.wait_timeout(running, rest).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(running);
        let suspended = self.core.suspend(timeout.saturating_sub(start.elapsed()));
        if is_shutdown {
            self.versions.end();
        }
        suspended
    }

    /// Opens the files again, unless the companion is shut down.
    pub(crate) fn resume(&self) -> jalon::Result<()> {
        let mut running = lock(&self.running);
        if running.is_shut_down {
            return Err(jalon::Error::Closed);
        }
        running.cancel = transfer::CancelToken::default();
        running.is_suspended = false;
        drop(running);
        self.core.resume()
    }
}

/// Evaluates to the call if the library has its own HTTP client, else to an error. `using` lists what only the call uses.
macro_rules! with_client {
    (using $used:tt, $call:expr) => {{
        #[cfg(feature = "net")]
        let result = $call;
        #[cfg(not(feature = "net"))]
        let result = {
            let _ = $used;
            Err(jalon::Error::invalid(
                "driver",
                "must be the platform's: this build has no HTTP client, see `Transfers`",
            ))
        };
        result
    }};
}
pub(crate) use with_client;

/// Evaluates to the call if the library was built with a feature, else to an error. `using` lists what only the call uses.
macro_rules! with_feature {
    ($feature:tt, using $used:tt, $call:expr) => {{
        #[cfg(feature = $feature)]
        let result = $call;
        #[cfg(not(feature = $feature))]
        let result = {
            let _ = $used;
            Err(jalon::Error::invalid("library", concat!("must be built with the feature `", $feature, "`")))
        };
        result
    }};
}
pub(crate) use with_feature;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::threads::tests::block_on;

    #[test]
    fn long_call_while_suspended_returns_closed_until_resume() {
        let folder = std::env::temp_dir().join(format!("jalon-ffi-suspended-{}", std::process::id()));
        let shared = Arc::new(Shared::new(Core::open(&jalon::Directories::within(&folder)).unwrap()));
        shared.suspend(false, Duration::from_secs(5)).unwrap();
        assert!(matches!(shared.start_call(Lock::Territory, None), Err(JalonError::Closed)));
        shared.resume().unwrap();
        assert!(shared.start_call(Lock::Territory, None).is_ok());
        shared.suspend(true, Duration::from_secs(5)).unwrap();
        assert!(matches!(shared.start_call(Lock::Territory, None), Err(JalonError::Closed)));
        drop(shared);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn call_waits_for_cancelled_calls_with_its_locks_only() {
        let folder = std::env::temp_dir().join(format!("jalon-ffi-cancelled-{}", std::process::id()));
        let shared = Arc::new(Shared::new(Core::open(&jalon::Directories::within(&folder)).unwrap()));
        let cancelled = shared.start_call(Lock::Territory, None).unwrap();
        let running = shared.start_call(Lock::Territory, None).unwrap();
        cancelled.token.cancel();
        shared.wait_for_cancelled_calls(Lock::Sender, u64::MAX, || panic!("it must not wait for another lock"));
        shared.wait_for_cancelled_calls(Lock::Territory, cancelled.number, || panic!("it must not wait for itself"));

        let ended = Arc::new(AtomicBool::new(false));
        let write = {
            let ended = Arc::clone(&ended);
            shared.write_catalogue(|_| {}, move |_| Ok(ended.load(Ordering::SeqCst)))
        };
        let mut looks = 0;
        shared.wait_for_cancelled_calls(Lock::Territory, u64::MAX, || {
            looks += 1;
            looks > 3
        });
        ended.store(true, Ordering::SeqCst);
        drop(cancelled);
        assert_eq!(block_on(write), Ok(true), "the write came before the end of the cancelled call");
        drop((running, shared));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
