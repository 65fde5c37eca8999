//! A lock that lets operations run concurrently until the database is suspended. Mobile systems kill an app that holds a file
//! lock while it sleeps.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, InterruptHandle};

use crate::error::{Error, Result};

/// Interval between interrupts: an interrupt ends the statement that runs, and an operation may run many.
const INTERRUPT_INTERVAL: Duration = Duration::from_millis(5);

/// Counts the running operations. [`SuspendLock::suspend`] rejects new ones, and waits for the running ones or interrupts them.
#[derive(Debug, Default)]
pub(super) struct SuspendLock {
    state: Mutex<State>,
    released: Condvar,
}

#[derive(Default)]
struct State {
    is_suspended: bool,
    last_guard: u64,
    /// The running operations, with their connections.
    guards: BTreeMap<u64, Option<InterruptHandle>>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let guards = self.guards.len();
        f.debug_struct("State").field("is_suspended", &self.is_suspended).field("guards", &guards).finish()
    }
}

/// Held by a running operation.
#[derive(Debug)]
pub(super) struct Guard<'l> {
    lock: &'l SuspendLock,
    id: u64,
}

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
        state.last_guard += 1;
        let id = state.last_guard;
        state.guards.insert(id, None);
        Ok(Guard { lock: self, id })
    }

    /// Rejects new operations and blocks until the running ones have ended. Those that have not ended after half of `timeout`
    /// are interrupted: their transactions are rolled back.
    ///
    /// # Errors
    /// [`Error::Busy`] if an operation has not ended after `timeout`. It closes its connection when it ends.
    pub(super) fn suspend(&self, timeout: Duration) -> Result<()> {
        let start = Instant::now();
        let mut state = self.lock();
        state.is_suspended = true;
        while !state.guards.is_empty() {
            let elapsed = start.elapsed();
            if elapsed >= timeout {
                return Err(Error::Busy { detail: "an operation did not end before the time-out".to_owned() });
            }
            let patience = timeout / 2;
            let wait = match patience.checked_sub(elapsed).filter(|rest| !rest.is_zero()) {
                Some(rest) => rest,
                None => {
                    state.guards.values().flatten().for_each(InterruptHandle::interrupt);
                    INTERRUPT_INTERVAL
                }
            };
            state = self.released.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }

    /// Returns [`Error::Closed`] while suspended.
    pub(super) fn check(&self) -> Result<()> {
        if self.lock().is_suspended { Err(Error::Closed) } else { Ok(()) }
    }

    /// Accepts operations again.
    pub(super) fn resume(&self) {
        self.lock().is_suspended = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guard<'_> {
    /// Registers the connection of the operation, so that its statements can be interrupted.
    ///
    /// # Errors
    /// [`Error::Closed`] if the database was suspended in the meantime.
    pub(super) fn register(&self, connection: &Connection) -> Result<()> {
        let mut state = self.lock.lock();
        if state.is_suspended {
            return Err(Error::Closed);
        }
        state.guards.insert(self.id, Some(connection.get_interrupt_handle()));
        Ok(())
    }

    /// True if the database was suspended while the operation runs: its connection must be closed.
    pub(super) fn is_suspended(&self) -> bool {
        self.lock.lock().is_suspended
    }

    /// The error of an operation: one that a suspension has interrupted is not a cancellation by the app.
    pub(super) fn error(&self, error: Error) -> Error {
        if error == Error::Cancelled && self.is_suspended() { Error::Closed } else { error }
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.lock.lock().guards.remove(&self.id);
        self.lock.released.notify_all();
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
                lock.suspend(Duration::from_secs(60)).unwrap();
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

    #[test]
    fn suspend_returns_busy_after_the_timeout() {
        let lock = SuspendLock::default();
        let guard = lock.acquire().unwrap();
        let result = lock.suspend(Duration::from_millis(20));
        assert!(matches!(result, Err(Error::Busy { .. })), "{result:?}");
        assert!(guard.is_suspended());
        drop(guard);
        lock.suspend(Duration::from_millis(20)).unwrap();
    }
}
