//! The requests of a job.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::transfer::{BodyKind, ByteRange, Outcome, ResponseMeta, Validators};

/// Decides what a job requests. After the process died, a new planner is given the same responses in the same order and must
/// ask for the same requests.
pub trait Planner: Send {
    /// The purpose of a request.
    type Role: Clone + Send;

    /// The requests of the next phase, after all earlier requests have ended. None if the job is complete.
    ///
    /// # Errors
    /// Whatever ends the job for now.
    fn next_phase(&mut self) -> Result<Vec<PendingRequest<Self::Role>>>;

    /// Reads a response with status 2xx or 304 and returns the requests that follow from it. Changes nothing if the response
    /// is invalid.
    ///
    /// # Errors
    /// Whatever ends the job for now.
    fn on_response(
        &mut self,
        role: &Self::Role,
        completed: &Completed<'_>,
    ) -> Result<Parsed<Vec<PendingRequest<Self::Role>>>>;

    /// Takes note that a request failed for good, and returns the requests that follow from it.
    ///
    /// # Errors
    /// Whatever ends the job for now; the request is made again the next time.
    fn on_failure(&mut self, role: &Self::Role, failure: Failure<'_>) -> Result<Vec<PendingRequest<Self::Role>>>;

    /// Objects received so far, and requests that are expected later.
    fn counts(&self) -> PlanCounts;
}

/// A request that a planner asks for.
#[derive(Debug)]
pub struct PendingRequest<R> {
    pub(super) role: R,
    pub(super) url: String,
    pub(super) language: Option<String>,
    pub(super) body: BodyKind,
    pub(super) range: Option<ByteRange>,
    pub(super) validators: Validators,
    pub(super) priority: i32,
    /// The file for the response; `None` for one in the folder of the job.
    pub(super) target: Option<PathBuf>,
}

impl<R> PendingRequest<R> {
    /// A request for JSON.
    pub(super) fn json(role: R, url: String, language: Option<String>, priority: i32) -> Self {
        let (body, validators) = (BodyKind::Json, Validators::default());
        PendingRequest { role, url, language, body, range: None, validators, priority, target: None }
    }
}

impl<R> PendingRequest<R> {
    /// The same request with its role in another type.
    pub(super) fn map_role<S>(self, role: impl FnOnce(R) -> S) -> PendingRequest<S> {
        let PendingRequest { role: inner, url, language, body, range, validators, priority, target } = self;
        PendingRequest { role: role(inner), url, language, body, range, validators, priority, target }
    }
}

/// A successful response.
#[derive(Debug)]
pub struct Completed<'a> {
    pub(super) meta: &'a ResponseMeta,
    /// The body; there may be no file if the status is 304.
    pub(super) file: &'a Path,
    /// Milliseconds from the start of the request.
    pub(super) elapsed_ms: u64,
}

/// Result of reading a response.
#[derive(Debug)]
pub enum Parsed<T> {
    /// The response is valid.
    Valid(T),
    /// The response is invalid; another attempt may bring a valid one.
    Invalid(Error),
}

/// Why a request failed for good.
#[derive(Debug)]
pub enum Failure<'a> {
    /// No successful response arrived.
    Outcome(&'a Outcome),
    /// Every response was invalid.
    Invalid(Error),
}

/// Counts for [`Progress`](super::Progress).
#[derive(Debug, Clone, Copy, Default)]
pub struct PlanCounts {
    /// Objects received so far.
    pub(super) objects: u64,
    /// Requests that are expected later.
    pub(super) expected_requests: usize,
}
