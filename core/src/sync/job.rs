//! A job as its driver sees it.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::Result;
use crate::transfer::{NetworkKind, Next, Outcome};

/// Progress of a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Transfers that have ended.
    pub done: usize,
    /// Transfers planned so far, including those that have ended. Grows while the first pages of lists arrive.
    pub planned: usize,
    /// Objects received.
    pub objects: u64,
    /// Bytes received in this process, before content decoding.
    pub bytes: u64,
}

/// A persisted job that a driver runs: the driver calls [`next`](Job::next), reports [`started`](Job::started), writes the
/// response to the file [`target`](Job::target), usually by a [`ResponseWriter`](crate::response::ResponseWriter), and
/// reports [`complete`](Job::complete). The process may die at any step: the job continues when it is planned again.
///
/// Dropping a job keeps what it has received, and lets another process continue it.
pub trait Job: Send {
    /// The next step. [`Next::Idle`] means that everything was received.
    ///
    /// # Errors
    /// Those of the disk; [`Error::Offline`](crate::Error::Offline) and [`Error::Server`](crate::Error::Server) if the job
    /// cannot continue now.
    fn next(&mut self) -> Result<Next>;

    /// Records that a driver took a transfer. The lease limits how long the driver may take; without one the transfer is the
    /// driver's until [`reconcile`](Job::reconcile). Returns `false` if the driver must not have it.
    ///
    /// # Errors
    /// Those of the disk.
    fn started(&mut self, id: u64, lease: Option<Duration>) -> Result<bool>;

    /// The file for the complete response to a transfer.
    fn target(&self, id: u64) -> PathBuf;

    /// Records how a transfer ended.
    ///
    /// # Errors
    /// As of [`next`](Job::next). The data received before is kept for the next run.
    fn complete(&mut self, id: u64, outcome: Outcome) -> Result<()>;

    /// Progress so far.
    fn progress(&self) -> Progress;

    /// Tells the job which network there is.
    fn set_network(&mut self, network: NetworkKind);

    /// Starts no more transfers until [`resume`](Job::resume), in this process or another.
    ///
    /// # Errors
    /// Those of the disk.
    fn pause(&mut self) -> Result<()>;

    /// Continues after [`pause`](Job::pause).
    ///
    /// # Errors
    /// Those of the disk.
    fn resume(&mut self) -> Result<()>;

    /// Deletes received responses because the disk is full; they are requested again. Stored files stay.
    ///
    /// # Errors
    /// Those of the disk.
    fn release_space(&mut self) -> Result<()>;

    /// Takes the ids of the transfers that a driver without leases still has; its other transfers may start again.
    ///
    /// # Errors
    /// Those of the disk.
    fn reconcile(&mut self, alive: &[u64]) -> Result<()>;
}
