//! What shows that no report is lost, and none doubled unseen: each file lets one kind of misfortune happen, again and
//! again, and compares what the server has with what the journal says. Whatever is by chance follows a seed.
//!
//! * `actor`: somebody who files reports, and what must hold of the folder that keeps them; `figures` what is counted.
//! * `disconnects`: the connection ends at each byte of a request and of its answer.
//! * `simulation`: clocks, networks, crashes, edits and decisions, by the million, against a model of their own.
//! * `process_kills`: real processes that die.
//! * `power`: the power goes, the disk is full or refuses, at each write, sync and new name.
//! * `corruption`: each page of the file is zeroed, flipped or cut off.
//! * `peers`: how simpler queues fare in the same weather.
//! * `mutants`: whether any of that is noticed when a step is left out.

pub mod actor;
pub mod corruption;
pub mod disconnects;
pub mod figures;
pub mod mutants;
pub mod peers;
pub mod power_loss;
pub mod process_kills;
pub mod simulation;
