//! Watches: how far something is, and what has changed. They are asked, and answer when there is something new; what comes
//! faster than it is read is told once, as it stands then.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_listener::Event;

use crate::error::Result;
use crate::options::Progress;
use crate::panic_guard::guard;

/// A value that many set and some wait for.
#[derive(Debug, Default)]
struct LatestValue<T> {
    state: Mutex<State<T>>,
    news: Event,
}

#[derive(Debug, Default)]
struct State<T> {
    value: T,
    /// Counts what was set, so that who has seen it waits for the next.
    version: u64,
    has_ended: bool,
}

impl<T: Clone + PartialEq> LatestValue<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, change: impl FnOnce(&mut T)) {
        let mut state = self.lock();
        let before = state.value.clone();
        change(&mut state.value);
        if state.value != before {
            state.version += 1;
            drop(state);
            // Nobody is woken while the lock is held.
            self.news.notify(usize::MAX);
        }
    }

    fn end(&self) {
        self.lock().has_ended = true;
        self.news.notify(usize::MAX);
    }

    /// `has_passed` is looked at whenever somebody was woken.
    async fn next(&self, seen: &Mutex<u64>, has_passed: impl Fn() -> bool) -> Option<T> {
        loop {
            let listener = self.news.listen();
            {
                if has_passed() {
                    return None;
                }
                let state = self.lock();
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
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

/// How far a refresh, a download or another long call is. Make one, give it to the call, and ask [`ProgressWatch::next`]
/// beside it until it says none: the call has ended.
#[derive(Debug, Default, uniffi::Object)]
pub struct ProgressWatch {
    latest: LatestValue<Progress>,
    seen: Mutex<u64>,
}

#[uniffi::export]
impl ProgressWatch {
    /// A watch for one call.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    #[uniffi::constructor]
    pub fn new() -> Result<Arc<ProgressWatch>> {
        guard(|| Ok(Arc::default()))
    }

    /// Waits until it is further than when it was last asked, and tells how far; none when the call has ended.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub async fn next(&self) -> Result<Option<Progress>> {
        Ok(self.latest.next(&self.seen, || false).await)
    }
}

/// Ends a watch when its call does, however that ends.
pub(crate) struct Watcher(Option<Arc<ProgressWatch>>);

impl Watcher {
    pub(crate) fn new(watch: Option<Arc<ProgressWatch>>) -> Watcher {
        Watcher(watch)
    }

    pub(crate) fn tell(&self, progress: Progress) {
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

/// What has changed since the companion was opened, counted: whoever shows something asks for it anew when its number is
/// another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, uniffi::Record)]
pub struct DataVersions {
    /// Territories and their objects.
    pub catalogue: u64,
    /// Packs and their files.
    pub packs: u64,
    /// Reports, favourites and notes.
    pub journal: u64,
}

impl DataVersions {
    /// A territory was written, and what its packs have may be old now.
    pub(crate) fn territory(&mut self) {
        self.catalogue += 1;
        self.packs += 1;
    }
}

/// Tells when something has changed, through this companion. Give it up by letting it go.
#[derive(Debug, uniffi::Object)]
pub struct ChangeWatch {
    latest: Arc<LatestValue<DataVersions>>,
    seen: Mutex<u64>,
    is_stopped: AtomicBool,
}

#[uniffi::export]
impl ChangeWatch {
    /// The numbers as they are now: whoever reads a list first and waits then misses nothing in between by beginning with
    /// these.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn current(&self) -> Result<DataVersions> {
        guard(|| {
            let state = self.latest.lock();
            *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = state.version;
            Ok(state.value)
        })
    }

    /// Waits until something has changed since it was last asked (or made), and tells all numbers; none when it was stopped,
    /// or the companion shut down or let go.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub async fn next(&self) -> Result<Option<DataVersions>> {
        Ok(self.latest.next(&self.seen, || self.is_stopped.load(Ordering::Acquire)).await)
    }

    /// Ends it: who waits is told none. For languages in which a task that is cancelled goes on waiting.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn stop(&self) -> Result<()> {
        guard(|| {
            self.is_stopped.store(true, Ordering::Release);
            self.latest.news.notify(usize::MAX);
            Ok(())
        })
    }
}

/// Where changes are counted.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    latest: Arc<LatestValue<DataVersions>>,
}

impl Counting {
    pub(crate) fn watch(&self) -> Arc<ChangeWatch> {
        let latest = Arc::clone(&self.latest);
        let seen = latest.lock().version;
        Arc::new(ChangeWatch { latest, seen: Mutex::new(seen), is_stopped: AtomicBool::new(false) })
    }

    pub(crate) fn changed(&self, count: impl FnOnce(&mut DataVersions)) {
        self.latest.set(count);
    }

    pub(crate) fn end(&self) {
        self.latest.end();
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        // Nothing more will ever be told to those that still watch.
        self.end();
    }
}
