//! Who uses the file, and whether anybody may: phones kill an app that sleeps while it holds a lock on a file.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::error::{Error, Result};

/// Open until somebody shuts it, who then waits for those that are inside.
#[derive(Debug, Default)]
pub(super) struct SuspendLock {
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_shut: bool,
    inside: usize,
}

/// Somebody is inside for as long as this lives.
#[derive(Debug)]
pub(super) struct SuspendGuard<'g>(&'g SuspendLock);

impl SuspendLock {
    /// Lets somebody in, unless it is shut.
    pub(super) fn acquire(&self) -> Result<SuspendGuard<'_>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_shut {
            return Err(Error::Closed);
        }
        state.inside += 1;
        Ok(SuspendGuard(self))
    }

    /// Lets nobody in any more, and waits until nobody is inside.
    pub(super) fn suspend(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_shut = true;
        while state.inside > 0 {
            state = self.left.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets everybody in again.
    pub(super) fn resume(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).is_shut = false;
    }
}

impl Drop for SuspendGuard<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).inside -= 1;
        self.0.left.notify_all();
    }
}
