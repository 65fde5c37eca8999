//! Cancellation from another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(feature = "net")]
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, Weak};
#[cfg(feature = "net")]
use std::time::Duration;

/// Cancels work from another thread. Clones share one state. A child is cancelled with any of its parents; cancelling a
/// child does not cancel its parents.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    is_cancelled: AtomicBool,
    parents: Vec<CancelToken>,
    /// Signals of threads that wait until the token is cancelled.
    #[cfg(feature = "net")]
    signals: Mutex<Vec<Weak<Signal>>>,
}

impl CancelToken {
    /// A new token that is cancelled with any of these parents.
    pub fn child_of(parents: &[&CancelToken]) -> CancelToken {
        let parents = parents.iter().map(|parent| (*parent).clone()).collect();
        CancelToken(Arc::new(Inner { parents, ..Inner::default() }))
    }

    /// Requests cancellation. Work that holds the token ends within a tenth of a second.
    pub fn cancel(&self) {
        let _was_cancelled = self.0.is_cancelled.swap(true, Ordering::AcqRel);
        #[cfg(feature = "net")]
        if !_was_cancelled {
            self.signals().iter().filter_map(Weak::upgrade).for_each(|signal| signal.notify());
        }
    }

    /// Notifies a signal when this token or a parent is cancelled.
    #[cfg(feature = "net")]
    pub(crate) fn notify_on_cancel(&self, signal: &Arc<Signal>) {
        {
            let mut signals = self.signals();
            signals.retain(|known| known.strong_count() > 0);
            signals.push(Arc::downgrade(signal));
        }
        self.0.parents.iter().for_each(|parent| parent.notify_on_cancel(signal));
    }

    #[cfg(feature = "net")]
    fn signals(&self) -> MutexGuard<'_, Vec<Weak<Signal>>> {
        self.0.signals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether cancellation was requested, for this token or for a parent.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire) || self.0.parents.iter().any(CancelToken::is_cancelled)
    }
}

/// Wakes the threads that wait for a change. It counts the changes, so that none between a look and a wait is missed.
#[cfg(feature = "net")]
#[derive(Debug, Default)]
pub(crate) struct Signal {
    changes: Mutex<u64>,
    changed: Condvar,
}

#[cfg(feature = "net")]
impl Signal {
    /// Number of changes so far, to be read before the look at the state.
    pub(crate) fn changes(&self) -> u64 {
        *self.lock()
    }

    /// Wakes all waiting threads.
    pub(crate) fn notify(&self) {
        *self.lock() += 1;
        self.changed.notify_all();
    }

    /// Waits for a change after `seen`, at most for `timeout`.
    pub(crate) fn wait(&self, seen: u64, timeout: Duration) {
        // A poisoned lock has a valid count.
        drop(self.changed.wait_timeout_while(self.lock(), timeout, |changes| *changes == seen));
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "net")]
    #[test]
    fn signal_wakes_on_cancellation_of_a_parent() {
        let app = CancelToken::default();
        let signal = Arc::new(Signal::default());
        CancelToken::child_of(&[&app]).notify_on_cancel(&signal);
        let seen = signal.changes();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| signal.wait(seen, Duration::from_secs(3_600)));
            app.cancel();
            waiting.join().unwrap();
        });
        assert_ne!(signal.changes(), seen);
    }

    #[test]
    fn child_is_cancelled_with_its_parents_but_not_the_reverse() {
        let (app, user) = (CancelToken::default(), CancelToken::default());
        let (first, second) = (CancelToken::child_of(&[&app, &user]), CancelToken::child_of(&[&app]));
        first.cancel();
        assert!(first.is_cancelled() && !second.is_cancelled() && !app.is_cancelled());
        app.clone().cancel();
        assert!(second.is_cancelled() && !user.is_cancelled());
    }
}
