//! What must be fetched next, as data. A transfer is one HTTP exchange that has to happen; a queue of them says which may
//! start, learns how each ended, and decides what is tried again and when. No socket, disk, clock or thread inside: a
//! driver moves the bytes, the catalogue keeps the queue, and time comes in as milliseconds of a clock that only runs
//! forward. So a queue can be stored at any step and go on in another process.
//!
//! * `queue`: the state machine.
//! * `retry`: which outcomes are worth another try, and when.

mod queue;
mod retry;

pub use queue::{Next, Queue, State, Transfer};
pub use retry::{Outcome, Verdict, judge};
