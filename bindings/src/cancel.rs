//! Stopping what takes long.

use std::sync::Arc;

use crate::error::Result;
use crate::panic_guard::guard;

/// Stops work that was begun with it; one token may be given to several calls. In Kotlin and Python cancelling the task
/// that waits does the same; in Swift the package does it by this token.
#[derive(Debug, Default, uniffi::Object)]
pub struct CancelToken {
    pub(crate) token: jalon::transfer::CancelToken,
}

#[uniffi::export]
impl CancelToken {
    /// A token that stops nothing yet.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    #[uniffi::constructor]
    pub fn new() -> Result<Arc<CancelToken>> {
        guard(|| Ok(Arc::default()))
    }

    /// Asks for a stop. What runs ends within a tenth of a second with `Cancelled`, and what had come
    /// is kept; only a report whose last piece has left waits for its answer, or it would be in doubt.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn cancel(&self) -> Result<()> {
        guard(|| {
            self.token.cancel();
            Ok(())
        })
    }

    /// Whether a stop was asked for.
    ///
    /// # Errors
    /// `Internal` where the library has a defect.
    pub fn is_cancelled(&self) -> Result<bool> {
        guard(|| Ok(self.token.is_cancelled()))
    }
}
