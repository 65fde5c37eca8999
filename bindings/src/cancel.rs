//! Cancellation of long calls.

use std::sync::Arc;

use crate::error::Result;
use crate::panic_guard::guard;

/// Cancels the calls that it is passed to. One token may be passed to several calls. In Kotlin and Python cancelling the
/// waiting task cancels the call too; in Swift the package does so with this token.
#[derive(Default, uniffi::Object)]
pub struct CancelToken {
    pub(crate) token: jalon::transfer::CancelToken,
}

#[uniffi::export]
impl CancelToken {
    /// A token that is not cancelled.
    #[uniffi::constructor]
    pub fn new() -> Result<Arc<CancelToken>> {
        guard(|| Ok(Arc::default()))
    }

    /// Cancels. Running calls end with `Cancelled` within a tenth of a second and keep what they received. A report whose
    /// last byte has left waits for its response instead, because it would be in doubt otherwise.
    pub fn cancel(&self) -> Result<()> {
        guard(|| {
            self.token.cancel();
            Ok(())
        })
    }

    /// True after [`CancelToken::cancel`].
    pub fn is_cancelled(&self) -> Result<bool> {
        guard(|| Ok(self.token.is_cancelled()))
    }
}
