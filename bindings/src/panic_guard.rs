//! How every exported function is entered: a panic inside becomes an error of its caller.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{JalonError, Result};

/// Does something in memory, on the caller's own thread.
pub(crate) fn guard<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // What a panic could leave half done is behind locks that do not mind being poisoned.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(of_panic(&*panic)))
}

/// A panic, as an error. Only a message that was written in the source is told: one that was put together may have
/// something personal in it.
pub(crate) fn of_panic(panic: &(dyn Any + Send)) -> JalonError {
    let what = panic.downcast_ref::<&'static str>().copied().unwrap_or("its message is left out");
    JalonError::Internal { detail: format!("a panic in the library: {what}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_tells_nothing_that_was_put_together() {
        let told = guard::<()>(|| panic!("what never happens"));
        assert_eq!(told, Err(JalonError::Internal { detail: "a panic in the library: what never happens".into() }));
        let comment = String::from("a comment");
        let told = guard::<()>(|| panic!("{comment}"));
        assert_eq!(
            told,
            Err(JalonError::Internal { detail: "a panic in the library: its message is left out".into() })
        );
    }
}
