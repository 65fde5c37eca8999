//! Runs that show that no report is lost, and that none is duplicated unmarked. Each module provokes one kind of failure,
//! again and again, and compares the reports of the server with those of the journal. Everything random follows from a seed.
//!
//! * [`actor`]: files test reports, and checks the photos of a journal.
//! * [`disconnects`]: the connection ends at each byte of a request and of its response.
//! * [`simulation`]: clocks, networks, crashes, edits and decisions, a million times, against a model.
//! * [`process_kills`]: real processes that are killed.
//! * [`kill_moments`]: the share of reports in doubt by the moment of the kill.
//! * [`unexpected_responses`]: a success other than 201, and a proxy whose application is down.
//! * [`power_loss`]: a power loss, a full disk or a failing disk at each write, sync and rename.
//! * [`corruption`]: each page of the database is zeroed, flipped or truncated.
//! * [`downloads`]: the process whose downloads are killed.
//! * [`photo_memory`]: the process that attaches a large photo.
//! * [`peers`]: simpler queues under the same failures.
//! * [`mutants`]: whether a missing step or sync is detected.
//! * [`stats`]: counts violations and prints them.

pub mod actor;
pub mod corruption;
pub mod disconnects;
pub mod downloads;
pub mod kill_moments;
pub mod mutants;
pub mod peers;
pub mod photo_memory;
pub mod power_loss;
pub mod process_kills;
pub mod simulation;
pub mod stats;
pub mod unexpected_responses;
