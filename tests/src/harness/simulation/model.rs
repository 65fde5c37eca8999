//! The model that the state machine is compared with: the guarantees of reports, written independently of the machine.

use std::collections::BTreeMap;

use jalon::report::{Lifecycle, Reply};

/// The state of a report in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ModelState {
    Draft,
    Queued,
    Sending { final_chunk: bool, platform: bool },
    Accepted,
    Refused,
    InDoubt,
}

impl ModelState {
    /// The name of the state in the state machine.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            ModelState::Draft => "draft",
            ModelState::Queued => "queued",
            ModelState::Sending { .. } => "sending",
            ModelState::Accepted => "accepted",
            ModelState::Refused => "refused",
            ModelState::InDoubt => "in_doubt",
        }
    }

    /// The state after a response.
    pub(super) fn after_response(final_chunk_sent: bool, reply: &Reply, is_first_endpoint: bool) -> ModelState {
        let is_receipt = reply.is_complete && reply.body.contains("\"id\"") && reply.body.ends_with('}');
        let has_retry_after = reply.retry_after_ms.is_some();
        match reply.status {
            201 if is_receipt => ModelState::Accepted,
            400 | 413 | 415 | 422 => ModelState::Refused,
            200 if reply.body.starts_with("<html>") => ModelState::Queued,
            300..=399 if reply.redirects_elsewhere => ModelState::Queued,
            301 if is_first_endpoint => ModelState::Queued,
            401 | 403 | 404 | 405 | 408 | 410 | 425 | 429 => ModelState::Queued,
            503 if has_retry_after => ModelState::Queued,
            _ if final_chunk_sent => ModelState::InDoubt,
            _ => ModelState::Queued,
        }
    }
}

/// A report in the simulated journal, and what is known about it outside of the journal.
pub(super) struct SimulatedReport {
    pub(super) lifecycle: Lifecycle,
    pub(super) model: ModelState,
    /// The version of its text.
    pub(super) text: u32,
    /// Whether the user was told that it is queued.
    pub(super) is_acknowledged: bool,
    /// Whether the server never accepts it.
    pub(super) is_unacceptable: bool,
    /// Whether the connection of an unacceptable report is always lost.
    pub(super) loses_connection: bool,
    /// Whether the user abandoned it.
    pub(super) is_abandoned: bool,
    /// The contents that were sent of each revision.
    pub(super) sent: BTreeMap<u32, u64>,
    /// The copies of the server: revision, and whether it is marked as a possible duplicate.
    pub(super) copies: Vec<(u32, bool)>,
}

impl SimulatedReport {
    pub(super) fn new(is_unacceptable: bool, loses_connection: bool) -> Self {
        Self {
            lifecycle: Lifecycle::default(),
            model: ModelState::Draft,
            text: 0,
            is_acknowledged: false,
            is_unacceptable,
            loses_connection,
            is_abandoned: false,
            sent: BTreeMap::new(),
            copies: Vec::new(),
        }
    }

    /// The server stores a copy.
    pub(super) fn store(&mut self) {
        self.copies.push((self.lifecycle.revision, self.lifecycle.may_be_duplicate));
    }
}
