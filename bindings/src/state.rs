//! The state that all objects of a companion share: the core, the versions of its data, and the long calls in progress.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jalon::{Companion as Core, transfer};

use crate::error::{JalonError, Result};
use crate::records::{DataVersions, Progress};
use crate::threads::{self, Answer, lock};
use crate::watch::{LatestValue, Watcher};
use crate::{CancelToken, ProgressWatch};

/// The state that all objects of a companion share.
pub(crate) struct Shared {
    /// For calls that need no disk; the others go through [`Shared::run_blocking`].
    pub(crate) core: Core,
    /// Counted by the calls that change data; watches wait for it.
    pub(crate) versions: Arc<LatestValue<DataVersions>>,
    running: Mutex<Running>,
    ended: Condvar,
}

#[derive(Default)]
struct Running {
    is_suspended: bool,
    is_shut_down: bool,
    /// Cancels all long calls.
    cancel: transfer::CancelToken,
    /// Number of long calls in progress.
    count: usize,
}

/// Counts one long call until it is dropped.
struct RunningCall(Arc<Shared>);

impl Drop for RunningCall {
    fn drop(&mut self) {
        lock(&self.0.running).count -= 1;
        self.0.ended.notify_all();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.versions.end();
    }
}

impl Shared {
    pub(crate) fn new(core: Core) -> Shared {
        Shared { core, versions: Arc::default(), running: Mutex::default(), ended: Condvar::new() }
    }

    /// Reads or writes files on a background thread.
    pub(crate) fn run_blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Core) -> jalon::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let shared = Arc::clone(self);
        threads::run_blocking(move || work(&shared.core))
    }

    /// Does the same and counts a change of the data if the work succeeds. It is counted on the background thread, as the
    /// waiting task may be gone by then.
    pub(crate) fn write<T: Send + 'static>(
        self: &Arc<Self>,
        count: fn(&mut DataVersions),
        work: impl FnOnce(&Core) -> jalon::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let shared = Arc::clone(self);
        threads::run_blocking(move || {
            let done = work(&shared.core)?;
            shared.versions.set(count);
            Ok(done)
        })
    }

    /// Does work that may take minutes on a thread of its own. It is cancelled by its token, when the returned future is
    /// dropped, and when the companion is suspended. `work` gets the token to watch and a function that reports progress.
    pub(crate) async fn run_cancellable<T: Send + 'static>(
        self: &Arc<Self>,
        (cancel, watch): (Option<Arc<CancelToken>>, Option<Arc<ProgressWatch>>),
        count: fn(&mut DataVersions),
        work: impl FnOnce(&Core, &transfer::CancelToken, &dyn Fn(Progress)) -> jalon::Result<T> + Send + 'static,
    ) -> Result<T> {
        let watcher = Watcher(watch);
        let (token, call) = self.start_call(cancel)?;
        let seen = token.clone();
        threads::run_cancellable(token, move || {
            // Both end on this thread, as the waiting task may be gone by then.
            let (call, watcher) = (call, watcher);
            let done = work(&call.0.core, &seen, &|progress| watcher.set(progress));
            call.0.versions.set(count);
            done
        })
        .await
    }

    fn start_call(self: &Arc<Self>, cancel: Option<Arc<CancelToken>>) -> Result<(transfer::CancelToken, RunningCall)> {
        let mut running = lock(&self.running);
        if running.is_suspended || running.is_shut_down {
            return Err(JalonError::Closed);
        }
        running.count += 1;
        let parents: Vec<_> = cancel.iter().map(|cancel| &cancel.token).chain([&running.cancel]).collect();
        Ok((transfer::CancelToken::child_of(&parents), RunningCall(Arc::clone(self))))
    }

    /// Cancels the long calls, waits for their end for up to half of `timeout`, and releases the files. After a shutdown they
    /// are never opened again.
    pub(crate) fn suspend(&self, is_shutdown: bool, timeout: Duration) -> jalon::Result<()> {
        let start = Instant::now();
        let mut running = lock(&self.running);
        running.is_suspended = true;
        running.is_shut_down |= is_shutdown;
        running.cancel.cancel();
        while running.count > 0
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
    use super::*;

    #[test]
    fn long_call_while_suspended_returns_closed_until_resume() {
        let folder = std::env::temp_dir().join(format!("jalon-ffi-suspended-{}", std::process::id()));
        let shared = Arc::new(Shared::new(Core::open(&jalon::Directories::within(&folder)).unwrap()));
        shared.suspend(false, Duration::from_secs(5)).unwrap();
        assert!(matches!(shared.start_call(None), Err(JalonError::Closed)));
        shared.resume().unwrap();
        assert!(shared.start_call(None).is_ok());
        shared.suspend(true, Duration::from_secs(5)).unwrap();
        assert!(matches!(shared.start_call(None), Err(JalonError::Closed)));
        drop(shared);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
