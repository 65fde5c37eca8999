//! What all objects of one companion share: the core, what is counted of its changes, and which long calls are on their way.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use jalon::companion::Companion as Core;
use jalon::transfer;

use crate::cancel::CancelToken;
use crate::error::{JalonError, Result};
use crate::options::Progress;
use crate::threads;
use crate::watch::{Counting, DataVersions, ProgressWatch, Watcher};

/// What all objects share.
#[derive(Debug)]
pub(crate) struct Shared {
    core: Core,
    pub(crate) changes: Counting,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_shut_down: bool,
    /// Stops everything that takes long.
    stop: transfer::CancelToken,
    /// Calls that take long, and are on their way.
    running: usize,
}

/// A call that takes long is on its way.
struct Running(Arc<Shared>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        self.0.ended.notify_all();
    }
}

impl Shared {
    pub(crate) fn new(core: Core) -> Shared {
        Shared { core, changes: Counting::default(), state: Mutex::default(), ended: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The core, for what needs no disk.
    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    /// Reads or writes on one of Jalon's threads.
    pub(crate) async fn run_blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Shared) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let shared = Arc::clone(self);
        threads::run_blocking(move || work(&shared)).await
    }

    /// The same, and what was written is told to whoever watches.
    pub(crate) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        count: fn(&mut DataVersions),
        work: impl FnOnce(&Shared) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        // Told on the thread that wrote: whoever waited may be gone.
        self.run_blocking(move |shared| {
            let done = work(shared)?;
            shared.changes.changed(count);
            Ok(done)
        })
        .await
    }

    /// Does what may take minutes, on a thread of its own: stopped by its own token, by whoever waits no more, and when the
    /// companion is suspended. `work` gets what stops it, and where to tell how far it is.
    pub(crate) async fn run_cancellable<T: Send + 'static>(
        self: &Arc<Self>,
        (cancel, watch): (Option<Arc<CancelToken>>, Option<Arc<ProgressWatch>>),
        count: fn(&mut DataVersions),
        work: impl FnOnce(&Shared, &transfer::CancelToken, &dyn Fn(Progress)) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let watched = Watcher::new(watch);
        let (stop, running) = {
            let mut state = self.lock();
            if state.is_shut_down {
                return Err(JalonError::Closed);
            }
            state.running += 1;
            let own: Vec<&transfer::CancelToken> =
                std::iter::once(&state.stop).chain(cancel.as_ref().map(|cancel| &cancel.token)).collect();
            (transfer::CancelToken::child_of(&own), Running(Arc::clone(self)))
        };
        let seen = stop.clone();
        threads::run_cancellable(stop, move || {
            // Ended here, on the thread that works, and not where somebody waited who may be gone.
            let (running, watched) = (running, watched);
            let done = work(&running.0, &seen, &|progress| watched.tell(progress));
            running.0.changes.changed(count);
            done
        })
        .await
    }

    /// Stops what takes long, waits until it has ended, and releases the files; for good, or until it goes on.
    pub(crate) fn stop(&self, for_good: bool) {
        let mut state = self.lock();
        state.is_shut_down |= for_good;
        state.stop.cancel();
        while state.running > 0 {
            state = self.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        self.core.suspend();
        if for_good {
            self.changes.end();
        }
    }

    /// Goes on, unless it was stopped for good.
    pub(crate) fn go_on(&self) -> Result<()> {
        let mut state = self.lock();
        if state.is_shut_down {
            return Err(JalonError::Closed);
        }
        state.stop = transfer::CancelToken::default();
        drop(state);
        Ok(self.core.resume()?)
    }
}

/// What is said where the library was built without a part.
#[cfg(not(feature = "net"))]
pub(crate) fn without_driver<T>() -> Result<T> {
    let rule = "this build of the library has no network driver of its own: move the bytes with `transfers`";
    Err(jalon::Error::invalid("driver", rule).into())
}

/// Languages in the order in which they are wanted.
pub(crate) fn borrowed(languages: &[String]) -> Vec<&str> {
    languages.iter().map(String::as_str).collect()
}
