//! A queue of HTTP exchanges, as a pure state machine. A transfer is one exchange that has to happen. The queue decides which
//! transfer may start, records the outcome of each attempt, and decides which transfer is retried, and when.
//!
//! Nothing here touches a socket, the disk, a clock or a thread: a driver moves the bytes, the catalogue stores the queue,
//! and time comes in as an argument. So a queue can be stored at any step and continued by another process.
//!
//! * `queue`: the state machine.
//! * `ranges`: parts of a file, merged into few requests.
//! * `outcome`: how an attempt ended.
//! * `retry`: which outcomes are retried, and after which pause. Reports use the same backoff.
//! * `policy`: the limits that the app sets: networks, bytes.
//! * `instant`: a point in time that stays meaningful in another process.
//! * `cancel`: cancellation from another thread.

mod cancel;
mod instant;
mod outcome;
mod policy;
mod queue;
#[cfg(any(feature = "edition", feature = "tiles"))]
mod ranges;
mod retry;

pub use cancel::CancelToken;
#[cfg(feature = "net")]
pub(crate) use cancel::Signal;
pub use instant::BootInstant;
pub use outcome::{Outcome, ResponseMeta, Validators};
pub use policy::{BlockReason, NetworkKind, TransferPolicy};
pub use queue::{BodyKind, ByteRange, Next, Transfer};
pub(crate) use queue::{Queue, TransferState};
#[cfg(any(feature = "edition", feature = "tiles"))]
pub(crate) use ranges::merge_ranges;
pub(crate) use retry::{Backoff, RetryDecision, decide};
