//! Asking for a stop from another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Stops work from another thread. Clones stop together; a child stops with any of its parents, and never stops them.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    is_cancelled: AtomicBool,
    parents: Vec<CancelToken>,
}

impl CancelToken {
    /// A token of its own that stops with any of these.
    pub fn child_of(parents: &[&CancelToken]) -> CancelToken {
        let parents = parents.iter().map(|parent| (*parent).clone()).collect();
        CancelToken(Arc::new(Inner { parents, ..Inner::default() }))
    }

    /// Asks for a stop; what runs ends within a tenth of a second.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Release);
    }

    /// Whether a stop was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire) || self.0.parents.iter().any(CancelToken::is_cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_stops_with_its_parents_and_not_the_other_way() {
        let (app, person) = (CancelToken::default(), CancelToken::default());
        let (one, other) = (CancelToken::child_of(&[&app, &person]), CancelToken::child_of(&[&app]));
        one.cancel();
        assert!(one.is_cancelled() && !other.is_cancelled() && !app.is_cancelled());
        app.clone().cancel();
        assert!(other.is_cancelled() && !person.is_cancelled());
    }
}
