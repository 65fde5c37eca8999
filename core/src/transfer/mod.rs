//! What must be fetched next, as data. A transfer is one HTTP exchange that has to happen; a queue of them says which may
//! start, learns how each ended, and decides what is tried again and when. No socket, disk, clock or thread inside: a
//! driver moves the bytes, the catalogue keeps the queue, and time comes in as moments of a clock that only runs
//! forward. So a queue can be stored at any step and go on in another process.
//!
//! * `instant`: a point in time that another process can still decide.
//! * `queue`: the state machine.
//! * `retry`: which outcomes are worth another try, and when.
//! * `exchange`: what one request says, and what its answer means for the bytes that are there already.
//! * `policy`: what the app allows: which networks, how many bytes.

mod cancel;
mod exchange;
mod instant;
mod policy;
mod queue;
mod retry;

pub use cancel::CancelToken;
pub use exchange::{HeadAction, PartialFile, ResponseHead, receive, request};
pub use instant::BootInstant;
pub use policy::{BlockReason, NetworkKind, TransferPolicy};
pub use queue::{BodyKind, Next, Queue, State, Transfer};
pub(crate) use retry::Backoff;
pub use retry::{Outcome, ResponseMeta, RetryDecision, Validators, decide};
