//! How the rows measure. Contenders take turns within a round and are compared within it; the median over the rounds is
//! what is told, with its tenth and ninetieth percentile as spread.
//!
//! * `rounds`: contenders against each other.
//! * `process`: work in a process of its own, with its peak memory.
//! * `table`: what is printed.

mod process;
mod rounds;
mod table;

pub(crate) use process::{CHILD, Told, argument, run_command, spawn, tell};
pub(crate) use rounds::{Contender, compare, median, timed};
pub(crate) use table::{Table, bytes};
