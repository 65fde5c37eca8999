//! Panic guard of exported functions: a panic becomes [`crate::JalonError::Internal`].

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::Result;

/// Runs work that needs no disk on the caller's thread.
pub(crate) fn guard<T>(work: impl FnOnce() -> jalon::Result<T>) -> Result<T> {
    Ok(catch(work)??)
}

/// Runs `work` and turns a panic into an error. Asserts unwind safety, as every lock of this crate ignores poisoning.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> jalon::Result<T> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| from_panic(&*panic))
}

/// Keeps only a message that is a constant of the source: a formatted message may contain personal data.
fn from_panic(panic: &(dyn Any + Send)) -> jalon::Error {
    let message = panic.downcast_ref::<&'static str>().copied().unwrap_or("its message is left out");
    jalon::Error::internal(format_args!("a panic in the library: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::JalonError;

    #[test]
    fn panic_with_constant_message_is_internal_error_with_it() {
        let result = guard::<()>(|| panic!("what never happens"));
        assert_eq!(result, Err(JalonError::Internal { detail: "a panic in the library: what never happens".into() }));
    }

    #[test]
    fn panic_with_formatted_message_is_internal_error_without_it() {
        let comment = String::from("a comment");
        let result = guard::<()>(|| panic!("{comment}"));
        let detail = "a panic in the library: its message is left out".into();
        assert_eq!(result, Err(JalonError::Internal { detail }));
    }
}
