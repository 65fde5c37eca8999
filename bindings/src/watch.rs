//! Watches: progress of a call and changes of the data. A slow reader skips to the latest value.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use event_listener::Event;

use crate::error::Result;
use crate::panic_guard::guard;
use crate::records::{DataVersions, Progress};
use crate::threads::lock;

/// A value with a version, set by some tasks and awaited by others.
#[derive(Default)]
pub(crate) struct LatestValue<T> {
    state: Mutex<State<T>>,
    changed: Event,
}

#[derive(Default)]
struct State<T> {
    value: T,
    version: u64,
    has_ended: bool,
}

impl<T: Clone + PartialEq> LatestValue<T> {
    pub(crate) fn set(&self, change: impl FnOnce(&mut T)) {
        let mut state = lock(&self.state);
        let before = state.value.clone();
        change(&mut state.value);
        if state.value != before {
            state.version += 1;
            drop(state);
            // After the lock is released, as tasks wake at once.
            self.changed.notify(usize::MAX);
        }
    }

    /// Ends all watches of the value.
    pub(crate) fn end(&self) {
        lock(&self.state).has_ended = true;
        self.changed.notify(usize::MAX);
    }

    /// Waits for a version newer than `seen`; none after the end or the stop.
    async fn next(&self, seen: &Mutex<u64>, is_stopped: Option<&AtomicBool>) -> Option<T> {
        loop {
            let listener = self.changed.listen();
            if is_stopped.is_some_and(|stopped| stopped.load(Ordering::Acquire)) {
                return None;
            }
            {
                let state = lock(&self.state);
                let mut seen = lock(seen);
                if state.version > *seen {
                    *seen = state.version;
                    return Some(state.value.clone());
                }
                if state.has_ended {
                    return None;
                }
            }
            listener.await;
        }
    }
}

/// Progress of one call. Pass a new watch to the call and read [`ProgressWatch::next`] in another task until it returns none.
#[derive(Default, uniffi::Object)]
pub struct ProgressWatch {
    latest: LatestValue<Progress>,
    seen: Mutex<u64>,
}

#[uniffi::export]
impl ProgressWatch {
    /// A watch for one call.
    #[uniffi::constructor]
    pub fn new() -> Result<Arc<ProgressWatch>> {
        guard(|| Ok(Arc::default()))
    }

    /// Waits for progress and returns it; none after the call has ended.
    pub async fn next(&self) -> Result<Option<Progress>> {
        Ok(self.latest.next(&self.seen, None).await)
    }
}

/// Reports the progress of a call, and ends the watch when it is dropped.
pub(crate) struct Watcher(pub(crate) Option<Arc<ProgressWatch>>);

impl Watcher {
    pub(crate) fn set(&self, progress: Progress) {
        if let Some(watch) = &self.0 {
            watch.latest.set(|latest| *latest = progress);
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        if let Some(watch) = &self.0 {
            watch.latest.end();
        }
    }
}

impl DataVersions {
    /// A territory changed, and with it what its packs need.
    pub(crate) fn territory(&mut self) {
        self.catalogue += 1;
        self.packs += 1;
    }
}

/// Waits for changes that are made through this companion.
#[derive(uniffi::Object)]
pub struct ChangeWatch {
    latest: Arc<LatestValue<DataVersions>>,
    seen: Mutex<u64>,
    is_stopped: AtomicBool,
}

impl ChangeWatch {
    /// A watch of the changes from now on.
    pub(crate) fn of(latest: Arc<LatestValue<DataVersions>>) -> ChangeWatch {
        let seen = Mutex::new(lock(&latest.state).version);
        ChangeWatch { latest, seen, is_stopped: AtomicBool::new(false) }
    }
}

#[uniffi::export]
impl ChangeWatch {
    /// The current versions. Call this before you read data, then [`ChangeWatch::next`]: no change in between is missed.
    pub fn current(&self) -> Result<DataVersions> {
        guard(|| {
            let state = lock(&self.latest.state);
            *lock(&self.seen) = state.version;
            Ok(state.value)
        })
    }

    /// Waits for a change since the last call, or since the watch was made, and returns all versions; none after
    /// [`ChangeWatch::stop`] or after the companion is shut down or dropped.
    pub async fn next(&self) -> Result<Option<DataVersions>> {
        Ok(self.latest.next(&self.seen, Some(&self.is_stopped)).await)
    }

    /// Stops the watch: a waiting [`ChangeWatch::next`] returns none. For languages in which a cancelled task keeps waiting.
    pub fn stop(&self) -> Result<()> {
        guard(|| {
            self.is_stopped.store(true, Ordering::Release);
            self.latest.changed.notify(usize::MAX);
            Ok(())
        })
    }
}
