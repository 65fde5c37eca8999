//! A lock that lets operations run concurrently until the database is suspended. Mobile systems kill an app that holds a file
//! lock while it sleeps.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};

/// Counts the running operations. [`SuspendLock::suspend`] rejects new ones and waits for the running ones.
#[derive(Debug, Default)]
pub(super) struct SuspendLock {
    state: Mutex<State>,
    released: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_suspended: bool,
    guards: usize,
}

/// Held by a running operation.
#[derive(Debug)]
pub(super) struct Guard<'l>(&'l SuspendLock);

impl SuspendLock {
    /// Registers an operation until the guard is dropped.
    ///
    /// # Errors
    /// [`Error::Closed`] while suspended.
    pub(super) fn acquire(&self) -> Result<Guard<'_>> {
        let mut state = self.lock();
        if state.is_suspended {
            return Err(Error::Closed);
        }
        state.guards += 1;
        Ok(Guard(self))
    }

    /// Rejects new operations and blocks until the running ones have ended.
    pub(super) fn suspend(&self) {
        let mut state = self.lock();
        state.is_suspended = true;
        while state.guards > 0 {
            state = self.released.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Accepts operations again.
    pub(super) fn resume(&self) {
        self.lock().is_suspended = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.lock().guards -= 1;
        self.0.released.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn suspend_waits_for_guards_and_rejects_new_ones_until_resume() {
        let lock = SuspendLock::default();
        let guard = lock.acquire().unwrap();
        let (suspended, is_suspended) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                lock.suspend();
                suspended.send(()).unwrap();
            });
            assert!(is_suspended.recv_timeout(Duration::from_millis(50)).is_err());
            drop(guard);
            is_suspended.recv().unwrap();
        });
        assert_eq!(lock.acquire().map(drop), Err(Error::Closed));
        lock.resume();
        assert!(lock.acquire().is_ok());
    }
}
