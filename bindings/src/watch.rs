//! Watches: progress of a call and changes of the data. A watch waits for a new value; a reader that is slower than the
//! values skips to the latest.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use event_listener::Event;

use crate::error::Result;
use crate::options::Progress;
use crate::panic_guard::guard;
use crate::threads::lock;

/// A value with a version, set by some tasks and awaited by others.
#[derive(Debug, Default)]
struct LatestValue<T> {
    state: Mutex<State<T>>,
    changed: Event,
}

#[derive(Debug, Default)]
struct State<T> {
    value: T,
    version: u64,
    has_ended: bool,
}

impl<T: Clone + PartialEq> LatestValue<T> {
    fn set(&self, change: impl FnOnce(&mut T)) {
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

    fn end(&self) {
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

/// Progress of one call, such as a refresh or a download. Pass a new watch to the call and read [`ProgressWatch::next`] in
/// another task until it returns none.
#[derive(Debug, Default, uniffi::Object)]
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

/// Versions of the data. A version grows when its data changes: a screen reads its data again when the version differs.
#[derive(Debug, Clone, Copy, Default, PartialEq, uniffi::Record)]
pub struct DataVersions {
    /// Territories and their objects.
    pub catalogue: u64,
    /// Packs and their files.
    pub packs: u64,
    /// Reports, favourites and notes.
    pub journal: u64,
}

impl DataVersions {
    /// A territory changed, and with it what its packs need.
    pub(crate) fn territory(&mut self) {
        self.catalogue += 1;
        self.packs += 1;
    }

    pub(crate) fn catalogue(&mut self) {
        self.catalogue += 1;
    }

    pub(crate) fn packs(&mut self) {
        self.packs += 1;
    }

    pub(crate) fn journal(&mut self) {
        self.journal += 1;
    }
}

/// Waits for changes that are made through this companion.
#[derive(Debug, uniffi::Object)]
pub struct ChangeWatch {
    latest: Arc<LatestValue<DataVersions>>,
    seen: Mutex<u64>,
    is_stopped: AtomicBool,
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

/// Counts changes for every watch, and ends the watches when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    latest: Arc<LatestValue<DataVersions>>,
}

impl Changes {
    pub(crate) fn watch(&self) -> Arc<ChangeWatch> {
        let latest = Arc::clone(&self.latest);
        let seen = Mutex::new(lock(&latest.state).version);
        Arc::new(ChangeWatch { latest, seen, is_stopped: AtomicBool::new(false) })
    }

    pub(crate) fn count(&self, count: fn(&mut DataVersions)) {
        self.latest.set(count);
    }

    pub(crate) fn end(&self) {
        self.latest.end();
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.end();
    }
}
